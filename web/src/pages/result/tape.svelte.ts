import { solo } from '../../lib/solo';

/** Quotes are cut this much later than the last word's end, so that it isn't clipped. */
const TAIL_S = 0.25;
const LEAD_S = 0.1;

/** The call's recording as the page plays it: one element, shared by the waveform, the transcript and every quote. */
export class TapePlayer {
  readonly audio = new Audio();
  time = $state(0);
  playing = $state(false);
  failed = $state(false);
  /** The browser knows the recording's format: Safari does from 18.4 on. */
  readonly known = this.audio.canPlayType('audio/ogg; codecs=opus') !== '';
  /** Where the quote under way ends, and which one it is. */
  private until: number | null = null;
  quote = $state<string | null>(null);
  /** How fast it plays. */
  rate = $state(1);
  /** Stretches that are left out while it plays, in order. */
  skipped: readonly { start_s: number; end_s: number }[] = [];

  constructor(url: string) {
    this.audio.preload = 'metadata';
    this.audio.src = url;
    this.audio.onplay = () => {
      solo(this.audio);
      this.playing = true;
      this.watch();
    };
    this.audio.onpause = () => {
      this.playing = false;
      this.quote = null;
    };
    this.audio.onseeked = () => (this.time = this.audio.currentTime);
    this.audio.onerror = () => (this.failed = true);
  }

  toggle(): void {
    if (this.audio.paused) this.start();
    else this.audio.pause();
  }

  seek(seconds: number): void {
    this.until = null;
    this.quote = null;
    this.audio.currentTime = Math.max(0, seconds);
    this.time = this.audio.currentTime;
  }

  speed(rate: number): void {
    this.rate = rate;
    this.audio.playbackRate = rate;
  }

  /** Plays one stretch; pressing it again stops it. */
  playQuote(key: string, start: number, end: number): void {
    if (this.quote === key) {
      this.audio.pause();
      return;
    }
    this.seek(start - LEAD_S);
    this.until = end + TAIL_S;
    this.quote = key;
    this.start();
  }

  dispose(): void {
    this.audio.pause();
    this.audio.removeAttribute('src');
  }

  private start(): void {
    this.audio.play().catch((error: unknown) => {
      // Interrupted by a pause or another seek: nothing is wrong.
      if (!(error instanceof DOMException && error.name === 'AbortError')) this.failed = true;
    });
  }

  /** Follows the playing position frame by frame: the element's own time events come four times a second. */
  private watch(): void {
    this.time = this.audio.currentTime;
    const silence = this.skipped.find(({ start_s, end_s }) => this.time >= start_s && this.time < end_s);
    if (silence) this.audio.currentTime = silence.end_s;
    if (this.until !== null && this.time >= this.until) {
      this.until = null;
      this.audio.pause();
    }
    if (!this.audio.paused) requestAnimationFrame(() => this.watch());
  }
}
