import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { Backoff } from '../src/live/backoff';
import { CLOSE } from '../src/live/protocol';
import { Room } from '../src/live/room';
import { KeptDocument } from '../src/offline/document';
import { OfflineStore } from '../src/offline/store';
import { MemoryBox, MemoryLooks } from './memoryBox';
import { ServerReplica } from './serverReplica';

const ALICE = 'A'.repeat(42) + 'E';
const MALLORY = 'B'.repeat(42) + 'E';

class Access {
  token = 't';
  readonly tokenChanged = new Signal<this, string>(this);
  async renew(): Promise<boolean> {
    return false;
  }
}

let server: ServerReplica;
let box: MemoryBox;
let looks: MemoryLooks;
let rooms: Room[];

/** One page of the device: a room with its document. */
function openPage(key = ALICE, path = 'Tri.ipynb'): { room: Room; doc: Y.Doc; write: (text: string) => void } {
  const doc = new Y.Doc();
  const store = OfflineStore.open(key, async () => box);
  const room = new Room({
    doc,
    awareness: new Awareness(doc),
    access: new Access(),
    open: server.open,
    backoff: new Backoff(() => 0, 10, 20),
    keeping: new KeptDocument(store, doc, () => path, looks.make())
  });
  rooms.push(room);
  const write = (text: string): void => doc.getText('t').insert(doc.getText('t').length, text);
  return { room, doc, write };
}

const read = (doc: Y.Doc): string => doc.getText('t').toString();
const value = (room: Room) => room.saveState.value;

/** Until it is so; real time, because WebCrypto is. */
async function until(what: () => boolean, said: () => unknown = () => ''): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (what()) {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`never: ${what} ${JSON.stringify(said())}`);
}

function goAway(): void {
  server.refusing = 1006;
  server.cut();
}

function comeBack(): void {
  server.refusing = null;
  rooms.forEach(room => room.wake());
}

/** Opened, written down, and closed, as a page is that was used with a network. */
async function useOnce(): Promise<void> {
  const { room } = openPage();
  await room.ready;
  await until(() => value(room).kind === 'saved');
  await room.flush();
  room.dispose();
}

beforeEach(() => {
  server = new ServerReplica();
  server.doc.getText('t').insert(0, 'Bonjour');
  box = new MemoryBox();
  looks = new MemoryLooks();
  rooms = [];
});

afterEach(() => rooms.forEach(room => room.dispose()));

describe('a page that is open', () => {
  it('says where edits are: with the server, on this device, on the way', async () => {
    const kinds: string[] = [];
    const { room, write } = openPage();
    await room.ready;
    await until(() => value(room).kind === 'saved');
    goAway();
    write(' hors ligne');
    expect(value(room)).toMatchObject({ kind: 'offline', unsaved: true, onDevice: false });
    await until(() => value(room).onDevice);
    room.saveState.changed.connect((_, { kind }) => kinds.push(kind));
    server.acknowledging = false;
    comeBack();
    await until(() => value(room).kind === 'merging', () => value(room));
    server.acknowledging = true;
    goAway();
    comeBack();
    await until(() => value(room).kind === 'saved');
    expect(read(server.doc)).toBe('Bonjour hors ligne');
  });

  it('never says that this device has what it has not', async () => {
    const { room, write } = openPage();
    await room.ready;
    await room.flush();
    goAway();
    box.full = true;
    write(' trop');
    await room.flush();
    expect(value(room)).toMatchObject({ kind: 'offline', unsaved: true, onDevice: false });
    box.full = false;
    await room.flush();
    expect(value(room).onDevice).toBe(true);
  });

  it('writes everything again when somebody emptied the storage', async () => {
    const { room, write } = openPage();
    await room.ready;
    await room.flush();
    goAway();
    write(' un');
    await room.flush();
    box.rows.clear();
    write(' deux');
    await room.flush();
    room.dispose();
    const again = openPage();
    await again.room.ready;
    expect(read(again.doc)).toBe('Bonjour un deux');
  });
});

