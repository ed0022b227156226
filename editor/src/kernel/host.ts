import { PromiseDelegate } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';

import {
  FromWorker,
  IFileChange,
  INPUT_ANSWERED,
  INPUT_BYTES,
  IPythonPlaces,
  ISharedMemory,
  ITreeFile,
  Operation,
  SharedText,
  TOKEN_BYTES,
  ToWorker
} from './protocol';

/** The part of `Worker` that is used: a test hands in something smaller. */
export interface IWorker {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface IReply {
  value: string;
  changes: IFileChange[];
}

/** Python stopped: out of memory, a fatal error, or ended by `terminate`. */
export class PythonStopped extends Error {}

const INTERRUPT = 2;
/** Milliseconds that Python gets to end a cell whose memory ran out. */
const RECOVERY = 5000;

/** One worker with one Python in it, from its start to its end. */
export class PythonHost {
  constructor(places: IPythonPlaces, makeWorker: () => IWorker) {
    // without cross-origin isolation Python runs, but can be neither interrupted nor asked
    if (typeof SharedArrayBuffer !== 'undefined') {
      this._shared = {
        interrupt: new SharedArrayBuffer(4),
        input: SharedText.buffer(INPUT_BYTES),
        token: SharedText.buffer(TOKEN_BYTES)
      };
    }
    // a host that nobody asks anything may fail quietly; requests see the failure
    this._booted.promise.catch(() => undefined);
    this._worker = makeWorker();
    this._worker.onmessage = event => this._onMessage(event.data);
    this._worker.onerror = event => this._stop(event.message || 'the worker failed');
    this._worker.postMessage({ kind: 'start', places, shared: this._shared });
  }

  /** Resolves when Python can run code; rejects with `PythonStopped` when it never will. */
  get booted(): Promise<void> {
    return this._booted.promise;
  }

  /** What running code shows: Jupyter's message type, content and buffers. */
  get output(): ISignal<this, Extract<FromWorker, { kind: 'output' }>> {
    return this._output;
  }

  get asked(): ISignal<this, { prompt: string; password: boolean }> {
    return this._asked;
  }

  get logged(): ISignal<this, { level: 'info' | 'error'; text: string }> {
    return this._logged;
  }

  /** Emitted once, when Python stopped by itself. */
  get stopped(): ISignal<this, string> {
    return this._stopped;
  }

  get isStopped(): boolean {
    return this._isStopped;
  }

  attach(folder: string, language: string, api: string, token: string): void {
    this.setToken(token);
    this._post({ kind: 'attach', folder, language, api, token });
  }

  setToken(token: string): void {
    if (this._shared) {
      new SharedText(this._shared.token).write(token);
    }
  }

  setTree(files: ITreeFile[]): void {
    this._post({ kind: 'tree', files });
  }

  setContents(files: { path: string; bytes: Uint8Array<ArrayBuffer> }[]): void {
    this._post({ kind: 'contents', files });
  }

  fileSaved(path: string, hash: string): void {
    this._post({ kind: 'saved', path, hash });
  }

  request(operation: Operation, ...args: unknown[]): Promise<IReply> {
    if (this._isStopped) {
      return Promise.reject(new PythonStopped('Python is not running'));
    }
    const id = this._nextId++;
    const reply = new PromiseDelegate<IReply>();
    this._pending.set(id, reply);
    this._post({ kind: 'request', id, operation, args });
    return reply.promise;
  }

  /** Ask running code to stop: KeyboardInterrupt. False when it cannot be told. */
  interrupt(): boolean {
    if (!this._shared || this._isStopped) {
      return false;
    }
    Atomics.store(new Uint8Array(this._shared.interrupt), 0, INTERRUPT);
    this._post({ kind: 'interrupt' });
    return true;
  }

  /** The reader's answer to `asked`. */
  answer(text: string): void {
    if (this._shared) {
      const input = new SharedText(this._shared.input);
      input.write(text);
      Atomics.store(input.words, 0, INPUT_ANSWERED);
      Atomics.notify(input.words, 0);
    }
  }

  /** End Python now, as if it had stopped by itself: `stopped` tells. */
  stop(): void {
    this._stop('Python was ended');
  }

  /** End Python now and for good, whatever it does. */
  terminate(): void {
    if (!this._isStopped) {
      this._end('Python was ended');
    }
    Signal.clearData(this);
  }

  private _post(message: ToWorker): void {
    if (!this._isStopped) {
      this._worker.postMessage(message);
    }
  }

  private _onMessage(message: FromWorker): void {
    switch (message.kind) {
      case 'booted':
        this._booted.resolve();
        break;
      case 'fatal':
        this._stop(message.message);
        break;
      case 'exhausted':
        this._watch();
        break;
      case 'output':
        this._output.emit(message);
        break;
      case 'input':
        this._asked.emit(message);
        break;
      case 'log':
        this._logged.emit(message);
        break;
      case 'reply': {
        const pending = this._pending.get(message.id);
        this._pending.delete(message.id);
        if (message.error !== undefined) {
          pending?.reject(new Error(message.error));
        } else {
          pending?.resolve({ value: message.value ?? '{}', changes: message.changes ?? [] });
        }
        break;
      }
    }
  }

  /** Out of memory: unless all requests are answered soon, Python has not got over it. */
  private _watch(): void {
    this._watching ??= setTimeout(() => {
      this._watching = undefined;
      if (this._pending.size > 0) {
        this._stop('out of memory');
      }
    }, RECOVERY);
  }

  private _stop(reason: string): void {
    if (!this._isStopped) {
      this._end(reason);
      this._stopped.emit(reason);
    }
  }

  private _end(reason: string): void {
    this._isStopped = true;
    clearTimeout(this._watching);
    this._worker.terminate();
    const error = new PythonStopped(reason);
    this._booted.reject(error);
    for (const pending of this._pending.values()) {
      pending.reject(error);
    }
    this._pending.clear();
  }

  private _worker: IWorker;
  private _shared: ISharedMemory | null = null;
  private _booted = new PromiseDelegate<void>();
  private _pending = new Map<number, PromiseDelegate<IReply>>();
  private _nextId = 1;
  private _watching: ReturnType<typeof setTimeout> | undefined;
  private _isStopped = false;
  private _output = new Signal<this, Extract<FromWorker, { kind: 'output' }>>(this);
  private _asked = new Signal<this, { prompt: string; password: boolean }>(this);
  private _logged = new Signal<this, { level: 'info' | 'error'; text: string }>(this);
  private _stopped = new Signal<this, string>(this);
}
