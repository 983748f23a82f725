/** What is held before speech starts: two frames of the network's usual unevenness. */
const SMALLEST_S = 0.04;
/** Beyond this, waiting costs the talk more than a gap does. */
const LARGEST_S = 0.3;
/** A gap longer than this is the customer's own pause, not the network's. */
const PAUSE_S = 0.25;
const GROWTH = 1.5;
const SHRINKAGE = 0.9;
/** Playing this long without a gap earns a smaller buffer. */
const CLEAN_S = 8;

/** How much audio to hold before playing: grows at once when the network runs dry, shrinks slowly. Times in seconds. */
export class JitterTarget {
  seconds = SMALLEST_S;
  underruns = 0;
  private clean = 0;

  played(seconds: number): void {
    this.clean += seconds;
    if (this.clean >= CLEAN_S) {
      this.seconds = Math.max(SMALLEST_S, this.seconds * SHRINKAGE);
      this.clean = 0;
    }
  }

  /** The buffer was empty for `gap` seconds in the middle of an utterance, and audio has come again. */
  resumed(gap: number): void {
    if (gap > PAUSE_S) return;
    this.underruns += 1;
    this.clean = 0;
    this.seconds = Math.min(LARGEST_S, this.seconds * GROWTH);
  }
}
