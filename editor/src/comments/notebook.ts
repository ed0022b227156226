/** The comments of one open notebook: its threads, where they stand, the marks at its cells. */
import type { Cell, MarkdownCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { type ISignal, Signal } from '@lumino/signaling';
import type * as Y from 'yjs';

import { type CellText, makeAnchor, type Place, place, quoteOf, type Span } from './anchor';
import { markCell } from './markers';
import { findRange } from './passages';
import type { Start, ThreadStore } from './store';
import type { Message, Thread } from './thread';
import type { Say } from './words';

/** Bursts of changes are looked at once in so many milliseconds. */
const SETTLE = 60;

const NOWHERE: { span: Span | null } = { span: null };

export interface Placed {
  thread: Thread;
  place: Place;
}

/** A thread or a message that somebody else has just written. */
export interface Fresh {
  thread: Thread;
  message: Message;
  isNew: boolean;
}

/** What a comment that is begun now would be about. */
export interface Subject {
  id: string;
  index: number;
  text: Y.Text;
  span: Span | null;
}

interface SharedCell {
  id: string;
  ysource: Y.Text;
}

export class NotebookComments {
  constructor(
    readonly panel: NotebookPanel,
    readonly store: ThreadStore,
    private readonly _say: Say,
    private readonly _press: (cell: Cell, threads: readonly Placed[]) => void
  ) {
    const notebook = panel.content;
    const soon = (): void => this.plan();
    store.changed.connect(soon);
    notebook.modelContentChanged.connect(soon);
    notebook.activeCellChanged.connect(soon);
    // drawn Markdown carries lines of its own
    const observer = new MutationObserver(changes => {
      if (this._placed.length && changes.some(({ target }) => (target as Element).closest?.('.jp-MarkdownOutput'))) {
        soon();
      }
    });
    observer.observe(notebook.node, { childList: true, subtree: true });
    panel.disposed.connect(() => {
      observer.disconnect();
      clearTimeout(this._timer);
      store.dispose();
      Signal.clearData(this);
    });
    void panel.context.ready.then(() => {
      this._heard = this._messages();
      this.plan();
    });
  }

  /** Emits when threads, their places or the active cell have changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emits when other passages are to be underlined than before, or elsewhere than typing moves them. */
  get passagesChanged(): ISignal<this, void> {
    return this._passagesChanged;
  }

  /** The thread that is looked at; empty for none. */
  get chosen(): string {
    return this._chosen;
  }
  set chosen(id: string) {
    this._chosen = id;
    this.plan();
  }

  /** Emits what others have written since the notebook was opened. */
  get heard(): ISignal<this, readonly Fresh[]> {
    return this._heardSignal;
  }

  /** In the order of the cells; those without a place come last. */
  get placed(): readonly Placed[] {
    return this._placed;
  }

  get cells(): CellText[] {
    const cells = (this.panel.content.model?.sharedModel.cells ?? []) as unknown as SharedCell[];
    return cells.map(({ id, ysource }) => ({ id, text: ysource }));
  }

  at(index: number): Placed[] {
    return this._placed.filter(one => one.place.index === index);
  }

  /** The passages in a text now, whatever was typed since the last look. */
  passagesOf(text: Y.Text): { span: Span; current: boolean }[] {
    return this._placed.flatMap(({ thread, place: known }) => {
      const current = thread.id === this._chosen;
      const isHere = known.span !== null && this._texts[known.index]?.text === text;
      const { span } = isHere && (current || !thread.resolved) ? place(thread, [this._texts[known.index]]) : NOWHERE;
      return span ? [{ span, current }] : [];
    });
  }

  /** The active cell, and what is selected in it. */
  get subject(): Subject | null {
    const { activeCell, activeCellIndex: index } = this.panel.content;
    const cell = this.cells[index];
    if (!activeCell || cell?.id !== activeCell.model.id) {
      return null;
    }
    return { ...cell, index, span: selectionIn(activeCell, cell.text.toString()) };
  }

  start({ id, text, span }: Subject, words: string, hidden: boolean): Promise<string> {
    const anchor = span && makeAnchor(text, span);
    const what: Start = { cell: id, text: words, anchor, quote: quoteOf(text.toString(), span ?? undefined), hidden };
    return this.store.start(what);
  }

  /** Bring a cell into view, as the active one. */
  async reveal(index: number, focus: boolean): Promise<void> {
    const notebook = this.panel.content;
    if (index >= 0 && notebook.widgets[index]) {
      notebook.mode = 'command';
      notebook.activeCellIndex = index;
      await notebook.scrollToItem(index, 'smart').catch(() => undefined);
      if (focus) {
        notebook.widgets[index]?.node.focus({ preventScroll: true });
      }
    }
  }

  /** Where a cell begins in the window; null while it is not drawn. */
  topOf(index: number): number | null {
    const node = this.panel.content.widgets[index]?.node;
    return node?.isConnected ? node.getBoundingClientRect().top : null;
  }

  /** Where passages stand in drawn Markdown. */
  get ranges(): Range[] {
    return this._placed.flatMap(({ thread, place: { index, span } }) => {
      const cell = this.panel.content.widgets[index];
      const isDrawn = span && !thread.resolved && cell?.model.type === 'markdown' && (cell as MarkdownCell).rendered;
      // beside what is drawn the cell may hold its source
      const drawn = isDrawn ? cell.node.querySelector<HTMLElement>('.jp-MarkdownOutput') : null;
      const range = drawn && span && findRange(drawn, quoteOf(this._texts[index].text.toString(), span));
      return range ? [range] : [];
    });
  }

  plan(): void {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      if (!this.panel.isDisposed && this.panel.content.model) {
        this._look();
      }
    }, SETTLE);
  }

  private _look(): void {
    this._texts = this.cells;
    const placed = this.store.threads.map(thread => ({ thread, place: place(thread, this._texts) }));
    this._placed = placed.sort((a, b) => rank(a.place) - rank(b.place) || from(a.place) - from(b.place));
    const { widgets, activeCell } = this.panel.content;
    widgets.forEach((cell, index) => {
      const here = this.at(index);
      const open = here.filter(({ thread }) => !thread.resolved).length;
      const add = cell === activeCell && this.store.abilities.mayComment;
      markCell(cell, { count: here.length, open, add }, this._say, () => this._press(cell, this.at(widgets.indexOf(cell))));
    });
    this._listen();
    const passages = placed.filter(one => one.place.span).map(one => [one.thread.id, one.place.index, one.thread.resolved]);
    const key = JSON.stringify([this._chosen, passages]);
    if (key !== this._key) {
      this._key = key;
      this._passagesChanged.emit();
    }
    this._changed.emit();
  }

  private _listen(): void {
    if (!this._heard) {
      return;
    }
    const known = this._heard;
    this._heard = this._messages();
    const fresh = this.store.threads.flatMap(thread =>
      thread.messages.flatMap((message, at) => (known.has(message.id) ? [] : [{ thread, message, isNew: at === 0 }]))
    );
    if (fresh.length) {
      this._heardSignal.emit(fresh);
    }
  }

  private _messages(): Set<string> {
    return new Set(this.store.threads.flatMap(({ messages }) => messages.map(({ id }) => id)));
  }

  private _texts: CellText[] = [];
  private _placed: readonly Placed[] = [];
  private _heard: Set<string> | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _chosen = '';
  private _key = '';
  private readonly _changed = new Signal<this, void>(this);
  private readonly _passagesChanged = new Signal<this, void>(this);
  private readonly _heardSignal = new Signal<this, readonly Fresh[]>(this);
}

