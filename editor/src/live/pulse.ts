/**
 * The pulse of a line: a dead one is noticed within seconds, a machine that slept at once.
 *
 * A WebSocket whose other end vanished looks open for minutes. So a line without news is
 * asked something that every server must answer, sooner while edits are waiting.
 */

/** No news for this long: ask the server something. Sooner while edits are waiting. */
export const QUIET = 15_000;
export const QUIET_UNSAVED = 5_000;
/** A question without an answer for this long: the line is dead. */
export const DEAD = 5_000;
/** How often the pulse is felt. */
const PULSE = 1_000;

export interface PulseOptions {
  /** Edits are waiting for the server. */
  restless: () => boolean;
  /** The server has spoken on this line. */
  speaking: () => boolean;
  /** Send a question that every server must answer. */
  ask: () => void;
  /** The line is dead. */
  lost: () => void;
  /** The machine slept. */
  woke: () => void;
}

export class Pulse {
  constructor(
    private readonly _options: PulseOptions,
    private readonly _now: () => number = () => Date.now()
  ) {
    this._felt = this._now();
    this._timer = setInterval(() => this._feel(), PULSE);
  }

  /** A line is being opened. */
  start(): void {
    this._open = true;
    this.heard();
  }

  /** There is no line. */
  stop(): void {
    this._open = false;
  }

  heard(): void {
    this._heardAt = this._now();
    this._probedAt = null;
  }

  /** Ask now, unless a question is already on its way. */
  probe(): void {
    if (this._open && this._options.speaking() && this._probedAt === null) {
      this._probedAt = this._now();
      this._options.ask();
    }
  }

  dispose(): void {
    clearInterval(this._timer);
  }

  private _feel(): void {
    const now = this._now();
    const slept = now - this._felt > PULSE * 10;
    this._felt = now;
    if (slept) {
      this._options.woke();
    }
    if (!this._open) {
      return;
    }
    const quiet = now - this._heardAt;
    if (this._probedAt !== null && now - this._probedAt > DEAD) {
      this._options.lost();
    } else if (!this._options.speaking() && quiet > QUIET_UNSAVED + DEAD) {
      this._options.lost();
    } else if (this._probedAt === null && quiet > (this._options.restless() ? QUIET_UNSAVED : QUIET)) {
      this.probe();
    }
  }

  private readonly _timer: ReturnType<typeof setInterval>;
  private _open = false;
  private _heardAt = 0;
  private _probedAt: number | null = null;
  private _felt: number;
}