describe('a page that is opened without a server', () => {
  beforeEach(async () => {
    await useOnce();
    goAway();
  });

  it('shows what the device has, and merges what was written once', async () => {
    const first = openPage();
    await first.room.ready;
    expect(read(first.doc)).toBe('Bonjour');
    expect(value(first.room)).toMatchObject({ kind: 'offline', unsaved: false });
    first.write(' et demain');
    await first.room.flush();
    first.room.dispose();
    const second = openPage();
    await second.room.ready;
    expect(read(second.doc)).toBe('Bonjour et demain');
    expect(value(second.room)).toMatchObject({ kind: 'offline', unsaved: true, onDevice: true });
    server.doc.getText('t').insert(0, 'Alors : ');
    comeBack();
    await until(() => value(second.room).kind === 'saved', () => value(second.room));
    expect(read(server.doc)).toBe('Alors : Bonjour et demain');
    expect(read(second.doc)).toBe('Alors : Bonjour et demain');
  });

  it('merges the next time with a network, though the page was closed meanwhile', async () => {
    const first = openPage();
    await first.room.ready;
    first.write(' fermé');
    await first.room.flush();
    first.room.dispose();
    comeBack();
    const second = openPage();
    await second.room.ready;
    await until(() => read(server.doc) === 'Bonjour fermé');
    await until(() => value(second.room).kind === 'saved');
    await second.room.flush();
    expect([...box.rows.values()].filter(row => row.pending)).toEqual([]);
  });

  it('shows two pages of one person the same', async () => {
    const [one, two] = [openPage(), openPage()];
    await Promise.all([one.room.ready, two.room.ready]);
    one.write(' un');
    await one.room.flush();
    await until(() => read(two.doc) === 'Bonjour un');
    two.write(' deux');
    await two.room.flush();
    await until(() => read(one.doc) === 'Bonjour un deux');
    comeBack();
    await until(() => value(one.room).kind === 'saved' && value(two.room).kind === 'saved');
    expect(read(server.doc)).toBe('Bonjour un deux');
    expect(looks.said.every(said => /^[0-9a-f]{32}$/.test(said))).toBe(true);
  });

  it('keeps what the server will not have, and forgets it only when told', async () => {
    const first = openPage();
    await first.room.ready;
    first.write(' en retard');
    await first.room.flush();
    server.status = { ...server.status, scopes: ['read'], code: 'window_closed', message: 'Trop tard.' };
    comeBack();
    const held = { kind: 'cannot_save', unsaved: true, onDevice: true, code: 'window_closed' };
    await until(() => value(first.room).kind === 'cannot_save');
    expect(value(first.room)).toMatchObject(held);
    first.room.dispose();
    const second = openPage();
    await second.room.ready;
    await until(() => value(second.room).kind === 'cannot_save');
    expect(read(second.doc)).toBe('Bonjour en retard');
    expect(read(server.doc)).toBe('Bonjour');
    await second.room.forget();
    second.room.dispose();
    const third = openPage();
    await third.room.ready;
    await until(() => value(third.room).kind === 'read_only');
    expect(read(third.doc)).toBe('Bonjour');
  });

  it('never merges with the file that took its place', async () => {
    const first = openPage();
    await first.room.ready;
    first.write(' ancien');
    await first.room.flush();
    server.doc = Object.assign(new Y.Doc(), {});
    server.doc.getText('t').insert(0, 'Neuf');
    server.status = { ...server.status, document: 'document-2' };
    comeBack();
    await until(() => value(first.room).code === 'replaced');
    first.room.dispose();
    const second = openPage();
    await second.room.ready;
    await until(() => second.room.left.length === 1);
    expect(read(second.doc)).toBe('Neuf');
    expect(read(server.doc)).toBe('Neuf');
    await second.room.flush();
    await second.room.forget('document-1');
    second.room.dispose();
    expect(box.rows.size).toBe(1);
  });

  it('opens nothing when the server answers that the person has gone', async () => {
    server.refusing = CLOSE.token;
    const { room, doc } = openPage();
    let ready = false;
    void room.ready.then(() => (ready = true));
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(ready).toBe(false);
    expect(read(doc)).toBe('');
  });
});

describe('what lies on the device', () => {
  beforeEach(async () => {
    await useOnce();
    goAway();
  });

  it('is not readable, and names nothing', () => {
    const all = JSON.stringify([...box.rows.values()].map(row => [row, new TextDecoder('latin1').decode(row.data)]));
    expect(all).not.toContain('Bonjour');
    expect(all).not.toContain('Tri');
    expect(all).not.toContain('document-1');
  });

  it.each([
    ['changed', (data: Uint8Array) => data.map((byte, index) => (index === 40 ? byte ^ 1 : byte))],
    ['cut short', (data: Uint8Array) => data.slice(0, 20)],
    ['emptied', () => new Uint8Array()]
  ])('is ignored when it was %s', async (_, spoil) => {
    box.rows.forEach(row => (row.data = spoil(row.data)));
    expect(await load(ALICE)).toEqual([]);
  });

  it('is ignored under another key, at another path, or moved', async () => {
    expect(await load(ALICE)).toHaveLength(1);
    expect(await load(MALLORY)).toEqual([]);
    expect(await load(ALICE, 'Autre.ipynb')).toEqual([]);
    box.rows = new Map([...box.rows.values()].map((row, i) => [`${i}`, { ...row, id: `${i}` }]));
    expect(await load(ALICE)).toEqual([]);
  });

  it('does not show a document whose beginning is missing', async () => {
    const { room, write } = openPage();
    await room.ready;
    await room.flush();
    write(' la suite');
    await room.flush();
    const rows = [...box.rows.values()];
    box.rows.delete(rows[0].id);
    room.dispose();
    expect((await load(ALICE)).filter(kept => kept.complete)).toEqual([]);
  });

  it('goes after its days, unless it holds what the server has not', async () => {
    const day = 24 * 3600 * 1000;
    const store = (await OfflineStore.open(ALICE, async () => box, () => Date.now() + 8 * day))!;
    const { room, write } = openPage();
    await room.ready;
    write(' précieux');
    await room.flush();
    await store.sweep(7);
    expect(await load(ALICE)).toHaveLength(1);
    box.rows.forEach(row => (row.pending = 0));
    await store.sweep(7);
    expect(box.rows.size).toBe(0);
  });

  const load = (key: string, path = 'Tri.ipynb') =>
    new KeptDocument(
      OfflineStore.open(key, async () => box),
      new Y.Doc(),
      () => path,
      looks.make()
    ).load();
});

describe('a device that can keep nothing', () => {
  it('is a page as it always was', async () => {
    const doc = new Y.Doc();
    const store = OfflineStore.open(ALICE, () => Promise.reject(new Error('private window')));
    const room = new Room({
      doc,
      awareness: new Awareness(doc),
      access: new Access(),
      open: server.open,
      keeping: new KeptDocument(store, doc, () => 'Tri.ipynb', looks.make())
    });
    rooms.push(room);
    await room.ready;
    await until(() => value(room).kind === 'saved');
    goAway();
    doc.getText('t').insert(0, 'x');
    await room.flush();
    expect(value(room)).toMatchObject({ kind: 'offline', unsaved: true, onDevice: false });
  });
});
