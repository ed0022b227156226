/**
 * The project on this device: what the page's session asks of the server, answered without
 * one, and the documents that go on without one.
 *
 * Closed until the key is known: from the portal when there is no network, from the server
 * when there is.
 */
import { PathExt } from '@jupyterlab/coreutils';
import type * as Y from 'yjs';

import type { ProjectInfo } from '../api';
import { bytesToBase64 } from '../base64';
import type { ITreeFile } from '../kernel/protocol';
import type { Keeping } from '../live/keeping';
import { openBox } from './box';
import { KeptDocument } from './document';
import { ChannelLook, type Look } from './look';
import { OfflineStore } from './store';

const INFO = 'info';
const TREE = 'tree';
const TOKEN = 'token';
/** Bytes of the project's files that are kept: each, and together. */
export const LARGEST = 5 * 1024 * 1024;
export const TOGETHER = 20 * 1024 * 1024;

export interface KeptFile {
  path: string;
  hash: string;
  bytes: Uint8Array<ArrayBuffer>;
}

export class Device {
  constructor(
    private readonly _open: (key: string) => Promise<OfflineStore | null> = key =>
      OfflineStore.open(key, () => openBox()),
    private readonly _makeLook: () => Look = () => new ChannelLook()
  ) {
    this.store = new Promise(resolve => {
      this._resolve = resolve;
    });
  }

  /** Null when nothing can be kept here; pending until the key is known. */
  readonly store: Promise<OfflineStore | null>;

  /** The first key counts; an empty one means that nothing is to be kept. */
  unlock(key: string): void {
    if (!this._isUnlocked) {
      this._isUnlocked = true;
      this._resolve(key ? this._open(key) : null);
    }
  }

  get isUnlocked(): boolean {
    return this._isUnlocked;
  }

  keep(doc: Y.Doc, path: () => string): Keeping {
    this._look ??= this._makeLook();
    return new KeptDocument(this.store, doc, path, this._look);
  }

  /** The last token of this project, for coming back after days: only its renewal works. */
  async lastToken(): Promise<string | null> {
    return (await this._ready())?.getJson<string>(TOKEN) ?? null;
  }

  keepToken(token: string): void {
    void this.store.then(store => store?.setJson(TOKEN, token));
  }

  /** What the server answered; the latest of each counts when it does not. */
  learn(path: string, answer: unknown): void {
    const label = path === '/api/project' ? INFO : path === '/api/tree' ? TREE : null;
    if (label) {
      void this.store.then(store => store?.setJson(label, answer));
    }
  }

  /** In place of the server. Null when this device does not know. */
  async answer(address: string): Promise<Response | null> {
    const store = await this._ready();
    if (!store) {
      return null;
    }
    const url = new URL(address, 'http://editor/');
    const path = decodeURIComponent(url.pathname);
    if (path === '/api/project') {
      return json(await store.getJson<ProjectInfo>(INFO));
    }
    if (path === '/api/tree') {
      return json(await store.getJson<object>(TREE));
    }
    if (path.startsWith('/api/raw/')) {
      const file = await this.getFile(path.slice('/api/raw/'.length));
      return file && new Response(file.bytes);
    }
    if (path.startsWith('/api/files/')) {
      return json(await this._model(path.slice('/api/files/'.length), url.searchParams));
    }
    return null;
  }

  /** The file as it was when its tree was last seen. */
  async getFile(path: string): Promise<KeptFile | null> {
    const entry = (await this.getTree()).find(file => file.path === path);
    const bytes = entry && (await (await this._ready())?.get(fileLabel(entry)));
    return entry && bytes ? { path, hash: entry.hash, bytes: bytes as Uint8Array<ArrayBuffer> } : null;
  }

  async getTree(): Promise<ITreeFile[]> {
    const tree = await (await this._ready())?.getJson<{ files: ITreeFile[] }>(TREE);
    return tree?.files ?? [];
  }

