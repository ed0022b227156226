/**
 * What can be said about the work's safety, as one small value.
 *
 * The room decides; the bar, the guard of the page and the hand-in dialogue only read.
 * `safe` is the only question that matters before leaving or handing in.
 */
import { type ISignal, Signal } from '@lumino/signaling';

export type SaveKind =
  /** The document has not been received yet. */
  | 'opening'
  /** Every edit is stored by the server. */
  | 'saved'
  /** Edits are on their way. */
  | 'saving'
  /** No connection. `unsaved` says whether edits are waiting. */
  | 'offline'
  /** One may look, run and copy, but nothing is kept. */
  | 'read_only'
  /** The server refuses these edits; they live on this page only. */
  | 'cannot_save';

export interface SaveValue {
  readonly kind: SaveKind;
  /** Edits that the server has not acknowledged. */
  readonly unsaved: boolean;
  /** Why, for `read_only` and `cannot_save`. */
  readonly code: string | null;
  /** The server's sentence, in the reader's language; may be empty. */
  readonly message: string;
}

const OPENING: SaveValue = { kind: 'opening', unsaved: false, code: null, message: '' };

export class SaveState {
  get value(): SaveValue {
    return this._value;
  }
  get changed(): ISignal<this, SaveValue> {
    return this._changed;
  }
  /** True when closing the page loses nothing. */
  get safe(): boolean {
    return !this._value.unsaved;
  }

  set(value: SaveValue): void {
    const old = this._value;
    if (
      old.kind !== value.kind ||
      old.unsaved !== value.unsaved ||
      old.code !== value.code ||
      old.message !== value.message
    ) {
      this._value = value;
      this._changed.emit(value);
    }
  }

  /** Resolves with true once everything is stored, with false when that will not happen
   *  by waiting (refused) or took longer than `patience` milliseconds. */
  settled(patience: number): Promise<boolean> {
    return new Promise(resolve => {
      const look = (): void => {
        if (this.safe && this._value.kind !== 'opening') {
          finish(true);
        } else if (this._value.kind === 'cannot_save') {
          finish(false);
        }
      };
      const timer = setTimeout(() => finish(false), patience);
      const finish = (answer: boolean): void => {
        clearTimeout(timer);
        this._changed.disconnect(look);
        resolve(answer);
      };
      this._changed.connect(look);
      look();
    });
  }

  dispose(): void {
    Signal.clearData(this);
  }

  private _value = OPENING;
  private readonly _changed = new Signal<this, SaveValue>(this);
}

/** Gravest first: what a page with several open documents should say. */
const GRAVITY: SaveKind[] = ['cannot_save', 'offline', 'saving', 'opening', 'read_only', 'saved'];

/** One value for several documents; null when none is open. */
export function worst(values: SaveValue[]): SaveValue | null {
  const sorted = [...values].sort((a, b) => GRAVITY.indexOf(a.kind) - GRAVITY.indexOf(b.kind));
  return sorted.length ? { ...sorted[0], unsaved: values.some(value => value.unsaved) } : null;
}
