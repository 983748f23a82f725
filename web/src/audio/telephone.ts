import { BAND_HZ, background, BUTTERWORTH, LOOP_RATE, type Surroundings } from './surroundings';

/** What the server says of a call's line: `noise_db` is the surroundings' level beside the voice, `line` 1 (clear) to 5. */
export interface LineSound {
  noise: Surroundings | 'none';
  noise_db: number;
  line: number;
}

/** What the learner wants to hear: what the scenario says, the bare voice, the line alone, or a place of their own. */
export const LINE_CHOICES = ['scenario', 'clear', 'telephone', 'office', 'street', 'call-centre'] as const;
export type LineChoice = (typeof LINE_CHOICES)[number];

/** Where a server doesn't say: an ordinary line from a quiet place. */
export const PLAIN_LINE: LineSound = { noise: 'none', noise_db: -30, line: 3 };

/** The level of the customer's speech on the wire, in dB of full scale. */
const VOICE_DBFS = -20;
/** The hiss beside the voice, from a clear line to a bad one. */
const HISS_DB = [-60, -52, -45, -38, -32] as const;
/** Switching is heard as a change, not as a click. */
const FADE_TIME_CONSTANT_S = 0.05;
/** The same call centre in every call: what differs is what is said. */
const SEED = 20;

/** What is mixed for a choice: the band, and levels in dB of full scale (null: not there). */
export interface Mix {
  band: boolean;
  place: Surroundings | null;
  place_dbfs: number | null;
  hiss_dbfs: number | null;
}

export function mixOf(choice: LineChoice, line: LineSound): Mix {
  if (choice === 'clear') return { band: false, place: null, place_dbfs: null, hiss_dbfs: null };
  const wanted = choice === 'scenario' ? line.noise : choice === 'telephone' ? 'none' : choice;
  const quality = Math.max(1, Math.min(HISS_DB.length, Math.round(line.line)));
  return {
    band: true,
    place: wanted === 'none' ? null : wanted,
    place_dbfs: wanted === 'none' ? null : VOICE_DBFS + Math.min(0, line.noise_db),
    hiss_dbfs: VOICE_DBFS + HISS_DB[quality - 1]!,
  };
}

function gainOf(dbfs: number | null): number {
  return dbfs === null ? 0 : 10 ** (dbfs / 20);
}

/**
 * The customer's voice as it comes out of a telephone: connect the voice to `input`. The background is made here, is
 * played under the voice and goes nowhere else; it is silent until `connected(true)`.
 */
export class Telephone {
  readonly input: GainNode;
  private readonly bare: GainNode;
  private readonly banded: GainNode;
  private readonly hiss: GainNode;
  private readonly place: GainNode;
  private hissing: AudioBufferSourceNode | null = null;
  private placed: AudioBufferSourceNode | null = null;
  private mixed: Mix = mixOf('clear', PLAIN_LINE);
  private present: Surroundings | null = null;
  private live = false;

  constructor(private readonly context: BaseAudioContext) {
    this.input = new GainNode(context);
    [this.bare, this.banded, this.hiss, this.place] = [1, 0, 0, 0].map((gain) => {
      const node = new GainNode(context, { gain });
      node.connect(context.destination);
      return node;
    }) as [GainNode, GainNode, GainNode, GainNode];
    this.input.connect(this.bare);
    let last: AudioNode = this.input;
    for (const [type, frequency] of [['highpass', BAND_HZ[0]] as const, ['lowpass', BAND_HZ[1]] as const])
      for (const quality of BUTTERWORTH) {
        // For these two types Web Audio takes the quality in dB.
        const section = new BiquadFilterNode(context, { type, frequency, Q: 20 * Math.log10(quality) });
        last = last.connect(section);
      }
    last.connect(this.banded);
  }

  mix(mix: Mix): void {
    this.mixed = mix;
    this.apply();
  }

  /** Whether somebody is on the line; the background is heard only then. */
  connected(on: boolean): void {
    this.live = on;
    this.apply();
  }

  private apply(): void {
    const { band, place, place_dbfs, hiss_dbfs } = this.mixed;
    this.fade(this.bare, band ? 0 : 1);
    this.fade(this.banded, band ? 1 : 0);
    if (this.live && hiss_dbfs !== null) this.hissing ??= this.play('line', this.hiss);
    if (this.live && place !== null && place !== this.present) {
      this.placed?.stop();
      this.placed = this.play(place, this.place);
      this.present = place;
    }
    this.fade(this.hiss, this.live ? gainOf(hiss_dbfs) : 0);
    this.fade(this.place, this.live ? gainOf(place_dbfs) : 0);
  }

  private play(kind: Surroundings | 'line', to: GainNode): AudioBufferSourceNode {
    const loop = background(kind, SEED);
    const buffer = new AudioBuffer({ length: loop.length, sampleRate: LOOP_RATE });
    buffer.copyToChannel(loop, 0);
    const source = new AudioBufferSourceNode(this.context, { buffer, loop: true });
    source.connect(to);
    source.start();
    return source;
  }

  private fade(node: GainNode, gain: number): void {
    node.gain.setTargetAtTime(gain, this.context.currentTime, FADE_TIME_CONSTANT_S);
  }
}
