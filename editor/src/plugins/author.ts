/** Writing exercises: roles of cells, the panel of questions, the pupil's view, the trial. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { type IRenderMimeRegistry, MimeModel } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';

import { AuthorController, barButton } from '../author/controller';
import { fillSelect } from '../author/fields';
import { roleChoices } from '../author/form';
import type { CellType, Kind } from '../author/marks';
import { type CellModel, markOf } from '../author/notebook';
import type { ReleasedCell, Render } from '../author/preview';
import { watchStrips } from '../author/strips';
import { h, icon } from '../dom';
import { type Key, type Translate, translator } from '../i18n';
import { IEditorBar, IEditorSession, ILiveNotebooks, type Language } from '../tokens';

/** A pencil on a sheet. */
const SHEET = ['M12 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-6', 'M18 3l3 3-9 9H9v-3z'];
/** In the notebook's toolbar, behind the type of the cell. */
const TOOLBAR_PLACE = 10;
const MARK_CELL = 'candyce:author-cell';

export const authorPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:author',
  description: 'Writing exercises: roles of cells, questions, the pupil’s view.',
  autoStart: true,
  requires: [IEditorSession, ILiveNotebooks, INotebookTracker, IEditorBar],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    notebooks: ILiveNotebooks,
    tracker: INotebookTracker,
    bar: IEditorBar,
    palette: ICommandPalette | null
  ) => {
    const t = translator(session.language);
    const redraws = new Set<() => void>();
    const redraw = (): void => redraws.forEach(one => one());
    const controller = new AuthorController({
      session,
      notebooks,
      bar,
      t,
      current: () => tracker.currentWidget,
      render: rendering(() => tracker.currentWidget),
      moved: () => show()
    });
    const button = barButton(t('authorPanel'), icon(...SHEET), () =>
      controller.isOpen ? controller.show(false) : controller.markCell()
    );
    bar.add(button, 'actions');
    const show = (): void => {
      button.hidden = !controller.isAuthor || !tracker.currentWidget;
      button.setAttribute('aria-expanded', String(controller.isOpen));
      redraw();
    };
    tracker.widgetAdded.connect((_, panel) => {
      const parts = [addStrips(panel, controller, session.language, t), addRoleSelect(panel, controller, t)];
      parts.forEach(part => redraws.add(part));
      panel.disposed.connect(() => parts.forEach(part => redraws.delete(part)));
      panel.content.modelContentChanged.connect(() => controller.refresh());
      void panel.revealed.then(() => controller.refresh());
    });
    tracker.currentChanged.connect(() => controller.refresh());
    tracker.activeCellChanged.connect(() => controller.refresh());
    session.infoChanged.connect(() => {
      show();
      controller.refresh();
    });
    addCommands(app, controller, t, palette);
    show();
  }
};

function addStrips(panel: NotebookPanel, controller: AuthorController, language: Language, t: Translate): () => void {
  return watchStrips(panel, {
    isAuthor: () => controller.isAuthor,
    open: cell => {
      panel.content.activeCellIndex = panel.content.widgets.indexOf(cell);
      controller.markCell();
    },
    language,
    t
  });
}

/** The role of the chosen cell, in the notebook's toolbar. */
function addRoleSelect(panel: NotebookPanel, controller: AuthorController, t: Translate): () => void {
  const select = h('select', { class: 'cy-author-select', 'aria-label': t('authorRole'), title: t('authorRole') });
  select.addEventListener('change', () => controller.setKind((select.value || null) as Kind | null));
  const widget = new Widget({ node: h('div', { class: 'cy-author-tool', 'data-lm-suppress-shortcuts': 'true' }, select) });
  panel.toolbar.insertItem(TOOLBAR_PLACE, 'candyce-role', widget);
  let key = '';
  return () => {
    widget.setHidden(!controller.isWriting);
    const cell = panel.content.activeCell?.model as unknown as CellModel | undefined;
    if (!cell || widget.isHidden) {
      return;
    }
    const state = { type: cell.type as CellType, empty: !cell.sharedModel.getSource().trim() };
    const kind = markOf(cell)?.kind ?? '';
    const now = JSON.stringify([state, kind]);
    if (now !== key) {
      key = now;
      fillSelect(select, kind, roleChoices(state, t));
    }
  };
}

/** JupyterLab's own Markdown, with the notebook's images. */
function rendering(current: () => NotebookPanel | null): Render {
  return async (markdown, attachments) => {
    const panel = current();
    if (!panel) {
      return h('pre', {}, markdown);
    }
    const { rendermime } = panel.content;
    const own = attachments ? rendermime.clone({ resolver: withAttachments(rendermime, attachments) }) : rendermime;
    const renderer = own.createRenderer('text/markdown');
    await renderer.renderModel(new MimeModel({ data: { 'text/markdown': markdown }, trusted: false }));
    return renderer.node;
  };
}

type Resolver = NonNullable<IRenderMimeRegistry['resolver']>;

/** `attachment:name` becomes the picture that the cell carries. */
function withAttachments(
  { resolver }: IRenderMimeRegistry,
  attachments: NonNullable<ReleasedCell['attachments']>
): Resolver {
  const find = (url: string): string | null => {
    const bundle = attachments[decodeURIComponent(url.replace(/^attachment:/, ''))] ?? {};
    const [type, data] = Object.entries(bundle)[0] ?? [];
    return type?.startsWith('image/') ? `data:${type};base64,${data}` : null;
  };
  return {
    resolveUrl: async url => (url.startsWith('attachment:') ? url : ((await resolver?.resolveUrl(url)) ?? url)),
    getDownloadUrl: async url =>
      url.startsWith('attachment:') ? (find(url) ?? '') : ((await resolver?.getDownloadUrl(url)) ?? url),
    isLocal: url => url.startsWith('attachment:') || (resolver?.isLocal?.(url) ?? false)
  };
}

function addCommands(
  app: JupyterFrontEnd,
  controller: AuthorController,
  t: Translate,
  palette: ICommandPalette | null
): void {
  const add = (id: string, label: Key, execute: () => void): void => {
    app.commands.addCommand(id, {
      label: t(label),
      isVisible: () => controller.isAuthor,
      isEnabled: () => controller.isAuthor,
      execute
    });
    palette?.addItem({ command: id, category: t('authorPanel') });
  };
  add(MARK_CELL, 'authorMarkCell', () => controller.markCell());
  add('candyce:author-pupil', 'authorSeeAsPupil', () => {
    controller.show(true, 'pupil');
    controller.panel.focusTab();
  });
  add('candyce:author-try', 'authorTry', () => {
    controller.show(true, 'questions');
    void controller.tryOut();
  });
  add('candyce:author-hide', 'authorWrapHidden', () => controller.wrap('hidden'));
  add('candyce:author-solution', 'authorWrapSolution', () => controller.wrap('solution'));
  app.commands.addKeyBinding({
    command: MARK_CELL,
    keys: ['E'],
    selector: '.jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus:not(:read-write)'
  });
  app.contextMenu.addItem({ command: MARK_CELL, selector: '.jp-Notebook .jp-Cell', rank: 6 });
  app.contextMenu.addItem({ command: 'candyce:author-hide', selector: '.jp-Notebook .jp-CodeCell', rank: 6.1 });
  app.contextMenu.addItem({ command: 'candyce:author-solution', selector: '.jp-Notebook .jp-CodeCell', rank: 6.2 });
}
