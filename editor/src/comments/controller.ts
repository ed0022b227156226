/** Comments in the page: which notebook's are shown, where one goes, what is said aloud. */
import type { Cell } from '@jupyterlab/cells';

import { ApiError } from '../api';
import { h, icon, say as write } from '../dom';
import { onSideTaken, takeSide } from '../side';
import { formatMoment } from '../time';
import type { IEditorBar, IEditorSession } from '../tokens';
import { BUBBLE } from './markers';
import type { Fresh, NotebookComments, Placed } from './notebook';
import { CommentsPanel, type PanelActions } from './panel';
import { highlight } from './passages';
import type { Message, Thread } from './thread';
import type { Say } from './words';

/** Where the panel covers the notebook instead of standing beside it (as in comments.css). */
const NARROW = '(width <= 900px)';

export interface ControllerOptions {
  session: Pick<IEditorSession, 'current' | 'language' | 'clockOffset'>;
  bar: IEditorBar;
  say: Say;
  /** The notebook in view. */
  current: () => NotebookComments | null;
  confirm: (title: string, body: string, yes: string, no: string) => Promise<boolean>;
}

export class CommentsController {
  constructor(private readonly _options: ControllerOptions) {
    const { say, bar, session } = _options;
    const actions: PanelActions = {
      say,
      when: iso => formatMoment(iso, session.language),
      explain: error => this._explain(error),
      close: () => this.show(false),
      leave: () => this._leave(),
      step: by => void this.step(by),
      comment: () => this.comment(true),
      go: thread => void this._go(thread),
      reply: (thread, text) => this._do('saidReplied', () => this._store.reply(thread.id, text)),
      resolve: (thread, resolved) => this._resolve(thread, resolved),
      show: thread => this._do('saidShown', () => this._store.show(thread.id)),
      edit: (message, text) => this._store.edit(message.id, text),
      remove: (thread, message) => this._remove(thread, message)
    };
    this.panel = new CommentsPanel(say, actions);
    document.body.append(this.panel.node);
    this._count = h('span', { class: 'cy-comments-count', 'aria-hidden': 'true' });
    this.button = h(
      'button',
      {
        class: 'cy-button cy-quiet cy-comments-button',
        type: 'button',
        'aria-expanded': 'false',
        'aria-controls': 'cy-comments',
        hidden: true,
        onclick: () => (this.panel.isOpen ? this.show(false) : this._open())
      },
      icon(...BUBBLE),
      this._count
    );
    bar.add(this.button, 'actions');
    onSideTaken(this, () => this._place(false));
  }

  readonly panel: CommentsPanel;
  readonly button: HTMLButtonElement;

  show(show: boolean): void {
    const hadFocus = this.panel.node.contains(document.activeElement);
    this._place(show && this._options.current() !== null);
    this.refresh();
    if (!show && hadFocus) {
      this.focusNotebook();
    }
  }

  focusNotebook(): void {
    this._options.current()?.panel.content.activeCell?.node.focus();
  }

  /** Something changed in the notebook in view, or another came into view. */
  refresh(): void {
    const { say, session } = this._options;
    const notebook = this._options.current();
    const placed = notebook?.placed ?? [];
    const open = placed.filter(({ thread }) => !thread.resolved).length;
    this.button.hidden = !notebook || !(placed.length || notebook.store.abilities.mayComment);
    const name = open ? say('commentsCount', { count: open }) : say('comments');
    this.button.setAttribute('aria-label', name);
    this.button.title = name;
    write(this._count, open ? String(open) : '');
    this._count.hidden = !open;
    highlight(notebook?.ranges ?? []);
    if (!notebook || this.button.hidden) {
      this._place(false);
      return;
    }
    if (this.panel.isOpen) {
      const { activeCell, activeCellIndex } = notebook.panel.content;
      const cell = activeCell?.model.id ?? '';
      const me = session.current?.user.username;
      this.panel.update({ threads: placed, abilities: notebook.store.abilities, me, cell, cells: notebook.cells.map(({ id }) => id) });
      if (cell !== this._cell) {
        this._cell = cell;
        this.panel.follow(notebook.topOf(activeCellIndex));
      }
    }
  }

  /** Begin a comment on the active cell, or on what is selected in it unless `whole`. */
  comment(whole = false): void {
    const notebook = this._options.current();
    const found = notebook?.subject;
    if (!notebook || !found || !notebook.store.abilities.mayComment) {
      return;
    }
    const subject = whole ? { ...found, span: null } : found;
    const { span, text, index } = subject;
    this._open();
    const quote = span ? text.toString().slice(span.from, span.to) : '';
    this.panel.write({ index, quote, isPassage: span !== null }, notebook.store.abilities.hides, async (words, hidden) => {
      const id = await notebook.start(subject, words, hidden);
      this._options.bar.announce(this._options.say('saidSent'));
      // once the panel lists it
      notebook.plan();
      setTimeout(() => this._choose(notebook, id, true), LISTED);
    });
  }

