/** A soft telephone ring: two tones (440 and 480 Hz), a short swell, again every 3 s. */
export class RingTone {
  private readonly gain: GainNode;
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly tones: OscillatorNode[];

  constructor(private readonly context: AudioContext) {
    this.gain = new GainNode(context, { gain: 0 });
    const soften = new BiquadFilterNode(context, { type: 'lowpass', frequency: 1200 });
    this.gain.connect(soften).connect(context.destination);
    this.tones = [440, 480].map((frequency) => {
      const tone = new OscillatorNode(context, { type: 'sine', frequency });
      tone.connect(this.gain);
      tone.start();
      return tone;
    });
    this.swell();
    this.timer = setInterval(() => this.swell(), 3000);
  }

  /** Ends the ring with a short fall, so that the pick-up is heard as one. */
  stop(): void {
    clearInterval(this.timer);
    const now = this.context.currentTime;
    this.gain.gain.cancelScheduledValues(now);
    this.gain.gain.setTargetAtTime(0, now, 0.015);
    this.tones.forEach((tone) => tone.stop(now + 0.15));
  }

  private swell(): void {
    const start = this.context.currentTime + 0.02;
    const { gain } = this.gain;
    gain.setTargetAtTime(0.05, start, 0.03);
    gain.setTargetAtTime(0, start + 1.1, 0.06);
  }
}

/** The line going dead: three short low tones. */
export function hangUpTone(context: AudioContext): void {
  for (let i = 0; i < 3; i++) {
    const start = context.currentTime + 0.05 + i * 0.22;
    const gain = new GainNode(context, { gain: 0 });
    const tone = new OscillatorNode(context, { frequency: 425 });
    tone.connect(gain).connect(context.destination);
    gain.gain.setTargetAtTime(0.05, start, 0.01);
    gain.gain.setTargetAtTime(0, start + 0.11, 0.015);
    tone.start(start);
    tone.stop(start + 0.25);
  }
}
