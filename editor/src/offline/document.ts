/**
 * A live document on this device: its updates as sealed rows, appended as they are made,
 * merged into one when there are many.
 *
 * Each row carries the identity of the server's log, so that a file that was replaced while
 * the device was away is never merged with the one that stood there before.
 */
import { type ISignal, Signal } from '@lumino/signaling';
import * as Y from 'yjs';

import type { Keeping, Kept } from '../live/keeping';
import type { Row } from './box';
import type { Look } from './look';
import type { OfflineStore } from './store';

/** Milliseconds in which one's own edits, and those of others, are gathered. */
const SOON = 200;
const LATER = 3_000;
/** Rows after which all are merged into one. */
const MANY = 60;
/** After a write that failed. */
const AGAIN = 5_000;

interface Header {
  document: string;
  scopes: string[];
  /** Holds the whole document. */
  base: boolean;
  at: number;
}

/** Who an update comes from that another page of this device kept; the room's word for it too. */
const FROM_DEVICE = 'candyce-device';

export class KeptDocument implements Keeping {
  constructor(
    private readonly _store: Promise<OfflineStore | null>,
    private readonly _doc: Y.Doc,
    private readonly _path: () => string,
    private readonly _look: Look
  ) {
    _look.heard.connect(this._onLook, this);
  }

  get safe(): boolean {
    return this._safe;
  }
  get changed(): ISignal<this, void> {
    return this._changed;
  }
  get looked(): ISignal<this, void> {
    return this._looked;
  }

  async load(): Promise<Kept[]> {
    const store = await this._store;
    if (!store) {
      return [];
    }
    try {
      const groups = await this._read(store);
      groups.forEach(group => this._groups.set(group.document, group.rows));
      return groups.map(describe).filter(kept => kept.pending || kept.complete);
    } catch {
      return [];
    }
  }

  begin(document: string, scopes: string[]): void {
    const first = this._document !== document;
    this._document = document;
    this._scopes = scopes;
    if (first) {
      // what is not ours and holds nothing unsaved goes with the first write
      for (const [other, rows] of this._groups) {
        if (other === document || !rows.some(row => row.pending)) {
          rows.forEach(row => this._know(row.id, row.pending === 1 && other === document));
        }
      }
      this._whole = true;
      this._plan(LATER);
    }
  }

  edited(update: Uint8Array, mine: boolean): void {
    this._queue.push(update);
    if (mine) {
      this._queuedMine = true;
      this._setSafe(false);
    }
    this._plan(mine ? SOON : LATER);
  }

  acknowledged(): void {
    this._acknowledgements += 1;
    if (this._queuedMine || this._pendingRows.size > 0) {
      this._queuedMine = false;
      this._settled = true;
      this._plan(LATER);
    }
    this._setSafe(true);
  }

  async catchUp(): Promise<void> {
    const store = await this._store;
    if (!store || !this._document || this._disposed) {
      return;
    }
    const groups = await this._read(store).catch(() => []);
    const ours = groups.find(group => group.document === this._document);
    if (ours && !this._disposed) {
      ours.rows.forEach(row => this._know(row.id, row.pending === 1));
      Y.applyUpdate(this._doc, ours.update, FROM_DEVICE);
    }
  }

  flush(): Promise<void> {
    clearTimeout(this._timer);
    this._due = Infinity;
    this._writing = this._writing.then(() => this._write()).catch(() => undefined);
    return this._writing;
  }

  async forget(document: string): Promise<void> {
    const store = await this._store;
    const rows = this._groups.get(document)?.map(row => row.id) ?? [];
    const remove = document === this._document ? [...rows, ...this._seen] : rows;
    this._groups.delete(document);
    if (document === this._document) {
      this._document = null;
      this._queue = [];
      this._seen.clear();
      this._pendingRows.clear();
      this._setSafe(true);
    }
    await store?.box.write({ remove }).catch(() => undefined);
  }

  dispose(): void {
    void this.flush();
    this._disposed = true;
    this._look.heard.disconnect(this._onLook, this);
    Signal.clearData(this);
  }

  // -- reading --------------------------------------------------------------

  /** The rows that this page does not know yet, by document, the latest first. */
  private async _read(store: OfflineStore): Promise<Group[]> {
    const name = await this._name(store);
    const rows = (await store.box.read(store.space, name)).filter(row => !this._seen.has(row.id));
    const groups = new Map<string, Opened[]>();
    for (const row of rows) {
      const opened = unpack(await store.openRow(row));
      if (opened) {
        const { document } = opened.header;
        groups.set(document, [...(groups.get(document) ?? []), { row, ...opened }]);
      }
    }
    return [...groups].map(([document, opened]) => group(document, opened)).sort((a, b) => b.at - a.at);
  }

  private readonly _onLook = (_: unknown, name: string): void => {
    if (name === this._knownName && !this._disposed) {
      this._looked.emit();
    }
  };

  // -- writing --------------------------------------------------------------

  private _plan(wait: number): void {
    const due = Date.now() + wait;
    if (due < this._due && !this._disposed) {
      this._due = due;
      clearTimeout(this._timer);
      this._timer = setTimeout(() => void this.flush(), wait);
    }
  }

