/**
 * A notebook that may not be changed says so in the page: no typing, no moving of cells.
 *
 * The server drops what a reader sends; this only spares people from working in vain.
 * Running stays possible: outputs are shown and go nowhere.
 */
import type { Cell } from '@jupyterlab/cells';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

import type { LiveNotebooks } from './live/notebooks';

/** Commands that change what a notebook says. */
const CHANGING = [
  'insertAbove',
  'insertBelow',
  'deleteCells',
  'cut',
  'paste',
  'duplicate',
  'moveUp',
  'moveDown',
  'mergeCells',
  'splitCell',
  'changeCellType',
  'setMarkdownHeader',
  'undo',
  'redo',
  'replaceSelection',
  'clearAllOutputs',
  'clearOutputs'
];

type Actions = Record<string, unknown>;

/** Make the changing commands do nothing in a read-only notebook. */
export function guardActions(actions: Actions = NotebookActions as unknown as Actions): void {
  for (const name of CHANGING) {
    const stock = actions[name];
    if (typeof stock === 'function') {
      actions[name] = (notebook: { model?: { readOnly?: boolean } }, ...rest: unknown[]) =>
        notebook?.model?.readOnly ? undefined : stock(notebook, ...rest);
    }
  }
}

/** Keep the panel's read-only state equal to the room's rights. */
export function mirrorRights(panel: NotebookPanel, notebooks: LiveNotebooks): void {
  const look = (): void => {
    const open = notebooks.rooms.find(({ model }) => (model as unknown) === panel.context.model.sharedModel);
    const readOnly = open ? !open.room.canWrite : false;
    if (panel.context.model.readOnly !== readOnly) {
      panel.context.model.readOnly = readOnly;
      panel.toggleClass('cy-mod-readonly', readOnly);
    }
    panel.content.widgets.forEach(cell => applyTo(cell, readOnly));
  };
  const lookSoon = (): void => {
    // after JupyterLab has applied the cell's own `editable` metadata
    requestAnimationFrame(() => !panel.isDisposed && look());
  };
  notebooks.changed.connect(look);
  panel.content.modelContentChanged.connect(lookSoon);
  panel.disposed.connect(() => notebooks.changed.disconnect(look));
  void panel.context.ready.then(look);
}

/** Freeze, or give back what the cell's own metadata says. */
function applyTo(cell: Cell, readOnly: boolean): void {
  // stock writes every change of `readOnly` into the cell's shared metadata
  cell.syncEditable = false;
  cell.readOnly = readOnly || (cell.model.getMetadata('editable') === false && !opensLocks());
}

/** Whoever may take a lock off may also write under it. */
let opensLocks: () => boolean = () => false;

export function mirrorLocks(manages: () => boolean): void {
  opensLocks = manages;
}
