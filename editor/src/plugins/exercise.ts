/** Doing exercises: questions as fields, Check, hints, progress, the raised hand. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { MimeModel } from '@jupyterlab/rendermime';

import { h } from '../dom';
import type { Render } from '../exercise/form';
import { NotebookExercise, type Surroundings } from '../exercise/notebook';
import { ProgressMenu } from '../exercise/progress';
import { speaker } from '../exercise/words';
import { IEditorBar, IEditorSession, ILiveNotebooks, ITeacherHints } from '../tokens';

interface HintAnswer {
  text?: string;
  used: { path: string; question: string; text: string }[];
}

export const exercisePlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:exercise',
  description: 'Questions as fields, Check, hints, progress and the raised hand.',
  autoStart: true,
  requires: [IEditorSession, ILiveNotebooks, INotebookTracker, IEditorBar],
  optional: [ITeacherHints],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    notebooks: ILiveNotebooks,
    tracker: INotebookTracker,
    bar: IEditorBar,
    hints: ITeacherHints | null
  ) => {
    const say = speaker(session.language);
    const open = new Map<NotebookPanel, NotebookExercise>();
    const around: Surroundings = {
      say,
      language: session.language,
      render: renderer,
      role: () => session.current?.exercise?.role ?? null,
      files: () => session.current?.files ?? [],
      lookForFiles: () => void session.refresh().catch(() => undefined),
      told: (path, question) => hints?.about(path, question) ?? [],
      announce: text => bar.announce(text),
      confirm: async (title, body, yes, no) => {
        const buttons = [Dialog.cancelButton({ label: no }), Dialog.okButton({ label: yes })];
        return (await showDialog({ title, body, buttons })).button.accept;
      },
      askHint: async (path, question) =>
        (await session.json<HintAnswer>('POST', '/api/exercise/hint', { path, question })).text ?? '',
      knownHints: async path => {
        const { used } = await session.json<HintAnswer>('GET', '/api/exercise/hint');
        const here = used.filter(one => one.path === path);
        return Object.fromEntries(here.map(({ question, text }) => [question, text]));
      }
    };
    const current = (): NotebookExercise | undefined =>
      tracker.currentWidget ? open.get(tracker.currentWidget) : undefined;
    const menu = new ProgressMenu(say, {
      go: key => void current()?.go(key),
      checkAll: () => void current()?.checkAll(),
      lowerHand: () => current()?.lowerHand()
    });
    bar.add(menu.node, 'actions');
    const show = (): void => {
      const exercise = current();
      menu.update({
        // to whom the questions belong, the panel for writing them lists them
        rows: around.role() === 'author' ? [] : (exercise?.rows ?? []),
        busy: exercise?.isBusy ?? false,
        hand: exercise?.hand ?? null
      });
    };
    const updateAll = (): void => open.forEach(exercise => exercise.update());
    const add = (panel: NotebookPanel): void => {
      const exercise = new NotebookExercise(panel, around);
      open.set(panel, exercise);
      exercise.changed.connect(show);
      panel.disposed.connect(() => {
        open.delete(panel);
        show();
      });
    };
    tracker.forEach(add);
    tracker.widgetAdded.connect((_, panel) => add(panel));
    tracker.currentChanged.connect(show);
    session.infoChanged.connect(updateAll);
    notebooks.changed.connect(updateAll);
    hints?.changed.connect(updateAll);
    show();
  }
};

/** Markdown as the notebook itself draws it: formulas, code, sanitised. */
function renderer(panel: NotebookPanel): Render {
  return markdown => {
    const widget = panel.content.rendermime.createRenderer('text/markdown');
    const place = h('div', { class: 'cy-markdown' });
    place.append(widget.node);
    void widget
      .renderModel(new MimeModel({ data: { 'text/markdown': markdown } }))
      .then(() => panel.content.rendermime.latexTypesetter?.typeset(widget.node));
    return place;
  };
}
