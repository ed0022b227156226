/** What the page and the kernel's worker say to each other. */

/** Where the worker finds Python; written into the page by the build (`candycePython`). */
export interface IPythonPlaces {
  /** The worker's script. */
  worker: string;
  /** Folder of pyodide.asm.mjs and pyodide.asm.wasm, with a trailing slash. */
  core: string;
  /** Modules imported at start, and all others. */
  boot: string;
  rest: string;
  /** Pyodide's lock, trimmed to the packages below `packages`. */
  lock: ILock;
  packages: string;
  /** Index of further packages mirrored by the operator; may not exist. */
  mirror: string;
}

export interface ILock {
  info: Record<string, string>;
  packages: Record<string, ILockedPackage>;
}

export interface ILockedPackage {
  name: string;
  file_name: string;
  depends: string[];
  [key: string]: unknown;
}

/** One file of the project, as `GET /api/tree` names it. */
export interface ITreeFile {
  path: string;
  size: number;
  hash: string;
  last_modified: string;
}

/** What a cell did to the project's files. */
export interface IFileChange {
  path: string;
  change: 'write' | 'delete' | 'folder';
  data?: Uint8Array;
}

export type Operation =
  | 'execute'
  | 'complete'
  | 'inspect'
  | 'isComplete'
  | 'commInfo'
  | 'commOpen'
  | 'commMsg'
  | 'commClose';

/** Memory that both sides see while Python runs and hears no message. */
export interface ISharedMemory {
  interrupt: SharedArrayBuffer;
  input: SharedArrayBuffer;
  token: SharedArrayBuffer;
}

export type ToWorker =
  | { kind: 'start'; places: IPythonPlaces; shared: ISharedMemory | null }
  | { kind: 'attach'; folder: string; language: string; api: string; token: string }
  | { kind: 'tree'; files: ITreeFile[] }
  /** Contents for reading without a network, in place of asking the server. */
  | { kind: 'contents'; files: { path: string; bytes: Uint8Array<ArrayBuffer> }[] }
  | { kind: 'saved'; path: string; hash: string }
  | { kind: 'interrupt' }
  | { kind: 'request'; id: number; operation: Operation; args: unknown[] };

export type FromWorker =
  | { kind: 'booted' }
  | { kind: 'fatal'; message: string }
  /** Memory was asked for beyond the limit; Python may get over it, or not. */
  | { kind: 'exhausted' }
  | { kind: 'log'; level: 'info' | 'error'; text: string }
  | { kind: 'output'; type: string; content: string; buffers?: ArrayBuffer[] }
  | { kind: 'input'; prompt: string; password: boolean }
  | { kind: 'reply'; id: number; value?: string; error?: string; changes?: IFileChange[] };

export const INPUT_BYTES = 65536;
export const TOKEN_BYTES = 4096;

/** States of the input buffer's first word. */
export const INPUT_IDLE = 0;
export const INPUT_ASKED = 1;
export const INPUT_ANSWERED = 2;

/** Text in shared memory: [state, length in bytes] as two 32-bit words, then UTF-8. */
export class SharedText {
  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer, 0, 2);
    this._bytes = new Uint8Array(buffer, 8);
  }

  readonly words: Int32Array;

  write(text: string): void {
    const encoded = new TextEncoder().encode(text).subarray(0, this._bytes.length);
    this._bytes.set(encoded);
    Atomics.store(this.words, 1, encoded.length);
  }

  read(): string {
    const length = Atomics.load(this.words, 1);
    return new TextDecoder().decode(this._bytes.slice(0, length));
  }

  static buffer(size: number): SharedArrayBuffer {
    return new SharedArrayBuffer(8 + size);
  }

  private _bytes: Uint8Array;
}
