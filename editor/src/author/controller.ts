/**
 * Writing an exercise in the open notebook: keeps the panel true to the cells, asks the server,
 * and carries out what the author asks for.
 */
import type { Cell } from '@jupyterlab/cells';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

import { h } from '../dom';
import type { Translate } from '../i18n';
import { onSideTaken, takeSide } from '../side';
import type { IEditorBar, IEditorSession, ILiveNotebooks } from '../tokens';
import type { CellState } from './form';
import { newGradeId } from './ids';
import { type CellType, changeKind, type Kind, type Mark, typeFor } from './marks';
import { type CellModel, completeSource, edit, insertCells, markOf, offsetAt, setMark, viewCell } from './notebook';
import { AuthorPanel, type Tab } from './panel';
import { Preview, type Render } from './preview';
import { readyQuestion } from './ready';
import { type Region, wrap } from './regions';
import { type Said, Server } from './server';
import { type CellView, merge, placeBelow, survey, type Survey } from './survey';
import { Trial } from './try';
import { kindName } from './words';

/** Where the panel covers the notebook instead of standing beside it (as in author.css). */
const NARROW = '(width <= 900px)';
const SETTLE = 5_000;
const SOON = 30;
const LATER = 400;
const NOTHING: Said = { problems: [], notebook: null, failed: null };

export interface ControllerOptions {
  session: IEditorSession;
  notebooks: ILiveNotebooks;
  bar: IEditorBar;
  t: Translate;
  /** The notebook in view. */
  current: () => NotebookPanel | null;
  render: Render;
  /** The panel opened, closed or changed its width. */
  moved: () => void;
}

export class AuthorController {
  constructor(private readonly _options: ControllerOptions) {
    const { session, notebooks, t, render } = _options;
    const { language } = session;
    this.preview = new Preview(t, language, render);
    this._trial = new Trial(t, () => this.refresh());
    this._server = new Server(
      {
        json: (method, path, body) => session.json(method, path, body),
        settled: path => notebooks.find(path)?.room.saveState.settled(SETTLE) ?? Promise.resolve(true)
      },
      said => this._hear(said)
    );
    const actions = {
      setKind: (kind: Kind | null) => this.setKind(kind),
      setMark: (mark: Mark) => this._setMark(mark),
      wrap: (region: Region) => this.wrap(region),
      isTaken: (id: string) => this._survey.marked.some(({ mark }) => mark.gradeId === id),
      close: () => this.show(false),
      leave: () => this._leave(),
      goTo: (cellId: string) => void this.goTo(cellId),
      insert: (kind: Kind) => this.insert(kind),
      renew: (cellId: string) => this._renew(cellId),
      tryOut: () => void this.tryOut(),
      stop: () => this._trial.stop(),
      shown: (tab: Tab) => this._onTab(tab)
    };
    this.panel = new AuthorPanel(t, language, actions, this.preview.node);
    document.body.append(this.panel.node);
    onSideTaken(this, () => this.show(false));
  }

  readonly panel: AuthorPanel;
  readonly preview: Preview;

  /** Whether this person writes the exercise, and may write now in the notebook in view. */
  get isAuthor(): boolean {
    const { session, current } = this._options;
    const readOnly = current()?.context.model.readOnly ?? false;
    return session.current?.exercise?.role === 'author' && !readOnly;
  }

  get isOpen(): boolean {
    return !this.panel.node.hidden;
  }

  /** Whether the cells' roles are to be seen: while the panel is open, or when there are some. */
  get isWriting(): boolean {
    return this.isAuthor && (this.isOpen || this._survey.marked.length > 0);
  }

  show(show: boolean, tab?: Tab): void {
    const open = show && this.isAuthor && this._options.current() !== null;
    if (open === this.isOpen && !tab) {
      return;
    }
    if (open) {
      takeSide(this);
    }
    this.panel.node.hidden = !open;
    if (tab) {
      this.panel.show(tab);
    }
    this._place();
    this._refresh();
    if (!open) {
      this.focusNotebook();
    }
  }

  /** Open the panel at the chosen cell. */
  markCell(): void {
    this.show(true, 'questions');
    this.panel.form.focus();
  }

