import type { GradeProgress, Level } from './types';

export type Tone = 'good' | 'fair' | 'poor' | 'plain' | 'none';

/** A score's colour: a pass is good, a fail never is; without a verdict there is none. */
export function tone(score: number | null, passed: boolean | null): Tone {
  if (score === null) return 'none';
  if (passed === true) return 'good';
  if (passed === false) return score >= 50 ? 'fair' : 'poor';
  return 'plain';
}

/** A level in words, for those who don't see its picture. */
export function levelWords(level: Level): string {
  if (level === null) return 'not scored';
  if (level === 'na') return 'did not arise';
  return ['missed', 'partly there', 'there'][level]!;
}

/** The state of a grade, which the list gives bare and the call as an object. */
export function progress(state: GradeProgress | { state: GradeProgress } | null): GradeProgress | null {
  return typeof state === 'string' || state === null ? state : state.state;
}
