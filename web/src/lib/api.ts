import { sentence } from './format';
import type { Answer, CallDetail, CallPage, Comparison, NewCall, Peaks, Scenario, Status, Ticket } from './types';

/** A request that failed: one plain sentence, and what to do about it. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly mend: string,
  ) {
    super(message);
  }
}

const OFFLINE = new ApiError(
  'offline',
  'The Ringside server does not answer.',
  'See that `ringside serve` is running, then try again.',
);

let heardSignedOut = (): void => undefined;

/** What is to be done once the server says that nobody is signed in (any more). */
export function onSignedOut(heard: () => void): void {
  heardSignedOut = heard;
}

function mendFor(status: number, code?: string): string {
  // What won't do, and what would, is in the message.
  if (status === 401 || status === 403 || code === 'weak_password' || code === 'too_many_tries') return '';
  if (code === 'unknown_link') return '';
  if (status === 404) return 'It may have been deleted. Go back and choose another.';
  // What is in the way of a call is in the message, and so is the mend.
  if (status === 409) return '';
  if (status === 429 || status === 503) return 'Wait a moment, then try again.';
  if (status >= 500) return 'Try again; the server’s log says more.';
  return 'Check what you entered and try again.';
}

/** Asks the server. Throws ApiError, and nothing else. */
export async function request<Body>(path: string, init: RequestInit = {}): Promise<Body> {
  const response = await fetched(path, { ...init, headers: { Accept: 'application/json', ...init.headers } });
  return (await response.json().catch(() => null)) as Body;
}

async function fetched(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw OFFLINE;
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: { code?: string; message?: string } } | null)?.error;
  // A proxy in front of a server that is down answers without the server's own error.
  if (!error && response.status >= 502) throw OFFLINE;
  if (error?.code === 'signed_out') heardSignedOut();
  throw new ApiError(
    error?.code ?? `http_${response.status}`,
    sentence(error?.message ?? `The server refused the request (${response.status})`),
    mendFor(response.status, error?.code),
  );
}

function posted(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

export function post<Body>(path: string, body: unknown): Promise<Body> {
  return request(path, posted(body));
}

/** A sound of the server's, whole, which takes a body to ask for. */
export async function sound(path: string, body: unknown): Promise<Blob> {
  return (await fetched(path, posted(body))).blob();
}

const callPath = (id: string): string => `/api/calls/${encodeURIComponent(id)}`;

export const api = {
  scenarios: async (): Promise<Scenario[]> => (await request<{ scenarios: Scenario[] }>('/api/scenarios')).scenarios,
  status: (): Promise<Status> => request('/api/status'),
  ring: (call: NewCall): Promise<Ticket> => post('/api/calls', call),
  calls: (limit: number, before?: string): Promise<CallPage> =>
    request(`/api/calls?limit=${limit}${before ? `&before=${encodeURIComponent(before)}` : ''}`),
  call: (id: string): Promise<CallDetail> => request(callPath(id)),
  answer: (scenario: string, moment: string, quality: Answer, seed: number): Promise<{ text: string; audio: string }> =>
    request(
      `/api/scenarios/${encodeURIComponent(scenario)}/moments/${encodeURIComponent(moment)}/answers/${quality}?seed=${seed}`,
    ),
  /** A sound of the server's, whole. */
  sound: async (path: string): Promise<Blob> => (await fetched(path)).blob(),
  comparison: (id: string): Promise<Comparison> => request(`${callPath(id)}/comparison`),
  grade: (id: string): Promise<unknown> => post(`${callPath(id)}/grade`, {}),
  remove: (id: string): Promise<unknown> => request(callPath(id), { method: 'DELETE' }),
  peaks: (id: string, buckets: number): Promise<Peaks> => request(`${callPath(id)}/peaks?buckets=${buckets}`),
};

/** Any failure as an ApiError, so that a page has one kind to show. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiError('page', sentence(`Something in the page failed: ${detail}`), 'Reload the page and try again.');
}
