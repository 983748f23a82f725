import { SoundDesk } from '../audio/desk';
import { MicrophoneError } from '../audio/microphone';
import { meter } from '../audio/pcm';
import { hangUpTone, RingTone } from '../audio/ring';
import { PLAIN_LINE, type LineChoice } from '../audio/telephone';
import { api, asApiError, type ApiError } from '../lib/api';
import type { Scenario, Ticket } from '../lib/types';
import { difficulty } from './difficulty.svelte';
import { heldCall, type HeardSoFar, type HeldCall } from './held';
import { LearnerEnd } from './learner.svelte';
import { hangUpHeld, Line } from './line';
import { wish, type Practice } from './practice';
import { Talk } from './talk.svelte';
import { ScreenLight } from './wake';
import { socketAddress, type CallState, type Down } from './wire';

export type Phase =
  'microphone' | 'dialling' | 'ringing' | 'live' | 'returning' | 'reconnecting' | 'over' | 'blocked' | 'failed';

const FRAME_S = 0.02;
/** The server's own word on the end is waited for this long after hanging up. */
const GOODBYE_MS = 1500;
/** The last tone is heard to its end before the sound is closed. */
const CLOSE_MS = 900;

/** One call as the page shows it: the sound desk, the line, and what the learner sees of both. */
export class CallSession {
  phase = $state<Phase>('dialling');
  customerLevel = $state(0);
  seconds = $state(0);
  notice = $state<string | null>(null);
  error = $state<ApiError | null>(null);
  reason = $state<string | null>(null);
  id = $state<string | null>(null);
  pickedUp = $state(false);
  /** The browser or the telephone has taken the sound away; a click may bring it back. */
  soundless = $state(false);
  readonly learner = new LearnerEnd();
  readonly talk = new Talk();

  private readonly desk: SoundDesk;
  private readonly light = new ScreenLight();
  private ring: RingTone | null = null;
  private line: Line | null = null;
  private ticket: Ticket | null = null;
  private ready = false;
  private frames = 0;
  /** The last report. Once that utterance is over, nothing of a newer one has been heard. */
  private heard: HeardSoFar | null = null;
  private opened = false;
  /** The server knows the call: a new connection resumes it. */
  private rung = false;

  /** To be made inside the click, which is what lets the page make a sound. */
  constructor(
    readonly scenario: Scenario,
    readonly practice: Practice,
    /** The call that this one goes on with, after the page was loaded anew. */
    private readonly held: HeldCall | null = null,
  ) {
    this.desk = new SoundDesk({
      frame: (pcm, level) => this.frame(pcm, level),
      played: (utterance, samples, final) => this.played({ utterance, samples, final }),
      customerLevel: (level) => (this.customerLevel = meter(level)),
      running: (on) => (this.soundless = !on && !this.over),
    });
    addEventListener('pagehide', this.keep);
  }

