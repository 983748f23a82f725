import { level, toInt16 } from './pcm';
import { Resampler } from './resample';

/** The learner's side of the wire: 16 kHz mono. */
export const LEARNER_RATE = 16_000;
/** 20 ms. */
export const FRAME_SAMPLES = 320;

export interface Frame {
  pcm: Int16Array<ArrayBuffer>;
  level: number;
}

/** Cuts a microphone stream of any rate into frames of 20 ms at 16 kHz. While muted, frames are silence: the clock goes on. */
export class Framer {
  muted = false;
  private readonly resampler: Resampler;
  private readonly frame = new Float32Array(FRAME_SAMPLES);
  private scratch = new Float32Array(0);
  private filled = 0;

  constructor(deviceRate: number) {
    this.resampler = new Resampler(deviceRate, LEARNER_RATE);
  }

  /** Takes the next input at the device's rate and returns the frames that it completes. */
  push(input: Float32Array): Frame[] {
    const capacity = this.resampler.capacity(input.length);
    if (this.scratch.length < capacity) this.scratch = new Float32Array(capacity);
    const count = this.resampler.process(input, this.scratch);
    const frames: Frame[] = [];
    for (let i = 0; i < count; i++) {
      this.frame[this.filled++] = this.muted ? 0 : this.scratch[i]!;
      if (this.filled === FRAME_SAMPLES) {
        frames.push({ pcm: toInt16(this.frame), level: level(this.frame) });
        this.filled = 0;
      }
    }
    return frames;
  }
}