  focusNotebook(): void {
    this._options.current()?.content.activeCell?.node.focus();
  }

  /** The cells changed, another one was chosen, or another notebook came into view. */
  refresh(): void {
    if (!this._planned) {
      this._planned = true;
      // a long notebook is not read at every letter while nothing of it is shown
      setTimeout(() => {
        this._planned = false;
        this._refresh();
      }, this.isOpen ? SOON : LATER);
    }
  }

  async goTo(cellId: string): Promise<void> {
    const notebook = this._options.current()?.content;
    const index = notebook?.widgets.findIndex(cell => cell.model.id === cellId) ?? -1;
    if (!notebook || index < 0) {
      return;
    }
    if (window.matchMedia(NARROW).matches) {
      this.show(false);
    }
    notebook.mode = 'command';
    notebook.activeCellIndex = index;
    await notebook.scrollToItem(index, 'center').catch(() => undefined);
    notebook.widgets[index]?.node.focus();
  }

  /** Give the chosen cell a role, another one, or none. */
  setKind(kind: Kind | null): void {
    const notebook = this._options.current()?.content;
    const { t, session, bar } = this._options;
    if (!notebook?.activeCell || !this.isAuthor) {
      return;
    }
    const type = notebook.activeCell.model.type as CellType;
    const wanted = kind ? typeFor(kind, type) : type;
    if (wanted !== type) {
      if (!isEmpty(notebook.activeCell)) {
        return;
      }
      notebook.deselectAll();
      NotebookActions.changeCellType(notebook, wanted);
    }
    const model = modelOf(notebook.activeCell);
    const mark = kind ? changeKind(markOf(model), kind, this._newId(kind, model.id)) : null;
    setMark(model, mark);
    if (mark) {
      completeSource(model, mark, session.language);
    }
    bar.announce(t('authorDone', { role: kindName(kind, t) }));
    this.refresh();
  }

  wrap(region: Region): void {
    const cell = this._options.current()?.content.activeCell;
    if (!cell || !this.isAuthor) {
      return;
    }
    const model = modelOf(cell);
    const source = model.sharedModel.getSource();
    const selection = cell.editor?.getSelection();
    const from = selection ? offsetAt(source, selection.start) : 0;
    const to = selection ? offsetAt(source, selection.end) : 0;
    const edits = wrap(source, from, to, region);
    if (edits.length) {
      edit(model, edits);
    } else {
      this._options.bar.announce(this._options.t('authorCannotWrap'));
    }
  }

  /** Put a ready question below the chosen cell, or the question it belongs to, and go there. */
  insert(kind: Kind): void {
    const panel = this._options.current();
    const notebook = panel?.content;
    if (!panel || !notebook?.model || !this.isAuthor) {
      return;
    }
    const { session, t, bar } = this._options;
    const taken = this._survey.marked.map(({ mark }) => mark.gradeId);
    const cells = readyQuestion(kind, session.language, taken);
    const index = placeBelow(this._survey, this._views(panel), notebook.activeCellIndex);
    insertCells(notebook.model.sharedModel as unknown as Parameters<typeof insertCells>[0], index, cells);
    NotebookActions.renderAllMarkdown(notebook);
    bar.announce(t('authorInserted', { role: kindName(kind, t) }));
    const first = cells.findIndex(({ mark }) => mark !== null);
    const cell = notebook.widgets[index + first];
    if (cell) {
      void this.goTo(cell.model.id);
    }
  }

  async tryOut(): Promise<void> {
    const panel = this._options.current();
    if (panel) {
      await this._trial.run(panel, this._views(panel));
    }
  }

  private _setMark(mark: Mark): void {
    const cell = this._options.current()?.content.activeCell;
    if (cell) {
      setMark(modelOf(cell), mark);
      this.refresh();
    }
  }

  private _renew(cellId: string): void {
    const cell = this._options.current()?.content.widgets.find(one => one.model.id === cellId);
    const mark = cell ? markOf(modelOf(cell)) : null;
    if (cell && mark) {
      setMark(modelOf(cell), { ...mark, gradeId: this._newId(mark.kind, cellId) });
      this.refresh();
    }
  }

