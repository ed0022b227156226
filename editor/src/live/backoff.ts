/**
 * How long to wait before the next attempt to connect.
 *
 * Doubling from 300 ms, never over five seconds, and each wait is drawn between half and
 * the whole of it: a class that lost its server together must not come back in one blow.
 */
export class Backoff {
  constructor(
    private readonly _random: () => number = Math.random,
    private readonly _first = 300,
    private readonly _limit = 5_000
  ) {}

  next(): number {
    const full = Math.min(this._limit, this._first * 2 ** this._attempt);
    this._attempt = Math.min(this._attempt + 1, 10);
    return full * (0.5 + this._random() / 2);
  }

  reset(): void {
    this._attempt = 0;
  }

  private _attempt = 0;
}
