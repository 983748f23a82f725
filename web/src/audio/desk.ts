import captureUrl from './capture.worklet.ts?worker&url';
import { MicrophoneError } from './microphone';
import type { FromCapture, FromPlayback, ToCapture, ToPlayback } from './messages';
import playbackUrl from './playback.worklet.ts?worker&url';
import { mixOf, Telephone, type LineChoice, type LineSound } from './telephone';

export interface DeskEvents {
  /** 20 ms of the learner, 16 kHz mono. */
  frame(pcm: Int16Array<ArrayBuffer>, level: number): void;
  played(utterance: number, samples: number, final: boolean): void;
  customerLevel(level: number): void;
  /** The sound runs, or the browser or the telephone has stopped it ("suspended", and "interrupted" in Safari). */
  running(on: boolean): void;
}

/** Firefox takes half a second to start its sound; what takes longer than this won't start by itself. */
const SLOWEST_START_MS = 3000;
/** Still heard, plainly in the background: -10 dB. */
const DUCKED = 0.32;
/** Fast enough to be felt as giving way, slow enough not to click. */
const DUCK_TIME_CONSTANT_S = 0.03;

/**
 * The page's sound: one context at the device's own rate (Firefox joins no streams of different rates), a capture and
 * a playback worklet. To be made inside a click, since browsers keep a context silent otherwise.
 */
export class SoundDesk {
  readonly context = new AudioContext({ latencyHint: 'interactive' });
  private capture: AudioWorkletNode | null = null;
  private playback: AudioWorkletNode | null = null;
  private readonly volume = new GainNode(this.context);
  private readonly telephone = new Telephone(this.context);
  private source: MediaStreamAudioSourceNode | null = null;
  private stream: MediaStream | null = null;
  private readonly loading: Promise<void>;
  /** The sound has run, or should have by now: that it doesn't is news. */
  private started = false;

  constructor(private readonly events: DeskEvents) {
    // Safari starts a context suspended: only a resume within the click wakes it.
    this.wake();
    document.addEventListener('visibilitychange', this.seen);
    this.loading = Promise.all([
      this.context.audioWorklet.addModule(captureUrl),
      this.context.audioWorklet.addModule(playbackUrl),
    ]).then(
      () => undefined,
      () => Promise.reject(new Error('its sound could not be loaded')),
    );
    this.loading.catch(() => undefined);
  }

  /** Opens the line: frames flow from here on, silent ones where there is no microphone. */
  async open(stream: MediaStream | null): Promise<void> {
    await this.loading;
    const capture = new AudioWorkletNode(this.context, 'ringside-capture', {
      channelCount: 1,
      channelCountMode: 'explicit',
      numberOfOutputs: 1,
    });
    capture.port.onmessage = ({ data }: MessageEvent<FromCapture>) => this.events.frame(data.pcm, data.level);
    // A node is only run while it leads to the destination; its output is silence.
    capture.connect(this.context.destination);
    this.capture = capture;
    this.connect(stream);

    const playback = new AudioWorkletNode(this.context, 'ringside-playback', {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    playback.port.onmessage = ({ data }: MessageEvent<FromPlayback>) => {
      if (data.type === 'level') this.events.customerLevel(data.level);
      else this.events.played(data.played.utterance, data.played.samples, data.played.final);
    };
    playback.connect(this.volume).connect(this.telephone.input);
    this.playback = playback;
    this.tellLatency();
    this.started = this.context.state === 'running';
    this.context.onstatechange = () => {
      this.started ||= this.context.state === 'running';
      this.tellState();
    };
    setTimeout(() => {
      this.started = true;
      this.tellState();
    }, SLOWEST_START_MS);
  }

  /** Asks for the sound again after the browser stopped it. Some allow that inside a click only. */
  wake(): void {
    // Refused while a telephone call goes on: the next click asks again.
    this.context.resume().catch(() => undefined);
  }

  /** Puts a microphone on the open line, in place of the one before. Throws MicrophoneError. */
  connect(stream: MediaStream | null): void {
    this.source?.disconnect();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = stream;
    this.source = null;
    if (!stream || !this.capture) return;
    try {
      this.source = this.context.createMediaStreamSource(stream);
    } catch {
      // Firefox joins a microphone only to a context of its own rate, and may tell pages another one than it uses.
      this.connect(null);
      throw new MicrophoneError('mismatch');
    }
    this.source.connect(this.capture);
  }

  mute(on: boolean): void {
    const message: ToCapture = { type: 'mute', on };
    this.capture?.port.postMessage(message);
  }

  audio(utterance: number, first: number, pcm: Int16Array<ArrayBuffer>): void {
    this.tell({ type: 'audio', utterance, first, pcm }, [pcm.buffer]);
  }

  end(utterance: number, samples: number): void {
    this.tell({ type: 'end', utterance, samples });
    this.tellLatency();
  }

  clear(utterance: number): void {
    this.tell({ type: 'clear', utterance });
  }

  /** Plays the customer softly while the learner may be taking the floor. */
  duck(on: boolean): void {
    this.volume.gain.setTargetAtTime(on ? DUCKED : 1, this.context.currentTime, DUCK_TIME_CONSTANT_S);
  }

  /** How the line sounds. */
  dress(choice: LineChoice, line: LineSound): void {
    this.telephone.mix(mixOf(choice, line));
  }

  /** Whether somebody is on the line: only then are their surroundings heard. */
  connected(on: boolean): void {
    this.telephone.connected(on);
  }

  /** Closes the line and lets the microphone go. */
  async close(): Promise<void> {
    document.removeEventListener('visibilitychange', this.seen);
    this.context.onstatechange = null;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.capture?.port.close();
    this.playback?.port.close();
    if (this.context.state !== 'closed') await this.context.close();
  }

  private readonly seen = (): void => {
    if (document.visibilityState === 'visible' && this.context.state !== 'running') this.wake();
  };

  /** Loudspeakers change during a call (a headset is plugged in): the latency is told anew with every utterance. */
  private tellLatency(): void {
    const seconds = this.context.outputLatency || this.context.baseLatency || 0;
    this.tell({ type: 'latency', seconds });
  }

  private tellState(): void {
    if (this.started && this.context.state !== 'closed') this.events.running(this.context.state === 'running');
  }

  private tell(message: ToPlayback, transfer: Transferable[] = []): void {
    this.playback?.port.postMessage(message, transfer);
  }
}
