import { asApiError, type ApiError } from '../../lib/api';

/** Something that is sent to the server: one at a time, and what went wrong the last time. */
export class Sending {
  working = $state(false);
  error = $state<ApiError | null>(null);

  /** Whether it went well. */
  async send(work: () => Promise<unknown>): Promise<boolean> {
    if (this.working) return false;
    this.working = true;
    this.error = null;
    try {
      await work();
      return true;
    } catch (failure) {
      this.error = asApiError(failure);
      return false;
    } finally {
      this.working = false;
    }
  }
}
