/**
 * A room's line to the server: opened again and again until the server speaks, watched by a
 * pulse, kept supplied with fresh tokens. What is said on it is the room's affair.
 */
import { Backoff } from './backoff';
import type { Channel, RoomAccess } from './channel';
import { CLOSE, tokenMessage } from './protocol';
import { Pulse } from './pulse';
import type { Why } from './telling';

/** Between attempts when the server refused rather than vanished. */
export const SLOW_RETRY = 20_000;

/** Closings that waiting a moment does not mend, and the code of what to say. */
const CLOSED_FOR_GOOD: Record<number, string> = {
  [CLOSE.forbidden]: 'forbidden',
  [CLOSE.gone]: 'project_deleted',
  [CLOSE.tooBig]: 'too_large',
  [CLOSE.notText]: 'not_text',
  [CLOSE.full]: 'room_full'
};

const REFUSALS = new Set<number>([
  CLOSE.token,
  CLOSE.ended,
  CLOSE.forbidden,
  CLOSE.gone,
  CLOSE.tooBig
]);

export interface LineOptions {
  access: RoomAccess;
  /** Open a channel; called anew for each attempt, with the token of the moment. */
  open: (token: string) => Channel;
  backoff?: Backoff;
  now?: () => number;
}

export interface LineEvents {
  /** An attempt starts: nothing has been said on this channel. */
  starting: () => void;
  /** The channel is open: say who you are and what you have. */
  opened: () => void;
  received: (message: Uint8Array) => void;
  /** The channel is gone. `refused` is the server's reason, when waiting does not mend it;
   *  `vanished`: nobody answered, rather than somebody who said no. */
  lost: (refused: Why | null, vanished: boolean) => void;
  /** Edits wait for an answer. */
  restless: () => boolean;
  /** A question that every server must answer. */
  question: () => Uint8Array;
}

export class Line {
  constructor(
    options: LineOptions,
    private readonly _events: LineEvents
  ) {
    this._access = options.access;
    this._open = options.open;
    this._backoff = options.backoff ?? new Backoff();
    this._access.tokenChanged.connect(this._onToken, this);
    this._pulse = new Pulse(
      {
        restless: _events.restless,
        speaking: () => this._speaking,
        ask: () => this.send(_events.question()),
        lost: () => this._lost(1006),
        woke: () => this.wake()
      },
      options.now
    );
  }

  /** The server has spoken on this channel. */
  get speaking(): boolean {
    return this._speaking;
  }
  /** The last attempt ended without the server speaking, or the line broke. */
  get failed(): boolean {
    return this._failed;
  }
  /** Why the server closed the line for good, until it speaks again. */
  get closed(): Why | null {
    return this._closed;
  }

  connect(): void {
    if (this._halted || this._channel) {
      return;
    }
    clearTimeout(this._timer);
    const channel = this._open(this._access.token);
    this._channel = channel;
    this._speaking = false;
    this._restarting = false;
    this._events.starting();
    this._pulse.start();
    const ours = (then: () => void): void => {
      if (channel === this._channel) {
        then();
      }
    };
    channel.onOpen = () =>
      ours(() => {
        this._pulse.heard();
        this._events.opened();
      });
    channel.onMessage = message =>
      ours(() => {
        this._pulse.heard();
        this._events.received(message);
      });
    channel.onClose = code => ours(() => this._lost(code));
  }

  send(message: Uint8Array): void {
    this._channel?.send(message);
  }

  /** The server has spoken: the line is up. */
  greet(): void {
    this._speaking = true;
    this._failed = false;
    this._closed = null;
  }

  /** All is well: the next break is answered at once. */
  calm(): void {
    this._backoff.reset();
  }

  /** The network or the machine is back: try at once, or check that the line is alive. */
  wake(): void {
    if (!this._channel) {
      this._backoff.reset();
      this.connect();
    } else {
      this._pulse.probe();
    }
  }

  /** Leave this channel and start on another. */
  restart(wait = 0): void {
    this._drop();
    this._retry(wait);
  }

  /** The same after a while, once for each channel. */
  restartLater(wait: number, then: () => void): void {
    if (!this._restarting) {
      this._restarting = true;
      clearTimeout(this._timer);
      this._timer = setTimeout(then, wait);
    }
  }

  /** Never connect again. */
  halt(closed: Why | null = null): void {
    this._closed = closed ?? this._closed;
    this._halted = true;
    clearTimeout(this._timer);
    this._drop();
  }

  dispose(): void {
    this.halt();
    this._pulse.dispose();
    this._access.tokenChanged.disconnect(this._onToken, this);
  }

  /** Forget the channel without hearing from it again. */
  private _drop(): void {
    const channel = this._channel;
    this._channel = null;
    this._pulse.stop();
    this._speaking = false;
    if (channel) {
      channel.onOpen = channel.onMessage = channel.onClose = () => undefined;
      channel.close();
    }
  }

  private _lost(code: number): void {
    if (this._speaking) {
      this._backoff.reset();
    }
    this._drop();
    this._failed = true;
    let refused: Why | null = null;
    if (code === CLOSE.token) {
      void this._access.renew().then(renewed => this._retry(renewed ? 0 : this._backoff.next()));
    } else if (code === CLOSE.ended) {
      // the session finds out by itself and polls; `tokenChanged` brings us back
      this._closed = { code: 'session_ended', message: '' };
      void this._access.renew();
      this._retry(SLOW_RETRY);
    } else if (CLOSED_FOR_GOOD[code]) {
      // the reason is a code for programs; the words are the page's
      refused = this._closed = { code: CLOSED_FOR_GOOD[code], message: '' };
      this._retry(SLOW_RETRY);
    } else {
      this._retry(this._backoff.next());
    }
    this._events.lost(refused, !REFUSALS.has(code));
  }

  private _retry(wait: number): void {
    if (!this._halted) {
      clearTimeout(this._timer);
      this._timer = setTimeout(() => this.connect(), wait);
    }
  }

  private _onToken(): void {
    if (this._channel && this._speaking) {
      this.send(tokenMessage(this._access.token));
    } else if (!this._channel) {
      this.connect();
    }
  }

  private readonly _access: RoomAccess;
  private readonly _open: (token: string) => Channel;
  private readonly _backoff: Backoff;
  private readonly _pulse: Pulse;
  private _channel: Channel | null = null;
  private _speaking = false;
  private _failed = false;
  private _closed: Why | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  /** A restart of this channel is planned. */
  private _restarting = false;
  private _halted = false;
}
