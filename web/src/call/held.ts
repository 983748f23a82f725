import type { Scenario, Ticket } from '../lib/types';
import type { Practice } from './practice';

/** What has been heard of an utterance, in samples at 24 kHz; `final` once nothing of it is still to come. */
export interface HeardSoFar {
  utterance: number;
  samples: number;
  final: boolean;
}

/** What a page needs to be back in a call that it fell out of, by a reload or because the browser put it away. */
export interface HeldCall {
  ticket: Ticket;
  scenario: Scenario;
  practice: Practice;
  typed: boolean;
  muted: boolean;
  pickedUp: boolean;
  /** Since the pick-up. */
  seconds: number;
  heard: HeardSoFar | null;
  /** When the page was last in the call, in milliseconds since the epoch. */
  at: number;
}

const KEY = 'ringside.call';

/** Kept for this tab alone: the token is the right to speak in the call. */
export const heldCall = {
  keep(call: HeldCall): void {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(call));
    } catch {
      // A browser that keeps nothing: a reload ends the call, once the server has held it in vain.
    }
  },

  find(): HeldCall | null {
    try {
      const call = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as HeldCall | null;
      return call?.ticket?.id && call.practice ? call : null;
    } catch {
      return null;
    }
  },

  forget(): void {
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Nothing was kept.
    }
  },
};
