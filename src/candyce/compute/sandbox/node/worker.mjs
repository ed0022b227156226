// The inside of a sandbox: Pyodide, started from a snapshot of its memory, answering messages one a line.
// Roles: `make` writes the snapshot, `pupil` runs the pupil's cells, `tests` runs the teacher's tests.
// A `pupil` or a `tests` that is told to divides itself: the part answers through pipes of its own.
// Nothing here is a wall: what a pupil's code does to this process, it does to its own process alone.
import fs from 'node:fs';
import { loadPyodide } from '/pyodide/pyodide.mjs';
import { ask, connect, read, write } from '/worker/lines.mjs';
import { pack, withSnapshot } from '/worker/snapshot.mjs';

const WARM_ROUNDS = 6;
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
  return { python, handle: python.pyimport(`candyce_${role}`).handle };
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
import candyce_pupil, candyce_tests, candyce_warm
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

/** The number of the other process: 0 in the new one, else that of the new one. */
function divide() {
  const found = { exports: {} };
  process.dlopen(found, '/fork.node'); // its start is the call
  return found.exports;
}

async function serve() {
  const { python, handle } = await load();
  let part = 0;
  for (;;) {
    const line = read();
    if (line === null) {
      return;
    }
    if (line.startsWith('{"do":"fork"')) {
      // In a turn of the event loop: elsewhere Node may wait for threads, which a part does not have.
      await new Promise(resolve => setTimeout(resolve, 0));
      try {
        part = divide();
      } catch {
        part = -1; // a Node that does not take the library
      }
      if (part === 0) {
        process.exit = code => process.reallyExit(code ?? 0); // waits for no thread either
        connect(JSON.parse(line).place);
      }
      write(JSON.stringify({ pid: part }));
    } else if (line === '{"do":"end"}') {
      process.kill(part, 'SIGKILL');
      write('{"ended":true}');
    } else if (line === '{"do":"warm"}') {
      // What is often used is then compiled well, for all parts that are still to come.
      python.pyimport('candyce_warm').warm(WARM_ROUNDS);
      write('{"do":"ready"}');
    } else if (line.startsWith('{"do":"load"')) {
      await loadPackages(python, JSON.parse(line).sources);
      write('{"do":"ready"}');
    } else {
      const answer = handle(line, ask);
      write(typeof answer === 'string' ? answer : await answer);
    }
  }
}

await (role === 'make' ? make() : serve());
process.exit(0);
