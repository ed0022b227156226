import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { Backoff } from '../src/live/backoff';
import { SLOW_RETRY } from '../src/live/line';
import { CLOSE } from '../src/live/protocol';
import { Room } from '../src/live/room';
import { ServerReplica } from './serverReplica';

class FakeAccess {
  token = 'first';
  renewals = 0;
  readonly tokenChanged = new Signal<this, string>(this);
  async renew(): Promise<boolean> {
    this.renewals += 1;
    this.token = `renewed-${this.renewals}`;
    this.tokenChanged.emit(this.token);
    return true;
  }
}

let server: ServerReplica;
let access: FakeAccess;
let doc: Y.Doc;
let room: Room;
let awareness: Awareness;

/** Let `ms` pass, with everything that happens meanwhile. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const type = (text: string) => doc.getText('t').insert(doc.getText('t').length, text);
const onServer = () => server.doc.getText('t').toString();
const kind = () => room.saveState.value.kind;

beforeEach(() => {
  vi.useFakeTimers();
  server = new ServerReplica();
  server.doc.getText('t').insert(0, 'Bonjour');
  access = new FakeAccess();
  doc = new Y.Doc();
  awareness = new Awareness(doc);
  room = new Room({
    doc,
    awareness,
    access,
    open: server.open,
    backoff: new Backoff(() => 1)
  });
});

afterEach(() => {
  room.dispose();
  vi.useRealTimers();
});

describe('opening', () => {
  it('is ready once the document has arrived, and not before', async () => {
    const ready = vi.fn();
    void room.ready.then(ready);
    expect(kind()).toBe('opening');
    await pass(0);
    expect(ready).not.toHaveBeenCalled();
    await pass(10);
    expect(ready).toHaveBeenCalledOnce();
    expect(doc.getText('t').toString()).toBe('Bonjour');
    expect(room.saveState.value).toEqual({ kind: 'saved', unsaved: false, onDevice: false, code: null, message: '' });
  });

  it('does not count what a model writes before the first sync as work', async () => {
    type('défaut');
    expect(room.saveState.value.unsaved).toBe(false);
    await pass(10);
    expect(kind()).toBe('saved');
    expect(onServer()).toContain('défaut');
  });

  it('rejects when the file is gone before it was ever received', async () => {
    room.dispose();
    server.refusing = CLOSE.gone;
    room = new Room({ doc, awareness: new Awareness(doc), access, open: server.open });
    await pass(10);
    await expect(room.ready).rejects.toThrow('project_deleted');
    expect(room.saveState.value.code).toBe('project_deleted');
  });
});

describe('saving', () => {
  it('says saved only when the server has acknowledged', async () => {
    await pass(10);
    server.acknowledging = false;
    type(' !');
    expect(kind()).toBe('saving');
    await pass(100);
    expect(onServer()).toBe('Bonjour !');
    expect(kind()).toBe('saving');
    server.acknowledge();
    await pass(1);
    expect(kind()).toBe('saved');
  });

  it('waits for the last of several edits', async () => {
    await pass(10);
    server.acknowledging = false;
    type('a');
    await pass(1);
    server.acknowledge();
    type('b');
    await pass(1);
    expect(kind()).toBe('saving');
    server.acknowledge();
    await pass(1);
    expect(kind()).toBe('saved');
  });

  it('shows what others write without counting it', async () => {
    await pass(10);
    server.doc.getText('t').insert(0, '> ');
    await pass(1);
    expect(doc.getText('t').toString()).toBe('> Bonjour');
    expect(kind()).toBe('saved');
  });

  it('tells who waits when everything is stored, or that it will not be', async () => {
    await pass(10);
    type('a');
    const good = room.saveState.settled(1_000);
    await pass(1);
    expect(await good).toBe(true);
    server.acknowledging = false;
    type('b');
    const late = room.saveState.settled(1_000);
    await pass(1_001);
    expect(await late).toBe(false);
  });
});

describe('a broken line', () => {
  it('keeps edits made offline and sends them once, after the server said what it has', async () => {
    await pass(10);
    server.cut();
    expect(room.saveState.value).toMatchObject({ kind: 'offline', unsaved: false });
    type(' tout le monde');
    expect(room.saveState.value).toMatchObject({ kind: 'offline', unsaved: true });
    await pass(1_000);
    expect(kind()).toBe('saved');
    expect(onServer()).toBe('Bonjour tout le monde');
  });

  it('neither loses nor doubles an edit stored but not acknowledged', async () => {
    await pass(10);
    server.acknowledging = false;
    type('X');
    await pass(1);
    server.cut();
    expect(room.saveState.value.unsaved).toBe(true);
    server.acknowledging = true;
    await pass(1_000);
    expect(kind()).toBe('saved');
    expect(onServer()).toBe('BonjourX');
    expect(doc.getText('t').toString()).toBe('BonjourX');
  });

  it('resends an edit lost in the middle of sending', async () => {
    await pass(10);
    server.silent = true;
    type('X');
    await pass(1);
    server.silent = false;
    server.cut();
    type('Y');
    await pass(1_000);
    expect(onServer()).toBe('BonjourXY');
    expect(kind()).toBe('saved');
  });

  it('merges with what happened on the server meanwhile', async () => {
    await pass(10);
    server.cut();
    type('!');
    server.doc.getText('t').insert(0, '> ');
    await pass(1_000);
    expect(onServer()).toBe('> Bonjour!');
    expect(doc.getText('t').toString()).toBe('> Bonjour!');
  });

  it('is noticed within about ten seconds when edits wait and nobody closes it', async () => {
    await pass(10);
    server.silent = true;
    type('X');
    await pass(12_000);
    expect(kind()).toBe('offline');
    server.silent = false;
    await pass(11_000);
    expect(kind()).toBe('saved');
    expect(onServer()).toBe('BonjourX');
  });

  it('is never waited for longer than five seconds, and not at all on waking', async () => {
    await pass(10);
    server.refusing = 1006;
    server.cut();
    await pass(60_000);
    server.refusing = null;
    room.wake();
    await pass(10);
    expect(kind()).toBe('saved');
    server.refusing = 1006;
    server.cut();
    await pass(60_000);
    server.refusing = null;
    await pass(5_010);
    expect(kind()).toBe('saved');
  });

  it('does not hide people from each other once it is back', async () => {
    server.awareness.setLocalStateField('user', { name: 'Mme Roux' });
    awareness.setLocalStateField('user', { name: 'Zoé' });
    await pass(10);
    const names = (of: Awareness) => [...of.getStates().values()].map(state => state.user?.name).sort();
    expect(names(server.awareness)).toEqual(['Mme Roux', 'Zoé']);
    expect(names(awareness)).toEqual(['Mme Roux', 'Zoé']);
    server.cut();
    expect(names(server.awareness)).toEqual(['Mme Roux']);
    expect(names(awareness)).toEqual(['Zoé']);
    await pass(1_000);
    expect(names(server.awareness)).toEqual(['Mme Roux', 'Zoé']);
    expect(names(awareness)).toEqual(['Mme Roux', 'Zoé']);
  });

  it('survives thirty crashes while typing, with every letter once', async () => {
    await pass(10);
    let expected = 'Bonjour';
    for (let i = 0; i < 30; i++) {
      const letter = String.fromCharCode(97 + (i % 26));
      type(letter);
      expected += letter;
      if (i % 3 === 0) {
        await pass(1);
      }
      server.acknowledging = i % 2 === 0;
      server.cut();
      await pass(i * 40);
    }
    server.acknowledging = true;
    await pass(30_000);
    expect(onServer()).toBe(expected);
    expect(doc.getText('t').toString()).toBe(expected);
    expect(kind()).toBe('saved');
  });
});

describe('rights', () => {
  it('turns read-only without an alarm when nothing was pending', async () => {
    await pass(10);
    server.announce({ scopes: ['read'], code: 'handed_in', message: 'Copie rendue.' });
    await pass(1);
    expect(room.canWrite).toBe(false);
    expect(room.saveState.value).toEqual({
      kind: 'read_only',
      unsaved: false,
      onDevice: false,
      code: 'handed_in',
      message: 'Copie rendue.'
    });
    type('sortie');
    expect(room.saveState.value).toMatchObject({ kind: 'read_only', unsaved: false });
    expect(onServer()).toBe('Bonjour');
  });

  it('says which edits were refused and keeps them, and sends them when writing is allowed again', async () => {
    await pass(10);
    server.status = { ...server.status, scopes: ['read'], code: 'window_closed', message: 'Trop tard.' };
    type(' perdu ?');
    await pass(1);
    expect(room.saveState.value).toEqual({
      kind: 'cannot_save',
      unsaved: true,
      onDevice: false,
      code: 'window_closed',
      message: 'Trop tard.'
    });
    expect(doc.getText('t').toString()).toBe('Bonjour perdu ?');
    server.announce({ scopes: ['read', 'write'], code: null, message: '' });
    await pass(100);
    expect(onServer()).toBe('Bonjour perdu ?');
    expect(kind()).toBe('saved');
  });

  it('tries again by itself after a full quota', async () => {
    await pass(10);
    server.announce({ code: 'quota_full', message: 'Plus de place.' });
    await pass(1);
    type('X');
    await pass(1);
    expect(room.saveState.value).toMatchObject({ kind: 'cannot_save', code: 'quota_full' });
    server.status = { ...server.status, code: null, message: '' };
    await pass(SLOW_RETRY + 10);
    expect(kind()).toBe('saved');
    expect(onServer()).toBe('BonjourX');
  });

  it('renews the token and comes back when the server found it too old', async () => {
    await pass(10);
    server.cut(CLOSE.token);
    await pass(10);
    expect(access.renewals).toBe(1);
    expect(server.lines.at(-1)?.token).toBe('renewed-1');
    expect(kind()).toBe('saved');
  });

  it('hands a fresh token over on the open line', async () => {
    await pass(10);
    await access.renew();
    await pass(1);
    expect(server.tokens).toEqual(['renewed-1']);
  });

  it('says that access was removed, keeps the work, and looks again now and then', async () => {
    await pass(10);
    server.refusing = CLOSE.forbidden;
    type('X');
    server.cut(CLOSE.forbidden);
    await pass(1_000);
    expect(room.saveState.value).toMatchObject({ kind: 'cannot_save', unsaved: true, code: 'forbidden' });
    expect(doc.getText('t').toString()).toBe('BonjourX');
    server.refusing = null;
    await pass(SLOW_RETRY);
    expect(kind()).toBe('saved');
    expect(onServer()).toBe('BonjourX');
  });

  it('does not mix two files when another one now stands at the same path', async () => {
    await pass(10);
    server.status = { ...server.status, document: 'document-2' };
    server.cut();
    type('X');
    await pass(60_000);
    expect(room.saveState.value).toMatchObject({ kind: 'cannot_save', code: 'replaced', unsaved: true });
    expect(onServer()).toBe('Bonjour');
  });
});
