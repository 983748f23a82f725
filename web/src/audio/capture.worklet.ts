import { Framer } from './framer';
import type { FromCapture, ToCapture } from './messages';

/** Samples of a render quantum, for the time in which no microphone is connected. */
const SILENCE = new Float32Array(128);

class CaptureProcessor extends AudioWorkletProcessor {
  private readonly framer = new Framer(sampleRate);

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<ToCapture>) => {
      this.framer.muted = event.data.on;
    };
  }

  process(inputs: Float32Array[][]): boolean {
    for (const frame of this.framer.push(inputs[0]?.[0] ?? SILENCE)) {
      const message: FromCapture = { type: 'frame', ...frame };
      this.port.postMessage(message, [frame.pcm.buffer]);
    }
    return true;
  }
}

registerProcessor('ringside-capture', CaptureProcessor);
