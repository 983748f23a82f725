import type { FromPlayback, ToPlayback } from './messages';
import { Playback } from './playback';

class PlaybackProcessor extends AudioWorkletProcessor {
  private readonly playback = new Playback(sampleRate);
  private shown = 0;

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<ToPlayback>) => this.receive(event.data);
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const [first, ...others] = outputs[0] ?? [];
    if (!first) return true;
    this.playback.render(first);
    for (const channel of others) channel.set(first);
    for (const played of this.playback.takeReports()) this.tell({ type: 'played', played });
    if (this.playback.level !== this.shown) {
      this.shown = this.playback.level;
      this.tell({ type: 'level', level: this.shown });
    }
    return true;
  }

  private receive(message: ToPlayback): void {
    if (message.type === 'audio') this.playback.push(message.utterance, message.first, message.pcm);
    else if (message.type === 'end') this.playback.end(message.utterance, message.samples);
    else if (message.type === 'clear') this.playback.clear(message.utterance);
    else this.playback.latency = message.seconds;
  }

  private tell(message: FromPlayback): void {
    this.port.postMessage(message);
  }
}

registerProcessor('ringside-playback', PlaybackProcessor);
