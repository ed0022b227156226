import { YFile } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ProjectLink } from '../src/kernel/project';
import { LIVE, LiveNotebooks } from '../src/live/notebooks';
import { eachFactory, followFile, makeLive, mirrorTextRights, whenRegistered } from '../src/live/texts';
import { ServerReplica } from './serverReplica';

let server: ServerReplica;
let live: LiveNotebooks;
let drive: { get: ReturnType<typeof vi.fn>; save: ReturnType<typeof vi.fn>; fileChanged: Signal<object, any> };

beforeEach(() => {
  vi.useFakeTimers();
  server = new ServerReplica();
  server.doc.getText('source').insert(0, 'mois,pluie\n');
  drive = {
    get: vi.fn(async (path: string, options: { content?: boolean }) => ({
      path,
      content: options.content === false ? null : 'the file',
      last_modified: new Date().toISOString(),
      hash: 'abc'
    })),
    save: vi.fn(async () => ({})),
    fileChanged: new Signal({})
  };
  live = new LiveNotebooks({
    drive: drive as never,
    user: { ready: Promise.resolve(), identity: {}, userChanged: new Signal({}) } as never,
    access: { token: 't', tokenChanged: new Signal({}), renew: async () => true } as never,
    open: (_, token) => server.open(token),
    refusal: value => value.kind
  });
});
afterEach(() => vi.useRealTimers());

const create = (path = 'data.csv') =>
  live.sharedModelFactory.createNew({
    path,
    format: 'text',
    contentType: 'file',
    collaborative: true
  }) as unknown as YFile;

const getText = (path = 'data.csv') =>
  live.get(path, { type: 'file', format: 'text', contentProviderId: LIVE });

describe('a live text', () => {
  it('is what the server has, and goes there letter by letter', async () => {
    const model = create();
    const got = getText();
    await vi.advanceTimersByTimeAsync(10);
    expect((await got).content).toBeNull();
    expect(model.getSource()).toBe('mois,pluie\n');
    model.updateSource(0, 0, 'é');
    await vi.advanceTimersByTimeAsync(10);
    expect(server.doc.getText('source').toString()).toBe('émois,pluie\n');
    expect(live.saveValue).toMatchObject({ kind: 'saved', unsaved: false });
  });

  it('is counted in the state of saving', async () => {
    const model = create();
    await vi.advanceTimersByTimeAsync(10);
    server.acknowledging = false;
    model.updateSource(0, 0, 'x');
    expect(live.saveValue).toMatchObject({ kind: 'saving', unsaved: true });
    const settled = live.settled(1_000, true);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await settled).toBe(false);
  });

  it.each([4413, 4415])('that cannot be live (%i) is a plain file, saved when asked', async code => {
    server.refusing = code;
    const model = create();
    const got = getText();
    await vi.advanceTimersByTimeAsync(10);
    expect((await got).content).toBe('the file');
    expect(live.rooms).toEqual([]);
    expect(live.saveValue).toBeNull();
    model.dirty = true;
    expect(model.dirty).toBe(true);
    await live.save('data.csv', { type: 'file', format: 'text', content: 'new' });
    expect(drive.save).toHaveBeenCalledOnce();
    model.dispose();
  });

  it('that was replaced by something else says so, and takes no more', async () => {
    create();
    await vi.advanceTimersByTimeAsync(10);
    server.refusing = 4415;
    server.lines.at(-1)!.channel.onClose(4415);
    await vi.advanceTimersByTimeAsync(10);
    expect(live.saveValue).toMatchObject({ kind: 'cannot_save', code: 'not_text' });
  });

  it('keeps readers from typing', async () => {
    server.status = { ...server.status, scopes: ['read'], code: 'read_only' };
    const model = create();
    const editor = { readOnly: false, getOption: () => editor.readOnly, setOption: (_: string, on: boolean) => (editor.readOnly = on) };
    const widget = {
      content: { editor },
      context: { model: { sharedModel: model, readOnly: false }, ready: Promise.resolve() },
      disposed: new Signal({}),
      toggleClass: vi.fn()
    };
    mirrorTextRights(widget as never, live);
    await vi.advanceTimersByTimeAsync(10);
    expect(editor.readOnly).toBe(true);
    expect(widget.context.model.readOnly).toBe(true);
    server.status = { ...server.status, scopes: ['read', 'write'], code: null };
    live.rooms[0].room.reconnect();
    await vi.advanceTimersByTimeAsync(10);
    expect(editor.readOnly).toBe(false);
  });
});

