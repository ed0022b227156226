import type { Contents } from '@jupyterlab/services';

import type { ApiError } from '../api';
import type { LiveNotebooks } from '../live/notebooks';
import type { IEditorSession } from '../tokens';
import type { PythonHost } from './host';
import type { IProjectLink } from './kernel';
import type { IFileChange, ITreeFile } from './protocol';

const TREE = '/api/tree';
const RAW = '/api/raw/';
/** Before an execution the server's tree is read again when it is older than this: somebody may
 *  have typed in a file, in another tab or at another computer. */
const STALE_AFTER = 2_000;
/** On a bad network Python goes on with the files it has, after this long. */
const PATIENCE = 1_500;

/** How long a program waits for the texts typed in this page to reach the server. */
const SETTLE_WITHIN = 3_000;

/** The open text files of this page. */
export type LiveTexts = Pick<LiveNotebooks, 'textChanged' | 'settled'>;

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

/** What is promised, or null when it takes longer than `wait` milliseconds. */
function within<T>(wait: number, promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<null>(resolve => {
    timer = setTimeout(() => resolve(null), wait);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Keeps Python's view of the project's files in step with the server, through the page's own drive. */
export class ProjectLink implements IProjectLink {
  constructor(
    private _session: IEditorSession,
    private _contents: Contents.IManager,
    private _texts: LiveTexts | null = null
  ) {
    _texts?.textChanged.connect(() => {
      this._areTextsStale = true;
      this._isStale = true;
    });
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
    if (this._areTextsStale) {
      // what is typed in an open file a moment ago is what the program should read
      this._areTextsStale = false;
      await this._texts?.settled(SETTLE_WITHIN, true);
      this._isStale = true;
    }
    if (this._isStale || Date.now() - this._readAt > STALE_AFTER) {
      this._tree = this._readTree();
    }
    let tree = await (this._given.has(host) ? within(PATIENCE, this._tree) : this._tree);
    if (!tree && !this._given.has(host)) {
      // neither the server nor this device answered the first time
      tree = await (this._tree = this._readTree());
    }
    if (tree && this._given.get(host) !== tree) {
      this._given.set(host, tree);
      host.setTree(tree);
    }
    host.setToken(this._session.token);
    await this._giveContents(host);
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

  /** Python reads files when they are first used, and cannot ask the server without a network. */
  private async _giveContents(host: PythonHost): Promise<void> {
    const { away, device } = this._session;
    if (away === this._isKept.has(host) || !device) {
      return;
    }
    if (!away) {
      this._isKept.delete(host);
      host.setContents([]);
      return;
    }
    this._isKept.add(host);
    const tree = await device.getTree();
    const files = await Promise.all(tree.map(file => device.getFile(file.path)));
    host.setContents(files.filter(file => file !== null));
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
  /** Hosts that read from this device. */
  private _isKept = new WeakSet<PythonHost>();
  private _readAt = 0;
  private _isStale = false;
  private _areTextsStale = false;
  private _hasStored = false;
  private _storing = 0;
}
