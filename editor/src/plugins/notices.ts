/** What the teacher tells the pupil of the open copy: at once, and read again later. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISanitizer, Sanitizer } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { translator } from '../i18n';
import { Inbox, type Notice } from '../notices/inbox';
import { heading, NoticesView } from '../notices/view';
import { IEditorBar, IEditorSession, ILiveNotebooks, ITeacherHints } from '../tokens';

export const noticesPlugin: JupyterFrontEndPlugin<ITeacherHints> = {
  id: '@candyce/editor:notices',
  description: "The teacher's messages and hints.",
  autoStart: true,
  requires: [IEditorSession, ILiveNotebooks, INotebookTracker, IEditorBar],
  optional: [ISanitizer],
  provides: ITeacherHints,
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    notebooks: ILiveNotebooks,
    tracker: INotebookTracker,
    bar: IEditorBar,
    sanitizer: ISanitizer | null
  ) => {
    const t = translator(session.language);
    const clean = sanitizer ?? new Sanitizer();
    const clock = new Intl.DateTimeFormat(session.language, { dateStyle: 'short', timeStyle: 'short' });
    const inbox = new Inbox(session, notebooks);
    const view = new NoticesView(t, {
      read: id => void inbox.markRead([id]),
      canGo: notice => findQuestion(tracker, notice) !== null,
      go: notice => void goTo(app, tracker, notice),
      sanitize: html => clean.sanitize(html),
      when: iso => clock.format(new Date(iso))
    });
    bar.add(view.node, 'actions');
    bar.add(view.card, 'below');
    const told = new Set<string>();
    const show = (): void => {
      const { notices, unread, isMine } = inbox;
      view.update({ notices, unread, mine: isMine });
      const fresh = unread.filter(({ id }) => !told.has(id));
      fresh.forEach(({ id }) => told.add(id));
      if (fresh.length) {
        bar.announce(fresh.map(one => `${heading(one, t)}. ${plain(clean.sanitize(one.html))}`).join(' '));
      }
    };
    inbox.changed.connect(show);
    tracker.currentChanged.connect(show);
    tracker.widgetAdded.connect((_, panel) => void panel.context.ready.then(show));
    return {
      changed: inbox.changed,
      about: (path, id) =>
        inbox.notices
          .filter(({ question }) => question?.path === path && question.id === id)
          .map(one => ({ id: one.id, heading: t('noticeHint', { name: one.author }), html: clean.sanitize(one.html) }))
    };
  }
};

function plain(html: string): string {
  const node = document.createElement('template');
  node.innerHTML = html;
  return node.content.textContent?.trim() ?? '';
}

/** Where the notice's question begins: by its cell, or by its name where the cell was made anew. */
function findQuestion(
  tracker: INotebookTracker,
  { question }: Notice
): { panel: NotebookPanel; index: number } | null {
  if (!question) {
    return null;
  }
  let found: { panel: NotebookPanel; index: number } | null = null;
  tracker.forEach(panel => {
    const cells = panel.content.widgets;
    const named = (index: number): boolean => {
      const meta = cells[index].model.getMetadata('nbgrader') as { grade_id?: unknown } | undefined;
      return cells[index].model.id === question.cell_id || meta?.grade_id === question.id;
    };
    const index = cells.findIndex((_, at) => named(at));
    if (index >= 0 && (!found || panel === tracker.currentWidget)) {
      found = { panel, index };
    }
  });
  return found;
}

async function goTo(app: JupyterFrontEnd, tracker: INotebookTracker, notice: Notice): Promise<void> {
  const found = findQuestion(tracker, notice);
  if (found) {
    const { panel, index } = found;
    app.shell.activateById(panel.id);
    await panel.content.scrollToItem(index, 'start').catch(() => undefined);
    panel.content.activeCellIndex = index;
    panel.content.widgets[index]?.node.focus({ preventScroll: true });
  }
}
