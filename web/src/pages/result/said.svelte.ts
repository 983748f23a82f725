import { coach, type Comment, type Review } from '../../lib/coach';

/** What people say about a call and its scores. The page stands without it: where it can't be had, nothing is shown. */
export class SaidWatch {
  review = $state<Review | null>(null);
  comments = $state<Comment[]>([]);
  readonly anything = $derived(
    this.comments.length > 0 ||
      (this.review?.overrides.length ?? 0) > 0 ||
      this.review?.disputes.some((dispute) => dispute.answer !== null) === true,
  );

  constructor(private readonly id: string) {}

  async load(): Promise<void> {
    try {
      [this.review, this.comments] = await Promise.all([coach.review(this.id), coach.comments(this.id)]);
    } catch {
      this.review = null;
    }
  }
}
