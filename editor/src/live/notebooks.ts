/**
 * Notebooks and texts as live documents: JupyterLab's content provider 'rtc' over our rooms.
 *
 * The shared model is made empty, joined to its room, and JupyterLab is given the document
 * only when the room has it: nobody ever sees an empty notebook that is not one.
 */
import { type DocumentChange, YDocument, YFile, YNotebook } from '@jupyter/ydoc';
import type { Contents, IContentProvider, User } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';

import type { Channel, RoomAccess } from './channel';
import { TEXT } from '../drive';
import type { Keeping } from './keeping';
import { Room } from './room';
import { type SaveValue, worst } from './saveState';

/** The name under which JupyterLab's widget factories ask for live content. */
export const LIVE = 'rtc';
/** How long a Save command waits for the acknowledgement. */
const PATIENCE = 15_000;
/** Refusals of a text that can be opened all the same, as a plain file. */
const NOT_LIVE = new Set(['too_large', 'not_text']);

type SharedDocument = YDocument<DocumentChange>;

export interface LiveNotebooksOptions {
  drive: Contents.IDrive;
  user: Pick<User.IManager, 'ready' | 'identity' | 'userChanged'>;
  access: RoomAccess;
  /** Open the line of one path. */
  open: (path: string, token: string) => Channel;
  /** The copy of a document on this device, at the path of the moment. */
  keep?: (doc: Y.Doc, path: () => string) => Keeping | null;
  /** Said when a save was asked for and did not come through. */
  refusal: (value: SaveValue) => string;
}

export interface OpenRoom {
  path: string;
  readonly room: Room;
  readonly model: SharedDocument;
  /** A text file, rather than a notebook. */
  readonly isText: boolean;
}

export class LiveNotebooks implements IContentProvider {
  constructor(private readonly _options: LiveNotebooksOptions) {
    _options.drive.fileChanged.connect(this._onFileChanged, this);
  }

  /** JupyterLab asks this for the shared model of a document that it opens. */
  readonly sharedModelFactory: Contents.ISharedFactory = {
    collaborative: true,
    createNew: options => {
      if (!options.collaborative) {
        return undefined;
      }
      if (options.contentType === 'notebook') {
        const model = new YNotebook({ disableDocumentWideUndoRedo: true });
        this._join(options.path, model as unknown as SharedDocument, false);
        return model;
      }
      if (options.format !== 'text' || !TEXT.test(options.path)) {
        return undefined;
      }
      const model = new YFile();
      this._join(options.path, model as unknown as SharedDocument, true);
      return model;
    }
  };

  get rooms(): readonly OpenRoom[] {
    return this._rooms;
  }
  /** Emits when a room opens or closes, or when the state of one changes. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }
  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }
  /** Emits when an open text says something else, whoever wrote it. */
  get textChanged(): ISignal<this, void> {
    return this._textChanged;
  }
  /** The gravest state of the open documents; null when none is open. */
  get saveValue(): SaveValue | null {
    return worst(this._rooms.map(({ room }) => room.saveState.value));
  }

  find(path: string): OpenRoom | undefined {
    return this._rooms.find(open => open.path === path);
  }

  findByModel(model: unknown): OpenRoom | undefined {
    return this._rooms.find(open => (open.model as unknown) === model);
  }

  /** Wait until every open document is stored, or only the texts. False when one is not. */
  async settled(patience = PATIENCE, textsOnly = false): Promise<boolean> {
    const rooms = this._rooms.filter(({ isText }) => isText || !textsOnly);
    const answers = await Promise.all(
      rooms.map(({ room }) => room.saveState.settled(patience))
    );
    return answers.every(Boolean);
  }

  async get(path: string, options: Contents.IFetchOptions = {}): Promise<Contents.IModel> {
    const plain = { ...options, contentProviderId: undefined };
    const open = this.find(path);
    if (!open) {
      return this._options.drive.get(path, plain);
    }
    const asked = this._options.drive.get(path, { ...plain, content: false, hash: false });
    asked.catch(() => undefined);
    try {
      await open.room.ready;
    } catch (error) {
      if (open.isText && NOT_LIVE.has((error as Error).message)) {
        this._makePlain(open);
        return this._options.drive.get(path, plain);
      }
      throw new Error(this._options.refusal(open.room.saveState.value));
    }
    const format = options.format ?? (open.isText ? 'text' : 'json');
    return this._timeless(path, { ...(await asked), format });
  }

