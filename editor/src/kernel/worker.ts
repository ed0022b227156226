/// <reference lib="webworker" />
/**
 * The kernel's worker: boots Python at once, attaches to a project when told, then answers requests.
 * Bundled on its own into one script by the build.
 */
import { loadPyodide } from 'pyodide';

import { ProjectFiles } from './files';
import {
  FromWorker,
  ILock,
  INPUT_ANSWERED,
  INPUT_ASKED,
  INPUT_IDLE,
  IPythonPlaces,
  ISharedMemory,
  Operation,
  SharedText,
  ToWorker
} from './protocol';

declare const self: DedicatedWorkerGlobalScope;

const PROJECT = '/project';
const PAGE = 65536;
const GIBIBYTE = 2 ** 30;
const INTERRUPT = 2;

function send(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}

/** Whether Python asked for more than it may have since the current cell began. */
let exhausted = false;

/** Python gets a MemoryError well before the browser would kill the tab: a quarter of the machine. */
function limitMemory(): void {
  const machine = (navigator as { deviceMemory?: number }).deviceMemory ?? 4;
  const limit = Math.min(2, Math.max(0.5, machine / 4)) * GIBIBYTE;
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function (pages: number): number {
    if (this.buffer.byteLength + pages * PAGE > limit) {
      exhausted = true;
      send({ kind: 'exhausted' });
      throw new RangeError('memory limit');
    }
    return grow.call(this, pages);
  };
}

/** A synchronous request: imports and open() cannot wait otherwise. */
function fetchNow(url: string, token?: string): Uint8Array<ArrayBuffer> | null {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.responseType = 'arraybuffer';
  if (token) {
    request.setRequestHeader('Authorization', `Bearer ${token}`);
  }
  try {
    request.send();
  } catch {
    return null;
  }
  return request.status === 200 ? new Uint8Array(request.response) : null;
}

/** Our lock, with what the operator mirrored. */
async function lockWithMirror(places: IPythonPlaces): Promise<ILock> {
  const lock = places.lock;
  try {
    const response = await fetch(places.mirror);
    if (response.ok) {
      const mirrored = (await response.json()) as ILock;
      const base = new URL('.', new URL(places.mirror, self.location.href)).href;
      for (const entry of Object.values(mirrored.packages)) {
        entry.file_name = new URL(entry.file_name, base).href;
      }
      return { info: lock.info, packages: { ...mirrored.packages, ...lock.packages } };
    }
  } catch {
    // no mirror: the packages that came with the editor are all there is
  }
  return lock;
}

const pillow = typeof SharedArrayBuffer === 'undefined' ? null : new SharedArrayBuffer(4);

/** Sleeps for some seconds without burning the processor. */
function nap(seconds: number): void {
  Atomics.wait(new Int32Array(pillow!), 0, 0, seconds * 1000);
}

class Python {
  static async boot(places: IPythonPlaces, shared: ISharedMemory | null): Promise<Python> {
    limitMemory();
    const absolute = (url: string) => new URL(url, self.location.href).href;
    const pyodide: any = await loadPyodide({
      indexURL: absolute(places.core),
      stdLibURL: absolute(places.boot),
      lockFileContents: lockWithMirror(places) as any,
      packageBaseUrl: absolute(places.packages),
      stdout: text => send({ kind: 'log', level: 'info', text }),
      stderr: text => send({ kind: 'log', level: 'error', text })
    });
    pyodide._api.on_fatal = (error: Error) =>
      send({ kind: 'fatal', message: String(error?.message ?? error) });
    pyodide.pyimport('candyce_boot').install((target: string) => {
      const bytes = fetchNow(absolute(places.rest));
      if (!bytes) {
        throw new Error('the rest of the standard library could not be fetched');
      }
      pyodide.FS.writeFile(target, bytes);
    });
    return new Python(pyodide, pyodide.pyimport('candyce_kernel'), shared);
  }

  private constructor(
    private _pyodide: any,
    private _kernel: any,
    private _shared: ISharedMemory | null
  ) {
    if (_shared) {
      this._interrupt = new Uint8Array(_shared.interrupt);
      this._input = new SharedText(_shared.input);
      _pyodide.setInterruptBuffer(this._interrupt);
    }
    this._files = new ProjectFiles(_pyodide.FS, PROJECT, path => this._read(path));
    _kernel.connect(this._output, this._ask, 'en');
  }

  attach(folder: string, language: string, api: string, token: string): void {
    this._api = api;
    this._token = token;
    this._kernel.connect(this._output, this._shared ? this._ask : null, language);
    if (this._shared) {
      this._kernel.sleep_with(nap);
    }
    const place = folder ? `${PROJECT}/${folder}` : PROJECT;
    this._pyodide.FS.mkdirTree(place);
    this._pyodide.FS.chdir(place);
    this._kernel.enter(place);
  }

