/**
 * What can be said about the work's safety, as one small value.
 *
 * The room decides; the bar, the guard of the page and the hand-in dialogue only read.
 * `safe` is the only question that matters before handing in; before leaving, so is `onDevice`.
 */
import { type ISignal, Signal } from '@lumino/signaling';

export type SaveKind =
  /** The document has not been received yet. */
  | 'opening'
  /** Every edit is stored by the server. */
  | 'saved'
  /** Edits are on their way. */
  | 'saving'
  /** The server is back: what was written without it is on its way. */
  | 'merging'
  /** No connection. `unsaved` says whether edits are waiting, `onDevice` where. */
  | 'offline'
  /** One may look, run and copy, but nothing is kept. */
  | 'read_only'
  /** The server refuses these edits; they live on this page only. */
  | 'cannot_save';

export interface SaveValue {
  readonly kind: SaveKind;
  /** Edits that the server has not acknowledged. */
  readonly unsaved: boolean;
  /** Those edits outlive the page: this device keeps them. */
  readonly onDevice: boolean;
  /** Why, for `read_only` and `cannot_save`. */
  readonly code: string | null;
  /** The server's sentence, in the reader's language; may be empty. */
  readonly message: string;
}

const OPENING: SaveValue = {
  kind: 'opening',
  unsaved: false,
  onDevice: false,
  code: null,
  message: ''
};

export class SaveState {
  get value(): SaveValue {
    return this._value;
  }
  get changed(): ISignal<this, SaveValue> {
    return this._changed;
  }
  /** True when the server has everything. */
  get safe(): boolean {
    return !this._value.unsaved;
  }

  set(value: SaveValue): void {
    const old = this._value;
    if (
      old.kind !== value.kind ||
      old.unsaved !== value.unsaved ||
      old.onDevice !== value.onDevice ||
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
const GRAVITY: SaveKind[] = ['cannot_save', 'offline', 'merging', 'saving', 'opening', 'read_only', 'saved'];

/** One value for several documents; null when none is open. */
export function worst(values: SaveValue[]): SaveValue | null {
  const sorted = [...values].sort((a, b) => GRAVITY.indexOf(a.kind) - GRAVITY.indexOf(b.kind));
  if (!sorted.length) {
    return null;
  }
  const waiting = values.filter(value => value.unsaved);
  const onDevice = waiting.length > 0 && waiting.every(value => value.onDevice);
  return { ...sorted[0], unsaved: waiting.length > 0, onDevice };
}
