// The inside of a sandbox: Pyodide, started from a snapshot of its memory, answering messages one a line.
// Roles: `make` writes the snapshot, `pupil` runs the pupil's cells, `tests` runs the teacher's tests.
// Nothing here is a wall: what a pupil's code does to this process, it does to its own process alone.
import fs from 'node:fs';
import { loadPyodide } from '/pyodide/pyodide.mjs';
import { takeImage } from '/worker/image.mjs';
import { ask, read, write } from '/worker/lines.mjs';
import { pack, withSnapshot } from '/worker/snapshot.mjs';

const role = process.argv[2];
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

if (role === 'tests') {
  // A handle of Python that is forgotten stays: giving it back later would reach into a memory put back meanwhile.
  globalThis.FinalizationRegistry = class {
    register() {}
    unregister() {}
  };
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

/** A fresh interpreter, with what answers its messages. */
async function load() {
  // Packages that the school mirrored, with the very lock that the editor uses.
  const mirrored = fs.existsSync('/packages/index.json') && {
    lockFileContents: fs.readFileSync('/packages/index.json', 'utf8'),
    packageBaseUrl: '/packages/'
  };
  const python = await withSnapshot('/snapshot', _loadSnapshot =>
    loadPyodide({ ...common, _loadSnapshot, ...mirrored })
  );
  if (fs.existsSync('/files')) {
    copyFiles(python, '/files', '/drive');
  }
  return { python, handle: python.pyimport(`candyce_${role}`).handle, image: null };
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
  const snapshot = pack(python.makeMemorySnapshot());
  for (let at = 0; at < snapshot.length; ) {
    at += fs.writeSync(1, snapshot, at);
  }
}

/** Packages that some sources import, as far as there are any. */
async function loadPackages(python, sources) {
  for (const source of sources) {
    try {
      await python.loadPackagesFromImports(source);
    } catch {
      // The import fails where it stands, and says so there.
    }
  }
}

async function serve() {
  let side = await load();
  for (;;) {
    const line = read();
    if (line === null) {
      return;
    }
    if (line === '{"do":"reset"}') {
      // As it was after the author's notebook was read, or else from the beginning.
      if (side.image?.restore()) {
        write(side.handle('{"do":"fresh"}', ask));
      } else {
        side = await load();
        write('{"do":"ready"}');
      }
      continue;
    }
    if (line.startsWith('{"do":"load"')) {
      await loadPackages(side.python, JSON.parse(line).sources);
      write('{"do":"ready"}');
      continue;
    }
    let answer = side.handle(line, ask);
    if (typeof answer !== 'string') {
      answer = await answer;
    }
    write(answer);
    if (line.startsWith('{"do":"start"')) {
      side.image = takeImage(side.python);
    }
  }
}

await (role === 'make' ? make() : serve());
process.exit(0);
