import type { CallSummary } from './types';

/** A call with the other attempts that branched off it, oldest first. */
export interface Family {
  call: CallSummary;
  attempts: CallSummary[];
}

/** `calls` (newest first) with each attempt below its call, where both are listed; the latest practised comes first. */
export function families(calls: CallSummary[]): Family[] {
  const known = new Map(calls.map((call) => [call.id, call]));
  const found = new Map<string, Family>();
  for (const call of calls) {
    const root = rootOf(call, known);
    const family = found.get(root.id) ?? { call: root, attempts: [] };
    if (call !== root) family.attempts.unshift(call);
    found.set(root.id, family);
  }
  return [...found.values()];
}

function rootOf(call: CallSummary, known: ReadonlyMap<string, CallSummary>): CallSummary {
  const parent = call.parent && known.get(call.parent.call);
  return parent ? rootOf(parent, known) : call;
}
