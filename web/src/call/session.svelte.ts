import { SoundDesk } from '../audio/desk';
import { MicrophoneError, openMicrophone, type MicrophoneTrouble } from '../audio/microphone';
import { meter } from '../audio/pcm';
import { hangUpTone, RingTone } from '../audio/ring';
import { api, asApiError, type ApiError } from '../lib/api';
import type { Scenario, Ticket } from '../lib/types';
import { Captions, type Caption } from './captions';
import { Line } from './line';
import { socketAddress, type CallState, type Down } from './wire';

export type Phase = 'microphone' | 'dialling' | 'ringing' | 'live' | 'reconnecting' | 'over' | 'blocked' | 'failed';

const FRAME_S = 0.02;
/** Below this a microphone is switched off rather than in a quiet room (-74 dB of full scale). */
const SILENT_LEVEL = 0.0002;
/** Long enough for a learner to have said hello. */
const SILENT_S = 6;
/** The server's own word on the end is waited for this long after hanging up. */
const GOODBYE_MS = 1500;

/** One call as the page shows it: the sound desk, the line, and what the learner sees of both. */
export class CallSession {
  phase = $state<Phase>('microphone');
  state = $state<CallState>('ringing');
  /** The learner has finished, and the customer hasn't begun. */
  thinking = $state(false);
  muted = $state(false);
  typed = $state(false);
  learnerLevel = $state(0);
  customerLevel = $state(0);
  seconds = $state(0);
  caption = $state<Caption | null>(null);
  notice = $state<string | null>(null);
  trouble = $state<MicrophoneTrouble | null>(null);
  silent = $state(false);
  error = $state<ApiError | null>(null);
  reason = $state<string | null>(null);
  id = $state<string | null>(null);
  pickedUp = $state(false);

  private readonly desk: SoundDesk;
  private readonly captions = new Captions();
  private ring: RingTone | null = null;
  private line: Line | null = null;
  private ticket: Ticket | null = null;
  private ready = false;
  private frames = 0;
  private silentFrames = 0;
  /** The last report, and whether that utterance is over: then nothing of a newer one has been heard. */
  private heard: { utterance: number; samples: number; final: boolean } | null = null;
  private opened = false;
  private lastTurn = -1;

  /** To be made inside the click, which is what lets the page make a sound. */
  constructor(
    readonly scenario: Scenario,
    readonly drill: string | null,
  ) {
    this.desk = new SoundDesk({
      frame: (pcm, level) => this.frame(pcm, level),
      played: (utterance, samples, final) => this.played(utterance, samples, final),
      customerLevel: (level) => (this.customerLevel = meter(level)),
    });
    this.ring = new RingTone(this.desk.context);
  }

  /** Rings. Also the retry after a trouble with the microphone or the server. */
  async dial(microphone: boolean): Promise<void> {
    this.error = this.trouble = null;
    this.typed = !microphone;
    this.phase = microphone ? 'microphone' : 'dialling';
    this.ring ??= new RingTone(this.desk.context);
    try {
      const stream = microphone ? await openMicrophone() : null;
      if (this.over) return stream?.getTracks().forEach((track) => track.stop());
      this.phase = 'dialling';
      if (this.opened) this.desk.connect(stream);
      else await this.desk.open(stream);
      this.opened = true;
      const call = { scenario: this.scenario.id, ...(this.drill ? { drill: this.drill } : {}) };
      this.ticket = await api.ring(call);
      this.id = this.ticket.id;
      if (this.over) return;
      this.connect(this.ticket);
    } catch (error) {
      if (this.over) return;
      this.stopRinging();
      if (error instanceof MicrophoneError) {
        this.trouble = error.trouble;
        this.phase = 'blocked';
      } else {
        this.error = asApiError(error);
        this.phase = 'failed';
      }
    }
  }

  /** Puts the microphone on the line in the middle of a call. */
  async retryMicrophone(): Promise<void> {
    try {
      this.desk.connect(await openMicrophone());
      this.typed = this.silent = false;
      this.silentFrames = 0;
    } catch (error) {
      this.trouble = error instanceof MicrophoneError ? error.trouble : 'missing';
    }
  }

  get over(): boolean {
    return this.phase === 'over';
  }

  mute(on: boolean): void {
    this.muted = on;
    this.desk.mute(on);
    this.line?.send({ type: 'mute', on });
  }

  say(text: string): void {
    const words = text.trim();
    if (!words) return;
    if (this.line?.send({ type: 'text', text: words })) this.thinking = true;
    else this.notice = 'The line is not there yet: say it again in a moment.';
  }

