/**
 * Locked cells: Jupyter's own `editable: false` with `deletable: false`.
 *
 * The server puts a locked cell back whatever a page sends. This shows the lock in words,
 * spares pupils from working in vain, and says why nothing happens. Running stays possible.
 */
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

import { h, icon } from '../dom';
import type { Key, Translate } from '../i18n';

const LOCK = ['M6 11h12v10H6z', 'M8 11V7a4 4 0 0 1 8 0v4'];
const EDITABLE = 'editable';
const DELETABLE = 'deletable';

/** A cell's model, as far as locking needs it. */
export interface Lockable {
  getMetadata(key: string): unknown;
  setMetadata(key: string, value: unknown): void;
  deleteMetadata(key: string): void;
  sharedModel: { transact(change: () => void): void };
}

export function isLocked(model: Pick<Lockable, 'getMetadata'>): boolean {
  return model.getMetadata(EDITABLE) === false;
}

/** Lock or unlock, as one edit. */
export function setLock(model: Lockable, locked: boolean): void {
  model.sharedModel.transact(() => {
    for (const key of [EDITABLE, DELETABLE]) {
      locked ? model.setMetadata(key, false) : model.deleteMetadata(key);
    }
  });
}

/** What a page may do with a notebook's locks, and how it says so. */
export interface LockRules {
  /** May this person change locked cells? */
  manages(): boolean;
  /** Is the whole notebook closed to this person? Then the bar says why, not the cell. */
  isReadOnly(): boolean;
  /** Say aloud and show. */
  say(text: string): void;
  t: Translate;
}

/** Commands that change the selected cells themselves. Those of their outputs stay free. */
const CHANGING = [
  'deleteCells',
  'cut',
  'moveUp',
  'moveDown',
  'splitCell',
  'changeCellType',
  'setMarkdownHeader',
  'replaceSelection'
];
/** What stock JupyterLab refuses without a word, to whoever may unlock the cell. */
const REFUSED_TO_ALL = ['deleteCells', 'cut'];

interface NotebookView {
  widgets: readonly Cell[];
  activeCellIndex: number;
  isSelectedOrActive(cell: Cell): boolean;
}

/** The locked cell that keeps a command from being carried out, if any. */
export function findLocked(name: string, notebook: NotebookView, rest: unknown[] = []): Cell | null {
  const { widgets } = notebook;
  const chosen = widgets.filter(cell => notebook.isSelectedOrActive(cell));
  if (name === 'mergeCells' && chosen.length === 1) {
    const neighbour = widgets[notebook.activeCellIndex + (rest[0] ? -1 : 1)];
    if (neighbour) {
      chosen.push(neighbour);
    }
  }
  if (name === 'paste' && rest[0] !== 'replace') {
    return null;
  }
  return chosen.find(cell => isLocked(cell.model)) ?? null;
}

type Actions = Record<string, unknown>;

/** Make the changing commands say why they do nothing on a locked cell. */
export function guardLocked(rules: LockRules, actions: Actions): void {
  for (const name of [...CHANGING, 'mergeCells', 'paste']) {
    const stock = actions[name];
    if (typeof stock !== 'function') {
      continue;
    }
    actions[name] = (notebook: NotebookView & { model?: unknown }, ...rest: unknown[]) => {
      const free = rules.manages() && !REFUSED_TO_ALL.includes(name);
      const locked = free || !notebook?.model ? null : findLocked(name, notebook, rest);
      if (locked && !rules.isReadOnly()) {
        rules.say(rules.t(rules.manages() ? 'unlockFirst' : 'lockedCannot'));
        return undefined;
      }
      return stock(notebook, ...rest);
    };
  }
}

/** The private part of `Notebook` that starts a drag. */
export interface Dragging extends NotebookView, EventListenerObject {
  _startDrag(index: number, x: number, y: number): void;
  _mouseMode: unknown;
}

/** A locked cell cannot be dragged away either. `prototype` is `Notebook`'s. */
export function guardDragging(rules: LockRules, prototype: Dragging): void {
  const stock = prototype._startDrag;
  prototype._startDrag = function (this: Dragging, ...where): void {
    const locked = this.widgets.some(cell => this.isSelectedOrActive(cell) && isLocked(cell.model));
    if (!locked || rules.manages()) {
      stock.apply(this, where);
      return;
    }
    this._mouseMode = null;
    document.removeEventListener('mousemove', this, true);
    document.removeEventListener('mouseup', this, true);
    rules.say(rules.t('lockedCannot'));
  };
}

/** Is this key an attempt to write? */
export function isTyping(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): boolean {
  if (event.ctrlKey || event.metaKey) {
    return false;
  }
  return (event.key.length === 1 && !event.altKey) || ['Backspace', 'Delete', 'Tab'].includes(event.key);
}

/** Show the locks of one notebook, and answer whoever types into a locked cell. */
export function watchLocks(panel: NotebookPanel, rules: LockRules, onChange: () => void): () => void {
  const notebook = panel.content;
  let said: string | null = null;
  const look = (): void => {
    for (const cell of notebook.widgets) {
      mark(cell, isLocked(cell.model), rules);
    }
  };
  let planned = false;
  const soon = (): void => {
    if (!planned) {
      planned = true;
      // after JupyterLab has drawn the change
      requestAnimationFrame(() => {
        planned = false;
        if (!panel.isDisposed) {
          look();
          onChange();
        }
      });
    }
  };
  const onWriting = (event: Event): void => {
    const cell = notebook.activeCell;
    const inside = cell?.editor?.host.contains(event.target as Node);
    const writes = event.type === 'keydown' ? isTyping(event as KeyboardEvent) : true;
    if (!cell || !inside || !writes || !isLocked(cell.model) || rules.manages() || rules.isReadOnly()) {
      return;
    }
    // once for each visit of a cell: a pupil who goes on typing has understood
    if (said !== cell.model.id) {
      said = cell.model.id;
      rules.say(rules.t('lockedCannot'));
    }
  };
  notebook.modelContentChanged.connect(soon);
  notebook.activeCellChanged.connect(() => {
    said = null;
    soon();
  });
  for (const type of ['keydown', 'paste', 'cut', 'drop']) {
    notebook.node.addEventListener(type, onWriting, true);
  }
  void panel.revealed.then(look);
  return soon;
}

/** The lock of a cell, in words, above what it locks. */
function mark(cell: Cell, locked: boolean, rules: LockRules): void {
  const manages = rules.manages();
  const state = locked ? (manages ? 'mine' : 'theirs') : '';
  if ((cell.node.dataset.cyLock ?? '') === state) {
    // a cell that was drawn since has put itself before it
    const lock = cell.node.querySelector(':scope > .cy-lock');
    if (lock && lock !== cell.node.firstElementChild) {
      cell.node.prepend(lock);
    }
    return;
  }
  cell.node.dataset.cyLock = state;
  cell.node.querySelector(':scope > .cy-lock')?.remove();
  cell.node.removeAttribute('aria-describedby');
  if (!locked) {
    return;
  }
  const id = `cy-lock-${cell.model.id}`;
  const words: Key = manages ? 'lockedMine' : 'lockedTheirs';
  const text = h('span', { id }, rules.t(words));
  const unlock = manages
    ? h(
        'button',
        {
          class: 'cy-unlock',
          type: 'button',
          onclick: () => setLock(cell.model as unknown as Lockable, false)
        },
        rules.t('unlock')
      )
    : null;
  cell.node.setAttribute('aria-describedby', id);
  cell.node.prepend(h('div', { class: 'cy-lock' }, icon(...LOCK), text, unlock));
}
