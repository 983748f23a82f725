/** Below this a microphone is switched off rather than in a quiet room (-74 dB of full scale). */
const SILENT_LEVEL = 0.0002;
/** Long enough for a learner to have said hello. */
const SILENT_S = 6;
const FRAME_S = 0.02;

/** Tells a microphone that gives nothing from a learner who says nothing. */
export class SilenceWatch {
  private seconds = 0;

  /** Takes the level of the next frame; true once there has been no sound at all for too long. */
  hear(level: number): boolean {
    this.seconds = level > SILENT_LEVEL ? 0 : this.seconds + FRAME_S;
    return this.seconds >= SILENT_S;
  }

  /** Silence is what is expected: it counts from here on. */
  excuse(): boolean {
    this.seconds = 0;
    return false;
  }
}
