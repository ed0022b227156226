/** Opens what the address asks for, and runs cells even when the kernel is still on its way. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookCellExecutor, NotebookPanel } from '@jupyterlab/notebook';

import { PatientExecutor } from '../executor';
import { landAt } from '../landing';
import { openSiblings } from '../siblings';
import { IEditorSession } from '../tokens';

/**
 * Replaces `@jupyterlite/application-extension:opener`, which waits for the document
 * manager's settings and so loses a second: they are transformed only once the shell is
 * restored.
 */
export const openerPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:opener',
  description: 'Opens the file of ?path= as soon as the application has started.',
  autoStart: true,
  requires: [IDocumentManager, IEditorSession],
  activate: (app: JupyterFrontEnd, documents: IDocumentManager, session: IEditorSession) => {
    openSiblings(session.projectId, () => session.key);
    const path = new URLSearchParams(location.search).get('path');
    // without a token there is nothing to open; the bar says so
    if (path && session.state !== 'ended') {
      const factory = path.endsWith('.ipynb') ? 'Notebook' : 'default';
      void app.started.then(() => {
        const opened = documents.openOrReveal(path, factory, undefined, { ref: '_noref' });
        if (session.cell && opened instanceof NotebookPanel) {
          void landAt(opened, session.cell);
        }
      });
    }
  }
};

/** Replaces `@jupyterlab/notebook-extension:cell-executor`. */
export const executorPlugin: JupyterFrontEndPlugin<INotebookCellExecutor> = {
  id: '@candyce/editor:cell-executor',
  description: 'Waits for the kernel instead of dropping the run.',
  autoStart: true,
  provides: INotebookCellExecutor,
  activate: () => new PatientExecutor()
};