  /** The marker of a cell was pressed. */
  press(notebook: NotebookComments, cell: Cell, here: readonly Placed[]): void {
    const { content } = notebook.panel;
    content.activeCellIndex = content.widgets.indexOf(cell);
    const first = here.find(({ thread }) => !thread.resolved) ?? here[0];
    if (first) {
      this._open();
      this._choose(notebook, first.thread.id, true);
    } else {
      this.comment();
    }
  }

  /** Go to the next or the previous thread. */
  async step(by: 1 | -1): Promise<void> {
    const notebook = this._options.current();
    if (!notebook) {
      return;
    }
    this._open();
    const { shown } = this.panel;
    if (!shown.length) {
      this._options.bar.announce(this._options.say('noMore'));
      return;
    }
    const at = shown.findIndex(({ id }) => id === this._chosen);
    const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : (at + by + shown.length) % shown.length;
    const { id } = shown[next];
    const index = notebook.placed.find(({ thread }) => thread.id === id)?.place.index ?? -1;
    await notebook.reveal(index, false);
    this._choose(notebook, id, true);
  }

  /** What others have just written. */
  hear(notebook: NotebookComments, all: readonly Fresh[]): void {
    const { say, bar, session } = this._options;
    const me = session.current?.user.username;
    const fresh = all.filter(({ message }) => message.username !== me);
    if (!fresh.length) {
      return;
    }
    const [{ thread, message, isNew }] = fresh;
    const index = notebook.placed.find(one => one.thread.id === thread.id)?.place.index ?? -1;
    const values = { name: message.by || say('someone'), index: String(index + 1) };
    const one = say(index < 0 ? 'saidLost' : isNew ? 'saidNew' : 'saidReply', values);
    bar.announce(fresh.length > 1 ? say('saidMany', { count: fresh.length }) : one);
  }

  private _open(): void {
    takeSide(this);
    this._place(true);
    this._cell = '';
    this.refresh();
  }

  private _place(open: boolean): void {
    if (open !== this.panel.isOpen) {
      this.panel.node.hidden = !open;
      this.button.setAttribute('aria-expanded', String(open));
      document.body.classList.toggle('cy-with-comments', open);
      const notebook = this._options.current();
      if (notebook && !open) {
        notebook.chosen = '';
      }
      window.dispatchEvent(new Event('resize'));
    }
  }

  private _choose(notebook: NotebookComments, id: string, focus: boolean): void {
    this._chosen = id;
    const index = notebook.placed.find(({ thread }) => thread.id === id)?.place.index ?? -1;
    this.refresh();
    this.panel.choose(id, notebook.topOf(index), focus);
    notebook.chosen = id;
  }

  private async _go(thread: Thread): Promise<void> {
    const notebook = this._options.current();
    const index = notebook?.placed.find(one => one.thread.id === thread.id)?.place.index ?? -1;
    this._chosen = thread.id;
    if (window.matchMedia(NARROW).matches) {
      this._place(false);
    }
    await notebook?.reveal(index, true);
  }

  private _leave(): void {
    if (window.matchMedia(NARROW).matches) {
      this.show(false);
    }
    this.focusNotebook();
  }

  private async _resolve(thread: Thread, resolved: boolean): Promise<void> {
    const notebook = this._options.current();
    await this._do(resolved ? 'saidResolved' : 'saidReopened', () => this._store.resolve(thread.id, resolved));
    if (notebook) {
      this._choose(notebook, thread.id, true);
    }
  }

  private async _remove(thread: Thread, message: Message): Promise<void> {
    const { say, confirm } = this._options;
    if (await confirm(say('removeTitle'), say('removeBody'), say('remove'), say('cancel'))) {
      await this._do('saidRemoved', () => this._store.remove(message.id));
      const isLast = thread.messages.filter(({ deleted }) => !deleted).length <= 1;
      if (isLast) {
        this.focusNotebook();
      }
    }
  }

  private async _do(said: Parameters<Say>[0], act: () => Promise<void>): Promise<void> {
    await act();
    this._options.bar.announce(this._options.say(said));
  }

  private _explain(error: unknown): string {
    const told = error instanceof ApiError && error.code !== 'offline' && error.code !== 'server_error' && error.message;
    return told || this._options.say('failed');
  }

  private get _store(): NotebookComments['store'] {
    return this._options.current()!.store;
  }

  private readonly _count: HTMLElement;
  private _chosen = '';
  private _cell = '';
}

/** Milliseconds: longer than a notebook takes to look at its threads. */
const LISTED = 150;
