// The inside of a sandbox: the very kernel that browsers get, executing one notebook cell by cell.
// Messages one a line: a cell comes in, its outputs go out one by one, then how it ended.
// Nothing here is a wall: what a notebook's code does to this process, it does to its own process alone.
import fs from 'node:fs';
import path from 'node:path';
import { loadPyodide } from '/pyodide/pyodide.mjs';
import { read, write } from '/worker/lines.mjs';

const OUTPUTS = 300; // of one cell
const TEXT = 200_000; // characters of one stream
const DATA = 1_400_000; // characters of one form of a display
const json = file => JSON.parse(fs.readFileSync(file, 'utf8'));

/** The lock of what is served, with what the school mirrored; every file by its whole place. */
function readLock(lock) {
  const packages = {};
  for (const [folder, found] of [
    ['/mirror', fs.existsSync('/mirror/index.json') ? json('/mirror/index.json').packages : {}],
    ['/site/packages', lock.packages]
  ]) {
    for (const [name, entry] of Object.entries(found)) {
      packages[name] = { ...entry, file_name: `${folder}/${path.basename(entry.file_name)}` };
    }
  }
  return { info: lock.info, packages };
}

function copyIn(FS, from, to) {
  FS.mkdirTree(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), `${to}/${entry.name}`];
    if (entry.isDirectory()) {
      copyIn(FS, source, target);
    } else if (entry.isFile()) {
      FS.writeFile(target, fs.readFileSync(source));
    }
  }
}

/** Gathers the messages of one cell into nbformat outputs, within bounds. */
class Outputs {
  list = [];
  shown = new Map();
  clearNext = false;

  add(kind, content) {
    if (kind === 'clear_output') {
      this.clearNext = content.wait;
      this.list = content.wait ? this.list : [];
      return;
    }
    const id = content.transient?.display_id;
    if (kind === 'update_display_data') {
      const known = this.shown.get(id);
      if (known) {
        known.data = trim(content.data);
      }
      return;
    }
    if (this.clearNext) {
      this.list = [];
      this.clearNext = false;
    }
    if (kind === 'stream') {
      this.addText(content);
    } else if (kind === 'display_data' || kind === 'execute_result') {
      const output = { output_type: kind, data: trim(content.data) };
      if (this.list.length < OUTPUTS) {
        this.list.push(output);
      }
      if (id) {
        this.shown.set(id, output);
      }
    }
  }

  addText({ name, text }) {
    const last = this.list.at(-1);
    if (last?.output_type === 'stream' && last.name === name) {
      last.text += text.slice(0, Math.max(0, TEXT - last.text.length));
    } else if (this.list.length < OUTPUTS) {
      this.list.push({ output_type: 'stream', name, text: text.slice(0, TEXT) });
    }
  }
}

/** A display without the forms that are too large to be kept. */
function trim(data) {
  const small = ([, value]) => (typeof value === 'string' ? value : JSON.stringify(value)).length <= DATA;
  return Object.fromEntries(Object.entries(data ?? {}).filter(small));
}

async function boot() {
  const { core, boot, rest, lock } = json('/site/distribution.json');
  const python = await loadPyodide({
    indexURL: `/site/${core}/`,
    stdLibURL: `/site/${boot}`,
    lockFileContents: readLock(lock),
    packageBaseUrl: '/site/packages/',
    packageCacheDir: '/site/packages/',
    stdout: () => {},
    stderr: () => {}
  });
  python.pyimport('candyce_boot').install(target => {
    python.FS.writeFile(target, new Uint8Array(fs.readFileSync(`/site/${rest}`)));
  });
  if (fs.existsSync('/files')) {
    copyIn(python.FS, '/files', '/drive');
  }
  return python;
}

async function serve() {
  const { folder, language, answers } = JSON.parse(read());
  const python = await boot();
  let outputs = new Outputs();
  let waiting = false;
  const kernel = python.pyimport('candyce_kernel');
  const ask = () => {
    waiting ||= answers.length === 0;
    return waiting ? null : answers.shift();
  };
  kernel.connect((kind, content) => outputs.add(kind, JSON.parse(content)), ask, language);
  python.FS.mkdirTree(`/drive/${folder}`);
  kernel.enter(`/drive/${folder}`);
  write('{"do":"ready"}');
  for (let line = read(); line !== null; line = read()) {
    outputs = new Outputs();
    const reply = JSON.parse(await kernel.execute(JSON.parse(line).source));
    for (const output of outputs.list) {
      write(JSON.stringify({ do: 'output', output }));
    }
    const { ename, evalue, traceback } = reply;
    const said = reply.status === 'error' && {
      ename,
      evalue: String(evalue).slice(0, 2000),
      traceback: traceback.slice(-30).map(text => text.slice(0, 4000))
    };
    write(JSON.stringify({ do: 'done', status: waiting ? 'waiting' : reply.status, ...said }));
  }
}

await serve();
process.exit(0);
