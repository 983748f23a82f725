import { post, request } from './api';
import type { Level, Persona, Turn } from './types';

/** What the server says of coaching, as documented with its HTTP interface. */

export interface Stretch {
  kind: 'learner' | 'customer' | 'overlap' | 'silence';
  start_s: number;
  end_s: number;
}

/** A quote that shows a criterion's level. */
export interface Mark {
  criterion: string;
  title: string;
  /** Counts the rubric's sections. */
  section: number;
  level: Level;
  turn: number;
  quote: string;
  start_s: number;
  end_s: number;
}

/** The customer after a decision; what is told and which objections moved is new with it. */
export interface Mood {
  turn: number;
  at_s: number;
  trust: number | null;
  patience: number | null;
  stance: string;
  stage: string;
  told: { id: string; about: string }[];
  objections: Record<string, string>;
  reasons: string[];
}

export interface Replay {
  duration_s: number;
  stretches: Stretch[];
  marks: Mark[];
  moods: Mood[];
}

export interface Override {
  criterion: string;
  level: Level;
  machine: Level;
  reason: string;
  by: string;
  at: string;
  version: number;
}

export interface Dispute {
  id: number;
  call: string;
  criterion: string | null;
  reason: string;
  by: string;
  at: string;
  settled_at: string | null;
  settled_by: string | null;
  answer: string | null;
  level: Level;
}

export interface Review {
  overrides: Override[];
  history: Override[];
  disputes: Dispute[];
  reviews: { by: string; at: string }[];
  machine_score: number | null;
  people_score: number | null;
  /** Why a criterion counts for practice only, by its id. */
  practice_only: Record<string, string>;
  may_score: boolean;
  may_dispute: boolean;
}

export type Reaction = 'strong' | 'question' | 'careful' | 'again';

export interface Comment {
  id: number;
  at_s: number;
  turn: number | null;
  quote: string | null;
  text: string;
  reaction: Reaction | null;
  /** The address of its sound. */
  voice: string | null;
  voice_s: number | null;
  by: string;
  mine: boolean;
  at: string;
}

export interface NewComment {
  at_s: number;
  text?: string;
  reaction?: Reaction;
  turn?: number;
  quote?: string;
}

export interface InboxItem {
  call: string;
  title: string;
  learner: string;
  persona: Persona;
  started_at: string;
  duration_s: number;
  score: number | null;
  passed: boolean | null;
  reasons: {
    kind: 'disputed' | 'critical' | 'unfinished' | 'unsure' | 'first';
    text: string;
    criterion: string | null;
  }[];
}

export interface Figure {
  value: number | null;
  low: number | null;
  high: number | null;
}

export interface Rates {
  quadratic_weighted_kappa: Figure;
  exact: Figure;
  within_one: Figure;
  bias: Figure;
  pairs: number;
}

export interface CriterionAgreement {
  id: string;
  title: string;
  published: boolean;
  /** Why it is practice-only. */
  withheld: string;
  labels: number;
  coverage: number | null;
  judge: Rates;
  people: Rates;
  reviewed: number;
  overridden: number;
}

export interface Standard {
  id: number;
  rubric_version: number | null;
  state: 'measuring' | 'waiting' | 'in_force' | 'retired';
  done: number;
  total: number;
  changes: {
    criterion: string;
    title: string;
    before: number | null;
    after: number | null;
    labels: number;
    published_before: boolean;
    published_after: boolean;
    drop: boolean;
  }[];
  problem: string | null;
  switched_at: string | null;
}

export interface RubricAgreement {
  rubric: { id: string; title: string };
  version: number;
  kappa_wanted: number;
  labels_wanted: number;
  criteria: CriterionAgreement[];
  unjudged: number;
  standard: Standard;
  candidate: Standard | null;
}

export interface Round {
  id: number;
  title: string;
  rubric: { id: string; title: string };
  opened_at: string;
  calls: { id: string; title: string; done: boolean }[];
  handed_in: boolean;
  people: string[];
  revealed:
    | { call: string; criteria: { criterion: string; title: string; judge: Level; people: Record<string, Level> }[] }[]
    | null;
}

