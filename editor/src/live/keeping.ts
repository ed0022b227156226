/** What a room needs of the device it runs on: a copy of the document that outlives the page. */
import type { ISignal } from '@lumino/signaling';

/** What the device has of a document. */
export interface Kept {
  /** The log's identity: another one is another document, whatever its path. */
  document: string;
  /** What one could do with it when it was last seen. */
  scopes: string[];
  /** Some of its edits were not acknowledged by the server. */
  pending: boolean;
  /** The update makes a whole document, not only edits that build on one. */
  complete: boolean;
  update: Uint8Array;
}

export interface Keeping {
  /** All that the device has at this path, the latest first; none when it cannot keep anything. */
  load(): Promise<Kept[]>;
  /** From now on the page's document is this one, and all of it is kept. Unsaved edits of
   *  another one stay until `forget`. */
  begin(document: string, scopes: string[]): void;
  /** An update was applied. `mine`: the server has not acknowledged it. */
  edited(update: Uint8Array, mine: boolean): void;
  /** The server has everything that this page has. */
  acknowledged(): void;
  /** Apply what other pages of this device kept meanwhile. */
  catchUp(): Promise<void>;
  /** The other pages kept something. */
  readonly looked: ISignal<unknown, void>;
  /** Every edit of this page is on the device. */
  readonly safe: boolean;
  /** `safe` changed. */
  readonly changed: ISignal<unknown, void>;
  /** Write what waits, now. */
  flush(): Promise<void>;
  /** Forget one of the documents that `load` found, or that `begin` named. */
  forget(document: string): Promise<void>;
  dispose(): void;
}
