import type { Difficulty } from '../lib/difficulty';
import type { NewCall, Scenario } from '../lib/types';

/** A learner's turn of a call that is over, to be answered anew. */
export interface Fork {
  call: string;
  turn: number;
  /** What the customer said just before it; empty where the call begins with the learner's words. */
  line: string;
}

/** What of a scenario is practised: all of it, one of its moments alone (`drill`), or a moment of a former call. */
export interface Practice {
  drill: string | null;
  fork: Fork | null;
}

export const WHOLE_CALL: Practice = { drill: null, fork: null };

export function drillOf(moment: string): Practice {
  return { drill: moment, fork: null };
}

/**
 * What is asked of the server; `difficulty` null for the scenario's own. The call that another attempt branches off
 * settles what is practised in it, and how hard it is.
 */
export function wish(scenario: Scenario, { drill, fork }: Practice, difficulty: Difficulty | null): NewCall {
  if (fork) return { scenario: scenario.id, fork: { call: fork.call, turn: fork.turn } };
  return { scenario: scenario.id, ...(drill ? { drill } : {}), ...(difficulty ? { difficulty } : {}) };
}
