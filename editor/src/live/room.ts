/**
 * One notebook kept in step with the server's replica, and the count of what is safe.
 *
 * The rule that makes "saved" believable: an edit is unsaved from the moment it is made
 * until the server says that it is on disk. Each connection counts the updates it sends;
 * the server answers with how many of them it stored. After a broken connection nothing is
 * assumed: the server tells its state vector, and whatever it lacks is sent (and counted)
 * anew. Yjs merges an update that arrives twice without doubling it.
 */
import { type ISignal, Signal } from '@lumino/signaling';
import {
  applyAwarenessUpdate,
  type Awareness,
  encodeAwarenessUpdate,
  removeAwarenessStates
} from 'y-protocols/awareness';
import * as Y from 'yjs';

import { DeviceCopy } from './device';
import type { Keeping, Kept } from './keeping';
import { Line, type LineOptions, SLOW_RETRY } from './line';
import {
  awarenessMessage,
  decode,
  isEmptyUpdate,
  SYNC_STEP1,
  SYNC_STEP2,
  SYNC_UPDATE,
  type Status,
  syncMessage
} from './protocol';
import { SaveState } from './saveState';
import { tell, type Why } from './telling';

export interface RoomOptions extends LineOptions {
  doc: Y.Doc;
  awareness: Awareness;
  /** The copy on this device; without one the page is all there is. */
  keeping?: Keeping | null;
}

/** Who an update comes from that comes from this device. */
const DEVICE = 'candyce-device';

export class Room {
  constructor(options: RoomOptions) {
    this._doc = options.doc;
    this._awareness = options.awareness;
    this.ready = new Promise((resolve, reject) => {
      this._resolveReady = resolve;
      this._rejectReady = reject;
    });
    this.ready.catch(() => undefined);
    this._doc.on('update', this._onUpdate);
    this._awareness.on('update', this._onAwareness);
    this._device = options.keeping ? this._makeDevice(options.keeping) : null;
    this._line = new Line(options, {
      starting: () => this._begin(),
      opened: () => this._introduce(),
      received: message => this._receive(message),
      lost: (refused, vanished) => this._lost(refused, vanished),
      restless: () => this._dirty,
      question: () => syncMessage(SYNC_STEP1, Y.encodeStateVector(this._doc))
    });
    this._line.connect();
  }

  /** Resolves when the document is there for the first time, from the server or, without one,
   *  from this device; rejects when the server refuses it for good before that. */
  readonly ready: Promise<void>;
  readonly saveState = new SaveState();

  /** The last word of the server on rights; null before the first. */
  get status(): Status | null {
    return this._status;
  }
  get statusChanged(): ISignal<this, Status> {
    return this._statusChanged;
  }
  get canWrite(): boolean {
    const scopes = this._status?.scopes ?? this._keptScopes;
    return scopes === null || scopes.includes('write');
  }
  /** Unsaved edits of a document that stood here before another replaced it. */
  get left(): readonly Kept[] {
    return this._left;
  }
  get connected(): boolean {
    return this._line.speaking;
  }

  /** The network or the machine is back: try at once, or check that the line is alive. */
  wake(): void {
    this._line.wake();
  }

  /** Start again on a new line, for instance after the file was renamed. */
  reconnect(): void {
    this._resync();
  }

  /** Write to the device what waits: the page may go away. */
  flush(): Promise<void> {
    return this._device?.flush() ?? Promise.resolve();
  }

  /** Give up what only this device has: of this document, or of one in `left`. */
  async forget(document?: string): Promise<void> {
    await this._device?.forget(document);
    this._left = this._left.filter(kept => kept.document !== document);
  }

  /** Leave politely: others see at once that this person has gone. */
  leave(): void {
    removeAwarenessStates(this._awareness, [this._doc.clientID], 'leave');
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this.leave();
    this._disposed = true;
    this._doc.off('update', this._onUpdate);
    this._awareness.off('update', this._onAwareness);
    this._line.dispose();
    this._device?.dispose();
    this.saveState.dispose();
    Signal.clearData(this);
  }

  // -- the device -----------------------------------------------------------

