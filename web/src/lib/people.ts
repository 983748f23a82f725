import { post, request, sound } from './api';
import type { CallSummary, Persona } from './types';

/** What the server says of people, as documented with its HTTP interface. */

export type Role = 'learner' | 'coach' | 'author' | 'admin';
export const ROLES: readonly Role[] = ['learner', 'coach', 'author', 'admin'];

export interface Team {
  id: string;
  name: string;
}

export interface Person {
  id: string;
  login: string;
  name: string;
  roles: Role[];
  teams: Team[];
  disabled: boolean;
}

export interface Me {
  /** Whether there are any; if not, everything works without signing in. */
  accounts: boolean;
  /** Whether the first admin can be made from here. */
  setup: boolean;
  person: Person | null;
}

export interface NewPerson {
  login: string;
  name: string;
  password: string;
}

export interface LinkInfo {
  kind: 'invitation' | 'reset';
  roles: Role[];
  team: string | null;
  name: string | null;
  expires_at: string;
}

export interface Invitation {
  id: string;
  roles: Role[];
  team: Team | null;
  note: string;
  expires_at: string;
}

/** A link that is shown once. */
export interface OnceShown {
  id: string;
  link: string;
  expires_at: string;
}

export interface Session {
  id: string;
  browser: string;
  created_at: string;
  seen_at: string;
  current: boolean;
}

export interface AuditEntry {
  at: string;
  by: string;
  act: string;
  subject: string;
  details: Record<string, unknown>;
}

export interface TeamChoice extends Team {
  coaches: string[];
}

export interface Share {
  team: Team;
  coaches: string[];
  shared_at: string;
  submitted: boolean;
}

export interface Shares {
  shares: Share[];
  teams: TeamChoice[];
}

export interface SharedCall {
  call: CallSummary;
  learner: string;
  teams: string[];
  shared_at: string;
}

export interface MomentLink {
  id: string;
  link: string;
  from_s: number;
  to_s: number;
  expires_at: string;
}

export interface SharedMoment {
  title: string;
  persona: Persona;
  from_s: number;
  to_s: number;
  turns: { who: 'learner' | 'customer'; speaker: string; text: string; start_s: number; end_s: number }[];
  tape: boolean;
  expires_at: string;
}

function send<Body>(method: string, path: string, body: unknown): Promise<Body> {
  return request(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

const remove = (path: string): Promise<unknown> => request(path, { method: 'DELETE' });
const call = (id: string): string => `/api/calls/${encodeURIComponent(id)}`;

export const people = {
  me: (): Promise<Me> => request('/api/me'),
  setUp: (person: NewPerson): Promise<Me> => post('/api/setup', person),
  signIn: (login: string, password: string): Promise<Me> => post('/api/session', { login, password }),
  signOut: (): Promise<unknown> => remove('/api/session'),
  look: (token: string): Promise<LinkInfo> => post('/api/links/look', { token }),
  accept: (token: string, person: NewPerson): Promise<Me> => post('/api/links/accept', { token, ...person }),
  renew: (token: string, password: string): Promise<Me> => post('/api/links/renew', { token, password }),

  sessions: async (): Promise<Session[]> => (await request<{ sessions: Session[] }>('/api/me/sessions')).sessions,
  signOutThere: (id: string): Promise<unknown> => remove(`/api/me/sessions/${encodeURIComponent(id)}`),
  signOutEverywhere: (): Promise<unknown> => remove('/api/me/sessions'),
  changePassword: (old: string, next: string): Promise<unknown> => send('PUT', '/api/me/password', { old, new: next }),

  people: async (): Promise<Person[]> => (await request<{ people: Person[] }>('/api/people')).people,
  change: (id: string, to: { roles?: Role[]; teams?: string[]; disabled?: boolean; name?: string }): Promise<Person> =>
    send('PATCH', `/api/people/${encodeURIComponent(id)}`, to),
  reset: (id: string): Promise<OnceShown> => post(`/api/people/${encodeURIComponent(id)}/reset`, {}),
  teams: async (): Promise<Team[]> => (await request<{ teams: Team[] }>('/api/teams')).teams,
  addTeam: (name: string): Promise<Team> => post('/api/teams', { name }),
  renameTeam: (id: string, name: string): Promise<Team> =>
    send('PATCH', `/api/teams/${encodeURIComponent(id)}`, { name }),
  removeTeam: (id: string): Promise<unknown> => remove(`/api/teams/${encodeURIComponent(id)}`),
  invitations: async (): Promise<Invitation[]> =>
    (await request<{ invitations: Invitation[] }>('/api/invitations')).invitations,
  invite: (wish: { roles: Role[]; team: string | null; note: string; days: number }): Promise<OnceShown> =>
    post('/api/invitations', wish),
  withdraw: (id: string): Promise<unknown> => remove(`/api/invitations/${encodeURIComponent(id)}`),
  audit: async (): Promise<AuditEntry[]> => (await request<{ entries: AuditEntry[] }>('/api/audit')).entries,

  shared: async (): Promise<SharedCall[]> => (await request<{ calls: SharedCall[] }>('/api/shared?limit=200')).calls,
  shares: (id: string): Promise<Shares> => request(`${call(id)}/shares`),
  share: (id: string, team: string): Promise<Shares> => post(`${call(id)}/shares`, { team }),
  takeBack: (id: string, team: string): Promise<Shares> =>
    request(`${call(id)}/shares/${encodeURIComponent(team)}`, { method: 'DELETE' }),
  links: async (id: string): Promise<MomentLink[]> =>
    (await request<{ links: MomentLink[] }>(`${call(id)}/links`)).links,
  addLink: (id: string, from: number, to: number): Promise<MomentLink> =>
    post(`${call(id)}/links`, { from_s: from, to_s: to }),
  revoke: (id: string, link: string): Promise<unknown> => remove(`${call(id)}/links/${encodeURIComponent(link)}`),
  moment: (token: string): Promise<SharedMoment> => post('/api/moment', { token }),
  momentTape: (token: string): Promise<Blob> => sound('/api/moment/tape', { token }),
};

/** The secret of a link stands behind the #, so that no server sees it in an address. */
export const tokenOfAddress = (): string => location.hash.slice(1);
