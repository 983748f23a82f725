/** A voice comment, as long as the server takes it. */
export const MOST_S = 120;

/** Records the microphone for a comment: `start`, then `stop`, which gives what was said. */
export class Recorder {
  recording = $state(false);
  seconds = $state(0);
  private recorder: MediaRecorder | null = null;
  private parts: Blob[] = [];
  private timer: ReturnType<typeof setInterval> | undefined;

  /** Rejects where there is no microphone, or it isn't given. */
  async start(): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    this.parts = [];
    this.recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32_000 });
    this.recorder.ondataavailable = ({ data }) => this.parts.push(data);
    this.recorder.start();
    this.recording = true;
    this.seconds = 0;
    this.timer = setInterval(() => {
      this.seconds += 1;
      if (this.seconds >= MOST_S - 1) this.recorder?.stop();
    }, 1000);
  }

  /** What was said since; null where nothing was begun. */
  stop(): Promise<Blob | null> {
    const recorder = this.recorder;
    if (!recorder) return Promise.resolve(null);
    return new Promise((resolve) => {
      const done = (): void => {
        this.release();
        resolve(new Blob(this.parts, { type: recorder.mimeType }));
      };
      if (recorder.state === 'inactive') done();
      else {
        recorder.onstop = done;
        recorder.stop();
      }
    });
  }

  /** Lets the microphone go. */
  release(): void {
    clearInterval(this.timer);
    this.recording = false;
    this.recorder?.stream.getTracks().forEach((track) => track.stop());
    this.recorder = null;
  }
}