  private _makeDevice(keeping: Keeping): DeviceCopy {
    return new DeviceCopy(keeping, this._doc, DEVICE, {
      opened: kept => this._openedFromDevice(kept),
      adopted: () => this._holdsUnsaved(),
      left: kept => {
        this._left = [...this._left, kept];
        this._tell();
      },
      changed: () => this._tell(),
      connected: () => this._line.speaking
    });
  }

  private _openedFromDevice(kept: Kept): void {
    this._document = kept.document;
    this._keptScopes = kept.scopes;
    this._away = true;
    this._synced = true;
    if (kept.pending) {
      this._holdsUnsaved();
    }
    this._resolveReady();
    this._tell();
  }

  private _holdsUnsaved(): void {
    this._isDirty = this._dirtySinceWritable = this._away = true;
    this._tell();
  }

  // -- the line -------------------------------------------------------------

  private _begin(): void {
    this._caughtUp = false;
    this._sent = 0;
    this._stored = 0;
    this._rejected = 0;
    this._isConfirmed = false;
    this._asked = null;
  }

  private _introduce(): void {
    this._line.send(syncMessage(SYNC_STEP1, Y.encodeStateVector(this._doc)));
    const here = this._awareness.getLocalState();
    if (here !== null) {
      // the server has told the others that we left, with the next clock: go past it
      this._awareness.setLocalState(here);
      this._awareness.setLocalState(here);
      this._line.send(
        awarenessMessage(encodeAwarenessUpdate(this._awareness, [this._doc.clientID]))
      );
    }
  }

  private _lost(refused: Why | null, vanished: boolean): void {
    // what was sent and not acknowledged may be stored or lost: the next sync will tell
    this._caughtUp = false;
    this._away = true;
    if (vanished) {
      this._device?.stranded();
    } else {
      this._device?.refused();
    }
    const others = [...this._awareness.getStates().keys()].filter(id => id !== this._doc.clientID);
    removeAwarenessStates(this._awareness, others, this);
    // forget their clocks too, or the same states would be taken for old news on coming back
    others.forEach(id => this._awareness.meta.delete(id));
    if (refused && !this._synced) {
      this._rejectReady(new Error(refused.code));
    }
    this._tell();
  }

  /** Start again from the state vectors on a new line. */
  private _resync(): void {
    this._caughtUp = false;
    this._line.restart();
    this._tell();
  }

  // -- talking --------------------------------------------------------------

  private _receive(bytes: Uint8Array): void {
    const message = decode(bytes);
    switch (message.type) {
      case 'step1':
        this._answer(message.stateVector);
        break;
      case 'update':
        Y.applyUpdate(this._doc, message.update, this);
        if (message.first) {
          this._received();
        }
        break;
      case 'awareness':
        applyAwarenessUpdate(this._awareness, message.update, this);
        break;
      case 'saved':
        this._stored = Math.max(this._stored, message.count);
        this._settle();
        break;
      case 'rejected':
        this._rejected += 1;
        this._refusal ??= { code: 'read_only', message: '' };
        this._settle();
        break;
      case 'status':
        this._newStatus(message.status);
        break;
    }
  }

  /** Send what the server lacks; from here on every edit is sent as it is made. */
  private _answer(stateVector: Uint8Array): void {
    this._line.greet();
    if (this._document !== null && !this._isConfirmed) {
      // not before it is certain that the server means the same document
      this._asked = stateVector;
      return;
    }
    const missing = Y.encodeStateAsUpdate(this._doc, stateVector);
    this._caughtUp = true;
    if (isEmptyUpdate(missing)) {
      this._line.send(syncMessage(SYNC_STEP2, missing));
    } else if (this.canWrite) {
      this._count(syncMessage(SYNC_STEP2, missing));
    }
    this._settle();
  }

  private _received(): void {
    this._line.greet();
    this._line.calm();
    if (!this._synced) {
      this._synced = true;
      this._resolveReady();
    }
    this._device?.complete();
    this._settle();
  }

