/**
 * Going to where somebody is, and staying with them.
 *
 * Following moves the window only: the own active cell stays, nothing is typed anywhere. It
 * ends when one does anything in the notebook oneself, presses Escape, or the person goes.
 */
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import { type ISignal, Signal } from '@lumino/signaling';

import type { Person } from './people';
import type { View } from './states';

/** Why following ended. */
export type Ending = 'own' | 'gone';

/** Nearer than this is there, in pixels: two windows never agree to the last one. */
const NEAR = 8;
/** Cells that were never drawn get their true height when they come into view: look again. */
const AGAIN = 250;
/** So much of the active cell must show, in pixels. */
const ENOUGH = 80;

export interface Followed {
  readonly username: string;
  readonly name: string;
  readonly color: string;
}

export class Follower {
  /** `show` brings a person into view; false when they are nowhere in this page. */
  constructor(
    private readonly _show: (person: Person) => boolean,
    private readonly _window: Pick<Window, 'addEventListener' | 'removeEventListener'> = window
  ) {}

  get followed(): Followed | null {
    return this._followed;
  }
  /** Emits who is followed now; null and why when that ended. */
  get changed(): ISignal<this, { followed: Followed | null; ending: Ending | null }> {
    return this._changed;
  }

  follow(person: Person): void {
    this._end();
    this._followed = person;
    this._last = '';
    for (const name of ENDING) {
      this._window.addEventListener(name, this._onOwnDeed, { capture: true, passive: true });
    }
    this._changed.emit({ followed: person, ending: null });
    this.update([person]);
  }

  stop(ending: Ending = 'own'): void {
    if (this._followed) {
      this._end();
      this._changed.emit({ followed: null, ending });
    }
  }

  /** The people moved. */
  update(people: readonly Person[]): void {
    const followed = this._followed;
    const person = followed && people.find(({ username }) => username === followed.username);
    if (!followed) {
      return;
    }
    if (!person) {
      this.stop('gone');
      return;
    }
    const { path, cell, view } = person;
    const where = JSON.stringify([path, cell, view]);
    if (where !== this._last && this._show(person)) {
      this._last = where;
      clearTimeout(this._again);
      this._again = setTimeout(() => this._followed === followed && this._show(person), AGAIN);
    }
  }

  private _end(): void {
    clearTimeout(this._again);
    this._followed = null;
    for (const name of ENDING) {
      this._window.removeEventListener(name, this._onOwnDeed, { capture: true });
    }
  }

  private readonly _onOwnDeed = (event: Event): void => {
    const key = event.type === 'keydown' ? (event as KeyboardEvent).key : '';
    const { target } = event;
    // there Escape closes the list
    if (key === 'Escape' && target instanceof Element && target.closest('#cy-people')) {
      return;
    }
    const inDocument =
      target instanceof Element && target.closest('.jp-MainAreaWidget, .jp-Document') !== null;
    if (key === 'Escape' || (inDocument && !MODIFIERS.has(key))) {
      this.stop('own');
    }
  };

  private _followed: Followed | null = null;
  private _last = '';
  private _again: ReturnType<typeof setTimeout> | undefined;
  private readonly _changed = new Signal<this, { followed: Followed | null; ending: Ending | null }>(this);
}

const ENDING = ['keydown', 'wheel', 'touchmove', 'pointerdown'] as const;
const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'Tab']);

/** The cell at the top of the window and how much of it is above. */
export function readView(notebook: Notebook): View | null {
  const outer = notebook.outerNode;
  const cells = notebook.widgets;
  const top = outer.getBoundingClientRect().top;
  let [low, high] = [0, cells.length - 1];
  // the first cell whose end is below the top; reading positions is dear, so by halves
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cells[middle].node.getBoundingClientRect().bottom > top) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const cell = cells[low];
  if (!cell?.node.isConnected) {
    return null;
  }
  const box = cell.node.getBoundingClientRect();
  const at = box.height > 0 ? Math.min(1, Math.max(0, (top - box.top) / box.height)) : 0;
  return { cell: cell.model.id, at: Math.round(at * 1000) / 1000 };
}

/** Bring what they see into view, and in any case the cell that they are in. */
export function showView(notebook: Notebook, { cell, view }: Pick<Person, 'cell' | 'view'>): boolean {
  const find = (id: string | undefined | null): number =>
    notebook.widgets.findIndex(({ model }) => model.id === id);
  const top = view ? find(view.cell) : -1;
  const active = find(cell);
  if (top < 0) {
    if (active >= 0) {
      void notebook.scrollToItem(active, 'smart');
    }
    return active >= 0;
  }
  const outer = notebook.outerNode;
  const start = outer.getBoundingClientRect().top;
  const box = notebook.widgets[top].node.getBoundingClientRect();
  let by = box.top - start + box.height * (view?.at ?? 0);
  if (active >= 0) {
    const mark = notebook.widgets[active].node.getBoundingClientRect();
    const shown = mark.top - start - by;
    // their window is taller than this one: what they work at matters more
    if (shown > outer.clientHeight - ENOUGH) {
      by += shown - outer.clientHeight / 2;
    }
  }
  if (Math.abs(by) > NEAR) {
    outer.scrollBy({ top: by, behavior: 'auto' });
  }
  return true;
}

/** Go there oneself: the cell becomes the active one and has the keyboard. */
export async function goTo(panel: NotebookPanel, cell: string): Promise<boolean> {
  const notebook = panel.content;
  const index = notebook.widgets.findIndex(({ model }) => model.id === cell);
  if (index < 0) {
    return false;
  }
  notebook.mode = 'command';
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  await notebook.scrollToItem(index, 'center').catch(() => undefined);
  notebook.widgets[index].node.focus();
  return true;
}