  private async _write(): Promise<void> {
    const store = await this._store;
    if (!store) {
      this._queue = [];
      return;
    }
    if (!this._document) {
      return;
    }
    const name = await this._name(store);
    const mine = this._queuedMine;
    const settle = this._settled ? [...this._pendingRows] : [];
    const whole = this._whole || this._seen.size > MANY;
    if (!whole && !this._queue.length && !settle.length) {
      return;
    }
    const queue = this._queue;
    const acknowledgements = this._acknowledgements;
    this._queue = [];
    this._queuedMine = this._settled = false;
    try {
      const written = whole ? false : await this._append(store, name, queue, mine, settle);
      if (!written) {
        await this._writeWhole(store, name, mine || this._pendingRows.size > settle.length);
      }
      settle.forEach(id => this._pendingRows.delete(id));
      if (mine && acknowledgements !== this._acknowledgements) {
        // acknowledged while it was being written
        this._settled = true;
        this._plan(LATER);
      }
      this._setSafe(!this._queuedMine);
      this._look.tell(name);
    } catch {
      // no room, or the storage is closed: it stays in the page, and the state says so
      this._whole = true;
      this._queuedMine ||= mine;
      this._settled ||= settle.length > 0;
      this._plan(AGAIN);
    }
  }

  /** False when other rows that this builds on are gone. */
  private async _append(
    store: OfflineStore,
    name: string,
    queue: Uint8Array[],
    mine: boolean,
    settle: string[]
  ): Promise<boolean> {
    const add = queue.length ? [await this._makeRow(store, name, Y.mergeUpdates(queue), mine, false)] : [];
    if (!(await store.box.write({ add, settle, expect: this._last, durable: mine }))) {
      return false;
    }
    add.forEach(row => this._remember(row.id, mine));
    return true;
  }

  /** The whole document in one row, in place of those that this page knows. */
  private async _writeWhole(store: OfflineStore, name: string, mine: boolean): Promise<void> {
    const row = await this._makeRow(store, name, Y.encodeStateAsUpdate(this._doc), mine, true);
    await store.box.write({ remove: [...this._seen], add: [row], durable: true });
    this._seen.clear();
    this._pendingRows.clear();
    this._remember(row.id, mine);
    this._whole = false;
  }

  private _remember(id: string, mine: boolean): void {
    this._know(id, mine);
    this._last = id;
  }

  private _know(id: string, pending: boolean): void {
    this._seen.add(id);
    if (pending) {
      this._pendingRows.add(id);
    }
  }

  private _makeRow(
    store: OfflineStore,
    name: string,
    update: Uint8Array,
    mine: boolean,
    base: boolean
  ): ReturnType<OfflineStore['makeRow']> {
    const header: Header = {
      document: this._document!,
      scopes: this._scopes,
      base,
      at: Date.now()
    };
    return store.makeRow(name, pack(header, update), mine);
  }

  /** Renaming the file moves the document to another name. */
  private async _name(store: OfflineStore): Promise<string> {
    const name = await store.name(`document ${this._path()}`);
    if (this._knownName !== null && this._knownName !== name) {
      this._whole = true;
    }
    this._knownName = name;
    return name;
  }

  private _setSafe(safe: boolean): void {
    if (safe !== this._safe) {
      this._safe = safe;
      this._changed.emit();
    }
  }

  private _document: string | null = null;
  private _scopes: string[] = [];
  private _queue: Uint8Array[] = [];
  private _queuedMine = false;
  private _settled = false;
  private _whole = false;
  private _last: string | null = null;
  private _acknowledgements = 0;
  /** Rows whose contents this page's document has. */
  private readonly _seen = new Set<string>();
  private readonly _groups = new Map<string, Row[]>();
  private readonly _pendingRows = new Set<string>();
  private _knownName: string | null = null;
  private _safe = true;
  private _disposed = false;
  private _due = Infinity;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _writing: Promise<void> = Promise.resolve();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _looked = new Signal<this, void>(this);
}

/** `[length of the header as 32 bits][header as JSON][update]`. */
function pack(header: Header, update: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(JSON.stringify(header));
  const whole = new Uint8Array(4 + head.length + update.length);
  new DataView(whole.buffer).setUint32(0, head.length);
  whole.set(head, 4);
  whole.set(update, 4 + head.length);
  return whole;
}

function unpack(data: Uint8Array | null): { header: Header; update: Uint8Array } | null {
  if (!data) {
    return null;
  }
  try {
    const length = new DataView(data.buffer, data.byteOffset).getUint32(0);
    const header = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
    return { header, update: data.slice(4 + length) };
  } catch {
    return null;
  }
}

interface Opened {
  row: Row;
  header: Header;
  update: Uint8Array;
}

interface Group {
  document: string;
  scopes: string[];
  at: number;
  hasBase: boolean;
  rows: Row[];
  update: Uint8Array;
}

function group(document: string, opened: Opened[]): Group {
  const last = opened.reduce((best, one) => (one.header.at > best.header.at ? one : best));
  return {
    document,
    scopes: last.header.scopes,
    at: last.header.at,
    hasBase: opened.some(({ header }) => header.base),
    rows: opened.map(({ row }) => row),
    update: Y.mergeUpdates(opened.map(({ update }) => update))
  };
}

function describe({ document, scopes, hasBase, rows, update }: Group): Kept {
  const pending = rows.some(row => row.pending === 1);
  return { document, scopes, pending, complete: hasBase && isWhole(update), update };
}

/** Does the update stand on its own? One whose rows were deleted waits for what is missing. */
function isWhole(update: Uint8Array): boolean {
  const doc = new Y.Doc();
  try {
    Y.applyUpdate(doc, update);
    const { pendingStructs, pendingDs } = doc.store as unknown as Record<string, unknown>;
    return !pendingStructs && !pendingDs;
  } catch {
    return false;
  } finally {
    doc.destroy();
  }
}
