#!/usr/bin/env node
/**
 * Runs notebooks from top to bottom in the Pyodide that Candyce serves.
 *
 *   node editor/build/run-notebooks.mjs [--write] [--verbose] <folder or .ipynb>…
 *
 * Each notebook has a fresh Python whose working folder is a private copy of the notebook's folder.
 * Prints one JSON object: {"notebooks": [{path, ok, seconds, cell, error}]}; exit status 1 when a cell
 * fails that is not tagged `raises-exception`. `--write` stores outputs and execution counts.
 * As many run at the same time as there are processors, four at most.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bootPython } from './node-kernel.mjs';

const SELF = fileURLToPath(import.meta.url);
const ANSI = /\u001b\[[0-9;]*m/g;

function notebooksIn(target) {
  if (target.endsWith('.ipynb')) {
    return [path.resolve(target)];
  }
  const found = [];
  for (const entry of fs.readdirSync(target, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) {
      continue;
    }
    const full = path.join(target, entry.name);
    if (entry.isDirectory()) {
      found.push(...notebooksIn(full));
    } else if (entry.name.endsWith('.ipynb')) {
      found.push(path.resolve(full));
    }
  }
  return found.sort();
}

/** Gathers the messages of one cell into nbformat outputs. */
class Outputs {
  constructor() {
    this.list = [];
    this._clearNext = false;
  }

  add(kind, content) {
    if (kind === 'clear_output') {
      this._clearNext = content.wait;
      this.list = content.wait ? this.list : [];
      return;
    }
    if (kind === 'update_display_data') {
      return;
    }
    if (this._clearNext) {
      this.list = [];
      this._clearNext = false;
    }
    if (kind === 'stream') {
      const last = this.list.at(-1);
      if (last?.output_type === 'stream' && last.name === content.name) {
        last.text += content.text;
      } else {
        this.list.push({ output_type: 'stream', name: content.name, text: content.text });
      }
    } else if (kind === 'display_data') {
      this.list.push({ output_type: kind, data: content.data, metadata: content.metadata });
    } else if (kind === 'execute_result') {
      const { data, metadata, execution_count } = content;
      this.list.push({ output_type: kind, execution_count, data, metadata });
    }
  }
}

const lines = text => (text === '' ? [] : text.split(/(?<=\n)/));

/** The form nbformat stores: text as lists of lines. */
function stored(output) {
  const copy = structuredClone(output);
  if (copy.output_type === 'stream') {
    copy.text = lines(copy.text);
  }
  for (const [type, value] of Object.entries(copy.data ?? {})) {
    if (typeof value === 'string' && (type.startsWith('text/') || type === 'image/svg+xml')) {
      copy.data[type] = lines(value);
    }
  }
  return copy;
}

const answersOf = notebook => [...(notebook.metadata?.candyce?.test_answers ?? [])];

async function runNotebook(file, write) {
  const started = performance.now();
  const notebook = JSON.parse(fs.readFileSync(file, 'utf8'));
  const answers = answersOf(notebook);
  let outputs = new Outputs();
  const kernel = await bootPython({
    folder: path.dirname(file),
    send: (kind, json) => outputs.add(kind, JSON.parse(json)),
    ask: () => answers.shift() ?? '',
    language: notebook.metadata?.language ?? 'fr'
  });
  const result = { path: path.relative(process.cwd(), file), ok: true };
  let count = 0;
  for (const [index, cell] of notebook.cells.entries()) {
    if (cell.cell_type !== 'code') {
      continue;
    }
    outputs = new Outputs();
    const source = Array.isArray(cell.source) ? cell.source.join('') : cell.source;
    if (source.trim() === '') {
      cell.outputs = [];
      cell.execution_count = null;
      continue;
    }
    const reply = JSON.parse(await kernel.execute(source));
    count += 1;
    cell.execution_count = count;
    cell.outputs = outputs.list.map(stored);
    if (reply.status === 'error') {
      const { ename, evalue, traceback } = reply;
      cell.outputs.push({ output_type: 'error', ename, evalue, traceback });
      if (!(cell.metadata?.tags ?? []).includes('raises-exception')) {
        result.ok = false;
        result.cell = index;
        result.source = source.slice(0, 400);
        result.error = `${ename}: ${evalue}`.slice(0, 500);
        result.traceback = traceback.join('\n').replace(ANSI, '').slice(-3000);
        break;
      }
    }
  }
  result.seconds = Math.round((performance.now() - started) / 100) / 10;
  if (write && result.ok) {
    fs.writeFileSync(file, JSON.stringify(notebook, null, 1) + '\n');
  }
  return result;
}

/** A process for each notebook: Python's state, memory and a crash stay apart. */
function inChild(file, write) {
  return new Promise(resolve => {
    const child = fork(SELF, ['--child', file, ...(write ? ['--write'] : [])], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc']
    });
    let result = null;
    let trouble = '';
    child.stderr.on('data', chunk => {
      trouble = (trouble + chunk).slice(-2000);
    });
    child.on('message', message => {
      result = message;
    });
    child.on('exit', code => {
      const name = path.relative(process.cwd(), file);
      const why = `Python stopped (exit status ${code}): ${trouble}`;
      resolve(result ?? { path: name, ok: false, error: why });
    });
  });
}

async function main(args) {
  const write = args.includes('--write');
  const targets = args.filter(a => !a.startsWith('--'));
  if (targets.length === 0) {
    console.error('usage: run-notebooks.mjs [--write] <folder or .ipynb>…');
    return 2;
  }
  const files = targets.flatMap(notebooksIn);
  const results = new Array(files.length);
  const waiting = files.entries();
  const runSome = async () => {
    for (const [index, file] of waiting) {
      const result = await inChild(file, write);
      results[index] = result;
      if (args.includes('--verbose')) {
        console.error(`${result.ok ? 'ok  ' : 'FAIL'} ${result.path} ${result.seconds ?? ''}`);
      }
    }
  };
  const width = Math.min(os.availableParallelism(), 4);
  await Promise.all(Array.from({ length: width }, runSome));
  console.log(JSON.stringify({ notebooks: results }, null, 1));
  return results.every(r => r.ok) ? 0 : 1;
}

const args = process.argv.slice(2);
if (args[0] === '--child') {
  const file = args[1];
  let result;
  try {
    result = await runNotebook(file, args.includes('--write'));
  } catch (error) {
    const name = path.relative(process.cwd(), file);
    result = { path: name, ok: false, error: String(error?.message ?? error).slice(0, 2000) };
  }
  process.send(result, () => process.exit(0));
} else {
  process.exit(await main(args));
}