export interface Sheet {
  call: string;
  title: string;
  turns: Turn[];
  tape: { url: string; duration_s: number } | null;
  criteria: { id: string; title: string; section: string; levels: Record<string, string> }[];
  given: Record<string, Level>;
}

export interface Side {
  turns: Turn[];
  start_s: number;
  end_s: number;
}

export interface CallBeside {
  id: string;
  title: string;
  score: number | null;
  tape: { url: string; duration_s: number } | null;
  duration_s: number;
}

export interface Beside {
  here: CallBeside;
  there: CallBeside;
  stages: { stage: string; here: Side | null; there: Side | null }[];
}

const callPath = (id: string): string => `/api/calls/${encodeURIComponent(id)}`;
const roundPath = (round: string | number): string => `/api/calibration/rounds/${encodeURIComponent(round)}`;

function put<Body>(path: string, body: unknown): Promise<Body> {
  return request(path, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

export const coach = {
  replay: (id: string): Promise<Replay> => request(`${callPath(id)}/replay`),
  review: (id: string): Promise<Review> => request(`${callPath(id)}/review`),
  override: (id: string, criterion: string, level: Level, reason: string, version: number): Promise<Override> =>
    put(`${callPath(id)}/criteria/${encodeURIComponent(criterion)}/level`, { level, reason, version }),
  dispute: (id: string, criterion: string | null, reason: string): Promise<Dispute> =>
    post(`${callPath(id)}/disputes`, { criterion, reason }),
  answer: (id: string, dispute: number, answer: string, level: Level): Promise<Dispute> =>
    post(`${callPath(id)}/disputes/${dispute}/answer`, { answer, level }),
  reviewed: (id: string): Promise<unknown> => post(`${callPath(id)}/reviewed`, {}),
  comments: async (id: string): Promise<Comment[]> =>
    (await request<{ comments: Comment[] }>(`${callPath(id)}/comments`)).comments,
  comment: (id: string, comment: NewComment): Promise<Comment> => post(`${callPath(id)}/comments`, comment),
  voice: (id: string, at: number, sound: Blob): Promise<Comment> =>
    request(`${callPath(id)}/comments/voice?at_s=${at}`, {
      method: 'POST',
      headers: { 'Content-Type': sound.type.split(';')[0] || 'audio/webm' },
      body: sound,
    }),
  takeBack: (id: string, comment: number): Promise<unknown> =>
    request(`${callPath(id)}/comments/${comment}`, { method: 'DELETE' }),
  beside: (id: string, other: string): Promise<Beside> =>
    request(`${callPath(id)}/beside/${encodeURIComponent(other)}`),
  betterLine: (id: string): string => `${callPath(id)}/better-line/audio`,
  report: (id: string): string => `${callPath(id)}/report`,
  export: (id: string, format: 'csv' | 'json'): string => `${callPath(id)}/export?format=${format}`,
  allGrades: (format: 'csv' | 'json'): string => `/api/inbox/grades?format=${format}`,
  inbox: async (): Promise<InboxItem[]> => (await request<{ items: InboxItem[] }>('/api/inbox')).items,
  agreement: async (): Promise<RubricAgreement[]> =>
    (await request<{ rubrics: RubricAgreement[] }>('/api/calibration')).rubrics,
  switchOn: (standard: number): Promise<Standard> => post(`/api/calibration/standards/${standard}/switch`, {}),
  rounds: async (): Promise<Round[]> => (await request<{ rounds: Round[] }>('/api/calibration/rounds')).rounds,
  openRound: (title: string, rubric: string, sample: number): Promise<Round> =>
    post('/api/calibration/rounds', { title, rubric, sample }),
  round: (id: string): Promise<Round> => request(roundPath(id)),
  sheet: (round: string, call: string): Promise<Sheet> =>
    request(`${roundPath(round)}/calls/${encodeURIComponent(call)}`),
  score: (round: string, call: string, levels: Record<string, Level>): Promise<unknown> =>
    put(`${roundPath(round)}/calls/${encodeURIComponent(call)}`, { levels }),
  handIn: (round: string): Promise<Round> => post(`${roundPath(round)}/hand-in`, {}),
};
