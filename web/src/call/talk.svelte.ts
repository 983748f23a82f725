import { Captions, type Caption } from './captions';
import type { CallState, Down } from './wire';

/** What the learner sees of the conversation: whose turn it is, and the line that was last heard. */
export class Talk {
  state = $state<CallState>('ringing');
  /** The learner has finished, and the customer hasn't begun. */
  thinking = $state(false);
  /** Who is on the customer's end, by name; empty until somebody has spoken. */
  speaker = $state('');
  caption = $state<Caption | null>(null);
  private readonly captions = new Captions();
  private lastTurn = -1;

  enter(state: CallState, speaker = ''): void {
    this.state = state;
    if (speaker) this.speaker = speaker;
    if (state === 'speaking') this.thinking = false;
  }

  partial(text: string): void {
    this.captions.said(text);
    this.caption = this.captions.line;
  }

  turn({ who, text, turn }: Extract<Down, { type: 'turn' }>): void {
    // A turn that comes again has only been heard better: it is no news.
    if (who !== 'learner' || turn <= this.lastTurn) return;
    this.lastTurn = turn;
    this.captions.said(text);
    this.thinking = this.state !== 'speaking';
    this.caption = this.captions.line;
  }

  words({ utterance, sample, text }: Extract<Down, { type: 'words' }>): void {
    this.captions.words(utterance, sample, text);
    this.caption = this.captions.line;
  }

  heard(utterance: number, samples: number): void {
    this.captions.heard(utterance, samples);
    this.caption = this.captions.line;
  }
}
