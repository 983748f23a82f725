import { toFloat } from './pcm';
import { Resampler } from './resample';

/** A stretch without a hole: output samples and where in the utterance they begin. */
interface Run {
  base: number;
  resampler: Resampler;
  chunks: Float32Array[];
  head: number;
  consumed: number;
}

/** One utterance of the customer: what has come, at the wire's rate, and what of it has been rendered at the device's. */
export class Utterance {
  /** Samples known in all, once the server has said so. */
  total: number | null = null;
  available = 0;
  private received = 0;
  private readonly runs: Run[] = [];

  constructor(
    readonly id: number,
    private readonly sourceRate: number,
    private readonly deviceRate: number,
  ) {}

  /** Adds audio from sample `first` on. What came before is dropped; after a hole, playing jumps over it. */
  push(first: number, pcm: Int16Array): void {
    const fresh = pcm.subarray(Math.max(0, this.received - first));
    if (fresh.length === 0) return;
    const start = Math.max(first, this.received);
    let run = this.runs.at(-1);
    if (!run || start > this.received) {
      if (run) this.flush(run);
      run = {
        base: start,
        resampler: new Resampler(this.sourceRate, this.deviceRate),
        chunks: [],
        head: 0,
        consumed: 0,
      };
      this.runs.push(run);
    }
    const out = new Float32Array(run.resampler.capacity(fresh.length));
    this.keep(run, out.subarray(0, run.resampler.process(toFloat(fresh), out)));
    this.received = start + fresh.length;
  }

  /** All has been sent: `samples` in all. */
  end(samples: number): void {
    if (this.total !== null) return;
    this.total = samples;
    const run = this.runs.at(-1);
    if (run) this.flush(run);
  }

  get done(): boolean {
    return this.total !== null && this.available === 0;
  }

  /** How far it has been rendered, in samples at the wire's rate. */
  get position(): number {
    if (this.done) return this.total!;
    const run = this.runs[0];
    if (!run) return this.received;
    return Math.min(this.received, run.base + Math.floor((run.consumed * this.sourceRate) / this.deviceRate));
  }

  /** Renders into `out`; returns how many samples there were. */
  read(out: Float32Array): number {
    let written = 0;
    while (written < out.length && this.available > 0) {
      const run = this.runs[0]!;
      const chunk = run.chunks[0];
      if (!chunk) {
        this.runs.shift();
        continue;
      }
      const count = Math.min(out.length - written, chunk.length - run.head);
      out.set(chunk.subarray(run.head, run.head + count), written);
      written += count;
      run.head += count;
      run.consumed += count;
      this.available -= count;
      if (run.head === chunk.length) {
        run.chunks.shift();
        run.head = 0;
      }
    }
    return written;
  }

  private flush(run: Run): void {
    const out = new Float32Array(run.resampler.capacity(128));
    const count = run.resampler.flush(out);
    // The look-ahead's zeros may push out more than the stream holds; the surplus is silence past its end.
    const whole = Math.ceil(((this.received - run.base) * this.deviceRate) / this.sourceRate);
    const have = run.consumed + run.chunks.reduce((sum, chunk) => sum + chunk.length, 0) - run.head;
    this.keep(run, out.subarray(0, Math.max(0, Math.min(count, whole - have))));
  }

  private keep(run: Run, samples: Float32Array): void {
    if (samples.length === 0) return;
    run.chunks.push(samples);
    this.available += samples.length;
  }
}