  private _newStatus(status: Status): void {
    if (status.document && this._document && status.document !== this._document) {
      // another file stands at this path now: merging the two would mix them up
      this._line.halt({ code: 'replaced', message: '' });
      this._caughtUp = false;
      this._tell();
      return;
    }
    this._document = status.document ?? this._document;
    this._isConfirmed = true;
    const could = this.canWrite;
    this._status = status;
    this._refusal = status.code ? { code: status.code, message: status.message } : this._refusal;
    if (!status.code && this._refusal && this._rejected === 0) {
      this._refusal = null;
    }
    this._statusChanged.emit(status);
    if (this._document !== null) {
      this._device?.confirm(this._document, status.scopes);
    }
    const blocked = this._rejected > 0 || !could;
    if (this.canWrite && !status.code && blocked && this._dirty) {
      // writable again: whatever was held back or refused goes through a fresh sync
      this._resync();
      return;
    }
    if (this._asked) {
      this._answer(this._asked);
      this._asked = null;
    }
    this._tell();
  }

  private _count(message: Uint8Array): void {
    this._sent += 1;
    this._line.send(message);
  }

  private _settle(): void {
    if (this._rejected > 0) {
      if (this.canWrite) {
        // refused although allowed (quota, size): ask again now and then
        this._line.restartLater(SLOW_RETRY, () => this._resync());
      }
    } else if (this._caughtUp && this._synced && this._stored >= this._sent && this.canWrite) {
      this._dirty = this._away = false;
      this._refusal = this._status?.code ? this._refusal : null;
      this._device?.acknowledged();
    }
    this._tell();
  }

  private readonly _onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) {
      this._device?.edited(update, false);
      return;
    }
    // what JupyterLab writes while it sets the model up travels, but is nobody's work
    if (this._synced) {
      this._dirty = true;
    }
    if (origin !== DEVICE) {
      if (!this.canWrite) {
        this._device?.spoil();
      }
      this._device?.edited(update, this._synced);
    }
    if (this._caughtUp && this.canWrite && this._rejected === 0) {
      this._count(syncMessage(SYNC_UPDATE, update));
    }
    this._tell();
  };

  private readonly _onAwareness = (
    { added, updated, removed }: { added: number[]; updated: number[]; removed: number[] },
    origin: unknown
  ): void => {
    if (origin !== this && this._line.speaking) {
      const changed = [...added, ...updated, ...removed];
      this._line.send(awarenessMessage(encodeAwarenessUpdate(this._awareness, changed)));
    }
  };

  // -- telling --------------------------------------------------------------

  private _tell(): void {
    if (!this._disposed) {
      this.saveState.set(
        tell({
          closed: this._line.closed,
          refusal: this._refusal,
          greeted: this._line.speaking,
          failed: this._line.failed || this._keptScopes !== null,
          away: this._away,
          synced: this._synced,
          canWrite: this.canWrite,
          rejected: this._rejected > 0,
          unsaved: this._dirty,
          onDevice: this._device?.safe ?? false,
          lostWork: this._dirtySinceWritable
        })
      );
    }
  }

  private get _dirty(): boolean {
    return this._isDirty;
  }
  /** Edits made while writing was allowed deserve a warning; what a reader's own page
   *  writes into its replica (outputs of a run) does not. */
  private set _dirty(value: boolean) {
    this._isDirty = value;
    this._dirtySinceWritable = value && (this._dirtySinceWritable || this.canWrite);
  }

  private readonly _doc: Y.Doc;
  private readonly _awareness: Awareness;
  private readonly _line: Line;
  private readonly _device: DeviceCopy | null;
  private _resolveReady!: () => void;
  private _rejectReady!: (reason: Error) => void;
  /** The server has been sent all that it lacked on this line. */
  private _caughtUp = false;
  /** The document has been received once. */
  private _synced = false;
  private _sent = 0;
  private _stored = 0;
  private _rejected = 0;
  private _isDirty = false;
  private _dirtySinceWritable = false;
  private _status: Status | null = null;
  /** Why edits are refused on this line, by the server's status. */
  private _refusal: Why | null = null;
  private _document: string | null = null;
  /** The server has said on this line which document it means. */
  private _isConfirmed = false;
  /** The server's question that waits for that. */
  private _asked: Uint8Array | null = null;
  /** What one could do when the document was last seen, until the server says. */
  private _keptScopes: string[] | null = null;
  /** There was no server at some time since all was saved. */
  private _away = false;
  private _left: Kept[] = [];
  private _disposed = false;
  private readonly _statusChanged = new Signal<this, Status>(this);
}
