import { api, asApiError, type ApiError } from '../../lib/api';
import { coach, type Comment, type NewComment, type Replay, type Review } from '../../lib/coach';
import type { CallDetail, Criterion, Level, Peaks } from '../../lib/types';
import { TapePlayer } from '../result/tape.svelte';

const BUCKETS = 1000;

/** A call as a coach has it: what was said, how it was scored, what people say about that. */
export class ReplayWatch {
  call = $state<CallDetail | null>(null);
  replay = $state<Replay | null>(null);
  review = $state<Review | null>(null);
  comments = $state<Comment[]>([]);
  peaks = $state<Peaks | null>(null);
  tape = $state<TapePlayer | null>(null);
  error = $state<ApiError | null>(null);
  /** What was done last, told to those who don't see it. */
  news = $state('');
  readonly criteria: Criterion[] = $derived(this.call?.grade?.sections.flatMap((section) => section.criteria) ?? []);

  constructor(readonly id: string) {
    void this.load();
  }

  async load(): Promise<void> {
    this.error = null;
    try {
      const [call, replay, comments] = await Promise.all([
        api.call(this.id),
        coach.replay(this.id),
        coach.comments(this.id),
      ]);
      this.call = call;
      this.replay = replay;
      this.comments = comments;
      if (call.tape && !this.tape) this.tape = new TapePlayer(call.tape.url);
      if (call.tape) this.peaks = await api.peaks(this.id, BUCKETS);
      await this.reload();
    } catch (failure) {
      this.error = asApiError(failure);
    }
  }

  /** What stands beside the machine's level; whoever scores the call blind isn't told. */
  async reload(): Promise<void> {
    if (this.call?.grade) this.review = await coach.review(this.id);
  }

  async override(criterion: string, level: Level, reason: string): Promise<boolean> {
    const version = this.review?.history.findLast((override) => override.criterion === criterion)?.version ?? 0;
    const made = await this.attempt(() => coach.override(this.id, criterion, level, reason, version));
    // Somebody else's, which is shown beside the error.
    await this.reload().catch(() => undefined);
    if (made) this.news = 'Your level is kept.';
    return made !== null;
  }

  async answer(dispute: number, answer: string, level: Level): Promise<boolean> {
    const made = await this.attempt(() => coach.answer(this.id, dispute, answer, level));
    await this.reload().catch(() => undefined);
    if (made) this.news = 'The dispute is answered.';
    return made !== null;
  }

  async reviewed(): Promise<boolean> {
    const made = await this.attempt(() => coach.reviewed(this.id));
    await this.reload().catch(() => undefined);
    if (made) this.news = 'The call is reviewed.';
    return made !== null;
  }

  async comment(comment: NewComment): Promise<boolean> {
    return this.added(await this.attempt(() => coach.comment(this.id, comment)));
  }

  async voice(at: number, sound: Blob): Promise<boolean> {
    return this.added(await this.attempt(() => coach.voice(this.id, at, sound)));
  }

  async takeBack(comment: number): Promise<void> {
    await this.attempt(() => coach.takeBack(this.id, comment));
    this.comments = await coach.comments(this.id);
  }

  stop(): void {
    this.tape?.dispose();
  }

  private added(made: Comment | null): boolean {
    if (!made) return false;
    this.comments = [...this.comments, made].sort((one, other) => one.at_s - other.at_s);
    this.news = 'The comment is kept.';
    return true;
  }

  private async attempt<Made>(work: () => Promise<Made>): Promise<Made | null> {
    this.error = null;
    try {
      return await work();
    } catch (failure) {
      this.error = asApiError(failure);
      return null;
    }
  }
}
