import { Signal } from '@lumino/signaling';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { ProjectLink } from '../src/kernel/project';

const host = () => ({
  attach: vi.fn(),
  setTree: vi.fn(),
  setToken: vi.fn(),
  fileSaved: vi.fn()
});

let contents: any;
let session: any;
let tree: { path: string }[];

beforeEach(() => {
  tree = [{ path: 'a.csv' }];
  contents = {
    save: vi.fn(async () => ({ hash: 'h' })),
    delete: vi.fn(async () => undefined)
  };
  contents.fileChanged = new Signal<any, any>(contents);
  session = { language: 'fr', token: 't', json: vi.fn(async () => ({ files: tree })) };
});

describe('the link between a kernel and its project', () => {
  it('stands where the notebook is', () => {
    const python = host();
    new ProjectLink(session, contents).attach(python as any, ':sub/folder');
    expect(python.attach.mock.calls[0][0]).toBe('sub/folder');
    expect(python.attach.mock.calls[0][2]).toMatch(/\/api\/raw\/$/);
  });

  it('gives the tree once, and again after a file changed elsewhere', async () => {
    const link = new ProjectLink(session, contents);
    const python = host();
    await link.beforeExecution(python as any);
    await link.beforeExecution(python as any);
    expect(python.setTree).toHaveBeenCalledTimes(1);
    tree = [{ path: 'b.csv' }];
    contents.fileChanged.emit({});
    await link.beforeExecution(python as any);
    expect(python.setTree).toHaveBeenLastCalledWith(tree);
    expect(session.json).toHaveBeenCalledTimes(2);
  });

  it('tells the next Python what the last one wrote', async () => {
    const link = new ProjectLink(session, contents);
    const [first, second] = [host(), host()];
    await link.beforeExecution(first as any);
    await link.store(first as any, [{ path: 'o.txt', change: 'write' }]);
    tree = [{ path: 'a.csv' }, { path: 'o.txt' }];
    link.attach(second as any, '');
    await link.beforeExecution(second as any);
    expect(second.setTree).toHaveBeenLastCalledWith(tree);
  });

  it('looks again before a run that comes later, and does not wait long for a bad network', async () => {
    vi.useFakeTimers();
    const link = new ProjectLink(session, contents);
    const python = host();
    await link.beforeExecution(python as any);
    await vi.advanceTimersByTimeAsync(3_000);
    tree = [{ path: 'a.csv' }, { path: 'b.csv' }];
    await link.beforeExecution(python as any);
    expect(python.setTree).toHaveBeenLastCalledWith(tree);
    session.json = vi.fn(() => new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(3_000);
    const gone = vi.fn();
    void link.beforeExecution(python as any).then(gone);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(gone).toHaveBeenCalled();
    vi.useRealTimers();
  });

  it('runs without a network', async () => {
    session.json = vi.fn(async () => Promise.reject(new Error('offline')));
    const python = host();
    await new ProjectLink(session, contents).beforeExecution(python as any);
    expect(python.setTree).not.toHaveBeenCalled();
  });

  it('stores bytes as they are and remembers their hash', async () => {
    const python = host();
    const data = new Uint8Array([0, 255, 10]);
    const changes = [{ path: 'o.bin', change: 'write' as const, data }];
    expect(await new ProjectLink(session, contents).store(python as any, changes)).toBeNull();
    expect(contents.save).toHaveBeenCalledWith('o.bin', {
      type: 'file',
      format: 'base64',
      content: 'AP8K'
    });
    expect(python.fileSaved).toHaveBeenCalledWith('o.bin', 'h');
  });

  it('says in the reader’s language what could not be stored, and stores the rest', async () => {
    contents.save = vi.fn(async (path: string) => {
      if (path !== 'ok.txt') {
        throw new Error('Plus de place.');
      }
      return { hash: 'h' };
    });
    const changes = ['a.txt', 'ok.txt', 'b.txt'].map(path => ({ path, change: 'write' as const }));
    const said = await new ProjectLink(session, contents).store(host() as any, changes);
    expect(said).toBe('Non enregistré dans le projet : a.txt, b.txt. Plus de place.');
    expect(contents.save).toHaveBeenCalledTimes(3);
  });
});
