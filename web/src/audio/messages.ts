import type { Played } from './playback';

/** What the page tells its worklets, and what they tell it. */
export type ToPlayback =
  | { type: 'audio'; utterance: number; first: number; pcm: Int16Array<ArrayBuffer> }
  | { type: 'end'; utterance: number; samples: number }
  | { type: 'clear'; utterance: number }
  | { type: 'latency'; seconds: number };

export type FromPlayback = { type: 'played'; played: Played } | { type: 'level'; level: number };

export type ToCapture = { type: 'mute'; on: boolean };

export type FromCapture = { type: 'frame'; pcm: Int16Array<ArrayBuffer>; level: number };
