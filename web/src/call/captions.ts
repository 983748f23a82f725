import type { Who } from '../lib/types';

export interface Caption {
  who: Who;
  text: string;
}

interface Piece {
  utterance: number;
  sample: number;
  text: string;
}

/** What has been said, in step with what has been heard: a customer's words show once their sound is played. */
export class Captions {
  private readonly pieces: Piece[] = [];
  private readonly played = new Map<number, number>();
  private learner = '';
  private last: Who = 'customer';

  words(utterance: number, sample: number, text: string): void {
    const same = this.pieces.some((piece) => piece.utterance === utterance && piece.sample === sample);
    if (!same) this.pieces.push({ utterance, sample, text });
  }

  heard(utterance: number, samples: number): void {
    this.played.set(utterance, Math.max(samples, this.played.get(utterance) ?? 0));
    this.last = 'customer';
  }

  said(text: string): void {
    this.learner = text;
    this.last = 'learner';
  }

  /** The line to show: the one who spoke last. */
  get line(): Caption | null {
    if (this.last === 'learner' && this.learner) return { who: 'learner', text: this.learner };
    const utterance = Math.max(...this.played.keys());
    const heard = this.played.get(utterance) ?? -1;
    const text = this.pieces
      .filter((piece) => piece.utterance === utterance && piece.sample < heard)
      .map((piece) => piece.text.trim())
      .join(' ');
    return text ? { who: 'customer', text } : null;
  }
}
