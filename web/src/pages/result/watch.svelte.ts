import { api, asApiError, type ApiError } from '../../lib/api';
import type { CallDetail } from '../../lib/types';
import { TapePlayer } from './tape.svelte';

const POLL_MS = 500;
/** A recording that isn't there ten seconds after the call doesn't come any more. */
const TAPE_POLLS = 20;

/** One call as the server knows it, followed for as long as it changes: it goes on, is graded, its recording is finished. */
export class CallWatch {
  call = $state<CallDetail | null>(null);
  tape = $state<TapePlayer | null>(null);
  error = $state<ApiError | null>(null);
  /** More is to come. */
  changing = $state(true);
  readonly over = $derived(this.call?.status === 'ended' || this.call?.status === 'interrupted');
  /** What those are told who wait for a score and don't see the page. */
  news = $state('');
  private tapePolls = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(private readonly id: string) {
    void this.load();
  }

  async load(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const found = await api.call(this.id);
      if (this.stopped) return;
      if (this.call && !this.call.grade && found.grade) this.news = spoken(found.grade.score);
      if (!found.grade && found.grade_state.state === 'running') this.news = 'Your call is being scored.';
      this.error = null;
      this.call = found;
      if (found.tape && !this.tape) this.tape = new TapePlayer(found.tape.url);
      if (!found.tape && found.grade) this.tapePolls += 1;
      this.changing = this.more(found);
      if (this.changing) this.timer = setTimeout(() => void this.load(), POLL_MS);
    } catch (failure) {
      this.error = asApiError(failure);
    }
  }

  /** Has it graded, for the first time or anew. */
  async grade(): Promise<void> {
    try {
      await api.grade(this.id);
      await this.load();
    } catch (failure) {
      this.error = asApiError(failure);
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.tape?.dispose();
  }

  private more(found: CallDetail): boolean {
    if (found.status !== 'ended' && found.status !== 'interrupted') return true;
    const { state } = found.grade_state;
    if (state === 'running' || (state === 'pending' && found.status === 'ended')) return true;
    return found.tape === null && found.turns.length > 0 && this.tapePolls < TAPE_POLLS;
  }
}

function spoken(score: number | null): string {
  return score === null
    ? 'Your call is graded: not enough was said to score it.'
    : `Your score: ${Math.round(score)} of 100.`;
}
