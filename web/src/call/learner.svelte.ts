import { openMicrophone, type MicrophoneTrouble } from '../audio/microphone';
import { meter } from '../audio/pcm';
import { SilenceWatch } from '../audio/silence';

/** The learner's end of the line: the microphone, whether it is wanted, and whether it gives anything. */
export class LearnerEnd {
  /** The learner types, and no microphone is missed. */
  typed = $state(false);
  muted = $state(false);
  /** The browser is being asked for the microphone. */
  asking = $state(false);
  trouble = $state<MicrophoneTrouble | null>(null);
  /** The microphone is open and gives nothing at all. */
  silent = $state(false);
  /** What it gives, on a meter of 0..1. */
  level = $state(0);
  private readonly watch = new SilenceWatch();

  /** Asks for the microphone. Throws MicrophoneError. */
  async open(): Promise<MediaStream> {
    this.trouble = null;
    this.asking = true;
    try {
      return await openMicrophone();
    } finally {
      this.asking = false;
    }
  }

  /** Takes the level of the next frame; `awaited` while there is somebody who could hear it. */
  hear(level: number, awaited: boolean): void {
    this.level = meter(level);
    const excused = !awaited || this.typed || this.muted || this.asking || this.trouble !== null;
    this.silent = excused ? this.watch.excuse() : this.watch.hear(level);
  }
}