  /** Rings. Also the retry after a trouble with the microphone or the server. */
  async dial(microphone: boolean): Promise<void> {
    this.error = this.learner.trouble = null;
    this.learner.typed = !microphone;
    this.phase = microphone ? 'microphone' : 'dialling';
    this.ring ??= new RingTone(this.desk.context);
    try {
      const stream = microphone ? await this.learner.open() : null;
      this.phase = this.over ? 'over' : 'dialling';
      await this.open(stream);
      if (this.over) return;
      this.ticket = await api.ring(wish(this.scenario, this.practice, difficulty.current));
      this.id = this.ticket.id;
      if (this.over) return;
      this.phase = 'ringing';
      this.connect(this.ticket);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Back into the held call. The line first: to allow the microphone may take longer than a call is held. */
  async comeBack(): Promise<void> {
    if (!this.held) return;
    const { ticket, typed, muted, pickedUp, seconds, heard, at } = this.held;
    this.error = null;
    this.phase = 'returning';
    this.ticket = ticket;
    this.id = ticket.id;
    this.heard = heard;
    this.pickedUp = pickedUp;
    this.seconds = pickedUp ? Math.floor(seconds + (Date.now() - at) / 1000) : 0;
    this.frames = this.seconds / FRAME_S;
    this.rung = true;
    this.learner.typed = typed;
    this.mute(muted);
    try {
      await this.open(null);
      if (this.over) return;
      this.connect(ticket);
      if (!typed) await this.openMicrophone();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Once more after a failure: ringing, or going back. */
  async retry(): Promise<void> {
    await (this.held ? this.comeBack() : this.dial(!this.learner.typed));
  }

  /** Puts the microphone on the line in the middle of a call. */
  async openMicrophone(): Promise<void> {
    try {
      await this.open(await this.learner.open());
      this.learner.typed = false;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Goes on by typing, whatever the microphone does. */
  type(): void {
    if (this.phase === 'blocked') void this.dial(false);
    else this.learner.typed = true;
  }

  /** Asks the browser for the sound again; to be called inside a click. */
  wake(): void {
    this.desk.wake();
  }

  get over(): boolean {
    return this.phase === 'over';
  }

  mute(on: boolean): void {
    this.learner.muted = on;
    this.desk.mute(on);
    this.line?.send({ type: 'mute', on });
  }

  /** How the learner wants the line to sound. */
  dress(choice: LineChoice): void {
    this.desk.dress(choice, this.ticket?.line_sound ?? PLAIN_LINE);
  }

  say(text: string): void {
    const words = text.trim();
    if (!words) return;
    if (this.line?.send({ type: 'text', text: words })) this.talk.thinking = true;
    else this.notice = 'The line is not there yet: say it again in a moment.';
  }

  hangUp(): void {
    if (this.over) return;
    if (this.line?.send({ type: 'hangup' })) {
      this.stopRinging();
      setTimeout(() => this.finish('hangup'), GOODBYE_MS);
      return;
    }
    this.finish('hangup');
    if (this.ticket && this.rung) void hangUpHeld(this.ticket);
  }

  /** Lets go of the microphone and the line, whatever state the call is in. */
  leave(): void {
    if (!this.over) this.line?.send({ type: 'hangup' });
    this.finish('left');
  }

  /** Puts a microphone, or none, on the sound desk. A call that ended while the browser asked lets it go again. */
  private async open(stream: MediaStream | null): Promise<void> {
    if (this.over) return stream?.getTracks().forEach((track) => track.stop());
    if (this.opened) this.desk.connect(stream);
    else await this.desk.open(stream);
    this.opened = true;
    this.desk.mute(this.learner.muted);
  }

  private connect(ticket: Ticket): void {
    this.keep();
    this.line = new Line(socketAddress(ticket.socket, location.href), {
      message: (message) => this.receive(message),
      audio: ({ utterance, first, pcm }) => {
        this.talk.thinking = false;
        this.desk.audio(utterance, first, pcm);
      },
      lost: () => {
        this.ready = false;
        this.desk.connected(false);
        if (this.phase !== 'returning') this.phase = 'reconnecting';
      },
      gaveUp: () => this.finish('lost'),
      greeting: () => {
        const samples = this.heard && !this.heard.final ? this.heard.samples : 0;
        if (this.rung) return { type: 'resume', token: ticket.token, samples };
        this.rung = true;
        return { type: 'hello', sample_rate: 16_000 };
      },
    });
  }

  /** Writes down what it takes to come back, should the page be loaded anew. */
  private readonly keep = (): void => {
    if (!this.ticket || this.over) return;
    const { ticket, scenario, practice, pickedUp, seconds, heard } = this;
    const { typed, muted } = this.learner;
    heldCall.keep({ ticket, scenario, practice, typed, muted, pickedUp, seconds, heard, at: Date.now() });
  };

  private receive(message: Down): void {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.phase = this.pickedUp ? 'live' : 'ringing';
        if (this.learner.muted) this.line?.send({ type: 'mute', on: true });
        // A report that was lost with the connection is made up for.
        if (this.heard)
          this.line?.send({ type: 'played', utterance: this.heard.utterance, samples: this.heard.samples });
        return;
      case 'state':
        return this.enter(message.value, message.speaker);
      case 'partial':
        return this.talk.partial(message.text);
      case 'turn':
        return this.talk.turn(message);
      case 'words':
        return this.talk.words(message);
      case 'spoken':
        return this.desk.end(message.utterance, message.samples);
      case 'clear':
        return this.desk.clear(message.utterance);
      case 'duck':
        return this.desk.duck(message.on);
      case 'error':
        this.notice = message.message;
        return;
      case 'ended':
        this.reason = message.reason;
        return this.finish(message.reason);
    }
  }

  private enter(state: CallState, speaker?: string): void {
    this.talk.enter(state, speaker);
    if (state === 'ringing') this.ring ??= new RingTone(this.desk.context);
    if (state === 'listening' || state === 'speaking') {
      this.pickedUp = true;
      this.stopRinging();
      this.phase = 'live';
    }
    if (state !== 'speaking') this.desk.duck(false);
    this.desk.connected(state === 'listening' || state === 'speaking');
  }

  private frame(pcm: Int16Array<ArrayBuffer>, level: number): void {
    const talking = this.ready && this.pickedUp && !this.over;
    this.learner.hear(level, talking);
    if (!this.ready || this.over) return;
    this.line?.sound(pcm);
    if (talking) this.seconds = Math.floor(++this.frames * FRAME_S);
  }

  private played(heard: HeardSoFar): void {
    this.heard = heard;
    this.keep();
    this.line?.send({ type: 'played', utterance: heard.utterance, samples: heard.samples });
    this.talk.heard(heard.utterance, heard.samples);
  }

  private fail(error: unknown): void {
    if (this.over) return;
    this.stopRinging();
    if (error instanceof MicrophoneError) this.learner.trouble = error.trouble;
    else this.error = asApiError(error);
    if (!this.line) this.phase = this.error ? 'failed' : 'blocked';
  }

  private stopRinging(): void {
    this.ring?.stop();
    this.ring = null;
  }

  private finish(reason: string): void {
    if (this.over) return;
    this.reason ??= reason;
    this.phase = 'over';
    this.desk.connected(false);
    removeEventListener('pagehide', this.keep);
    heldCall.forget();
    this.light.off();
    this.stopRinging();
    this.line?.close();
    if (this.pickedUp && reason !== 'hangup' && reason !== 'left') hangUpTone(this.desk.context);
    setTimeout(() => void this.desk.close(), CLOSE_MS);
  }
}
