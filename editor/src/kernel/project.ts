import type { Contents } from '@jupyterlab/services';

import type { ApiError } from '../api';
import type { IEditorSession } from '../tokens';
import type { PythonHost } from './host';
import type { IProjectLink } from './kernel';
import type { IFileChange, ITreeFile } from './protocol';

const TREE = '/api/tree';
const RAW = '/api/raw/';
/** The server's tree is read again, beside an execution, when it is older than this. */
const STALE_AFTER = 15_000;

type Words = { notSaved: (paths: string, why: string) => string; stopped: string };

const WORDS: Record<'fr' | 'en', Words> = {
  fr: {
    notSaved: (paths, why) => `Non enregistré dans le projet : ${paths}. ${why}`,
    stopped:
      'Python s’est arrêté (mémoire épuisée ?) et a redémarré : les variables sont perdues, le texte est intact.'
  },
  en: {
    notSaved: (paths, why) => `Not saved in the project: ${paths}. ${why}`,
    stopped:
      'Python stopped (out of memory?) and was restarted: its variables are lost, the text is intact.'
  }
};

function base64(bytes: Uint8Array): string {
  let text = '';
  const step = 0x8000;
  for (let at = 0; at < bytes.length; at += step) {
    text += String.fromCharCode(...bytes.subarray(at, at + step));
  }
  return btoa(text);
}

/** Keeps Python's view of the project's files in step with the server, through the page's own drive. */
export class ProjectLink implements IProjectLink {
  constructor(
    private _session: IEditorSession,
    private _contents: Contents.IManager
  ) {
    _contents.fileChanged.connect(() => {
      if (this._storing === 0) {
        this._isStale = true;
      }
    });
    this._tree = this._readTree();
  }

  get stoppedMessage(): string {
    return WORDS[this._session.language].stopped;
  }

  attach(host: PythonHost, location: string): void {
    const folder = location.includes(':') ? location.slice(location.indexOf(':') + 1) : location;
    const api = new URL(RAW, window.location.href).href;
    host.attach(folder, this._session.language, api, this._session.token);
    if (this._hasStored) {
      // another Python than the one that wrote: it must learn of what was written
      this._isStale = true;
    }
  }

  async beforeExecution(host: PythonHost): Promise<void> {
    if (this._isStale) {
      this._tree = this._readTree();
    }
    const tree = await this._tree;
    if (tree && this._given.get(host) !== tree) {
      this._given.set(host, tree);
      host.setTree(tree);
    }
    host.setToken(this._session.token);
    if (Date.now() - this._readAt > STALE_AFTER) {
      this._tree = this._readTree();
    }
  }

  async store(host: PythonHost, changes: IFileChange[]): Promise<string | null> {
    const failed = new Map<string, string[]>();
    this._storing += 1;
    this._hasStored = true;
    try {
      for (const change of changes) {
        try {
          await this._storeOne(host, change);
        } catch (error) {
          const why = (error as ApiError).message;
          failed.set(why, [...(failed.get(why) ?? []), change.path]);
        }
      }
    } finally {
      this._storing -= 1;
    }
    const words = WORDS[this._session.language];
    const lines = [...failed].map(([why, paths]) => words.notSaved(paths.join(', '), why));
    return lines.length > 0 ? lines.join('\n') : null;
  }

  private async _storeOne(host: PythonHost, { path, change, data }: IFileChange): Promise<void> {
    if (change === 'delete') {
      await this._contents.delete(path);
    } else if (change === 'folder') {
      await this._contents.save(path, { type: 'directory' });
    } else {
      const content = base64(data ?? new Uint8Array());
      const model = await this._contents.save(path, { type: 'file', format: 'base64', content });
      if (model.hash) {
        host.fileSaved(path, model.hash);
      }
    }
  }

  private async _readTree(): Promise<ITreeFile[] | null> {
    this._isStale = false;
    this._readAt = Date.now();
    try {
      return (await this._session.json<{ files: ITreeFile[] }>('GET', TREE)).files;
    } catch {
      // no network: Python works on with the files it has
      this._isStale = true;
      return null;
    }
  }

  private _tree: Promise<ITreeFile[] | null>;
  private _given = new WeakMap<PythonHost, ITreeFile[]>();
  private _readAt = 0;
  private _isStale = false;
  private _hasStored = false;
  private _storing = 0;
}
