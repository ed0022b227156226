/** Coming in at one cell of a notebook, as a link of the portal asks. */
import type { NotebookPanel } from '@jupyterlab/notebook';

import { goTo } from './together/follow';

/** How long the cell is waited for: a live notebook comes after its panel. */
const PATIENCE = 30_000;

/** Make the cell the active one and bring it into view, unless the reader was faster. */
export async function landAt(panel: NotebookPanel, cell: string): Promise<void> {
  await panel.revealed;
  const cells = panel.content.model?.cells;
  if (!cells || (await goTo(panel, cell))) {
    return;
  }
  const stop = (): void => {
    clearTimeout(timer);
    cells.changed.disconnect(look);
    panel.node.removeEventListener('pointerdown', stop);
    panel.node.removeEventListener('keydown', stop);
    panel.disposed.disconnect(stop);
  };
  // cells come one by one: look once all of them have their place
  const look = (): void => void requestAnimationFrame(find);
  const find = (): void => {
    if (!panel.isDisposed && panel.content.widgets.some(({ model }) => model.id === cell)) {
      stop();
      void goTo(panel, cell);
    }
  };
  const timer = setTimeout(stop, PATIENCE);
  cells.changed.connect(look);
  panel.node.addEventListener('pointerdown', stop);
  panel.node.addEventListener('keydown', stop);
  panel.disposed.connect(stop);
}
