/**
 * The project's files as JupyterLab's default drive, over the editor's HTTP API.
 *
 * The server answers in Jupyter's contents model, so little is translated. Three things
 * are done here: a very short cache (the file browser, the context and the kernel ask for
 * the same model within one moment), chunks of an upload put together again, and downloads
 * through a blob (a link cannot carry the token).
 */
import { PathExt } from '@jupyterlab/coreutils';
import { ContentProviderRegistry, type Contents, ServerConnection } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';

import type { ApiError } from './api';
import { base64ToBytes, bytesToBase64 } from './base64';
import type { IEditorSession } from './tokens';

/** How long an answer may serve again, in milliseconds. */
const FRESH = 1_500;

/** What is opened as text, and live; anything else travels as base64, or its bytes would be
 *  spoilt. The server has the same list (src/candyce/projects/kinds.py). */
export const TEXT =
  /\.(bib|cfg|conf|css|csv|geojson|gitignore|gpx|htm|html|ini|js|json|jsonl|kml|log|lp|md|mjs|py|r|rst|sh|sql|srt|svg|tex|toml|ts|tsv|txt|xml|yaml|yml)$/i;

const IMAGE_TYPES: Record<string, string> = {
  gif: 'image/gif',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  webp: 'image/webp'
};

type SaveOptions = Partial<Contents.IModel> & Contents.IContentProvisionOptions;

export class CandyceDrive implements Contents.IDrive {
  constructor(private readonly _session: IEditorSession) {}

  /** Empty: the default drive's paths have no prefix. */
  readonly name = '';
  readonly serverSettings = ServerConnection.makeSettings();
  /** Lets live notebooks plug in beside plain files. */
  readonly contentProviderRegistry = new ContentProviderRegistry();

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.clearData(this);
    }
  }

  async get(path: string, options: Contents.IFetchOptions = {}): Promise<Contents.IModel> {
    const provider = this.contentProviderRegistry.getProvider(options.contentProviderId);
    if (provider) {
      return provider.get(path, options);
    }
    const query = new URLSearchParams({ content: options.content === false ? '0' : '1' });
    const format = wantedFormat(path, options);
    if (options.content !== false && format) {
      query.set('format', format);
    }
    const key = `${query}:${path}`;
    const known = this._cache.get(key);
    // a request for the hash is a question about conflicts: only the server knows
    if (known && !options.hash && Date.now() - known.at < FRESH) {
      return clone(await known.answer);
    }
    const answer = this._session.json<Contents.IModel>('GET', `${apiPath(path)}?${query}`);
    this._cache.set(key, { at: Date.now(), answer });
    answer.catch(() => this._cache.delete(key));
    return clone(await answer);
  }

  async save(path: string, options: SaveOptions = {}): Promise<Contents.IModel> {
    const provider = this.contentProviderRegistry.getProvider(options.contentProviderId);
    if (provider) {
      return provider.save(path, options as Parameters<typeof provider.save>[1]);
    }
    const whole = this._assemble(path, options);
    if (!whole) {
      return placeholder(path, options);
    }
    const model = await this._write('PUT', path, whole);
    this._fileChanged.emit({ type: 'save', oldValue: null, newValue: model });
    return model;
  }

  async newUntitled(options: Contents.ICreateOptions = {}): Promise<Contents.IModel> {
    const body = { type: options.type ?? 'file', ext: options.ext ?? defaultExtension(options.type) };
    const model = await this._write('POST', options.path ?? '', body);
    this._fileChanged.emit({ type: 'new', oldValue: null, newValue: model });
    return model;
  }

  async copy(path: string, toDirectory: string): Promise<Contents.IModel> {
    const model = await this._write('POST', toDirectory, { copy_from: path });
    this._fileChanged.emit({ type: 'new', oldValue: null, newValue: model });
    return model;
  }

  async rename(oldPath: string, newPath: string): Promise<Contents.IModel> {
    const model = await this._write('PATCH', oldPath, { path: newPath });
    this._fileChanged.emit({ type: 'rename', oldValue: { path: oldPath }, newValue: model });
    return model;
  }

  async delete(path: string): Promise<void> {
    await this._write('DELETE', path);
    this._fileChanged.emit({ type: 'delete', oldValue: { path }, newValue: null });
  }

  /** A blob's address: the API wants the token in a header, which a link cannot send. */
  async getDownloadUrl(path: string): Promise<string> {
    const address = `/api/raw/${encodePath(path)}`;
    const response = await this._session.fetch(address).catch((error: ApiError) => {
      if (error.status === 404) {
        return null;
      }
      throw error;
    });
    if (!response) {
      // an image that is not there shows as one, instead of an error nobody handles
      return address;
    }
    const type = IMAGE_TYPES[PathExt.extname(path).slice(1).toLowerCase()];
    const bytes = await response.arrayBuffer();
    const url = URL.createObjectURL(new Blob([bytes], { type: type ?? 'application/octet-stream' }));
    this._downloads.set(url, PathExt.basename(path));
    return url;
  }

  /** The file name behind an address given by `getDownloadUrl`. */
  downloadName(url: string): string | undefined {
    return this._downloads.get(url);
  }

  // The server keeps the versions itself, so JupyterLab's checkpoints are not offered.
  async createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return { id: 'server', last_modified: new Date().toISOString() };
  }
  async listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return [];
  }
  async restoreCheckpoint(): Promise<void> {}
  async deleteCheckpoint(): Promise<void> {}

  private async _write(method: string, path: string, body?: unknown): Promise<Contents.IModel> {
    this._cache.clear();
    try {
      return await this._session.json<Contents.IModel>(method, apiPath(path), body);
    } finally {
      this._cache.clear();
    }
  }

  /** The body to send, or null while chunks of an upload are still to come. */
  private _assemble(path: string, options: SaveOptions): object | null {
    const chunk = options.chunk;
    let { format, content } = options;
    const type = options.type ?? 'file';
    if (chunk !== undefined && format === 'base64') {
      const parts = chunk === 1 ? [] : this._uploads.get(path) ?? [];
      parts.push(base64ToBytes(String(content ?? '')));
      this._uploads.set(path, parts);
      if (chunk !== -1) {
        return null;
      }
      this._uploads.delete(path);
      content = bytesToBase64(joined(parts));
    }
    if (content === undefined || content === null) {
      // a file made by the kernel starts without content
      format = type === 'notebook' ? 'json' : 'text';
      content = type === 'notebook' ? emptyNotebook() : '';
    }
    return type === 'directory' ? { type } : { type, format: format ?? 'text', content };
  }

  private readonly _cache = new Map<string, { at: number; answer: Promise<Contents.IModel> }>();
  private readonly _downloads = new Map<string, string>();
  private readonly _uploads = new Map<string, Uint8Array[]>();
  private readonly _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
  private _isDisposed = false;
}

