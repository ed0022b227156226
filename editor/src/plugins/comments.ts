/** Comments on cells and passages, beside the notebook. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, showDialog } from '@jupyterlab/apputils';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import type * as Y from 'yjs';

import { CommentsController } from '../comments/controller';
import { NotebookComments } from '../comments/notebook';
import { passageExtension, type Passages } from '../comments/passages';
import { ThreadStore } from '../comments/store';
import { type Say, speaker } from '../comments/words';
import { IEditorBar, IEditorSession, ILiveNotebooks } from '../tokens';

const COMMENT = 'candyce:comment';

export const commentsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:comments',
  description: 'Comments on cells and passages.',
  autoStart: true,
  requires: [IEditorSession, ILiveNotebooks, INotebookTracker, IEditorBar, IEditorExtensionRegistry],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    notebooks: ILiveNotebooks,
    tracker: INotebookTracker,
    bar: IEditorBar,
    editors: IEditorExtensionRegistry,
    palette: ICommandPalette | null
  ) => {
    const say = speaker(session.language);
    const open = new Map<NotebookPanel, NotebookComments>();
    const controller = new CommentsController({
      session,
      bar,
      say,
      current: () => (tracker.currentWidget && open.get(tracker.currentWidget)) ?? null,
      confirm: async (title, body, yes, no) => {
        const buttons = [Dialog.cancelButton({ label: no }), Dialog.warnButton({ label: yes })];
        return (await showDialog({ title, body, buttons })).button.accept;
      }
    });
    const add = (panel: NotebookPanel): void => {
      const room = notebooks.findByModel(panel.context.model.sharedModel);
      if (!room) {
        return;
      }
      const store = new ThreadStore(session, room, room.model.ydoc.getMap('comments') as Y.Map<unknown>);
      const comments = new NotebookComments(panel, store, say, (cell, here) => controller.press(comments, cell, here));
      open.set(panel, comments);
      comments.changed.connect(() => tracker.currentWidget === panel && controller.refresh());
      comments.heard.connect((_, fresh) => controller.hear(comments, fresh));
      panel.disposed.connect(() => {
        open.delete(panel);
        controller.refresh();
      });
    };
    tracker.forEach(add);
    tracker.widgetAdded.connect((_, panel) => add(panel));
    tracker.currentChanged.connect(() => controller.refresh());
    notebooks.changed.connect(() => open.forEach(({ store }) => store.look()));
    underline(editors, open);
    addCommands(app, controller, say, palette);
  }
};

/** Every editor of a live notebook shows the passages that were commented on. */
function underline(editors: IEditorExtensionRegistry, open: ReadonlyMap<NotebookPanel, NotebookComments>): void {
  editors.addExtension({
    name: 'candyce:comments',
    factory: ({ model }) => {
      const text = (model.sharedModel as unknown as { ysource?: Y.Text }).ysource;
      const comments = [...open.values()].find(one => text?.doc && one.cells.some(cell => cell.text.doc === text.doc));
      return text && comments
        ? EditorExtensionRegistry.createImmutableExtension(passageExtension(text, passagesOf(comments)))
        : null;
    }
  });
}

function passagesOf(comments: NotebookComments): Passages {
  return {
    of: text => comments.passagesOf(text),
    watch: act => {
      comments.passagesChanged.connect(act);
      return () => comments.passagesChanged.disconnect(act);
    }
  };
}

function addCommands(app: JupyterFrontEnd, controller: CommentsController, say: Say, palette: ICommandPalette | null): void {
  const add = (id: string, label: string, keys: string, execute: () => void): void => {
    app.commands.addCommand(id, { label, execute, isEnabled: () => !controller.button.hidden });
    app.commands.addKeyBinding({ command: id, keys: [keys], selector: 'body' });
    palette?.addItem({ command: id, category: say('comments') });
  };
  add(COMMENT, say('comment'), 'Accel Alt M', () => controller.comment());
  add('candyce:comment-next', say('next'), 'Accel Alt N', () => void controller.step(1));
  add('candyce:comment-previous', say('previous'), 'Accel Alt P', () => void controller.step(-1));
  app.contextMenu.addItem({ command: COMMENT, selector: '.jp-Notebook .jp-Cell', rank: 4 });
}
