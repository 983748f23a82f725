import { describe, expect, it } from 'vitest';
import { CUSTOMER_RATE, Playback, type Played } from '../src/audio/playback';

const QUANTUM = 128;

function tone(samples: number, offset = 0): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) =>
    Math.round(16000 * Math.sin((2 * Math.PI * 500 * (i + offset)) / CUSTOMER_RATE)),
  );
}

/** A loudspeaker: renders quanta and keeps what it heard and was told. */
class Listener {
  readonly heard: number[] = [];
  readonly reports: Played[] = [];
  constructor(
    readonly playback: Playback,
    readonly rate: number,
  ) {}

  listen(seconds: number): this {
    for (let i = 0; i < Math.ceil((seconds * this.rate) / QUANTUM); i++) {
      const out = new Float32Array(QUANTUM);
      this.playback.render(out);
      this.heard.push(...out);
      this.reports.push(...this.playback.takeReports());
    }
    return this;
  }

  get loud(): number {
    return this.heard.filter((sample) => Math.abs(sample) > 1e-4).length;
  }
}

function listener(rate = 48000): Listener {
  return new Listener(new Playback(rate), rate);
}

describe('Playback', () => {
  it.each([44100, 48000, 24000, 96000])('plays frames as one stream, without a seam, at %i Hz', (rate) => {
    const ear = listener(rate);
    for (let i = 0; i < 50; i++) ear.playback.push(1, i * 480, tone(480, i * 480));
    ear.playback.end(1, 24000);
    ear.listen(1.2);
    const start = ear.heard.findIndex((sample) => Math.abs(sample) > 1e-3);
    let worst = 0;
    for (let i = start + 200; i < start + rate * 0.9; i++) {
      // A 500 Hz sine of this level never steps further than this between two samples.
      worst = Math.max(worst, Math.abs(ear.heard[i]! - ear.heard[i - 1]!));
    }
    expect(worst).toBeLessThan((0.5 * 2 * Math.PI * 500 * 1.05) / rate);
    expect(ear.reports.at(-1)).toEqual({ utterance: 1, samples: 24000, final: true });
  });

  it('reports about every 100 ms, never backwards, never more than came', () => {
    const ear = listener();
    ear.playback.push(7, 0, tone(24000));
    ear.playback.end(7, 24000);
    ear.listen(1.1);
    const figures = ear.reports.map((report) => report.samples);
    expect(figures).toEqual([...figures].sort((a, b) => a - b));
    expect(figures.length).toBeGreaterThanOrEqual(9);
    expect(figures.length).toBeLessThanOrEqual(12);
    expect(figures.at(-1)).toBe(24000);
  });

  it('reports what has left the loudspeaker, not what has been rendered', () => {
    const ear = listener();
    ear.playback.latency = 0.2;
    ear.playback.push(1, 0, tone(24000));
    ear.playback.end(1, 24000);
    ear.listen(1);
    expect(ear.reports.at(-1)!.samples).toBeLessThanOrEqual(0.8 * 24000);
    ear.listen(0.25);
    expect(ear.reports.at(-1)).toEqual({ utterance: 1, samples: 24000, final: true });
  });

  it('is silent 5 ms after clear and tells exactly how far it came', () => {
    const ear = listener();
    ear.playback.push(1, 0, tone(24000));
    ear.playback.end(1, 24000);
    ear.listen(0.5);
    ear.playback.clear(1);
    const before = ear.heard.length;
    ear.listen(0.2);
    const after = ear.heard.slice(before);
    expect(after.slice(0, 0.006 * 48000).some((sample) => Math.abs(sample) > 1e-3)).toBe(true);
    expect(after.slice(0.006 * 48000).every((sample) => sample === 0)).toBe(true);
    const last = ear.reports.at(-1)!;
    expect(last.final).toBe(true);
    expect(last.samples).toBeGreaterThan(0.5 * 24000);
    expect(last.samples).toBeLessThan(0.52 * 24000);
  });

  it('plays nothing of a cleared utterance that comes late, and the next one all the same', () => {
    const ear = listener();
    ear.playback.push(1, 0, tone(2400));
    ear.listen(0.02);
    ear.playback.clear(1);
    ear.listen(0.05);
    ear.heard.length = 0;
    ear.playback.push(1, 2400, tone(24000));
    expect(ear.listen(0.3).loud).toBe(0);
    ear.playback.push(2, 0, tone(4800));
    ear.playback.end(2, 4800);
    expect(ear.listen(0.4).loud).toBeGreaterThan(9000);
    expect(ear.reports.at(-1)).toEqual({ utterance: 2, samples: 4800, final: true });
  });

  it('answers a clear for an utterance that is already over with its whole length', () => {
    const ear = listener();
    ear.playback.push(1, 0, tone(2400));
    ear.playback.end(1, 2400);
    ear.listen(0.3);
    ear.playback.clear(1);
    ear.listen(0.01);
    expect(ear.reports.at(-1)).toEqual({ utterance: 1, samples: 2400, final: true });
  });

  it('holds more after the network ran dry, and a pause of the customer costs nothing', () => {
    const ear = listener();
    ear.playback.push(1, 0, tone(2400));
    ear.listen(0.2);
    const small = ear.playback.jitter.seconds;
    ear.playback.push(1, 2400, tone(2400));
    ear.listen(0.2);
    const grown = ear.playback.jitter.seconds;
    expect(grown).toBeGreaterThan(small);
    expect(ear.playback.jitter.underruns).toBe(1);
    ear.listen(1);
    ear.playback.push(1, 4800, tone(2400));
    ear.listen(0.2);
    expect(ear.playback.jitter.seconds).toBe(grown);
  });

  it('gives the buffer back slowly while all goes well', () => {
    const ear = listener();
    ear.playback.jitter.resumed(0.1);
    const grown = ear.playback.jitter.seconds;
    ear.playback.push(1, 0, tone(CUSTOMER_RATE * 10));
    ear.playback.end(1, CUSTOMER_RATE * 10);
    ear.listen(10);
    expect(ear.playback.jitter.seconds).toBeLessThan(grown);
    expect(ear.playback.jitter.seconds).toBeGreaterThan(grown * 0.8);
  });

  it('drops what was sent twice after a resume and jumps over what was lost', () => {
    const ear = listener();
    ear.playback.push(1, 0, tone(4800));
    ear.playback.push(1, 2400, tone(4800, 2400));
    ear.playback.push(1, 12000, tone(2400, 12000));
    ear.playback.end(1, 14400);
    ear.listen(1);
    expect(ear.loud).toBeLessThan(9600 * 2 + 200);
    expect(ear.loud).toBeGreaterThan(9600 * 2 - 400);
    expect(ear.reports.at(-1)!.samples).toBe(14400);
  });

  it('starts a first word shorter than the buffer without waiting for more', () => {
    const ear = listener();
    ear.playback.push(1, 0, tone(480));
    ear.playback.end(1, 480);
    expect(ear.listen(0.05).loud).toBeGreaterThan(800);
  });
});