  get files(): ProjectFiles {
    return this._files;
  }

  interrupt(): void {
    this._kernel.cancel();
  }

  async answer(operation: Operation, args: any[]): Promise<string> {
    const kernel = this._kernel;
    switch (operation) {
      case 'execute': {
        if (this._interrupt) {
          Atomics.store(this._interrupt, 0, 0);
        }
        return kernel.execute(...args);
      }
      case 'complete':
        return kernel.complete(...args);
      case 'inspect':
        return kernel.inspect(...args);
      case 'isComplete':
        return kernel.is_complete(...args);
      case 'commInfo':
        return kernel.comm_info(...args);
      case 'commOpen':
        return kernel.comm_open(...args) ?? '{}';
      case 'commMsg':
        return kernel.comm_msg(...args) ?? '{}';
      case 'commClose':
        return kernel.comm_close(...args) ?? '{}';
    }
  }

  /** Whether Python can go on after it ran out of memory. */
  get hasRecovered(): boolean {
    try {
      return this._kernel.recovered();
    } catch {
      return false;
    }
  }

  /** The network is away: these are read from here. None: it is back. */
  keep(files: { path: string; bytes: Uint8Array<ArrayBuffer> }[]): void {
    this._kept = new Map(files.map(file => [file.path, file.bytes]));
  }

  private _read(path: string): Uint8Array | null {
    const kept = this._kept.get(path);
    if (kept) {
      return kept;
    }
    const token = this._shared ? new SharedText(this._shared.token).read() : this._token;
    return fetchNow(this._api + path.split('/').map(encodeURIComponent).join('/'), token);
  }

  private _output = (type: string, content: string, buffers?: any): void => {
    const copies: ArrayBuffer[] = [];
    for (const buffer of buffers ?? []) {
      const view = buffer?.getBuffer?.();
      copies.push(view ? view.data.slice().buffer : new Uint8Array(buffer).buffer);
      view?.release();
    }
    send({ kind: 'output', type, content, buffers: copies }, copies);
  };

  /** Asks the reader and sleeps until the answer, or an interruption, arrives. */
  private _ask = (prompt: string, password: boolean): string | undefined => {
    const input = this._input!;
    Atomics.store(input.words, 0, INPUT_ASKED);
    send({ kind: 'input', prompt, password });
    while (Atomics.load(input.words, 0) !== INPUT_ANSWERED) {
      Atomics.wait(input.words, 0, INPUT_ASKED, 200);
      if (Atomics.load(this._interrupt!, 0) === INTERRUPT) {
        Atomics.store(this._interrupt!, 0, 0);
        Atomics.store(input.words, 0, INPUT_IDLE);
        return undefined;
      }
    }
    Atomics.store(input.words, 0, INPUT_IDLE);
    return input.read();
  };

  private _kept = new Map<string, Uint8Array>();
  private _api = '';
  private _token = '';
  private _interrupt: Uint8Array | null = null;
  private _input: SharedText | null = null;
  private _files: ProjectFiles;
}

let python: Promise<Python> | null = null;

async function answer(message: Extract<ToWorker, { kind: 'request' }>): Promise<void> {
  const { id, operation, args } = message;
  try {
    const ready = await python!;
    exhausted = false;
    const value = await ready.answer(operation, args);
    if (exhausted && !ready.hasRecovered) {
      send({ kind: 'fatal', message: 'out of memory' });
      return;
    }
    const changes = operation === 'execute' ? ready.files.changes() : undefined;
    const transfer = (changes ?? []).flatMap(c => (c.data ? [c.data.buffer as ArrayBuffer] : []));
    send({ kind: 'reply', id, value, changes }, transfer);
  } catch (error) {
    if (exhausted) {
      send({ kind: 'fatal', message: 'out of memory' });
      return;
    }
    send({ kind: 'reply', id, error: String((error as Error)?.message ?? error) });
  }
}

self.onmessage = async (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  switch (message.kind) {
    case 'start':
      python = Python.boot(message.places, message.shared);
      try {
        await python;
        send({ kind: 'booted' });
      } catch (error) {
        send({ kind: 'fatal', message: String((error as Error)?.message ?? error) });
      }
      break;
    case 'attach':
      (await python!).attach(message.folder, message.language, message.api, message.token);
      break;
    case 'tree':
      (await python!).files.update(message.files);
      break;
    case 'contents':
      (await python!).keep(message.files);
      break;
    case 'saved':
      (await python!).files.saved(message.path, message.hash);
      break;
    case 'interrupt':
      (await python!).interrupt();
      break;
    case 'request':
      await answer(message);
      break;
  }
};
