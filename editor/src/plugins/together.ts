/** People in the same documents: who is here, their cursors, following them, whose results. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { CodeCellModel } from '@jupyterlab/cells';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { DocumentWidget } from '@jupyterlab/docregistry';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import type * as Y from 'yjs';

import { translator } from '../i18n';
import { TogetherController } from '../together/controller';
import { cursorExtension } from '../together/cursors';
import { type Documents, tellWhere } from '../together/documents';
import { formatSize } from '../together/outputs/bounds';
import { LiveOutputs } from '../together/outputs/install';
import { RanNotes } from '../together/outputs/ran';
import { keepsOutputs, mayChange, roomOf } from '../together/rights';
import { forgetRepaired, ownUndoOnly } from '../together/undo';
import { IEditorBar, IEditorSession, ILiveNotebooks } from '../tokens';

export const togetherPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:together',
  description: 'Who is here, where their cursors are, and following them.',
  autoStart: true,
  requires: [IEditorSession, ILiveNotebooks, INotebookTracker, IEditorBar, IEditorExtensionRegistry],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    notebooks: ILiveNotebooks,
    tracker: INotebookTracker,
    bar: IEditorBar,
    editors: IEditorExtensionRegistry
  ) => {
    const t = translator(session.language);
    const panels = {
      get current() {
        return tracker.currentWidget;
      },
      find: (path: string) => tracker.find(panel => panel.context.path === path),
      all: () => tracker.filter(() => true),
      show: (path: string) => {
        for (const widget of app.shell.widgets('main')) {
          if (widget instanceof DocumentWidget && widget.context.path === path) {
            app.shell.activateById(widget.id);
          }
        }
      },
      reveal: (panel: { id: string }) => app.shell.activateById(panel.id)
    };
    const controller = new TogetherController(session, notebooks, panels, bar, t);
    bar.add(controller.view.node, 'facts');
    drawCursors(editors, controller.documents);
    tracker.widgetAdded.connect((_, panel) => {
      tellWhere(panel, controller.documents);
      panel.content.modelContentChanged.connect(() => controller.documents.plan());
    });
    tracker.currentChanged.connect(() => controller.show());
    ownUndoOnly({
      mayChange: model => mayChange(model, notebooks),
      kept: () => bar.announce(t('undoKept'))
    });
    tracker.widgetAdded.connect((_, panel) => {
      const shared = panel.context.model.sharedModel;
      panel.disposed.connect(forgetRepaired(shared as unknown as Parameters<typeof forgetRepaired>[0]));
    });
  }
};

/** Runs: whose outputs a cell shows, and what of them goes into the document. */
export const outputsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:outputs',
  description: 'Shares the results of runs, within bounds, or keeps them to oneself.',
  autoStart: true,
  requires: [IEditorSession, ILiveNotebooks, INotebookTracker],
  activate: (
    _: JupyterFrontEnd,
    session: IEditorSession,
    notebooks: ILiveNotebooks,
    tracker: INotebookTracker
  ) => {
    const { language } = session;
    const t = translator(language);
    const notes = new Map<NotebookPanel, RanNotes>();
    const outputs = new LiveOutputs(
      {
        isLive: cell => roomOf(cell, notebooks) !== undefined,
        keeps: cell => keepsOutputs(cell, notebooks, session),
        note: size => t('outputTooLarge', { size: formatSize(size, language) })
      },
      () => notes.forEach(note => note.plan())
    );
    outputs.install(CodeCellModel.prototype);
    tracker.widgetAdded.connect((_, panel) => {
      const me = (): string | undefined => session.current?.user.username;
      notes.set(panel, new RanNotes(panel, outputs, me, language, t));
      panel.disposed.connect(() => notes.delete(panel));
    });
    window.addEventListener('pagehide', () => outputs.flush());
  }
};

interface SharedText {
  awareness?: unknown;
  ysource?: Y.Text;
  getId?: () => string;
}

/** Every editor of a live document shows the others' cursors. */
function drawCursors(editors: IEditorExtensionRegistry, documents: Documents): void {
  editors.addExtension({
    name: 'candyce:cursors',
    factory: ({ model }) => {
      const shared = model.sharedModel as unknown as SharedText;
      const open = documents.of(shared.awareness);
      const { ysource } = shared;
      return open && ysource
        ? EditorExtensionRegistry.createImmutableExtension(
            cursorExtension({ text: shared.getId?.() ?? '', ytext: ysource, ...open })
          )
        : null;
    }
  });
}