  hangUp(): void {
    if (this.over) return;
    if (this.line?.send({ type: 'hangup' })) {
      this.stopRinging();
      setTimeout(() => this.finish('hangup'), GOODBYE_MS);
    } else this.finish('hangup');
  }

  /** Lets go of the microphone and the line, whatever state the call is in. */
  leave(): void {
    if (!this.over) this.line?.send({ type: 'hangup' });
    this.finish('left');
  }

  private connect(ticket: Ticket): void {
    this.phase = 'ringing';
    this.line = new Line(socketAddress(ticket.socket, location.href), {
      message: (message) => this.receive(message),
      audio: ({ utterance, first, pcm }) => {
        this.thinking = false;
        this.desk.audio(utterance, first, pcm);
      },
      lost: () => {
        this.ready = false;
        this.phase = 'reconnecting';
      },
      gaveUp: () => this.finish('lost'),
      greeting: (again) =>
        again
          ? { type: 'resume', token: ticket.token, samples: this.heard && !this.heard.final ? this.heard.samples : 0 }
          : { type: 'hello', sample_rate: 16_000 },
    });
  }

  private receive(message: Down): void {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.phase = this.pickedUp ? 'live' : 'ringing';
        if (this.muted) this.line?.send({ type: 'mute', on: true });
        // A report that was lost with the connection is made up for.
        if (this.heard)
          this.line?.send({ type: 'played', utterance: this.heard.utterance, samples: this.heard.samples });
        return;
      case 'state':
        return this.enter(message.value);
      case 'partial':
        this.captions.said(message.text);
        break;
      case 'turn':
        // A turn that comes again has only been heard better: it is no news.
        if (message.who === 'learner' && message.turn > this.lastTurn) {
          this.lastTurn = message.turn;
          this.captions.said(message.text);
          this.thinking = this.state !== 'speaking';
        }
        break;
      case 'words':
        this.captions.words(message.utterance, message.sample, message.text);
        break;
      case 'spoken':
        this.desk.end(message.utterance, message.samples);
        break;
      case 'clear':
        this.desk.clear(message.utterance);
        break;
      case 'duck':
        this.desk.duck(message.on);
        break;
      case 'error':
        this.notice = message.message;
        break;
      case 'ended':
        this.reason = message.reason;
        return this.finish(message.reason);
    }
    this.caption = this.captions.line;
  }

  private enter(state: CallState): void {
    this.state = state;
    if (state === 'speaking') this.thinking = false;
    if (state === 'listening' || state === 'speaking') {
      if (!this.pickedUp) {
        this.pickedUp = true;
        this.stopRinging();
      }
      this.phase = 'live';
    }
    if (state !== 'speaking') this.desk.duck(false);
  }

  private frame(pcm: Int16Array<ArrayBuffer>, level: number): void {
    this.learnerLevel = meter(level);
    if (!this.ready || this.over) return;
    this.line?.sound(pcm);
    if (!this.pickedUp) return;
    this.frames += 1;
    this.seconds = Math.floor(this.frames * FRAME_S);
    if (this.typed || this.muted || level > SILENT_LEVEL) this.silentFrames = 0;
    else this.silentFrames += 1;
    this.silent = this.silentFrames * FRAME_S >= SILENT_S;
  }

  private played(utterance: number, samples: number, final: boolean): void {
    this.heard = { utterance, samples, final };
    this.line?.send({ type: 'played', utterance, samples });
    this.captions.heard(utterance, samples);
    this.caption = this.captions.line;
  }

  private stopRinging(): void {
    this.ring?.stop();
    this.ring = null;
  }

  private finish(reason: string): void {
    if (this.over) return;
    this.reason ??= reason;
    this.phase = 'over';
    this.stopRinging();
    this.line?.close();
    if (this.pickedUp && reason !== 'hangup' && reason !== 'left') hangUpTone(this.desk.context);
    setTimeout(() => void this.desk.close(), 900);
  }
}

/** The call under way, if any: one at a time. */
class CurrentCall {
  session = $state<CallSession | null>(null);

  /** Rings at once; to be called inside the click. */
  start(scenario: Scenario, drill: string | null = null): CallSession {
    this.session?.leave();
    const session = new CallSession(scenario, drill);
    this.session = session;
    void session.dial(true);
    return session;
  }

  drop(): void {
    this.session?.leave();
    this.session = null;
  }
}

export const current = new CurrentCall();
