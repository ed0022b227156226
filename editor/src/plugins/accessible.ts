/** Puts the repairs of `accessible.ts` in place. */
import { JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { INotebookTracker } from '@jupyterlab/notebook';

import { mendShell, nameCells, nameEditors, pageTitle } from '../accessible';
import { translator } from '../i18n';
import { IEditorSession } from '../tokens';

export const accessiblePlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:accessible',
  description: 'Names, roles and titles that the stock interface lacks.',
  autoStart: true,
  requires: [IEditorSession, IEditorExtensionRegistry, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    editors: IEditorExtensionRegistry,
    tracker: INotebookTracker
  ) => {
    const t = translator(session.language);
    nameEditors(editors, t);
    void app.started.then(mendShell);
    tracker.widgetAdded.connect((_, panel) => nameCells(panel, t));
    keepTitle(session, tracker);
  }
};

/** JupyterLab rewrites the title whenever it likes; ours comes back. */
function keepTitle(session: IEditorSession, tracker: INotebookTracker): void {
  const write = (): void => {
    const path = tracker.currentWidget?.context.path ?? null;
    const wanted = pageTitle(path, session.current?.assignment?.title ?? session.current?.title ?? '');
    if (document.title !== wanted) {
      document.title = wanted;
    }
  };
  tracker.currentChanged.connect(write);
  session.infoChanged.connect(write);
  const head = document.querySelector('title') ?? document.head.appendChild(document.createElement('title'));
  new MutationObserver(write).observe(head, { childList: true });
  write();
}