export function encodePath(path: string): string {
  return path.replace(/^\/+/, '').split('/').map(encodeURIComponent).join('/');
}

function apiPath(path: string): string {
  return `/api/files/${encodePath(path)}`;
}

/** Which form to ask for. Undefined leaves it to the server (directories, notebooks). */
export function wantedFormat(
  path: string,
  options: Contents.IFetchOptions
): Contents.FileFormat | undefined {
  if (options.type === 'directory' || path === '') {
    return undefined;
  }
  if (options.format) {
    return options.format;
  }
  if (options.type === 'notebook' || (!options.type && path.endsWith('.ipynb'))) {
    return 'json';
  }
  const looksLikeFile = options.type === 'file' || PathExt.extname(path) !== '';
  return TEXT.test(path) || path.endsWith('.ipynb') ? 'text' : looksLikeFile ? 'base64' : undefined;
}

function defaultExtension(type?: string): string {
  return type === 'notebook' ? '.ipynb' : type === 'directory' ? '' : '.txt';
}

function emptyNotebook(): object {
  return { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
}

function joined(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** What a chunked upload answers before its last chunk. */
function placeholder(path: string, options: SaveOptions): Contents.IModel {
  const now = new Date().toISOString();
  return {
    name: PathExt.basename(path),
    path,
    type: options.type ?? 'file',
    format: null,
    content: null,
    mimetype: '',
    created: now,
    last_modified: now,
    writable: true
  };
}

/** Callers change what they get (JupyterLab sorts directories in place). */
function clone(model: Contents.IModel): Contents.IModel {
  return structuredClone(model);
}
