import { describe, expect, it } from 'vitest';
import { level } from '../src/audio/pcm';
import { background, LOOP_RATE, type Surroundings } from '../src/audio/surroundings';
import { mixOf, PLAIN_LINE } from '../src/audio/telephone';

const PLACES: Surroundings[] = ['office', 'street', 'call-centre'];
const KINDS = [...PLACES, 'line'] as const;
const BLOCK = LOOP_RATE / 10;
const STRETCH = LOOP_RATE / 20;

/** Power at a frequency, by Goertzel's algorithm over blocks of 0.1 s with a Hann window. */
function power(samples: Float32Array, hertz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / LOOP_RATE);
  let total = 0;
  for (let start = 0; start + BLOCK <= samples.length; start += BLOCK) {
    let [before, last] = [0, 0];
    for (let i = 0; i < BLOCK; i++) {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / BLOCK);
      [before, last] = [last, window * samples[start + i]! + coefficient * last - before];
    }
    total += last * last + before * before - coefficient * last * before;
  }
  return total;
}

function band(samples: Float32Array, low: number, high: number): number {
  let sum = 0;
  for (let hertz = low; hertz < high; hertz += 20) sum += power(samples, hertz);
  return sum;
}

/** How unsteady it is: the spread of the levels of 50 ms in dB. */
function unrest(samples: Float32Array): number {
  const levels = Array.from(
    { length: Math.floor(samples.length / STRETCH) },
    (_, i) => 20 * Math.log10(level(samples.subarray(i * STRETCH, (i + 1) * STRETCH)) + 1e-9),
  );
  const mean = levels.reduce((sum, each) => sum + each, 0) / levels.length;
  return Math.sqrt(levels.reduce((sum, each) => sum + (each - mean) ** 2, 0) / levels.length);
}

describe('the background of a call', () => {
  it.each(KINDS)('of %s lies in the telephone band, at a level of 0 dB', (kind) => {
    const samples = background(kind, 1, 4);
    const [below, inside, above] = [band(samples, 20, 200), band(samples, 280, 3420), band(samples, 5000, 11_900)];
    expect(below / inside).toBeLessThan(0.02);
    expect(above / inside).toBeLessThan(0.02);
    expect(Math.abs(20 * Math.log10(level(samples)))).toBeLessThan(0.1);
  });

  it.each(KINDS)('of %s is the same for the same seed, and another one for another', (kind) => {
    expect(background(kind, 7, 1)).toEqual(background(kind, 7, 1));
    expect(background(kind, 7, 1)).not.toEqual(background(kind, 8, 1));
  });

  it.each(KINDS)('of %s comes round without a click', (kind) => {
    const samples = background(kind, 1, 4);
    let steepest = 0;
    for (let i = 1; i < samples.length; i++) steepest = Math.max(steepest, Math.abs(samples[i]! - samples[i - 1]!));
    expect(Math.abs(samples[0]! - samples.at(-1)!)).toBeLessThan(steepest);
  });

  it('tells the places apart: a street is low, a line steady, people and keys are neither', () => {
    const [office, street, people, line] = KINDS.map((kind) => background(kind, 1, 8)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const lowShare = (samples: Float32Array): number => band(samples, 300, 1000) / band(samples, 300, 3400);
    expect(lowShare(street)).toBeGreaterThan(0.8);
    expect(lowShare(line)).toBeLessThan(0.4);
    expect(unrest(line)).toBeLessThan(0.6);
    for (const samples of [office, street, people]) expect(unrest(samples)).toBeGreaterThan(2 * unrest(line));
  });
});

describe('what is mixed under the voice', () => {
  const noisy = { noise: 'street', noise_db: -22, line: 5 } as const;

  it('is what the scenario says, beside a voice of -20 dB', () => {
    expect(mixOf('scenario', noisy)).toEqual({ band: true, place: 'street', place_dbfs: -42, hiss_dbfs: -52 });
    expect(mixOf('scenario', PLAIN_LINE)).toEqual({ band: true, place: null, place_dbfs: null, hiss_dbfs: -65 });
  });

  it('is what the learner chooses instead', () => {
    expect(mixOf('clear', noisy)).toEqual({ band: false, place: null, place_dbfs: null, hiss_dbfs: null });
    expect(mixOf('telephone', noisy).place).toBeNull();
    expect(mixOf('office', noisy)).toMatchObject({ place: 'office', place_dbfs: -42 });
  });

  it('grows with the difficulty, and is never louder than the voice', () => {
    const hisses = [1, 2, 3, 4, 5, 9].map((line) => mixOf('scenario', { ...noisy, line }).hiss_dbfs!);
    expect(hisses).toEqual([...hisses].sort((a, b) => a - b));
    expect(mixOf('office', { ...noisy, noise_db: 40 }).place_dbfs).toBe(-20);
  });
});