describe('ways to show a file', () => {
  it('waits for a way to show a file that comes late', async () => {
    const changed = new Signal<object, any>({});
    const factories: Record<string, any> = { CSVTable: { name: 'CSVTable' } };
    const registry = {
      changed,
      widgetFactories: () => [factories.CSVTable],
      getWidgetFactory: (name: string) => factories[name]
    };
    let there = false;
    const asked = whenRegistered(registry as never, 'Editor').then(() => {
      there = true;
    });
    await Promise.resolve();
    expect(there).toBe(false);
    factories.Editor = { name: 'Editor' };
    changed.emit({ type: 'widgetFactory', change: 'added', name: 'Editor' });
    await asked;
    await whenRegistered(registry as never, 'CSVTable');
  });

  it('are live when they show text, whenever they are added', () => {
    const changed = new Signal<object, any>({});
    const factories: Record<string, any> = {
      Editor: { modelName: 'text' },
      Image: { modelName: 'base64' },
      Own: { modelName: 'text', contentProviderId: 'own' },
      CSVTable: { modelName: 'text' }
    };
    const registry = {
      changed,
      widgetFactories: () => [factories.Editor, factories.Image, factories.Own],
      getWidgetFactory: (name: string) => factories[name]
    };
    eachFactory(registry as never, makeLive);
    changed.emit({ type: 'widgetFactory', change: 'added', name: 'CSVTable' });
    changed.emit({ type: 'fileType', change: 'added', name: 'png' });
    expect(Object.values(factories).map(one => one.contentProviderId)).toEqual([LIVE, undefined, 'own', LIVE]);
  });

  it('show a picture anew when it was replaced', () => {
    const revert = vi.fn(async () => undefined);
    const widget = { context: { path: 'fig.png', isReady: true, revert }, disposed: new Signal({}) };
    followFile(widget as never, drive as never);
    drive.fileChanged.emit({ type: 'save', newValue: { path: 'other.png' } });
    drive.fileChanged.emit({ type: 'save', newValue: { path: 'fig.png' } });
    expect(revert).toHaveBeenCalledOnce();
    widget.disposed.emit(undefined);
    drive.fileChanged.emit({ type: 'save', newValue: { path: 'fig.png' } });
    expect(revert).toHaveBeenCalledOnce();
  });
});

describe('a program that reads a file', () => {
  it('reads what was typed in it a moment ago, here or elsewhere', async () => {
    const contents = { fileChanged: new Signal<any, any>({}) };
    const asked: string[] = [];
    const session = {
      language: 'fr',
      token: 't',
      json: async () => {
        asked.push(server.doc.getText('source').toString());
        return { files: [] };
      }
    };
    const python = { setTree: vi.fn(), setToken: vi.fn() };
    const link = new ProjectLink(session as never, contents as never, live);
    const model = create();
    await vi.advanceTimersByTimeAsync(10);
    await link.beforeExecution(python as never);
    model.updateSource(0, 0, 'ici ');
    await link.beforeExecution(python as never);
    expect(asked.at(-1)).toBe('ici mois,pluie\n');
    const before = asked.length;
    await link.beforeExecution(python as never);
    expect(asked.length).toBe(before);
    server.doc.getText('source').insert(0, 'là-bas ');
    await vi.advanceTimersByTimeAsync(10);
    await link.beforeExecution(python as never);
    expect(asked.at(-1)).toBe('là-bas ici mois,pluie\n');
  });
});
