/** Zero crossings of the sinc on each side, at the lower of the two rates: 2 ms of look-ahead at 16 kHz. */
const ZERO_CROSSINGS = 32;
/** Kaiser window: about 70 dB of stop band. */
const KAISER_BETA = 7;
/** Cut-off as a share of the lower Nyquist frequency, so that the transition band ends before it. */
const ROLL_OFF = 0.93;

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** The taps of every phase, `up` rows of `2 * half`, each row summing to 1 (unity gain at 0 Hz). */
function polyphaseTaps(up: number, half: number, cutoff: number): Float32Array[] {
  const rows: Float32Array[] = [];
  for (let phase = 0; phase < up; phase++) {
    const row = new Float32Array(2 * half);
    let sum = 0;
    for (let tap = 0; tap < row.length; tap++) {
      const distance = tap - half + 1 - phase / up;
      const x = Math.PI * cutoff * distance;
      const sinc = Math.abs(x) < 1e-9 ? 1 : Math.sin(x) / x;
      const edge = 1 - (distance / half) ** 2;
      const weight = edge <= 0 ? 0 : (sinc * bessel0(KAISER_BETA * Math.sqrt(edge))) / bessel0(KAISER_BETA);
      row[tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < row.length; tap++) row[tap] = row[tap]! / sum;
    rows.push(row);
  }
  return rows;
}

/**
 * Band-limited rational resampling of a mono stream (windowed sinc, polyphase).
 *
 * Output sample n stands at input time n * from / to: the filter's delay is taken out, at the price of
 * `ZERO_CROSSINGS` samples of look-ahead. Method: Crochiere and Rabiner, Multirate Digital Signal Processing, ch. 4.
 */
export class Resampler {
  private readonly up: number;
  private readonly down: number;
  private readonly half: number;
  private readonly taps: Float32Array[];
  private window: Float32Array;
  private filled: number;
  private base = 0;
  private phase = 0;

  /** Rates in whole Hz. Throws RangeError for a rate that isn't a positive whole number. */
  constructor(
    readonly from: number,
    readonly to: number,
  ) {
    for (const rate of [from, to]) {
      if (!Number.isInteger(rate) || rate <= 0)
        throw new RangeError(`sample rate ${rate} Hz: give a whole number above 0`);
    }
    const divisor = gcd(from, to);
    this.up = to / divisor;
    this.down = from / divisor;
    const ratio = Math.min(1, to / from);
    this.half = Math.ceil(ZERO_CROSSINGS / ratio);
    this.taps = polyphaseTaps(this.up, this.half, ratio * ROLL_OFF);
    this.window = new Float32Array(4 * this.half + 1024);
    this.filled = this.half - 1;
  }

  /** The most samples that `process` writes for an input of this length. */
  capacity(inputLength: number): number {
    return Math.ceil((inputLength * this.up) / this.down) + 1;
  }

  /** Takes the next input and writes what can be computed into `out`. Returns how many samples were written. */
  process(input: Float32Array, out: Float32Array): number {
    const needed = this.filled + input.length;
    if (needed > this.window.length) {
      const larger = new Float32Array(2 * needed);
      larger.set(this.window.subarray(0, this.filled));
      this.window = larger;
    }
    this.window.set(input, this.filled);
    this.filled = needed;

    const width = 2 * this.half;
    let written = 0;
    while (this.base + width <= this.filled) {
      const row = this.taps[this.phase]!;
      let sum = 0;
      for (let tap = 0; tap < width; tap++) sum += row[tap]! * this.window[this.base + tap]!;
      out[written++] = sum;
      const next = this.phase + this.down;
      this.base += Math.floor(next / this.up);
      this.phase = next % this.up;
    }
    const used = Math.min(this.base, this.filled);
    this.window.copyWithin(0, used, this.filled);
    this.filled -= used;
    this.base -= used;
    return written;
  }

  /** Writes what the look-ahead holds back at the end of a stream. */
  flush(out: Float32Array): number {
    return this.process(new Float32Array(this.half), out);
  }
}
