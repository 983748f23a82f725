/** Where the customer is. */
export type Surroundings = 'office' | 'street' | 'call-centre';

/** Of the loops: browsers interpolate between samples, which would dull a loop at the 8 kHz of a telephone. */
export const LOOP_RATE = 24_000;
/** The voice band of ITU-T G.712. */
export const BAND_HZ = [300, 3400] as const;
/** Sections of a fourth-order Butterworth filter. */
export const BUTTERWORTH = [0.541, 1.307] as const;
/** Long enough that nobody hears it come round. */
const LOOP_S = 20;
/** The loop's end runs into its beginning for this long. */
const SEAM_S = 0.5;

type Next = () => number;

/** Uniform in -1..1, the same for the same seed (mulberry32). */
function random(seed: number): Next {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

type Pass = 'lowpass' | 'highpass';

/** Filters in place: a biquad by R. Bristow-Johnson's cookbook formulae. */
function filter(samples: Float32Array, pass: Pass, hertz: number, quality: number = Math.SQRT1_2): Float32Array {
  const omega = (2 * Math.PI * hertz) / LOOP_RATE;
  const cosine = Math.cos(omega);
  const alpha = Math.sin(omega) / (2 * quality);
  const sign = pass === 'lowpass' ? 1 : -1;
  const scale = 1 / (1 + alpha);
  const b0 = ((1 - sign * cosine) / 2) * scale;
  const b1 = sign * (1 - sign * cosine) * scale;
  const a1 = -2 * cosine * scale;
  const a2 = (1 - alpha) * scale;
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]!;
    const y = b0 * (x + x2) + b1 * x1 - a1 * y1 - a2 * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    samples[i] = y;
  }
  return samples;
}

function hiss(length: number, next: Next): Float32Array {
  return Float32Array.from({ length }, () => next());
}

function between(next: Next, low: number, high: number): number {
  return low + ((next() + 1) / 2) * (high - low);
}

/** The air of a room, and keys that are struck in bursts. */
function office(length: number, next: Next): Float32Array {
  const air = filter(hiss(length, next), 'lowpass', 500);
  const keys = new Float32Array(length);
  for (let at = 0; at < length;) {
    const strokes = Math.round(between(next, 4, 14));
    for (let stroke = 0; stroke < strokes; stroke++) {
      const loudness = between(next, 0.3, 0.8);
      for (let i = 0; i < 0.03 * LOOP_RATE && at + i < length; i++)
        keys[at + i]! += loudness * next() * Math.exp(-i / (0.004 * LOOP_RATE));
      at += Math.round(between(next, 0.09, 0.28) * LOOP_RATE);
    }
    at += Math.round(between(next, 1, 4) * LOOP_RATE);
  }
  filter(keys, 'highpass', 1400);
  return air.map((sample, i) => sample + keys[i]!);
}

/** A rumble, and cars that come and go. */
function street(length: number, next: Next): Float32Array {
  const rumble = filter(hiss(length, next), 'lowpass', 350);
  const tyres = filter(hiss(length, next), 'lowpass', 800);
  const nearness = new Float32Array(length).fill(0.15);
  for (let at = 0; at < length; at += Math.round(between(next, 2.5, 5) * LOOP_RATE)) {
    const passing = Math.round(between(next, 2, 4) * LOOP_RATE);
    const loudness = between(next, 0.4, 1);
    for (let i = 0; i < passing && at + i < length; i++)
      nearness[at + i]! += loudness * Math.sin((Math.PI * i) / passing) ** 2;
  }
  return rumble.map((sample, i) => 0.7 * sample + nearness[i]! * tyres[i]!);
}

const TALKERS = 7;

/** People who talk at other desks: syllables in phrases, too many at once to be understood. */
function callCentre(length: number, next: Next): Float32Array {
  const sum = new Float32Array(length);
  for (let talker = 0; talker < TALKERS; talker++) {
    const centre = between(next, 450, 1100);
    const voice = filter(filter(hiss(length, next), 'highpass', centre * 0.7), 'lowpass', centre * 1.5, 1.5);
    for (let at = 0; at < length; at += Math.round(between(next, 0.3, 1.2) * LOOP_RATE)) {
      const syllables = Math.round(between(next, 3, 11));
      for (let syllable = 0; syllable < syllables; syllable++) {
        const lasts = Math.round(between(next, 0.14, 0.28) * LOOP_RATE);
        const loudness = between(next, 0.4, 1);
        for (let i = 0; i < lasts && at + i < length; i++)
          sum[at + i]! += loudness * Math.sin((Math.PI * i) / lasts) ** 2 * voice[at + i]!;
        at += lasts;
      }
    }
  }
  return sum;
}

const SOURCES = { office, street, 'call-centre': callCentre, line: hiss } as const;

/**
 * A loop of `kind` as a telephone carries it, at 24 kHz: 300 to 3400 Hz, a root mean square of 1 (so that peaks lie above 1).
 * "line" is the hiss of the line itself. The same seed gives the same samples.
 */
export function background(kind: Surroundings | 'line', seed: number, seconds = LOOP_S): Float32Array<ArrayBuffer> {
  const length = Math.round(seconds * LOOP_RATE);
  const seam = Math.round(SEAM_S * LOOP_RATE);
  const samples = SOURCES[kind](length + seam, random(seed));
  for (const quality of BUTTERWORTH) {
    filter(samples, 'highpass', BAND_HZ[0], quality);
    filter(samples, 'lowpass', BAND_HZ[1], quality);
  }
  const loop = new Float32Array(samples.subarray(0, length));
  for (let i = 0; i < seam; i++)
    loop[i] = Math.sqrt(i / seam) * loop[i]! + Math.sqrt(1 - i / seam) * samples[length + i]!;
  let power = 0;
  for (const sample of loop) power += sample * sample;
  const scale = 1 / Math.sqrt(power / length);
  return loop.map((sample) => sample * scale);
}
