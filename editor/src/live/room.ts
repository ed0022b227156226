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

import { Backoff } from './backoff';
import {
  awarenessMessage,
  CLOSE,
  decode,
  isEmptyUpdate,
  SYNC_STEP1,
  SYNC_STEP2,
  SYNC_UPDATE,
  type Status,
  syncMessage,
  tokenMessage
} from './protocol';
import { SaveState } from './saveState';

/** No news for this long: ask the server something. Sooner while edits are waiting. */
export const QUIET = 15_000;
export const QUIET_UNSAVED = 5_000;
/** A question without an answer for this long: the line is dead. */
export const DEAD = 5_000;
/** How often the pulse is felt. */
const PULSE = 1_000;
/** Between attempts when the server refused rather than vanished. */
export const SLOW_RETRY = 20_000;

/** Closings that waiting a moment does not mend, and the code of what to say. */
const CLOSED_FOR_GOOD: Record<number, string> = {
  [CLOSE.forbidden]: 'forbidden',
  [CLOSE.gone]: 'project_deleted',
  [CLOSE.tooBig]: 'too_large'
};

/** A two-way line, as small as a WebSocket's useful part; a test passes one in memory. */
export interface Channel {
  send(message: Uint8Array): void;
  close(): void;
  onOpen: () => void;
  onMessage: (message: Uint8Array) => void;
  onClose: (code: number) => void;
}

/** What a room needs of the session. */
export interface RoomAccess {
  readonly token: string;
  readonly tokenChanged: ISignal<unknown, string>;
  renew(): Promise<boolean>;
}

export interface RoomOptions {
  doc: Y.Doc;
  awareness: Awareness;
  access: RoomAccess;
  /** Open a line; called anew for each attempt, with the token of the moment. */
  open: (token: string) => Channel;
  backoff?: Backoff;
  now?: () => number;
}

export class Room {
  constructor(options: RoomOptions) {
    this._doc = options.doc;
    this._awareness = options.awareness;
    this._access = options.access;
    this._open = options.open;
    this._backoff = options.backoff ?? new Backoff();
    this._now = options.now ?? (() => Date.now());
    this._felt = this._now();
    this.ready = new Promise((resolve, reject) => {
      this._resolveReady = resolve;
      this._rejectReady = reject;
    });
    this.ready.catch(() => undefined);
    this._doc.on('update', this._onUpdate);
    this._awareness.on('update', this._onAwareness);
    this._access.tokenChanged.connect(this._onToken, this);
    this._pulse = setInterval(() => this._feelPulse(), PULSE);
    this._connect();
  }

