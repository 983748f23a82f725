/** What the server says, as documented with its HTTP interface. Times ending in `_s` are seconds on the call's clock. */

import type { LineSound } from '../audio/telephone';

export type Who = 'learner' | 'customer';

export interface Persona {
  id?: string;
  name: string;
  role: string;
  company: string;
  pronoun?: string;
}

export type Answer = 'strong' | 'weak';

export interface Moment {
  id: string;
  title: string;
  brief: string;
  /** Which answers to it can be heard. */
  answers: Answer[];
}

export interface Scenario {
  id: string;
  title: string;
  kind: string;
  /** Whether it comes with the library or was published in the studio; absent in a call that was held by an older page. */
  origin?: 'library' | 'own';
  summary: string;
  goal: string;
  learner_brief: string[];
  difficulty: number | string;
  minutes: number;
  persona: Persona & { id: string };
  /** Who may take the phone over in the call; absent in a call that was held by an older page. */
  others?: (Persona & { id: string })[];
  moments: Moment[];
  rubric: { id: string; title: string };
  last_score: number | null;
  calls: number;
}

export interface NewCall {
  scenario: string;
  drill?: string;
  difficulty?: number;
  seed?: number;
  fork?: TurnOfCall;
}

/** A turn of a call, by its index. */
export interface TurnOfCall {
  call: string;
  turn: number;
}

export interface Ticket {
  id: string;
  socket: string;
  token: string;
  line_sound?: LineSound;
}

export type CallStatus = 'ringing' | 'live' | 'held' | 'ended' | 'interrupted';
export type GradeProgress = 'pending' | 'running' | 'ready' | 'failed';

export interface CallSummary {
  id: string;
  scenario: string;
  title: string;
  persona: Persona | string;
  started_at: string;
  duration_s: number | null;
  status: CallStatus;
  score: number | null;
  passed: boolean | null;
  grade_state: GradeProgress | { state: GradeProgress } | null;
  drill: string | null;
  parent: TurnOfCall | null;
}

export interface CallPage {
  calls: CallSummary[];
  next: string | null;
}

export interface Word {
  text: string;
  start_s: number;
  end_s: number;
}

export interface Turn {
  index: number;
  who: Who;
  text: string;
  start_s: number;
  end_s: number;
  interrupted: boolean;
  /** Who said it on the customer's side, by name; empty for the learner. */
  speaker: string;
  words: Word[];
}

/** A stretch of the call that can be heard again. */
export interface Span {
  turn: number;
  quote: string;
  start_s: number | null;
  end_s: number | null;
}

export type Level = 0 | 1 | 2 | 'na' | null;

export interface Criterion {
  id: string;
  title: string;
  kind: string;
  skill: string;
  weight: number;
  critical: boolean;
  level: Level;
  confidence: number | null;
  why: string;
  evidence: Span[];
  advice?: string | null;
}

export interface Section {
  id: string;
  title: string;
  score: number | null;
  criteria: Criterion[];
}

export interface Fix extends Span {
  criterion: string;
  title: string;
  advice: string;
  better_line: string;
  moment: string | null;
}

export interface Strength extends Span {
  criterion: string;
  title: string;
}

export interface Measure {
  id: string;
  title: string;
  value: number | null;
  unit: string;
  low: number | null;
  high: number | null;
  shown?: string;
}

export interface Grade {
  rubric: { id: string; version: number; title: string };
  score: number | null;
  passed: boolean | null;
  coverage: number;
  critical_missed: string[];
  sections: Section[];
  fix: Fix | null;
  strengths: Strength[];
  measures: Measure[];
  /** What couldn't be judged because an engine failed; grading goes on from there. */
  unfinished?: { criterion: string; why: string }[];
}

export interface Quantiles {
  p50: number | null;
  p95: number | null;
}

export interface TurnLatency {
  turn: number;
  voice_to_voice_ms: number | null;
  substance_ms: number | null;
  gap_ms: number | null;
  opener: string | null;
}

export interface Latency {
  turns: TurnLatency[];
  voice_to_voice_ms: Quantiles | null;
  substance_ms: Quantiles | null;
}

/** Another attempt at a call, from the answer `turn` on. */
export interface Branch {
  id: string;
  turn: number;
  started_at: string;
  status: CallStatus;
  score: number | null;
}

/** How the customer's answers came to be worded, in turns. */
export interface Wording {
  worded: number;
  mended_by_another_try: number;
  mended_by_authored_line: number;
  authored_for_time: number;
}

export interface CallDetail {
  id: string;
  scenario: { id: string; title: string };
  persona: Persona;
  drill: string | null;
  seed: number;
  started_at: string;
  duration_s: number | null;
  status: CallStatus;
  ended_reason: string | null;
  turns: Turn[];
  grade_state: { state: GradeProgress; done: number; total: number; message?: string | null };
  grade: Grade | null;
  latency: Latency | null;
  tape: { url: string; duration_s: number } | null;
  debrief: { goal_reached?: boolean } | null;
  wording: Wording;
  parent: TurnOfCall | null;
  branches: Branch[];
  /** The viewer's own call; else one that was shared with them. */
  mine: boolean;
  /** Whose it is, by name, where it isn't the viewer's own. */
  learner: string | null;
}

/** What the learner said at a moment. */
export interface Attempt {
  call: string;
  text: string;
  start_s: number;
  end_s: number;
  tape: string | null;
  grade_state: GradeProgress;
  score: number | null;
  passed: boolean | null;
}

export interface ChangedCriterion {
  id: string;
  title: string;
  before: Level;
  after: Level;
  why: string;
}

/** The same moment twice: in a call, and in another attempt at it. */
export interface Comparison {
  turn: number;
  line: string;
  /** Who said the line, by name. */
  speaker: string;
  before: Attempt;
  after: Attempt | null;
  changed: ChangedCriterion[] | null;
}

export interface Peaks {
  learner: number[];
  customer: number[];
  duration_s: number;
}

export interface Stage {
  name: string;
  state: 'ready' | 'loading' | 'off' | 'failed';
  detail: string | null;
}

export interface Status {
  ready: boolean;
  stages: Stage[];
}
