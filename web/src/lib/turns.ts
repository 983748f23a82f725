import type { Turn } from './types';

/** The learner's answer at a turn: itself, or what they said next where it is the customer's. */
export function answerAt(turns: Turn[], index: number): Turn | null {
  return turns.find((turn) => turn.who === 'learner' && turn.index >= index) ?? null;
}

/** What the customer said last before that turn; empty where nothing was. */
export function lineBefore(turns: Turn[], index: number): string {
  return turns.findLast((turn) => turn.who === 'customer' && turn.index < index)?.text ?? '';
}