  /** Fetch the files that are not here yet, small ones first, within bounds. Notebooks are
   *  documents, kept as such when they are opened. */
  async keepFiles(tree: ITreeFile[], fetch: (path: string) => Promise<Response>): Promise<void> {
    const store = await this.store;
    let total = 0;
    const files = tree.filter(file => file.size <= LARGEST && !file.path.endsWith('.ipynb'));
    for (const file of files.sort((a, b) => a.size - b.size)) {
      total += file.size;
      if (!store || total > TOGETHER) {
        return;
      }
      if (!(await store.get(fileLabel(file)))) {
        const path = file.path.split('/').map(encodeURIComponent).join('/');
        const bytes = new Uint8Array(await (await fetch(`/api/raw/${path}`)).arrayBuffer());
        if (!(await store.set(fileLabel(file), bytes))) {
          return;
        }
      }
    }
  }

  /** Jupyter's contents model of a file or folder. */
  private async _model(path: string, query: URLSearchParams): Promise<object | null> {
    const tree = await this.getTree();
    const wanted = query.get('content') !== '0';
    const entry = tree.find(file => file.path === path);
    if (entry) {
      const bytes = wanted ? (await this.getFile(path))?.bytes : undefined;
      if (wanted && !bytes) {
        return null;
      }
      return fileModel(entry, bytes ?? null, query.get('format'));
    }
    const inside = path ? tree.filter(file => file.path.startsWith(`${path}/`)) : tree;
    return inside.length || !path ? folderModel(path, inside, wanted) : null;
  }

  /** The store, if it can be had without asking anybody. */
  private async _ready(): Promise<OfflineStore | null> {
    return this._isUnlocked ? this.store : null;
  }

  private _isUnlocked = false;
  private _look: Look | null = null;
  private _resolve!: (store: OfflineStore | null | Promise<OfflineStore | null>) => void;
}

function json(value: object | null): Response | null {
  return value && new Response(JSON.stringify(value), { headers: { 'Content-Type': 'application/json' } });
}

/** The hash in the label: another content is another value. */
function fileLabel(file: ITreeFile): string {
  return `file ${file.hash}`;
}

function fileModel(entry: ITreeFile, bytes: Uint8Array | null, format: string | null): object {
  const notebook = entry.path.endsWith('.ipynb') && format !== 'text' && format !== 'base64';
  const base = entryModel(entry.path, entry.last_modified);
  if (!bytes) {
    return { ...base, type: notebook ? 'notebook' : 'file', format: null, content: null, mimetype: '' };
  }
  const content = format === 'base64' ? bytesToBase64(bytes) : new TextDecoder().decode(bytes);
  return {
    ...base,
    type: notebook ? 'notebook' : 'file',
    format: notebook ? 'json' : format ?? 'text',
    content: notebook ? JSON.parse(content) : content,
    mimetype: format === 'base64' ? 'application/octet-stream' : 'text/plain',
    size: entry.size
  };
}

function folderModel(path: string, inside: ITreeFile[], content: boolean): object {
  const depth = path ? path.length + 1 : 0;
  const children = new Map<string, object>();
  for (const file of inside) {
    const [name, ...rest] = file.path.slice(depth).split('/');
    const child = path ? `${path}/${name}` : name;
    if (!children.has(name)) {
      const folder = { ...entryModel(child, file.last_modified), type: 'directory', format: null, content: null, mimetype: '' };
      children.set(name, rest.length ? folder : fileModel(file, null, null));
    }
  }
  const date = inside[0]?.last_modified ?? new Date().toISOString();
  return {
    ...entryModel(path, date),
    type: 'directory',
    format: content ? 'json' : null,
    content: content ? [...children.values()] : null,
    mimetype: ''
  };
}

function entryModel(path: string, date: string): object {
  return { name: PathExt.basename(path), path, created: date, last_modified: date, writable: true };
}
