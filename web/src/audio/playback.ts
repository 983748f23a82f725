import { JitterTarget } from './jitter';
import { level } from './pcm';
import { Utterance } from './utterance';

/** The customer's side of the wire: 24 kHz mono. */
export const CUSTOMER_RATE = 24_000;
/** `clear` fades this long, so that the cut doesn't click. */
const FADE_S = 0.005;
/** A resumed utterance rises this long, for the same reason. */
const RISE_S = 0.002;
/** How often it is told what has been played. */
const REPORT_S = 0.1;
const LEVEL_S = 0.05;

/** What has been heard of an utterance, in samples at 24 kHz. */
export interface Played {
  utterance: number;
  samples: number;
  final: boolean;
}

/**
 * Plays utterances one behind the other, without gaps, at the device's rate.
 *
 * Time is the count of rendered samples. What is reported is what has left the loudspeaker: reports wait for the
 * output's latency, except after `clear`, when what has been rendered will still be heard and nothing follows.
 */
export class Playback {
  readonly jitter = new JitterTarget();
  /** Seconds from rendering to the loudspeaker. */
  latency = 0;
  /** Root mean square of the last 50 ms rendered. */
  level = 0;
  private readonly queue: Utterance[] = [];
  private readonly settled = new Map<number, number>();
  private readonly pending: { at: number; played: Played }[] = [];
  private frame = 0;
  private flowing = false;
  private emptySince: number | null = null;
  private waitingSince: number | null = null;
  private rise = 0;
  private fade: { utterance: Utterance; left: number } | null = null;
  private untilReport = 0;
  private levelSum = 0;
  private levelCount = 0;

  constructor(private readonly rate: number) {}

  /** Audio of an utterance from its sample `first` on. Ignored once the utterance is over or cleared. */
  push(utterance: number, first: number, pcm: Int16Array): void {
    if (this.settled.has(utterance)) return;
    this.find(utterance).push(first, pcm);
  }

  /** All audio of the utterance has been sent. */
  end(utterance: number, samples: number): void {
    if (!this.settled.has(utterance)) this.find(utterance).end(samples);
  }

  /** Stops the utterance; nothing of it is heard after the fade. */
  clear(utterance: number): void {
    const known = this.settled.get(utterance);
    if (known !== undefined) {
      this.report(utterance, known, true, 0);
      return;
    }
    const index = this.queue.findIndex((item) => item.id === utterance);
    const item = this.queue[index];
    if (item && index === 0 && this.flowing && item.available > 0) {
      this.fade = { utterance: item, left: Math.round(FADE_S * this.rate) };
      this.queue.shift();
      this.settled.set(utterance, item.position);
      return;
    }
    if (item) this.queue.splice(index, 1);
    if (index === 0) this.stop();
    this.settle(utterance, item?.position ?? 0, 0);
  }

  /** Fills `out` with the next samples. */
  render(out: Float32Array): void {
    out.fill(0);
    if (this.fade) this.renderFade(out, this.fade);
    else this.renderQueue(out);
    this.frame += out.length;
    this.meter(out);
  }

  /** What has been heard since the last call, oldest first. */
  takeReports(): Played[] {
    const due = this.pending.filter((item) => item.at <= this.frame).map((item) => item.played);
    if (due.length > 0)
      this.pending.splice(0, this.pending.length, ...this.pending.filter((item) => item.at > this.frame));
    return due;
  }

  private renderFade(out: Float32Array, fade: { utterance: Utterance; left: number }): void {
    const whole = Math.round(FADE_S * this.rate);
    const count = fade.utterance.read(out.subarray(0, Math.min(out.length, fade.left)));
    for (let i = 0; i < count; i++) out[i] = out[i]! * ((fade.left - i) / whole);
    fade.left -= out.length;
    if (fade.left > 0 && fade.utterance.available > 0) return;
    this.fade = null;
    this.stop();
    this.settle(fade.utterance.id, fade.utterance.position, 0);
  }

  private renderQueue(out: Float32Array): void {
    let written = 0;
    while (written < out.length) {
      const head = this.queue[0];
      if (!head) return this.stop();
      if (!this.flowing && !this.mayStart(head)) return;
      written += this.renderHead(head, out.subarray(written));
      if (head.done || (head.available === 0 && this.queue.length > 1)) {
        this.queue.shift();
        this.settle(head.id, head.position, this.latency);
      } else if (head.available === 0) {
        this.flowing = false;
        this.emptySince = this.frame;
        return;
      }
    }
  }

  private renderHead(head: Utterance, out: Float32Array): number {
    const dry = head.total === null && head.available <= out.length;
    const count = head.read(out);
    for (let i = 0; i < count && this.rise > 0; i++, this.rise--)
      out[i] = out[i]! * (1 - this.rise / (RISE_S * this.rate));
    // Nothing follows yet: the last samples fall to silence rather than break off.
    if (dry) for (let i = 0; i < count; i++) out[i] = out[i]! * (1 - (i + 1) / count);
    this.jitter.played(count / this.rate);
    this.untilReport -= count;
    if (this.untilReport <= 0 && !head.done) {
      this.untilReport = REPORT_S * this.rate;
      this.report(head.id, head.position, false, this.latency);
    }
    return count;
  }

  private mayStart(head: Utterance): boolean {
    if (head.available === 0 && !head.done) return false;
    this.waitingSince ??= this.frame;
    const enough = head.available >= this.jitter.seconds * this.rate;
    const waited = this.frame - this.waitingSince >= this.jitter.seconds * this.rate;
    if (!enough && !waited && head.total === null) return false;
    if (this.emptySince !== null) {
      this.jitter.resumed((this.waitingSince - this.emptySince) / this.rate);
      this.rise = Math.round(RISE_S * this.rate);
    }
    this.flowing = true;
    this.emptySince = null;
    this.waitingSince = null;
    return true;
  }

  private stop(): void {
    this.flowing = false;
    this.emptySince = null;
    this.waitingSince = null;
  }

  private settle(utterance: number, samples: number, latency: number): void {
    this.settled.set(utterance, samples);
    this.report(utterance, samples, true, latency);
  }

  private report(utterance: number, samples: number, final: boolean, latency: number): void {
    if (latency === 0) {
      // Cleared: this figure stands, and what was still to be told about the utterance is less than it.
      const others = this.pending.filter((item) => item.played.utterance !== utterance);
      this.pending.splice(0, this.pending.length, ...others);
    }
    this.pending.push({ at: this.frame + Math.round(latency * this.rate), played: { utterance, samples, final } });
  }

  private find(id: number): Utterance {
    let found = this.queue.find((item) => item.id === id);
    if (!found) {
      found = new Utterance(id, CUSTOMER_RATE, this.rate);
      this.queue.push(found);
    }
    return found;
  }

  private meter(out: Float32Array): void {
    this.levelSum += level(out) ** 2 * out.length;
    this.levelCount += out.length;
    if (this.levelCount < LEVEL_S * this.rate) return;
    this.level = Math.sqrt(this.levelSum / this.levelCount);
    this.levelSum = 0;
    this.levelCount = 0;
  }
}
