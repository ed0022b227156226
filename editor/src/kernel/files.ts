import type { IFileChange, ITreeFile } from './protocol';

/** The part of Emscripten's file system that is used here. */
export interface IFileSystem {
  mkdirTree(path: string): void;
  createFile(parent: string, name: string, properties: object, read: boolean, write: boolean): any;
  lookupPath(path: string, options?: object): { node: any };
  readdir(path: string): string[];
  unlink(path: string): void;
  rmdir(path: string): void;
  readFile(path: string): Uint8Array;
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  ErrnoError: new (errno: number) => Error;
}

interface IKnown {
  hash: string;
  /** What the node looked like when it was last in step with the server. */
  modified: number;
  size: number;
}

/** Emscripten's number for EIO. */
const EIO = 29;

/** Made by Python itself, never part of a project. */
const LOCAL = /(^|\/)(__pycache__|\.ipynb_checkpoints|\.cache|\.config|\.local|\.matplotlib)(\/|$)/;

/**
 * The project's files in Python's file system: all names and sizes at once, contents when first read,
 * and a list of what changed after each execution.
 */
export class ProjectFiles {
  /**
   * @param read returns a file's bytes, synchronously; null when it cannot be had.
   */
  constructor(
    private _fs: IFileSystem,
    private _root: string,
    private _read: (path: string) => Uint8Array | null
  ) {
    _fs.mkdirTree(_root);
  }

  /** Bring the tree in step with the server's. What this side changed and did not save yet stays. */
  update(files: ITreeFile[]): void {
    const listed = new Set(files.map(f => f.path));
    for (const [path, known] of [...this._known]) {
      if (!listed.has(path)) {
        this._known.delete(path);
        const node = this._find(path);
        if (node && !this._isChanged(node, known)) {
          this._fs.unlink(this._at(path));
        }
      }
    }
    for (const file of files) {
      const known = this._known.get(file.path);
      if (known?.hash === file.hash) {
        continue;
      }
      const node = this._find(file.path);
      if (node && (!known || this._isChanged(node, known))) {
        continue;
      }
      if (node) {
        this._fs.unlink(this._at(file.path));
      }
      this._add(file);
    }
  }

  /** What changed since the last call (or since the server's tree was applied). */
  changes(): IFileChange[] {
    const found: IFileChange[] = [];
    const seen = new Set<string>();
    const folders = new Set<string>();
    this._walk('', (path, node) => {
      if (this._fs.isDir(node.mode)) {
        folders.add(path);
        if (!this._folders.has(path)) {
          found.push({ path, change: 'folder' });
        }
        return;
      }
      seen.add(path);
      const known = this._known.get(path);
      if (known && !this._isChanged(node, known)) {
        return;
      }
      found.push({ path, change: 'write', data: this._fs.readFile(this._at(path)).slice() });
      this._known.set(path, { hash: known?.hash ?? '', ...this._state(node) });
    });
    for (const path of [...this._known.keys()]) {
      if (!seen.has(path)) {
        this._known.delete(path);
        found.push({ path, change: 'delete' });
      }
    }
    for (const path of this._folders) {
      if (!folders.has(path)) {
        found.push({ path, change: 'delete' });
      }
    }
    this._folders = folders;
    return found;
  }

  /** The server has a file that this side wrote, under this hash. */
  saved(path: string, hash: string): void {
    const known = this._known.get(path);
    if (known) {
      known.hash = hash;
    }
  }

  private _add(file: ITreeFile): void {
    const slash = file.path.lastIndexOf('/');
    const folder = slash < 0 ? '' : file.path.slice(0, slash);
    this._fs.mkdirTree(this._at(folder));
    for (let at = folder; at; at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '') {
      this._folders.add(at);
    }
    const name = file.path.slice(slash + 1);
    const node = this._fs.createFile(this._at(folder), name, {}, true, true);
    const modified = Date.parse(file.last_modified) || 0;
    node.mtime = node.ctime = node.atime = modified;
    this._makeLazy(node, file);
    this._known.set(file.path, { hash: file.hash, modified, size: file.size });
  }

  /** The node knows its size; its contents come with the first operation on an open stream. */
  private _makeLazy(node: any, file: ITreeFile): void {
    const { stream_ops: streams, node_ops: operations } = node;
    const settle = (contents: Uint8Array) => {
      node.stream_ops = streams;
      node.node_ops = operations;
      delete node.usedBytes;
      node.contents = contents;
      node.usedBytes = contents.length;
    };
    const load = () => {
      if (node.stream_ops === streams) {
        return;
      }
      const bytes = this._read(file.path);
      if (bytes === null) {
        throw new this._fs.ErrnoError(EIO);
      }
      settle(bytes);
    };
    Object.defineProperty(node, 'usedBytes', { configurable: true, get: () => file.size });
    const lazy: Record<string, unknown> = {};
    for (const [key, operation] of Object.entries<any>(streams)) {
      lazy[key] = (...args: unknown[]) => {
        load();
        return operation(...args);
      };
    }
    node.stream_ops = lazy;
    node.node_ops = {
      ...operations,
      setattr: (target: any, attributes: any) => {
        if (attributes.size === 0) {
          settle(new Uint8Array(0));
        } else if (attributes.size !== undefined) {
          load();
        }
        return operations.setattr(target, attributes);
      }
    };
  }

  private _walk(folder: string, visit: (path: string, node: any) => void): void {
    for (const name of this._fs.readdir(this._at(folder))) {
      if (name === '.' || name === '..') {
        continue;
      }
      const path = folder ? `${folder}/${name}` : name;
      if (LOCAL.test(path)) {
        continue;
      }
      const node = this._find(path);
      if (!node) {
        continue;
      }
      const isFolder = this._fs.isDir(node.mode);
      if (isFolder || this._fs.isFile(node.mode)) {
        visit(path, node);
      }
      if (isFolder) {
        this._walk(path, visit);
      }
    }
  }

  private _state(node: any): { modified: number; size: number } {
    return { modified: Number(node.mtime), size: node.usedBytes };
  }

  private _isChanged(node: any, known: IKnown): boolean {
    const { modified, size } = this._state(node);
    return modified !== known.modified || size !== known.size;
  }

  private _at(path: string): string {
    return path ? `${this._root}/${path}` : this._root;
  }

  private _find(path: string): any | null {
    try {
      return this._fs.lookupPath(this._at(path), { follow: false }).node;
    } catch {
      return null;
    }
  }

  private _known = new Map<string, IKnown>();
  private _folders = new Set<string>();
}
