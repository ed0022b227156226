/**
 * One code cell's outputs between this page and the shared document.
 *
 * `shared`: the page shows what the document holds. `mine`: this page ran the cell; what it
 * shows goes into the document, a few times a second, up to a size. `own`: this page ran the
 * cell and its results are for nobody else.
 */
import type { YCodeCell } from '@jupyter/ydoc';
import type { ISignal } from '@lumino/signaling';

import { append, bound, cut, type Note, type Output, OUTPUT_LIMIT } from './bounds';
import { Flood, SHOWN } from './flood';
import { claim, isSame, owns, type PageOutputs, readCount, readOutputs, show, withdraw, write } from './sync';

/** Milliseconds between two updates of the shared document, and of this page from it. */
export const PUBLISH_EVERY = 200;
export const SHOW_EVERY = 100;
/** What comes this long after the own last output still belongs to the same moment. */
const MOMENT = 3_000;

export type Mode = 'shared' | 'mine' | 'own';

/** JupyterLab's model of the cell, as small as its useful part. */
export interface PageCell {
  readonly sharedModel: YCodeCell;
  readonly outputs: PageOutputs;
  trusted: boolean;
  readonly stateChanged: ISignal<any, any> & { emit?(change: unknown): void };
}

export interface Policy {
  /** Whether this person's runs of this cell are written into the document now. */
  keeps(cell: YCodeCell): boolean;
  note: Note;
}

export interface PageEvent {
  type: string;
  oldValues?: { toJSON(): any }[];
  newValues?: { toJSON(): any }[];
}

export class CellOutputs {
  constructor(
    private readonly _page: PageCell,
    private readonly _policy: Policy,
    /** Tells the listeners on the page that the prompt's number changed. */
    private readonly _counted: (oldValue: number | null, newValue: number | null) => void,
    private readonly _changed: () => void
  ) {
    const drew = (): void => this.onPage({ type: 'stream' });
    this._flood = new Flood(_page.outputs, drew, _changed);
    this._shown = _page.outputs.length ? this._drawn() : [];
  }

  get mode(): Mode {
    return this._mode;
  }
  /** Characters of the own outputs that the others do not get. */
  get withheld(): number {
    return this._mode === 'mine' ? this._withheld : 0;
  }
  /** Characters that are not drawn on this page. */
  get waiting(): number {
    return this._mode === 'shared' ? this._cut : this._flood.waiting;
  }
  /** The own results gave way to the shared ones a moment ago. */
  get returned(): boolean {
    return this._returned;
  }
  /** Another run of the cell has its place in the document. */
  get outrun(): boolean {
    return this._outrun;
  }
  /** The number at the prompt. */
  get count(): number | null {
    return this._mode === 'shared' ? readCount(this._cell) || null : this._count;
  }

  /** A run begins on this page, or its outputs are cleared. */
  begin(): void {
    this._returned = false;
    this._outrun = false;
    this._withheld = 0;
    this._limit = SHOWN;
    const before = this.count;
    this._count = null;
    if (this._policy.keeps(this._cell)) {
      this._mode = 'mine';
      this._known = this._known ?? readOutputs(this._cell);
      claim(this._cell);
    } else {
      this._mode = 'own';
    }
    clearTimeout(this._showTimer);
    this._showTimer = undefined;
    this._counted(before, null);
    this._changed();
  }

  /** The page's outputs changed. */
  onPage(event: PageEvent): void {
    if (this._showing || isRedrawn(event)) {
      return;
    }
    if (this._mode === 'shared') {
      if (event.type !== 'add' && event.type !== 'stream') {
        return;
      }
      // a kernel that goes on speaking after its cell was moved
      this.begin();
    }
    this._touchedAt = Date.now();
    this._plan();
  }

  setCount(count: number | null): void {
    if (this._mode === 'shared') {
      if (count === null) {
        return;
      }
      this.begin();
    }
    const before = this._count;
    this._count = count;
    if (before !== count) {
      this._counted(before, count);
    }
    if (count !== null) {
      this.flush();
    }
  }

  /** The document changed, by somebody else: `outputs` of this cell, or its `source`. */
  onRemote({ outputs, source }: { outputs: boolean; source: boolean }): void {
    if (outputs) {
      this._known = null;
    }
    if (this._mode === 'shared') {
      if (outputs) {
        this._planShow();
      }
    } else if (this._mode === 'own') {
      // the run that outran this one goes on for a while: that is no news
      const news = outputs && (!this._outrun || readCount(this._cell) === null);
      if (!this._running && (news || source)) {
        this.showShared(true);
      }
    } else if (outputs) {
      this._onRival();
    }
  }

