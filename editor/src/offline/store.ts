/** What one person's device keeps of one project: sealed values, and the rows of documents. */
import type { Box, Row } from './box';
import { type Cipher, makeCipher } from './cipher';

const text = new TextEncoder();
const DAY = 24 * 3600 * 1000;

export class OfflineStore {
  private constructor(
    readonly box: Box,
    private readonly _cipher: Cipher,
    /** Which person and project, opaque. */
    readonly space: string,
    private readonly _now: () => number
  ) {}

  /** Null when this device cannot keep anything safely. */
  static async open(
    key: string,
    openBox: () => Promise<Box>,
    now: () => number = () => Date.now()
  ): Promise<OfflineStore | null> {
    const cipher = await makeCipher(key);
    if (!cipher) {
      return null;
    }
    try {
      return new OfflineStore(await openBox(), cipher, await cipher.name('space'), now);
    } catch {
      return null;
    }
  }

  name(label: string): Promise<string> {
    return this._cipher.name(label);
  }

  /** A row for `name`, ready to be written. */
  async makeRow(name: string, data: Uint8Array, pending = false): Promise<Row> {
    const id = crypto.randomUUID();
    const sealed = await this._cipher.seal(this._place(name, id), data);
    return { id, space: this.space, name, at: this._now(), pending: pending ? 1 : 0, data: sealed };
  }

  /** The contents of a row; null when it is not ours, or not what was put there. */
  openRow(row: Row): Promise<Uint8Array | null> {
    return this._cipher.open(this._place(row.name, row.id), row.data);
  }

  async get(label: string): Promise<Uint8Array | null> {
    try {
      const rows = await this.box.read(this.space, await this.name(label));
      for (const row of rows.sort((a, b) => b.at - a.at)) {
        const data = await this.openRow(row);
        if (data) {
          return data;
        }
      }
    } catch {
      // storage that fails is storage without this value
    }
    return null;
  }

  /** False when the device has no room for it. */
  async set(label: string, data: Uint8Array): Promise<boolean> {
    try {
      const name = await this.name(label);
      const row = await this.makeRow(name, data);
      return await this.box.write({ only: { space: this.space, name }, add: [row] });
    } catch {
      return false;
    }
  }

  async getJson<T>(label: string): Promise<T | null> {
    const data = await this.get(label);
    try {
      return data ? JSON.parse(new TextDecoder().decode(data)) : null;
    } catch {
      return null;
    }
  }

  setJson(label: string, value: unknown): Promise<boolean> {
    return this.set(label, text.encode(JSON.stringify(value)));
  }

  /** Drop what nobody opened for `days`, of any person: no key is needed to forget. */
  async sweep(days: number): Promise<void> {
    await this.box.sweep(this._now() - days * DAY).catch(() => undefined);
  }

  private _place(name: string, id: string): string {
    return `1/${this.space}/${name}/${id}`;
  }
}
