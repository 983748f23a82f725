import { post, request } from './api';

/** What the studio's part of the server says, as documented with its HTTP interface. */

export interface Entry {
  kind: string;
  id: string;
  title: string;
  state: 'shipped' | 'draft' | 'published' | 'changed';
}

export interface Document extends Entry {
  yaml: string;
}

/** A YAML text as a form shows it: every value as it is written. */
export type Tree = string | Tree[] | { [key: string]: Tree };
export type Key = (string | number)[];

export interface Problem {
  line: number;
  key: string;
  message: string;
}

export interface Check {
  errors: Problem[];
  form: Tree | null;
}

export interface Lived {
  heard: { occasion: string; text: string };
  moves: string[];
  said: string;
}

/** One turn of a try-out. `text` null has the customer pick up; a persona is tried out in a `scenario`. */
export interface TryOutTurn {
  yaml: string;
  past: Lived[];
  text: string | null;
  seed: number;
  difficulty?: number;
  drill?: string;
  scenario?: string;
}

export interface Answer {
  speaker: string;
  lived: Lived;
  trust: number;
  patience: number;
  facts_told: string[];
  reasons: string[];
  /** An authored line was said where the model's wording was stopped or late. */
  fallback: boolean;
  ended: string | null;
  goal_reached: boolean;
}

export interface DraftProgress {
  id: string;
  state: 'working' | 'done' | 'failed' | 'cancelled';
  doing: string;
  done: number;
  total: number;
  scenario: string | null;
  problem: string | null;
}

const ROOT = '/api/studio';
const of = (kind: string, id: string): string => `${ROOT}/${kind}/${encodeURIComponent(id)}`;

export const studio = {
  documents: async (): Promise<Entry[]> => (await request<{ documents: Entry[] }>(ROOT)).documents,
  read: (kind: string, id: string): Promise<Document> => request(of(kind, id)),
  create: (kind: string, id: string, yaml: string): Promise<Document> => post(`${ROOT}/${kind}`, { id, yaml }),
  copy: (kind: string, id: string, as: string): Promise<Document> => post(`${of(kind, id)}/copy`, { id: as }),
  save: (kind: string, id: string, yaml: string): Promise<Document> =>
    request(of(kind, id), {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ yaml }),
    }),
  check: (kind: string, id: string, yaml: string): Promise<Check> => post(`${of(kind, id)}/check`, { yaml }),
  publish: (kind: string, id: string): Promise<Document> => post(`${of(kind, id)}/publish`, {}),
  unpublish: (kind: string, id: string): Promise<Document> => post(`${of(kind, id)}/unpublish`, {}),
  remove: (kind: string, id: string): Promise<unknown> => request(of(kind, id), { method: 'DELETE' }),
  patch: async (yaml: string, key: Key, value: string | string[]): Promise<string> =>
    (await post<{ yaml: string }>(`${ROOT}/patch`, { yaml, key, value })).yaml,
  tryOut: async (kind: string, id: string, turn: TryOutTurn): Promise<Answer[]> =>
    (await post<{ answers: Answer[] }>(`${of(kind, id)}/try`, turn)).answers,
  draft: (material: string, kind: string): Promise<DraftProgress> => post(`${ROOT}/drafts`, { material, kind }),
  progress: (id: string): Promise<DraftProgress> => request(`${ROOT}/drafts/${id}`),
  cancel: (id: string): Promise<DraftProgress> => request(`${ROOT}/drafts/${id}`, { method: 'DELETE' }),
};
