import type { Ticket } from '../lib/types';
import { parseAudio, parseText, socketAddress, SUBPROTOCOL, type AudioFrame, type Down, type Up } from './wire';

/** How long a lost call is held by the server. */
export const HELD_S = 15;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2000;
/** Three seconds of sound unsent: the network stands still, though the socket doesn't know yet. */
const MOST_BUFFERED_BYTES = 3 * 16_000 * 2;
/** The server closed for a reason that another try doesn't mend: not this call's token, no such call, not our wire. */
const FINAL_CODES: ReadonlySet<number> = new Set([4401, 4404, 4406]);

/** The server's word for a call that rings but hasn't begun. */
const TOO_EARLY = 'too_early';

/** Closed abnormally, as RFC 6455 numbers it. */
const STANDSTILL_CODE = 1006;

export interface LineEvents {
  message(message: Down): void;
  audio(frame: AudioFrame): void;
  /** The connection is gone and is being sought again. */
  lost(): void;
  /** It could not be had again. */
  gaveUp(): void;
  /** What to say on a new connection: hello at first, resume later. */
  greeting(): Up;
}

/** The WebSocket of one call, which comes back by itself while the server holds the call. */
export class Line {
  private socket: WebSocket | null = null;
  private closed = false;
  private lostAt: number | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;

  constructor(
    private readonly address: string,
    private readonly events: LineEvents,
  ) {
    this.connect();
  }

  send(message: Up): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  sound(pcm: Int16Array<ArrayBuffer>): void {
    const socket = this.socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount < MOST_BUFFERED_BYTES) socket.send(pcm);
    else {
      // Its closing would wait for an answer that doesn't come: it is left, and the next one is tried.
      this.socket = null;
      socket.close();
      this.over(STANDSTILL_CODE);
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.socket?.close(1000);
  }

  private connect(): void {
    const socket = new WebSocket(this.address, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify(this.events.greeting()));
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket === this.socket) this.receive(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.over(event.code);
    };
  }

  private receive(data: string | ArrayBuffer): void {
    if (this.closed) return;
    if (typeof data !== 'string') {
      const frame = parseAudio(data);
      if (frame) this.events.audio(frame);
      return;
    }
    const message = parseText(data);
    if (!message) return;
    if (message.type === 'ready') {
      this.lostAt = null;
      this.attempts = 0;
    } else if (message.type === 'error' && message.code === TOO_EARLY) {
      // Its models are still loading: the call can't be resumed yet, and this connection stays unheard.
      this.socket?.close();
      return;
    }
    this.events.message(message);
  }

  private over(code: number): void {
    if (this.closed) return;
    const now = performance.now();
    if (this.lostAt === null) {
      this.lostAt = now;
      this.events.lost();
    }
    const left = HELD_S * 1000 - (now - this.lostAt);
    if (FINAL_CODES.has(code) || left <= 0) {
      this.closed = true;
      this.events.gaveUp();
      return;
    }
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempts++, left);
    this.retry = setTimeout(() => this.connect(), wait);
  }
}

/** Goes back to a held call for as long as it takes to hang up. Never fails: a call that can't be had again is over. */
export function hangUpHeld(ticket: Ticket): Promise<void> {
  return new Promise((done) => {
    const line = new Line(socketAddress(ticket.socket, location.href), {
      message: (message) => {
        if (message.type === 'ready') line.send({ type: 'hangup' });
        if (message.type !== 'ended') return;
        line.close();
        done();
      },
      audio: () => undefined,
      lost: () => undefined,
      gaveUp: done,
      greeting: () => ({ type: 'resume', token: ticket.token, samples: 0 }),
    });
  });
}