  /** Nothing to write: the room does that all the time. Wait until it says so. */
  async save(
    path: string,
    options: Partial<Contents.IModel> & Contents.IContentProvisionOptions = {}
  ): Promise<Contents.IModel> {
    const open = this.find(path);
    if (!open) {
      return this._options.drive.save(path, { ...options, contentProviderId: undefined });
    }
    if (!(await open.room.saveState.settled(PATIENCE))) {
      throw new Error(this._options.refusal(open.room.saveState.value));
    }
    return this.get(path, { type: options.type, format: options.format, content: false });
  }

  wake(): void {
    this._rooms.forEach(({ room }) => room.wake());
  }

  /** Write to the device what waits. */
  flush(): void {
    this._rooms.forEach(({ room }) => void room.flush());
  }

  leave(): void {
    this._rooms.forEach(({ room }) => room.leave());
  }

  private _join(path: string, model: SharedDocument, isText: boolean): void {
    const { access, open, user } = this._options;
    // JupyterLab's own mark of unsaved work would be one more shared edit at each keystroke, from
    // the model and from every code editor; ours replaces it
    const dirty = { configurable: true, get: () => false, set: () => undefined };
    Object.defineProperty(model, 'dirty', dirty);
    const { ystate } = model;
    const set = ystate.set.bind(ystate);
    ystate.set = (key, value) => (key === 'dirty' ? value : set(key, value));
    const where = { path };
    const room = new Room({
      doc: model.ydoc,
      awareness: model.awareness as unknown as Awareness,
      access,
      open: token => open(where.path, token),
      keeping: this._options.keep?.(model.ydoc, () => where.path)
    });
    const entry: OpenRoom = Object.assign(where, { model, room, isText });
    const introduce = (): void => {
      model.awareness.setLocalStateField('user', user.identity);
    };
    void user.ready.then(introduce);
    user.userChanged.connect(introduce);
    const announce = (): void => this._changed.emit();
    entry.room.saveState.changed.connect(announce);
    entry.room.statusChanged.connect(announce);
    if (isText) {
      model.ydoc.on('update', () => this._textChanged.emit());
    }
    this._rooms.push(entry);
    model.disposed.connect(() => {
      user.userChanged.disconnect(introduce);
      this._close(entry);
    });
    announce();
  }

  private _close(entry: OpenRoom): void {
    if (this._rooms.includes(entry)) {
      entry.room.dispose();
      this._rooms.splice(this._rooms.indexOf(entry), 1);
      this._changed.emit();
    }
  }

  /** Too large for a live document, or no UTF-8: a file like any other, saved when asked. */
  private _makePlain(entry: OpenRoom): void {
    this._close(entry);
    delete (entry.model as { dirty?: boolean }).dirty;
    delete (entry.model.ystate as { set?: unknown }).set;
  }

  /** The server rewrites the file as the document changes. JupyterLab must not take that
   *  for somebody else's conflicting edit: it sees no hash and one unchanging date. */
  private _timeless(path: string, model: Contents.IModel): Contents.IModel {
    const first = this._dates.get(path) ?? model.last_modified;
    this._dates.set(path, first);
    const { hash: _hash, hash_algorithm: _algorithm, ...rest } = model;
    return { ...rest, last_modified: first };
  }

  private _onFileChanged(_: unknown, change: Contents.IChangedArgs): void {
    const oldPath = change.oldValue?.path;
    const newPath = change.newValue?.path;
    if (change.type === 'rename' && oldPath && newPath) {
      for (const open of this._rooms) {
        if (open.path === oldPath) {
          open.path = newPath;
          open.room.reconnect();
        }
      }
    }
  }

  private readonly _rooms: OpenRoom[] = [];
  private readonly _dates = new Map<string, string>();
  private readonly _textChanged = new Signal<this, void>(this);
  private readonly _changed = new Signal<this, void>(this);
  private readonly _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
}
