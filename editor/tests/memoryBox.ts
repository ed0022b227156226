/** A device's storage in memory, that a test can fill up, lose and tamper with. */
import { Signal } from '@lumino/signaling';

import type { Box, Change, Row } from '../src/offline/box';
import type { Look } from '../src/offline/look';

export class MemoryBox implements Box {
  rows = new Map<string, Row>();
  /** Nothing can be written any more. */
  full = false;
  writes = 0;

  async read(space: string, name: string): Promise<Row[]> {
    return [...this.rows.values()].filter(row => row.space === space && row.name === name);
  }

  async write(change: Change): Promise<boolean> {
    if (this.full) {
      throw new DOMException('full', 'QuotaExceededError');
    }
    if (change.expect && !this.rows.has(change.expect)) {
      return false;
    }
    this.writes += 1;
    const { only } = change;
    for (const row of [...this.rows.values()]) {
      if (only && row.space === only.space && row.name === only.name) {
        this.rows.delete(row.id);
      }
    }
    change.remove?.forEach(id => this.rows.delete(id));
    change.settle?.forEach(id => {
      const row = this.rows.get(id);
      if (row) {
        this.rows.set(id, { ...row, pending: 0 });
      }
    });
    change.add?.forEach(row => this.rows.set(row.id, row));
    return true;
  }

  async sweep(before: number): Promise<void> {
    const place = (row: Row): string => `${row.space}/${row.name}`;
    const all = [...this.rows.values()];
    const kept = new Set(all.filter(row => row.pending || row.at >= before).map(place));
    all.filter(row => !kept.has(place(row))).forEach(row => this.rows.delete(row.id));
  }
}

/** What the pages of one device hear of each other. */
export class MemoryLooks {
  readonly said: string[] = [];
  private readonly _all: MemoryLook[] = [];

  make = (): Look => {
    const look = new MemoryLook(name => {
      this.said.push(name);
      this._all.filter(other => other !== look).forEach(other => other.hear(name));
    });
    this._all.push(look);
    return look;
  };
}

class MemoryLook implements Look {
  constructor(readonly tell: (name: string) => void) {}
  readonly heard = new Signal<this, string>(this);
  hear(name: string): void {
    this.heard.emit(name);
  }
}