  private _newId(kind: Kind, cellId: string): string {
    const panel = this._options.current();
    const taken = this._survey.marked.map(({ mark }) => mark.gradeId);
    const ids = panel ? this._views(panel).map(({ id }) => id) : [];
    const before = new Set(ids.slice(0, ids.indexOf(cellId)));
    const above = this._survey.marked.filter(one => before.has(one.cellId) && one.mark.kind === 'solution');
    return newGradeId(kind, taken, above.at(-1)?.mark.gradeId);
  }

  private _refresh(): void {
    const panel = this._options.current();
    if (!this.isAuthor || !panel?.content.model) {
      this._survey = EMPTY;
      this.panel.node.hidden = true;
      this._place();
      return;
    }
    const { path } = panel.context;
    if (path !== this._path) {
      this._path = path;
      this._said = NOTHING;
      this._server.forget();
    }
    const views = this._views(panel);
    const { t } = this._options;
    this._survey = survey(views, index => t('authorUnnamed', { index }));
    if (this.isOpen) {
      const key = JSON.stringify(views);
      this._ask(path, key);
      this.panel.update({
        cell: chosen(panel),
        survey: this._survey,
        problems: merge(this._survey.problems, this._said.problems),
        away: this._said.failed !== null,
        trial: this._trial.state(this._survey.questions, key)
      });
    }
    this._options.moved();
  }

  private _ask(path: string, key: string): void {
    if (this._survey.marked.length || this.panel.tab === 'pupil') {
      this.preview.wait();
      this._server.ask({ path, key });
    } else {
      this._server.forget();
      this._said = NOTHING;
    }
  }

  private _hear(said: Said): void {
    this._said = said;
    if (said.notebook) {
      void this.preview.show(said.notebook);
    } else {
      this.preview.fail(said.failed ?? '');
    }
    this.refresh();
  }

  private _onTab(tab: Tab): void {
    // called while the panel is being made, too
    if (this.panel as AuthorPanel | undefined) {
      this._place();
      if (tab === 'pupil' && this.isOpen) {
        this.refresh();
      }
    }
  }

  private _leave(): void {
    if (window.matchMedia(NARROW).matches) {
      this.show(false);
    } else {
      this.focusNotebook();
    }
  }

  /** Tell the page how much room is left. */
  private _place(): void {
    const { dataset } = document.body;
    const place = this.isOpen ? this.panel.tab : '';
    if ((dataset.cyAuthor ?? '') !== place) {
      dataset.cyAuthor = place;
      window.dispatchEvent(new Event('resize'));
      this._options.moved();
    }
  }

  private _views(panel: NotebookPanel): CellView[] {
    return panel.content.widgets.map(cell => viewCell(modelOf(cell)));
  }

  private readonly _trial: Trial;
  private readonly _server: Server;
  private _survey: Survey = EMPTY;
  private _said: Said = NOTHING;
  private _path = '';
  private _planned = false;
}

const EMPTY: Survey = { marked: [], questions: [], total: 0, problems: [] };

function modelOf(cell: Cell): CellModel {
  return cell.model as unknown as CellModel;
}

function isEmpty(cell: Cell): boolean {
  return !modelOf(cell).sharedModel.getSource().trim();
}

function chosen(panel: NotebookPanel): CellState | null {
  const { activeCell, activeCellIndex } = panel.content;
  if (!activeCell) {
    return null;
  }
  const model = modelOf(activeCell);
  return {
    id: model.id,
    index: activeCellIndex + 1,
    type: model.type as CellType,
    empty: isEmpty(activeCell),
    mark: markOf(model)
  };
}

/** The button of the bar. */
export function barButton(label: string, paths: SVGSVGElement, act: () => void): HTMLButtonElement {
  return h(
    'button',
    {
      class: 'cy-button cy-quiet cy-author-button',
      type: 'button',
      'aria-expanded': 'false',
      'aria-controls': 'cy-author',
      'aria-label': label,
      title: label,
      hidden: true,
      onclick: act
    },
    paths,
    h('span', { class: 'cy-author-word' }, label)
  );
}
