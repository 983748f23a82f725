import { describe, expect, it } from 'vitest';
import { Framer, FRAME_SAMPLES } from '../src/audio/framer';
import { level } from '../src/audio/pcm';
import { Resampler } from '../src/audio/resample';

const DEVICE_RATES = [8000, 16000, 22050, 32000, 44100, 48000, 96000, 192000];

function tone(frequency: number, rate: number, seconds = 1): Float32Array {
  return Float32Array.from(
    { length: Math.round(rate * seconds) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * frequency * i) / rate),
  );
}

function resample(input: Float32Array, from: number, to: number, block = 128): Float32Array {
  const resampler = new Resampler(from, to);
  const out: number[] = [];
  for (let i = 0; i < input.length; i += block) {
    const part = input.subarray(i, i + block);
    const room = new Float32Array(resampler.capacity(part.length));
    out.push(...room.subarray(0, resampler.process(part, room)));
  }
  const room = new Float32Array(resampler.capacity(4096));
  out.push(...room.subarray(0, resampler.flush(room)));
  return Float32Array.from(out);
}

/** Root mean square away from the edges, where the filter has all its input. */
function inner(samples: Float32Array): number {
  return level(samples.subarray(samples.length / 4, (3 * samples.length) / 4));
}

describe('Resampler', () => {
  it.each(DEVICE_RATES)('keeps a 1 kHz tone from %i Hz in time and in level', (rate) => {
    const out = resample(tone(1000, rate), rate, 16000);
    const expected = tone(1000, 16000);
    const middle = 8000;
    let worst = 0;
    for (let i = middle - 2000; i < middle + 2000; i++) worst = Math.max(worst, Math.abs(out[i]! - expected[i]!));
    expect(worst).toBeLessThan(0.002);
  });

  it.each([44100, 48000, 96000])('lets nothing above 8 kHz fold back into speech from %i Hz', (rate) => {
    for (const frequency of [8500, 10000, 12000, 15000]) {
      expect(
        20 * Math.log10(inner(resample(tone(frequency, rate), rate, 16000)) / inner(tone(1000, 16000))),
      ).toBeLessThan(-60);
    }
  });

  it.each([300, 3400, 6500])('passes %i Hz within 0.3 dB', (frequency) => {
    const gain = 20 * Math.log10(inner(resample(tone(frequency, 48000), 48000, 16000)) / inner(tone(frequency, 16000)));
    expect(Math.abs(gain)).toBeLessThan(0.3);
  });

  it('leaves no image above the old Nyquist frequency when it goes up', () => {
    const out = resample(tone(3000, 24000), 24000, 48000);
    const expected = tone(3000, 48000);
    let worst = 0;
    for (let i = 10000; i < 30000; i++) worst = Math.max(worst, Math.abs(out[i]! - expected[i]!));
    expect(worst).toBeLessThan(0.002);
  });

  it('gives the same samples however the stream is cut', () => {
    const input = tone(700, 44100, 0.2);
    expect(resample(input, 44100, 16000, 128)).toEqual(resample(input, 44100, 16000, 1000));
  });

  it('names a rate it cannot use', () => {
    expect(() => new Resampler(44100.5, 16000)).toThrow('44100.5');
  });
});

describe('Framer', () => {
  it.each(DEVICE_RATES)('gives 50 frames of 20 ms for a second at %i Hz', (rate) => {
    const framer = new Framer(rate);
    const input = tone(440, rate);
    let frames = 0;
    for (let i = 0; i < rate; i += 128) frames += framer.push(input.subarray(i, i + 128)).length;
    expect(frames).toBeGreaterThanOrEqual(49);
    expect(frames).toBeLessThanOrEqual(50);
  });

  it('keeps the clock going with silence while muted', () => {
    const framer = new Framer(48000);
    framer.muted = true;
    const frames = framer.push(tone(440, 48000, 0.5));
    expect(frames.length).toBeGreaterThanOrEqual(24);
    expect(frames.every(({ pcm }) => pcm.length === FRAME_SAMPLES && pcm.every((sample) => sample === 0))).toBe(true);
  });

  it('clips what is too loud instead of wrapping it round', () => {
    const framer = new Framer(16000);
    const loud = framer.push(new Float32Array(3200).fill(1.5));
    expect(Math.min(...loud.at(-1)!.pcm)).toBe(32767);
  });
});