function rank({ index }: Place): number {
  return index < 0 ? Infinity : index;
}

function from({ span }: Place): number {
  return span?.from ?? -1;
}

function selectionIn(cell: Cell, source: string): Span | null {
  const { editor } = cell;
  const isDrawn = cell.model.type === 'markdown' && (cell as MarkdownCell).rendered;
  if (editor && !isDrawn) {
    const { start, end } = editor.getSelection();
    const offsets = [editor.getOffsetAt(start), editor.getOffsetAt(end)].sort((a, b) => a - b);
    return trim(source, { from: offsets[0], to: offsets[1] });
  }
  const selection = window.getSelection();
  const inside = selection && !selection.isCollapsed && cell.node.contains(selection.getRangeAt(0).commonAncestorContainer);
  const words = inside ? selection.toString().trim() : '';
  const at = words ? source.indexOf(words) : -1;
  // words that stand there twice, or not as they were typed, are about the whole cell
  return at >= 0 && source.indexOf(words, at + 1) < 0 ? { from: at, to: at + words.length } : null;
}

function trim(source: string, { from: start, to: end }: Span): Span | null {
  const text = source.slice(start, end);
  const span = { from: start + text.length - text.trimStart().length, to: start + text.trimEnd().length };
  return span.from < span.to ? span : null;
}
