import type { Reaction } from '../../lib/coach';

/** What can be said of a quote in one key press. */
export const REACTIONS: Record<Reaction, { sign: string; title: string }> = {
  strong: { sign: '+', title: 'Strong' },
  question: { sign: '?', title: 'Why this?' },
  careful: { sign: '!', title: 'Careful' },
  again: { sign: '↻', title: 'Worth trying again' },
};
