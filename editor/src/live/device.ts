/**
 * A room's copy on this device: when it may stand in for the server's document, when its
 * unsaved edits are merged, and when they must not be.
 */
import * as Y from 'yjs';

import type { Keeping, Kept } from './keeping';

/** How long a server that neither answers nor refuses is waited for. */
export const PATIENCE = 4_000;

export interface DeviceEvents {
  /** No server: the document was opened from the device. */
  opened: (kept: Kept) => void;
  /** Edits that the server lacks were put into the document. */
  adopted: () => void;
  /** Unsaved edits of a document that another has replaced. They stay on the device. */
  left: (kept: Kept) => void;
  /** Whether the device has everything may have changed. */
  changed: () => void;
  /** The server is spoken with: other pages' edits come through it. */
  connected: () => boolean;
}

export class DeviceCopy {
  constructor(
    private readonly _keeping: Keeping,
    private readonly _doc: Y.Doc,
    /** Who an update comes from when it comes from here. */
    private readonly _origin: unknown,
    private readonly _events: DeviceEvents
  ) {
    _keeping.looked.connect(this._onLook, this);
    _keeping.changed.connect(_events.changed);
    this._timer = setTimeout(() => this.stranded(), PATIENCE);
    this._loaded = _keeping.load().then(kept => {
      this._kept = kept;
      if (this._document !== null) {
        this._adopt();
      } else if (this._isStranded) {
        this._open();
      }
    });
  }

  /** Every edit of this page is on the device. */
  get safe(): boolean {
    return this._keeping.safe && !this._spoilt;
  }
  get document(): string | null {
    return this._document ?? this._opened;
  }

  /** The server does not answer. */
  stranded(): void {
    this._isStranded = true;
    this._open();
  }

  /** The server answers and lets nobody in: neither does the device. */
  refused(): void {
    clearTimeout(this._timer);
    this._isStranded = false;
  }

  /** The server has said which document this is, and what one may do with it. */
  confirm(document: string, scopes: string[]): void {
    clearTimeout(this._timer);
    const first = this._document === null;
    this._document = document;
    this._scopes = scopes;
    if (first && this._kept) {
      this._adopt();
    } else {
      this._begin();
    }
  }

  /** The page has the whole document. */
  complete(): void {
    this._isComplete = true;
    this._begin();
  }

  edited(update: Uint8Array, mine: boolean): void {
    if (!this._spoilt) {
      this._keeping.edited(update, mine);
    }
  }

  /** The page's document holds what nobody asked to keep (a reader's outputs): from now on it
   *  is not what the device should show the next time. */
  spoil(): void {
    this._spoilt = true;
  }

  acknowledged(): void {
    this._keeping.acknowledged();
  }

  forget(document: string | null = this.document): Promise<void> {
    return document === null ? Promise.resolve() : this._keeping.forget(document);
  }

  async flush(): Promise<void> {
    await this._loaded;
    if (!this._spoilt) {
      await this._keeping.flush();
    }
  }

  dispose(): void {
    clearTimeout(this._timer);
    this._keeping.looked.disconnect(this._onLook, this);
    this._keeping.changed.disconnect(this._events.changed);
    this._keeping.dispose();
  }

  /** In place of the server, the latest that is here. */
  private _open(): void {
    const latest = this._kept?.find(kept => kept.complete);
    if (!latest || this._document !== null || this._opened !== null || this._isComplete) {
      return;
    }
    clearTimeout(this._timer);
    this._opened = latest.document;
    this._apply(latest);
    this._scopes = latest.scopes;
    this._isComplete = true;
    this._keeping.begin(latest.document, latest.scopes);
    this._events.opened(latest);
  }

  /** The server's document is known: merge what is of the same, keep apart what is not. */
  private _adopt(): void {
    for (const kept of this._kept ?? []) {
      if (kept.document !== this._document) {
        if (kept.pending) {
          this._events.left(kept);
        }
      } else if (kept.pending && this._opened === null) {
        this._apply(kept);
        this._events.adopted();
      }
    }
    this._begin();
  }

  private _begin(): void {
    const replaced = this._opened !== null && this._opened !== this._document;
    if (this._isComplete && this._document && this._kept && !replaced && !this._spoilt) {
      this._keeping.begin(this._document, this._scopes);
    }
  }

  private _apply(kept: Kept): void {
    Y.applyUpdate(this._doc, kept.update, this._origin);
  }

  private _onLook(): void {
    if (!this._events.connected() && !this._spoilt) {
      void this._keeping.catchUp();
    }
  }

  private readonly _timer: ReturnType<typeof setTimeout>;
  private readonly _loaded: Promise<void>;
  /** Null until it has been read. */
  private _kept: Kept[] | null = null;
  private _document: string | null = null;
  private _scopes: string[] = [];
  /** The document that was opened without the server's word. */
  private _opened: string | null = null;
  private _isComplete = false;
  private _isStranded = false;
  private _spoilt = false;
}