  /** Resolves when the document has been received for the first time; rejects when the
   *  server refuses it for good before that. */
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
    return this._status === null || this._status.scopes.includes('write');
  }
  get connected(): boolean {
    return this._channel !== null && this._greeted;
  }

  /** The network or the machine is back: try at once, or check that the line is alive. */
  wake(): void {
    if (this._disposed) {
      return;
    }
    if (!this._channel) {
      this._backoff.reset();
      this._connect();
    } else {
      this._probe();
    }
  }

  /** Start again on a new line, for instance after the file was renamed. */
  reconnect(): void {
    this._resync(0);
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
    clearInterval(this._pulse);
    clearTimeout(this._timer);
    this._doc.off('update', this._onUpdate);
    this._awareness.off('update', this._onAwareness);
    this._access.tokenChanged.disconnect(this._onToken, this);
    this._drop();
    this.saveState.dispose();
    Signal.clearData(this);
  }

  // -- connecting ---------------------------------------------------------

  private _connect(): void {
    if (this._disposed || this._replaced || this._channel) {
      return;
    }
    clearTimeout(this._timer);
    const channel = this._open(this._access.token);
    this._channel = channel;
    this._greeted = false;
    this._caughtUp = false;
    this._sent = 0;
    this._stored = 0;
    this._rejected = 0;
    this._probedAt = null;
    this._heardAt = this._now();
    channel.onOpen = () => {
      if (channel === this._channel) {
        this._heardAt = this._now();
        channel.send(syncMessage(SYNC_STEP1, Y.encodeStateVector(this._doc)));
        const here = this._awareness.getLocalState();
        if (here !== null) {
          // the server has told the others that we left, with the next clock: go past it
          this._awareness.setLocalState(here);
          this._awareness.setLocalState(here);
          channel.send(
            awarenessMessage(encodeAwarenessUpdate(this._awareness, [this._doc.clientID]))
          );
        }
      }
    };
    channel.onMessage = message => {
      if (channel === this._channel) {
        this._heardAt = this._now();
        this._probedAt = null;
        this._receive(message);
      }
    };
    channel.onClose = code => {
      if (channel === this._channel) {
        this._lost(code);
      }
    };
  }

  /** Forget the line without hearing from it again. */
  private _drop(): void {
    const channel = this._channel;
    this._channel = null;
    this._greeted = false;
    this._caughtUp = false;
    if (channel) {
      channel.onOpen = channel.onMessage = channel.onClose = () => undefined;
      channel.close();
    }
  }

  private _lost(code: number): void {
    if (this._greeted) {
      this._backoff.reset();
    }
    this._drop();
    this._failed = true;
    // what was sent and not acknowledged may be stored or lost: the next sync will tell
    const others = [...this._awareness.getStates().keys()].filter(id => id !== this._doc.clientID);
    removeAwarenessStates(this._awareness, others, this);
    // forget their clocks too, or the same states would be taken for old news on coming back
    others.forEach(id => this._awareness.meta.delete(id));
    if (code === CLOSE.token) {
      void this._access.renew().then(renewed => this._retry(renewed ? 0 : this._backoff.next()));
    } else if (code === CLOSE.ended) {
      // the session finds out by itself and polls; `tokenChanged` brings us back
      this._closed = { code: 'session_ended', message: '' };
      void this._access.renew();
      this._retry(SLOW_RETRY);
    } else if (CLOSED_FOR_GOOD[code]) {
      // the reason is a code for programs; the words are the page's
      this._closed = { code: CLOSED_FOR_GOOD[code], message: '' };
      if (!this._synced) {
        this._rejectReady(new Error(CLOSED_FOR_GOOD[code]));
      }
      this._retry(SLOW_RETRY);
    } else {
      this._retry(this._backoff.next());
    }
    this._tell();
  }

  private _retry(wait: number): void {
    if (!this._disposed) {
      clearTimeout(this._timer);
      this._timer = setTimeout(() => this._connect(), wait);
    }
  }

  /** Start again from the state vectors on a new line. */
  private _resync(wait: number): void {
    this._drop();
    this._retry(wait);
    this._tell();
  }

  private _onToken(): void {
    if (this._channel && this._greeted) {
      this._channel.send(tokenMessage(this._access.token));
    } else if (!this._channel) {
      this._connect();
    }
  }

  // -- the pulse ------------------------------------------------------------

  private _feelPulse(): void {
    const now = this._now();
    const slept = now - this._felt > PULSE * 10;
    this._felt = now;
    if (slept) {
      this.wake();
    }
    if (!this._channel) {
      return;
    }
    if (this._probedAt !== null && now - this._probedAt > DEAD) {
      this._lost(1006);
    } else if (!this._greeted && now - this._heardAt > QUIET_UNSAVED + DEAD) {
      this._lost(1006);
    } else if (this._probedAt === null && now - this._heardAt > (this._dirty ? QUIET_UNSAVED : QUIET)) {
      this._probe();
    }
  }

  /** A question that every server must answer: what do you have that I lack? */
  private _probe(): void {
    if (this._channel && this._greeted && this._probedAt === null) {
      this._probedAt = this._now();
      this._channel.send(syncMessage(SYNC_STEP1, Y.encodeStateVector(this._doc)));
    }
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
    this._greet();
    const missing = Y.encodeStateAsUpdate(this._doc, stateVector);
    this._caughtUp = true;
    if (isEmptyUpdate(missing)) {
      this._channel?.send(syncMessage(SYNC_STEP2, missing));
    } else if (this.canWrite) {
      this._count(syncMessage(SYNC_STEP2, missing));
    }
    this._settle();
  }

  /** The server has spoken: the line is up. */
  private _greet(): void {
    this._greeted = true;
    this._failed = false;
    this._closed = null;
  }

  private _received(): void {
    this._greet();
    this._backoff.reset();
    if (!this._synced) {
      this._synced = true;
      this._resolveReady();
    }
    this._settle();
  }

  private _newStatus(status: Status): void {
    if (status.document && this._document && status.document !== this._document) {
      // another file stands at this path now: merging the two would mix them up
      this._closed = { code: 'replaced', message: '' };
      this._drop();
      this._replaced = true;
      clearTimeout(this._timer);
      this._tell();
      return;
    }
    this._document = status.document ?? this._document;
    const could = this.canWrite;
    this._status = status;
    this._refusal = status.code ? { code: status.code, message: status.message } : this._refusal;
    if (!status.code && this._refusal && this._rejected === 0) {
      this._refusal = null;
    }
    this._statusChanged.emit(status);
    const blocked = this._rejected > 0 || !could;
    if (this.canWrite && !status.code && blocked && this._dirty) {
      // writable again: whatever was held back or refused goes through a fresh sync
      this._resync(0);
      return;
    }
    this._tell();
  }

  private _count(message: Uint8Array): void {
    this._sent += 1;
    this._channel?.send(message);
  }

  private _settle(): void {
    if (this._rejected > 0) {
      if (this.canWrite && this._timerFor !== this._channel) {
        // refused although allowed (quota, size): ask again now and then
        this._timerFor = this._channel;
        clearTimeout(this._timer);
        this._timer = setTimeout(() => this._resync(0), SLOW_RETRY);
      }
    } else if (this._caughtUp && this._synced && this._stored >= this._sent && this.canWrite) {
      this._dirty = false;
      this._refusal = this._status?.code ? this._refusal : null;
    }
    this._tell();
  }

  private readonly _onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) {
      return;
    }
    // what JupyterLab writes while it sets the model up travels, but is nobody's work
    if (this._synced) {
      this._dirty = true;
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
    if (origin !== this && this._channel && this._greeted) {
      const changed = [...added, ...updated, ...removed];
      this._channel.send(awarenessMessage(encodeAwarenessUpdate(this._awareness, changed)));
    }
  };

  // -- telling --------------------------------------------------------------

  private _tell(): void {
    if (this._disposed) {
      return;
    }
    const { code, message } = this._closed ?? this._refusal ?? { code: null, message: '' };
    const unsaved = this._dirty;
    if (this._closed) {
      this.saveState.set({ kind: 'cannot_save', unsaved, code, message });
    } else if (!this._greeted) {
      const kind = this._failed ? 'offline' : this._synced ? 'saving' : 'opening';
      this.saveState.set({ kind, unsaved, code: null, message: '' });
    } else if (!this._synced) {
      this.saveState.set({ kind: 'opening', unsaved: false, code: null, message: '' });
    } else if (this._rejected > 0 && unsaved) {
      this.saveState.set({ kind: 'cannot_save', unsaved, code, message });
    } else if (!this.canWrite) {
      const held = unsaved && this._lostWork;
      const kind = held ? 'cannot_save' : 'read_only';
      this.saveState.set({ kind, unsaved: held, code, message });
    } else {
      this.saveState.set({ kind: unsaved ? 'saving' : 'saved', unsaved, code: null, message: '' });
    }
  }

  /** Edits made while writing was allowed deserve a warning; what a reader's own page
   *  writes into its replica (outputs of a run) does not. */
  private get _lostWork(): boolean {
    return this._dirtySinceWritable;
  }
  private get _dirty(): boolean {
    return this._isDirty;
  }
  private set _dirty(value: boolean) {
    this._isDirty = value;
    this._dirtySinceWritable = value && (this._dirtySinceWritable || this.canWrite);
  }

  private readonly _doc: Y.Doc;
  private readonly _awareness: Awareness;
  private readonly _access: RoomAccess;
  private readonly _open: (token: string) => Channel;
  private readonly _backoff: Backoff;
  private readonly _now: () => number;
  private readonly _pulse: ReturnType<typeof setInterval>;
  private _resolveReady!: () => void;
  private _rejectReady!: (reason: Error) => void;
  private _channel: Channel | null = null;
  /** The server has spoken on this line. */
  private _greeted = false;
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
  private _refusal: { code: string; message: string } | null = null;
  /** Why the server closed the line for good, until it speaks again. */
  private _closed: { code: string; message: string } | null = null;
  /** The last attempt ended without the server speaking, or the line broke. */
  private _failed = false;
  private _heardAt = 0;
  private _probedAt: number | null = null;
  private _felt: number;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _timerFor: Channel | null = null;
  private _document: string | null = null;
  private _replaced = false;
  private _disposed = false;
  private readonly _statusChanged = new Signal<this, Status>(this);
}
