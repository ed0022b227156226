/**
 * Undo takes back one's own edits, and nobody else's.
 *
 * Yjs' undo managers follow the origins of this page only, so what others type is never
 * undone by itself. Three corners remain: a new cell in which somebody else has written is
 * not taken away; what the server put back (a locked cell, a cell that may not go) is not
 * deleted or doubled by an undo; and what may not be changed may not be undone either.
 */
import { YBaseCell, YNotebook } from '@jupyter/ydoc';
import * as Y from 'yjs';

export interface UndoRules {
  /** Whether this person may change the cell, or the notebook, now. */
  mayChange(model: object): boolean;
  /** An undo would have taken somebody else's text away. */
  kept(): void;
}

interface Undoing {
  undo(): boolean;
  redo(): boolean;
}

interface SharedNotebook {
  readonly undoManager: Y.UndoManager;
  readonly ydoc: Y.Doc;
}

let rules: UndoRules | null = null;

/** Make undo keep to the rules, for all notebooks of this page. Again only changes the rules. */
export function ownUndoOnly(newRules: UndoRules): void {
  const first = rules === null;
  rules = newRules;
  if (first) {
    guard(YBaseCell.prototype as unknown as Undoing, () => true);
    guard(YNotebook.prototype as unknown as Undoing, spareOthers);
  }
}

function guard(prototype: Undoing, allowed: (model: object) => boolean): void {
  const { undo, redo } = prototype;
  prototype.undo = function (this: object) {
    return Boolean(rules?.mayChange(this)) && allowed(this) && undo.call(this);
  };
  prototype.redo = function (this: object) {
    return Boolean(rules?.mayChange(this)) && redo.call(this);
  };
}

/** False, and the step forgotten, when the next undo would take a cell that others wrote in. */
function spareOthers(model: object): boolean {
  const { undoManager, ydoc } = model as SharedNotebook;
  const step = undoManager.undoStack[undoManager.undoStack.length - 1];
  const cells = ydoc.getArray<Y.Map<unknown>>('cells');
  const takes = step && cells.toArray().some(cell => isIn(step.insertions, cell) && hasForeignText(cell));
  if (!takes) {
    return true;
  }
  undoManager.undoStack.pop();
  rules?.kept();
  return false;
}

function isIn(set: Parameters<typeof Y.isDeleted>[0], type: Y.AbstractType<any>): boolean {
  return type._item !== null && Y.isDeleted(set, type._item.id);
}

/** Whether anything in the cell's text was typed elsewhere than in this page. */
export function hasForeignText(cell: Y.Map<unknown>): boolean {
  const source = cell.get('source');
  if (source instanceof Y.Text) {
    for (let item = source._start; item; item = item.right) {
      if (!item.deleted && item.countable && item.id.client !== source.doc?.clientID) {
        return true;
      }
    }
  }
  return false;
}

/**
 * Forget the steps that a repair by the server made untrue: a cell that this page deleted and
 * that came back, a text that somebody else's hand changed while this page may not.
 */
export function forgetRepaired(notebook: SharedNotebook & { cells: readonly YBaseCell<any>[] }): () => void {
  const cells = notebook.ydoc.getArray<Y.Map<unknown>>('cells');
  const ids = new Map<unknown, string>();
  const gone = new Set<string>();
  const learn = (cell: Y.Map<unknown>): string => {
    const id = String(cell.get('id'));
    ids.set(cell, id);
    return id;
  };
  cells.forEach(learn);
  const onCells = (event: Y.YArrayEvent<Y.Map<unknown>>, { local }: Y.Transaction): void => {
    const added = contents(event.changes.added).map(learn);
    const deleted = contents(event.changes.deleted).map(cell => ids.get(cell) ?? '');
    contents(event.changes.deleted).forEach(cell => ids.delete(cell));
    if (local) {
      deleted.filter(id => !added.includes(id)).forEach(id => gone.add(id));
      added.forEach(id => gone.delete(id));
    } else if (added.some(id => gone.has(id))) {
      added.forEach(id => gone.delete(id));
      notebook.undoManager.clear();
    }
  };
  const onText = (events: Y.YEvent<any>[], { local }: Y.Transaction): void => {
    if (!local) {
      for (const { target } of events) {
        const cell = target instanceof Y.Text && notebook.cells.find(one => one.ysource === target);
        if (cell && !rules?.mayChange(cell)) {
          cell.clearUndoHistory();
        }
      }
    }
  };
  cells.observe(onCells);
  cells.observeDeep(onText);
  return () => {
    cells.unobserve(onCells);
    cells.unobserveDeep(onText);
  };
}

function contents(items: Set<Y.Item>): Y.Map<unknown>[] {
  return [...items].flatMap(item => {
    const { type } = item.content as unknown as { type?: unknown };
    return type instanceof Y.Map ? [type] : [];
  });
}
