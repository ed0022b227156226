/**
 * The device's storage: rows in IndexedDB that say nothing to whom has not the key.
 *
 * Other notebooks can delete or change rows at any time. A writer therefore names a row that
 * it counts on: when that one is gone, nothing is written and the writer starts anew.
 */

export interface Row {
  /** Random: a row that was deleted and one put in its place are never taken for each other. */
  id: string;
  /** Which person and project, opaque. */
  space: string;
  /** Which document or value, opaque. */
  name: string;
  /** Milliseconds since the epoch, by this device's clock; for tidying only. */
  at: number;
  /** 1: holds edits that the server had not acknowledged. */
  pending: 0 | 1;
  data: Uint8Array;
}

export interface Change {
  add?: Row[];
  remove?: string[];
  /** Remove all other rows of this space and name. */
  only?: { space: string; name: string };
  /** Rows whose edits the server has. */
  settle?: string[];
  /** Write only while this row is there. */
  expect?: string | null;
  /** On the disk before the promise resolves, whatever happens to the machine. */
  durable?: boolean;
}

export interface Box {
  read(space: string, name: string): Promise<Row[]>;
  /** One transaction. False when the expected row is gone. */
  write(change: Change): Promise<boolean>;
  /** Drop what has not been touched since `before` and holds nothing unsaved. */
  sweep(before: number): Promise<void>;
}

const DATABASE = 'candyce-offline';
const STORE = 'rows';
const PLACE = 'place';

/** Rejects when the browser has no storage for us (private windows, policies, no space). */
export async function openBox(factory: IDBFactory = indexedDB): Promise<Box> {
  const box = new DatabaseBox(factory);
  await box.connect();
  return box;
}

class DatabaseBox implements Box {
  constructor(private readonly _factory: IDBFactory) {}

  connect(): Promise<IDBDatabase> {
    this._database ??= this._connect();
    this._database.catch(() => {
      this._database = null;
    });
    return this._database;
  }

  async read(space: string, name: string): Promise<Row[]> {
    const store = (await this._start('readonly')).objectStore(STORE);
    const rows = await answer(store.index(PLACE).getAll([space, name]));
    return rows.filter(isRow);
  }

  async write(change: Change): Promise<boolean> {
    const transaction = await this._start('readwrite', change.durable);
    const store = transaction.objectStore(STORE);
    if (change.expect && !(await answer(store.getKey(change.expect)))) {
      transaction.abort();
      return false;
    }
    if (change.only) {
      const { space, name } = change.only;
      const ids = await answer(store.index(PLACE).getAllKeys([space, name]));
      ids.forEach(id => store.delete(id));
    }
    change.remove?.forEach(id => store.delete(id));
    for (const id of change.settle ?? []) {
      const row = await answer(store.get(id));
      if (row) {
        store.put({ ...row, pending: 0 });
      }
    }
    change.add?.forEach(row => store.put(row));
    await finished(transaction);
    return true;
  }

  async sweep(before: number): Promise<void> {
    const transaction = await this._start('readwrite');
    const store = transaction.objectStore(STORE);
    const kept = new Set<string>();
    const seen: { id: string; place: string }[] = [];
    await each<Row>(store.openCursor(), row => {
      const place = `${row.space}/${row.name}`;
      seen.push({ id: row.id, place });
      if (row.pending || row.at >= before) {
        kept.add(place);
      }
    });
    seen.filter(row => !kept.has(row.place)).forEach(row => store.delete(row.id));
    await finished(transaction);
  }

  private async _start(mode: IDBTransactionMode, durable = false): Promise<IDBTransaction> {
    const options: IDBTransactionOptions = { durability: durable ? 'strict' : 'relaxed' };
    try {
      return (await this.connect()).transaction(STORE, mode, options);
    } catch {
      // the connection was closed under us: once more, on a new one
      this._database = null;
      return (await this.connect()).transaction(STORE, mode, options);
    }
  }

  private _connect(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = this._factory.open(DATABASE, 1);
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore(STORE, { keyPath: 'id' });
        store.createIndex(PLACE, ['space', 'name']);
      };
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error('blocked'));
      request.onsuccess = () => {
        const database = request.result;
        const forget = (): void => {
          this._database = null;
        };
        database.onclose = forget;
        database.onversionchange = () => {
          // someone deletes it: let them, and write all anew
          database.close();
          forget();
        };
        resolve(database);
      };
    });
  }

  private _database: Promise<IDBDatabase> | null = null;
}

function isRow(row: Row): boolean {
  return typeof row?.id === 'string' && row.data instanceof Uint8Array && Number.isFinite(row.at);
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** One value after the other, so that all of them are never in memory at once. */
function each<T>(request: IDBRequest<IDBCursorWithValue | null>, look: (value: T) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor) {
        look(cursor.value);
        cursor.continue();
      } else {
        resolve();
      }
    };
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}