  /** Put away the own results. `sign`: say so. */
  showShared(sign: boolean): void {
    const before = this.count;
    this._shown = this._drawn();
    this._mode = 'shared';
    this._outrun = false;
    this._returned = sign;
    this._stopPublishing();
    this._show();
    this._counted(before, this.count);
    this._changed();
  }

  /** Write what waits to be written. */
  flush(): void {
    this._flood.flush();
    this._stopPublishing();
    if (this._mode !== 'mine' || this._page.sharedModel.isDisposed) {
      return;
    }
    if (!this._policy.keeps(this._cell)) {
      this._mode = 'own';
      this._changed();
      return;
    }
    const { waiting } = this._flood;
    const small = waiting > 0 && waiting < OUTPUT_LIMIT;
    const all = small ? append(this._drawn(), this._flood.rest) : this._drawn();
    const { outputs, withheld } = bound(all, this._policy.note, small ? 0 : waiting);
    this._publishedAt = Date.now();
    // what is compared and sent must not change under our hands
    write(this._cell, outputs, this._count, this._known ?? readOutputs(this._cell));
    this._known = outputs;
    if (withheld !== this._withheld) {
      this._withheld = withheld;
      this._changed();
    }
  }

  showMore(): void {
    if (this._mode === 'shared') {
      this._limit += SHOWN;
      this._show();
    } else {
      this._flood.showMore();
    }
  }

  /** The text of all streams, in pieces. */
  get everything(): string[] {
    return this._mode === 'shared'
      ? readOutputs(this._cell).map(({ text }) => (typeof text === 'string' ? text : ''))
      : this._flood.everything;
  }

  dispose(): void {
    this._stopPublishing();
    clearTimeout(this._showTimer);
    this._flood.dispose();
  }

  private get _cell(): YCodeCell {
    return this._page.sharedModel;
  }
  private get _running(): boolean {
    return this._cell.executionState === 'running';
  }

  private _drawn(): Output[] {
    const { outputs } = this._page;
    return Array.from({ length: outputs.length }, (_, at) => outputs.get(at).toJSON());
  }

  /** Somebody else changed the outputs of a cell that this page ran. */
  private _onRival(): void {
    const current = this._running || Date.now() - this._touchedAt < MOMENT;
    if (owns(this._cell) && current) {
      // what a run that lost against this one still wrote, goes
      this._plan();
    } else if (!owns(this._cell) && this._running) {
      this._mode = 'own';
      this._outrun = true;
      withdraw(this._cell);
      this._changed();
    } else {
      if (!owns(this._cell)) {
        withdraw(this._cell);
      }
      this.showShared(this._withheld > 0);
    }
  }

  private _plan(): void {
    if (this._mode === 'mine' && this._timer === undefined) {
      const wait = Math.max(20, this._publishedAt + PUBLISH_EVERY - Date.now());
      this._timer = setTimeout(() => this.flush(), wait);
    }
  }

  private _stopPublishing(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
  }

  private _planShow(): void {
    this._showTimer ??= setTimeout(() => {
      this._showTimer = undefined;
      if (this._mode === 'shared') {
        this._show();
      }
    }, SHOW_EVERY);
  }

  private _show(): void {
    if (this._page.sharedModel.isDisposed) {
      return;
    }
    const { outputs: wanted, cut: lost } = cut(readOutputs(this._cell), this._limit);
    this._showing = true;
    try {
      // somebody else's outputs may not run code in this page
      this._page.trusted = false;
      show(this._flood.direct, this._shown, wanted);
      this._shown = wanted;
    } finally {
      this._showing = false;
    }
    if (lost !== this._cut) {
      this._cut = lost;
      this._changed();
    }
  }

  private readonly _flood: Flood;
  private _mode: Mode = 'shared';
  private _count: number | null = null;
  /** What the document holds, as far as this page wrote it; null when it must be read. */
  private _known: Output[] | null = null;
  /** What the page was last made to show of the document. */
  private _shown: Output[];
  private _withheld = 0;
  /** Characters of shared streams that are drawn at most, and how many are not. */
  private _limit = SHOWN;
  private _cut = 0;
  private _returned = false;
  private _outrun = false;
  private _showing = false;
  private _touchedAt = 0;
  private _publishedAt = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _showTimer: ReturnType<typeof setTimeout> | undefined;
}

/** JupyterLab puts equal outputs in place of outputs when trust changes. */
function isRedrawn({ type, oldValues = [], newValues = [] }: PageEvent): boolean {
  return (
    type === 'set' &&
    oldValues.length === newValues.length &&
    newValues.every((one, at) => one !== oldValues[at] && isSame(one.toJSON(), oldValues[at].toJSON()))
  );
}
