// The inside of a sandbox: Pyodide, started from a snapshot of its memory, answering messages one a line.
// Roles: `make` writes the snapshot, `pupil` runs the pupil's cells, `tests` runs the teacher's tests.
// Nothing here is a wall: what a pupil's code does to this process, it does to its own process alone.
import fs from 'node:fs';
import { loadPyodide } from '/pyodide/pyodide.mjs';

const role = process.argv[2];
const SNAPSHOT = '/snapshot';
const lockFileContents = fs.readFileSync('/pyodide/pyodide-lock.json', 'utf8');
const wasm = fs.readFileSync('/pyodide/pyodide.asm.wasm');
const common = { lockFileContents, stdin: () => null, stdout: () => {}, stderr: () => {} };

// One compilation serves every interpreter of this process.
const instantiate = WebAssembly.instantiate;
let compiled = null;
WebAssembly.instantiate = async (bytes, imports) => {
  if (bytes instanceof WebAssembly.Module || bytes.byteLength !== wasm.byteLength) {
    return instantiate(bytes, imports);
  }
  compiled ??= await WebAssembly.compile(bytes);
  return { module: compiled, instance: await instantiate(compiled, imports) };
};

let pending = Buffer.alloc(0);
const chunk = Buffer.allocUnsafe(65536);

/** The next line of standard input, waiting for it; null at its end. */
function read() {
  const parts = [];
  for (;;) {
    const end = pending.indexOf(10);
    if (end >= 0) {
      parts.push(pending.subarray(0, end));
      pending = pending.subarray(end + 1);
      return Buffer.concat(parts).toString('utf8');
    }
    if (pending.length) {
      parts.push(pending);
    }
    let size = 0;
    try {
      size = fs.readSync(0, chunk, 0, chunk.length, null);
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      pending = Buffer.alloc(0);
      continue;
    }
    if (size === 0) {
      return null;
    }
    pending = Buffer.from(chunk.subarray(0, size));
  }
}

function write(line) {
  let data = Buffer.from(line + '\n', 'utf8');
  while (data.length) {
    data = data.subarray(fs.writeSync(1, data));
  }
}

/** Say something and wait for what is answered: how one interpreter asks the other. */
function ask(line) {
  write(line);
  return read();
}

function copyFiles(python, from, to) {
  python.FS.mkdirTree(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      copyFiles(python, `${from}/${entry.name}`, `${to}/${entry.name}`);
    } else if (entry.isFile()) {
      python.FS.writeFile(`${to}/${entry.name}`, fs.readFileSync(`${from}/${entry.name}`));
    }
  }
}

async function load() {
  const python = await loadPyodide({
    ...common,
    _loadSnapshot: fs.readFileSync(SNAPSHOT),
    // Packages that the school mirrored, with the very lock that the editor uses.
    ...(fs.existsSync('/packages/index.json')
      ? {
          lockFileContents: fs.readFileSync('/packages/index.json', 'utf8'),
          packageBaseUrl: '/packages/'
        }
      : {})
  });
  if (fs.existsSync('/files')) {
    copyFiles(python, '/files', '/drive');
  }
  return python;
}

async function make() {
  const python = await loadPyodide({ ...common, _makeSnapshot: true });
  python.FS.mkdirTree('/candyce');
  for (const name of fs.readdirSync('/python').filter(name => name.endsWith('.py'))) {
    python.FS.writeFile(`/candyce/${name}`, fs.readFileSync(`/python/${name}`));
  }
  python.runPython(`
import sys
sys.path.insert(0, "/candyce")
import candyce_pupil, candyce_tests
import array, collections, datetime, decimal, fractions, functools, itertools, math, random, re, statistics, string, time
sys.path.remove("/candyce")
`);
  const snapshot = Buffer.from(python.makeMemorySnapshot());
  for (let at = 0; at < snapshot.length; ) {
    at += fs.writeSync(1, snapshot, at);
  }
}

async function serve() {
  let python = await load();
  for (;;) {
    const line = read();
    if (line === null) {
      return;
    }
    if (line === '{"do":"reset"}') {
      python = await load();
      write('{"do":"ready"}');
      continue;
    }
    const side = python.pyimport(`candyce_${role}`);
    if (line.startsWith('{"do":"load"')) {
      for (const source of JSON.parse(line).sources) {
        try {
          await python.loadPackagesFromImports(source);
        } catch {
          // The import fails where it stands, and says so there.
        }
      }
      write('{"do":"ready"}');
      continue;
    }
    let answer = side.handle(line, ask);
    if (typeof answer !== 'string') {
      answer = await answer;
    }
    write(answer);
  }
}

await (role === 'make' ? make() : serve());
process.exit(0);
