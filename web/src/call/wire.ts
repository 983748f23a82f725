import type { Who } from '../lib/types';

/** The WebSocket subprotocol of a call. */
export const SUBPROTOCOL = 'ringside.v1';

export type CallState = 'ringing' | 'listening' | 'speaking' | 'away' | 'held' | 'ended';

export type Up =
  | { type: 'hello'; sample_rate: 16000 }
  | { type: 'played'; utterance: number; samples: number }
  | { type: 'mute'; on: boolean }
  | { type: 'text'; text: string }
  | { type: 'hangup' }
  | { type: 'resume'; token: string; samples: number };

export type Down =
  | { type: 'ready'; sample_rate: number; call: string }
  | { type: 'state'; value: CallState; speaker?: string }
  | { type: 'partial'; text: string }
  | { type: 'turn'; who: Who; text: string; turn: number; speaker?: string }
  | { type: 'words'; utterance: number; sample: number; text: string; origin: 'opener' | 'writer' | 'authored' }
  | { type: 'spoken'; utterance: number; samples: number }
  | { type: 'clear'; utterance: number }
  | { type: 'duck'; utterance: number; on: boolean }
  | { type: 'error'; code: string; message: string }
  | { type: 'ended'; reason: string; result?: string | null };

const KINDS: ReadonlySet<string> = new Set([
  'ready',
  'state',
  'partial',
  'turn',
  'words',
  'spoken',
  'clear',
  'duck',
  'error',
  'ended',
] satisfies Down['type'][]);

/** A text frame from the server; null for what this page doesn't know, which is passed over. */
export function parseText(text: string): Down | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const type = (value as { type?: unknown } | null)?.type;
  return typeof type === 'string' && KINDS.has(type) ? (value as Down) : null;
}

export interface AudioFrame {
  utterance: number;
  first: number;
  pcm: Int16Array<ArrayBuffer>;
}

const HEADER_BYTES = 8;

/** A binary frame: u32 utterance, u32 first sample, PCM s16, all little-endian; null if it is too short or odd. */
export function parseAudio(frame: ArrayBuffer): AudioFrame | null {
  const bytes = frame.byteLength - HEADER_BYTES;
  if (bytes < 0 || bytes % 2 !== 0) return null;
  const view = new DataView(frame);
  const pcm = new Int16Array(bytes / 2);
  for (let i = 0; i < pcm.length; i++) pcm[i] = view.getInt16(HEADER_BYTES + 2 * i, true);
  return { utterance: view.getUint32(0, true), first: view.getUint32(4, true), pcm };
}

/** The WebSocket's address: `socket` is a path or a whole address. */
export function socketAddress(socket: string, page: string): string {
  const url = new URL(socket, page);
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}
