/**
 * What this page tells the others about itself: active cell, cursor, what is in view.
 *
 * Ten times a second at most, whatever the hands do: thirty people in one notebook receive
 * what thirty people send. A tab that is not looked at sends nothing; it catches up, in one
 * message, when it comes to the front.
 */
import type { Awareness } from 'y-protocols/awareness';

import type { Announced } from './states';

/** Milliseconds between two messages. */
export const PAUSE = 100;

export class Teller {
  constructor(
    private readonly _awareness: Pick<Awareness, 'getLocalState' | 'setLocalState'>,
    private readonly _document: Pick<
      Document,
      'visibilityState' | 'addEventListener' | 'removeEventListener'
    > = document
  ) {
    _document.addEventListener('visibilitychange', this._wake);
  }

  /** Tell this field at the next occasion; the last value wins. */
  set<K extends keyof Announced>(field: K, value: Announced[K]): void {
    this._pending[field] = value;
    if (this._timer === undefined) {
      const wait = Math.max(0, this._sentAt + PAUSE - Date.now());
      this._timer = setTimeout(() => this._send(), wait);
    }
  }

  dispose(): void {
    this._document.removeEventListener('visibilitychange', this._wake);
    clearTimeout(this._timer);
    this._timer = undefined;
    this._pending = {};
  }

  private _send(): void {
    this._timer = undefined;
    if (this._document.visibilityState === 'hidden') {
      return;
    }
    const before = this._awareness.getLocalState() as Announced | null;
    const news = Object.entries(this._pending).filter(
      ([field, value]) => !same(before?.[field as keyof Announced] ?? null, value ?? null)
    );
    this._pending = {};
    // null: this page has said goodbye
    if (before !== null && news.length > 0) {
      this._sentAt = Date.now();
      this._awareness.setLocalState({ ...before, ...Object.fromEntries(news) });
    }
  }

  private readonly _wake = (): void => {
    if (this._document.visibilityState !== 'hidden' && Object.keys(this._pending).length > 0) {
      clearTimeout(this._timer);
      this._send();
    }
  };

  private _pending: Announced = {};
  private _sentAt = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
