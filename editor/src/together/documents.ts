/**
 * The open documents as places where people are: for each its awareness, what this page
 * tells in it, and the cursors of the others.
 */
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Awareness } from 'y-protocols/awareness';

import type { LiveNotebooks } from '../live/notebooks';
import { RemoteCursors } from './cursors';
import { readView } from './follow';
import type { Place } from './people';
import { Teller } from './tell';

/** Swarms of changes are looked at once in this many milliseconds. */
const SETTLE = 100;

export interface OpenDocument {
  readonly awareness: Awareness;
  readonly teller: Teller;
  readonly cursors: RemoteCursors;
  readonly moved: Map<number, number>;
}

export class Documents {
  constructor(
    private readonly _notebooks: Pick<LiveNotebooks, 'rooms' | 'changed'>,
    private readonly _me: () => string | undefined,
    private readonly _changed: () => void
  ) {
    _notebooks.changed.connect(() => this.plan());
  }

  /** The document of an awareness; null when it belongs to no open room (a cell on its own). */
  of(awareness: unknown): OpenDocument | null {
    const open = this._notebooks.rooms.find(({ model }) => (model.awareness as unknown) === awareness);
    if (!open) {
      return null;
    }
    const known = this._open.get(open.model);
    if (known) {
      return known;
    }
    const shared = open.model.awareness as unknown as Awareness;
    const moved = new Map<number, number>();
    const made = { awareness: shared, teller: new Teller(shared), cursors: new RemoteCursors(shared, this._me), moved };
    const onChange = ({ added, updated }: { added: number[]; updated: number[] }): void => {
      [...added, ...updated].forEach(client => moved.set(client, ++this._moves));
      this.plan();
    };
    shared.on('change', onChange);
    this._open.set(open.model, made);
    open.model.disposed.connect(() => {
      shared.off('change', onChange);
      made.teller.dispose();
      made.cursors.dispose();
    });
    return made;
  }

  get places(): Place[] {
    return this._notebooks.rooms.map(({ path, model }) => ({
      path,
      awareness: model.awareness as unknown as Place['awareness'],
      moved: this.of(model.awareness)?.moved
    }));
  }

  /** Something changed: look soon. */
  plan(): void {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      this._changed();
    }, SETTLE);
  }

  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _moves = 0;
  private readonly _open = new WeakMap<object, OpenDocument>();
}

/** Tell the others which cell of this notebook is active and what is in view. */
export function tellWhere(panel: NotebookPanel, documents: Documents): void {
  const notebook = panel.content;
  const teller = documents.of(panel.context.model.sharedModel.awareness)?.teller;
  if (!teller) {
    return;
  }
  const tellCell = (): void => teller.set('cell', notebook.activeCell?.model.id ?? null);
  let planned = false;
  const tellView = (): void => {
    if (!planned) {
      planned = true;
      requestAnimationFrame(() => {
        planned = false;
        if (!panel.isDisposed && panel.isVisible) {
          teller.set('view', readView(notebook));
        }
      });
    }
  };
  notebook.activeCellChanged.connect(tellCell);
  notebook.outerNode.addEventListener('scroll', tellView, { passive: true });
  void panel.revealed.then(() => {
    tellCell();
    tellView();
  });
}
