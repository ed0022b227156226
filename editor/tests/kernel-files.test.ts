// @vitest-environment node
import path from 'node:path';

import { loadPyodide } from 'pyodide';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ProjectFiles } from '../src/kernel/files';
import type { ITreeFile } from '../src/kernel/protocol';

// the real file system and a real Python: what cells do is what is tested
let pyodide: any;
let read: string[];
let contents: Record<string, string>;
let files: ProjectFiles;
let count = 0;
let root: string;

const entry = (path: string, hash = path + '-1'): ITreeFile => ({
  path,
  hash,
  size: new TextEncoder().encode(contents[path]).length,
  last_modified: '2026-01-01T00:00:00Z'
});

const python = (code: string) => pyodide.runPython(code);

beforeAll(async () => {
  const place = path.resolve(import.meta.dirname, '../../node_modules/pyodide');
  pyodide = await loadPyodide({ indexURL: place + '/' });
}, 60_000);

beforeEach(() => {
  root = `/project${count++}`;
  read = [];
  contents = { 'data.csv': 'a,b\n1,é\n', 'lib/tools.py': 'ANSWER = 42\n', 'big.bin': 'x'.repeat(9000) };
  files = new ProjectFiles(pyodide.FS, root, path => {
    read.push(path);
    return path in contents ? new TextEncoder().encode(contents[path]) : null;
  });
  files.update(Object.keys(contents).map(path => entry(path)));
  pyodide.FS.chdir(root);
});

describe('the project in Python', () => {
  it('knows names and sizes without asking for contents', () => {
    const seen = python(`
import os
sorted((f, os.path.getsize(os.path.join(r, f))) for r, _, fs in os.walk('.') for f in fs)`).toJs();
    expect(seen).toEqual([['big.bin', 9000], ['data.csv', 9], ['tools.py', 12]]);
    expect(read).toEqual([]);
    expect(files.changes()).toEqual([]);
  });

  it('asks once for a file that is read', () => {
    expect(python(`open('data.csv', encoding='utf-8').read()`)).toBe('a,b\n1,é\n');
    python(`open('data.csv').read()`);
    expect(read).toEqual(['data.csv']);
    expect(files.changes()).toEqual([]);
  });

  it('imports a module of the project with one request', () => {
    const answer = python(`
import importlib, sys
sys.path.insert(0, ''); importlib.invalidate_caches()
from lib import tools
sys.path.pop(0); del sys.modules['lib'], sys.modules['lib.tools']
tools.ANSWER`);
    expect(answer).toBe(42);
    expect(read).toEqual(['lib/tools.py']);
    expect(files.changes()).toEqual([]);
  });

  it('reports what was written, made and removed, once', () => {
    python(`
import os
os.makedirs('out/deep')
open('out/deep/a.txt', 'w').write('é')
os.remove('big.bin')
open('data.csv', 'a').write('2,3')`);
    const found = files.changes();
    expect(found.map(c => [c.change, c.path])).toEqual([
      ['write', 'data.csv'],
      ['folder', 'out'],
      ['folder', 'out/deep'],
      ['write', 'out/deep/a.txt'],
      ['delete', 'big.bin']
    ]);
    expect(new TextDecoder().decode(found[0].data)).toBe('a,b\n1,é\n2,3');
    expect(new TextDecoder().decode(found[3].data)).toBe('é');
    expect(files.changes()).toEqual([]);
  });

  it('overwrites a file without fetching it first', () => {
    python(`open('big.bin', 'w').write('small')`);
    expect(read).toEqual([]);
    expect(files.changes().map(c => new TextDecoder().decode(c.data))).toEqual(['small']);
    expect(python(`open('big.bin').read()`)).toBe('small');
  });

  it('takes what changed elsewhere, and drops what was removed elsewhere', () => {
    python(`open('data.csv').read()`);
    contents['data.csv'] = 'new';
    files.update([entry('data.csv', 'other'), entry('lib/tools.py')]);
    expect(python(`open('data.csv').read()`)).toBe('new');
    expect(python(`import os; os.path.exists('big.bin')`)).toBe(false);
    expect(files.changes()).toEqual([]);
  });

  it('does not overwrite what a cell wrote and nobody saved yet', () => {
    python(`open('data.csv', 'w').write('mine')`);
    contents['data.csv'] = 'theirs';
    files.update([entry('data.csv', 'other'), entry('lib/tools.py'), entry('big.bin')]);
    expect(python(`open('data.csv').read()`)).toBe('mine');
    expect(files.changes().map(c => c.path)).toEqual(['data.csv']);
  });

  it('leaves caches out', () => {
    python(`
import os
os.makedirs('__pycache__'); open('__pycache__/x.pyc', 'w').write('x')`);
    expect(files.changes()).toEqual([]);
  });

  it('says OSError when a file cannot be had', () => {
    delete contents['data.csv'];
    expect(() => python(`open('data.csv').read()`)).toThrow(/OSError/);
  });
});
