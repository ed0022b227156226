import { type YCodeCell, YNotebook } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import * as Y from 'yjs';

import { LiveNotebooks } from '../src/live/notebooks';
import { keepRunsToOneself } from '../src/runs';
import { ignoreSharedTrust } from '../src/trust';
import { ServerReplica } from './serverReplica';

const MODEL = { path: 'cours.ipynb', last_modified: '2026-01-01T00:00:00Z', hash: 'abc' };

let server: ServerReplica;
let opened: string[];
let notebooks: LiveNotebooks;
let drive: { get: ReturnType<typeof vi.fn>; save: ReturnType<typeof vi.fn>; fileChanged: Signal<object, any> };

beforeEach(() => {
  vi.useFakeTimers();
  server = new ServerReplica();
  const remote = new YNotebook();
  remote.ydoc.on('update', update => server.doc && applyTo(update));
  remote.insertCell(0, { cell_type: 'code', source: '1+1', metadata: { trusted: true } });
  opened = [];
  drive = {
    get: vi.fn(async () => ({ ...MODEL, last_modified: new Date().toISOString() })),
    save: vi.fn(),
    fileChanged: new Signal({})
  };
  notebooks = new LiveNotebooks({
    drive: drive as never,
    user: {
      ready: Promise.resolve(),
      identity: { username: 'zoe', name: 'Zoé' },
      userChanged: new Signal({})
    } as never,
    access: { token: 't', tokenChanged: new Signal({}), renew: async () => true } as never,
    open: (path, token) => {
      opened.push(path);
      return server.open(token);
    },
    refusal: value => value.kind
  });
});
afterEach(() => vi.useRealTimers());

function applyTo(update: Uint8Array): void {
  Y.applyUpdate(server.doc, update);
}

const create = () =>
  notebooks.sharedModelFactory.createNew({
    path: 'cours.ipynb',
    format: 'json',
    contentType: 'notebook',
    collaborative: true
  }) as unknown as YNotebook;

describe('a live notebook', () => {
  it('is given to JupyterLab only when it is there', async () => {
    const model = create();
    const got = vi.fn();
    void notebooks.get('cours.ipynb', { type: 'notebook', format: 'json' }).then(got);
    await vi.advanceTimersByTimeAsync(0);
    expect(got).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10);
    expect(got).toHaveBeenCalledOnce();
    expect(model.cells.map(cell => cell.getSource())).toEqual(['1+1']);
  });

  it('shows JupyterLab neither a hash nor a moving date, which would look like a conflict', async () => {
    create();
    await vi.advanceTimersByTimeAsync(10);
    const first = await notebooks.get('cours.ipynb', { content: false, hash: true });
    await vi.advanceTimersByTimeAsync(60_000);
    const second = await notebooks.get('cours.ipynb', { content: false, hash: true });
    expect(second.last_modified).toBe(first.last_modified);
    expect(second.hash).toBeUndefined();
  });

  it('waits for the acknowledgement when asked to save, and says when there is none', async () => {
    const model = create();
    await vi.advanceTimersByTimeAsync(10);
    server.acknowledging = false;
    model.cells[0].setSource('2+2');
    const refused = notebooks.save('cours.ipynb', {}).catch(error => error.message);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await refused).toBe('saving');
    server.acknowledging = true;
    server.acknowledge();
    await vi.advanceTimersByTimeAsync(10);
    await expect(notebooks.save('cours.ipynb', {})).resolves.toBeTruthy();
    expect(drive.save).not.toHaveBeenCalled();
  });

  it('never marks the shared document dirty', async () => {
    const model = create();
    await vi.advanceTimersByTimeAsync(10);
    const before = server.log.length;
    model.dirty = true;
    expect(model.dirty).toBe(false);
    model.ydoc.getMap('state').set('dirty', true); // as every code editor does
    await vi.advanceTimersByTimeAsync(10);
    expect(server.log.length).toBe(before);
  });

  it('follows its file to a new name, and closes with its model', async () => {
    const model = create();
    await vi.advanceTimersByTimeAsync(10);
    drive.fileChanged.emit({
      type: 'rename',
      oldValue: { path: 'cours.ipynb' },
      newValue: { path: 'leçon.ipynb' }
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(opened).toEqual(['cours.ipynb', 'leçon.ipynb']);
    expect(notebooks.saveValue?.kind).toBe('saved');
    model.dispose();
    expect(notebooks.rooms).toEqual([]);
    expect(notebooks.saveValue).toBeNull();
  });

  it('leaves plain files to the drive', async () => {
    await notebooks.get('photo.png', {});
    expect(drive.get).toHaveBeenCalledWith('photo.png', { contentProviderId: undefined });
    const options = { contentType: 'file', collaborative: true } as const;
    const { createNew } = notebooks.sharedModelFactory;
    expect(createNew({ ...options, path: 'photo.png', format: 'base64' })).toBeUndefined();
    expect(createNew({ ...options, path: 'photo.svg', format: 'base64' })).toBeUndefined();
    expect(createNew({ ...options, path: 'photo.png', format: 'text' })).toBeUndefined();
  });
});

describe('trust', () => {
  it('is neither believed from the shared document nor written to it', async () => {
    ignoreSharedTrust();
    const model = create();
    await vi.advanceTimersByTimeAsync(10);
    const cell = model.cells[0];
    expect(cell.getMetadata('trusted')).toBeUndefined();
    expect(cell.getMetadata()).toEqual({});
    cell.setMetadata({ trusted: true, tags: ['a'] });
    cell.setMetadata('trusted', true);
    expect(cell.getMetadata()).toEqual({ tags: ['a'] });
    model.insertCell(1, { cell_type: 'code', source: '', metadata: { trusted: true } });
    await vi.advanceTimersByTimeAsync(10);
    const stored = server.doc.getArray('cells').toJSON() as { metadata: object }[];
    expect(stored[1].metadata).toEqual({});
  });
});

describe('runs', () => {
  it('show to the one who runs and to nobody else, nor after a reload', async () => {
    keepRunsToOneself();
    const model = create();
    await vi.advanceTimersByTimeAsync(10);
    const cell = model.cells[0] as YCodeCell;
    const before = server.log.length;
    const changes: unknown[] = [];
    cell.changed.connect((_, change) => changes.push(change.executionStateChange));
    cell.executionState = 'running';
    expect(cell.executionState).toBe('running');
    expect(changes).toEqual([{ oldValue: 'idle', newValue: 'running' }]);
    await vi.advanceTimersByTimeAsync(10);
    expect(server.log.length).toBe(before);
    expect(server.doc.getArray('cells').toJSON()[0]).not.toHaveProperty('execution_state', 'running');
  });
});
