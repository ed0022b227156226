/** The notebook's page lists the project's files, opens them and takes new ones. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';

import type { ITreeFile } from '../kernel/protocol';
import { FilesMenu } from '../files/menu';
import { translator } from '../i18n';
import { IEditorBar, IEditorSession } from '../tokens';

export const filesPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:files',
  description: "The project's files, from the notebook's page.",
  autoStart: true,
  requires: [IEditorSession, IEditorBar, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    bar: IEditorBar,
    tracker: INotebookTracker
  ) => {
    if (location.pathname.includes('/lab/')) {
      return; // the full interface has its file browser
    }
    const t = translator(session.language);
    const { contents } = app.serviceManager;
    const menu = new FilesMenu(t, {
      list: async () => {
        const { files } = await session.json<{ files: ITreeFile[] }>('GET', '/api/tree');
        return files.map(({ path }) => path);
      },
      get current() {
        return tracker.currentWidget?.context.path ?? null;
      },
      get canWrite() {
        return session.current?.scopes.includes('write') ?? false;
      },
      save: (path, options) => contents.save(path, options),
      open: path => {
        const page = path.endsWith('.ipynb') ? 'notebooks' : 'lab';
        const query = new URLSearchParams({ path, project: session.projectId });
        // a window that script opens inherits this tab's token; a link's would not
        window.open(new URL(`../${page}/index.html?${query}`, location.href).href, '_blank');
      },
      confirm: async (title, body, yes) => {
        const buttons = [Dialog.cancelButton(), Dialog.warnButton({ label: yes })];
        return (await showDialog({ title, body, buttons })).button.accept;
      }
    });
    bar.add(menu.node, 'actions');
  }
};
