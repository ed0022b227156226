/** Under a cell: who ran it, and whose results these are when they are not everybody's. */
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import * as Y from 'yjs';

import { h, saveAs } from '../../dom';
import type { Translate } from '../../i18n';
import { formatMoment } from '../../time';
import type { Language } from '../../tokens';
import { formatSize } from './bounds';
import type { CellOutputs, PageCell } from './cell';
import type { LiveOutputs } from './install';

/** Who ran a cell, by the server's word. */
export interface Run {
  by: string;
  username: string;
  at: string;
}

export type RanAction = 'shared' | 'more' | 'download';

export interface RanWords {
  text: string;
  /** The results shown are this page's own. */
  own: boolean;
  actions: RanAction[];
}

type Standing = Pick<CellOutputs, 'mode' | 'outrun' | 'returned' | 'withheld' | 'waiting'>;

/** What to say under a cell; null for nothing. */
export function ranWords(
  { mode, outrun, returned, withheld, waiting }: Standing,
  run: Run | null,
  me: string | undefined,
  language: Language,
  t: Translate,
  today = new Date()
): RanWords | null {
  const more: RanAction[] = waiting > 0 ? ['more', 'download'] : [];
  const rest = waiting > 0 ? t('ranWaiting', { size: formatSize(waiting, language) }) : '';
  const say = (text: string, actions: RanAction[]): RanWords => ({
    text: [text, rest].filter(Boolean).join(' '),
    own: true,
    actions: [...more, ...actions]
  });
  if (mode === 'own') {
    const other = outrun && run && run.username !== me ? run.by : null;
    return say(other ? t('ranAfterYou', { name: other }) : t('ranOwn'), ['shared']);
  }
  if (mode === 'mine' && withheld > 0) {
    return say(t('ranTooLarge', { size: formatSize(withheld, language) }), []);
  }
  if (rest) {
    return { ...say('', []), own: false };
  }
  if (returned) {
    return { text: t('ranReturned'), own: false, actions: [] };
  }
  if (mode === 'shared' && run && run.username !== me) {
    const moment = formatMoment(run.at, language, today);
    return { text: t('ranBy', { name: run.by, moment }), own: false, actions: [] };
  }
  return null;
}

/** The runs that the server noted in the document: cell id → who and when. */
export function readRuns(doc: Y.Doc): Map<string, Run> {
  const held = doc.getMap('state').get('runs');
  const found = new Map<string, Run>();
  if (held instanceof Y.Map) {
    for (const [cell, value] of held.entries()) {
      const { by, username, at } = (value ?? {}) as Partial<Run>;
      if (typeof by === 'string' && typeof username === 'string' && typeof at === 'string') {
        found.set(cell, { by: by.slice(0, 80), username, at });
      }
    }
  }
  return found;
}

export class RanNotes {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _outputs: Pick<LiveOutputs, 'of'>,
    private readonly _me: () => string | undefined,
    private readonly _language: Language,
    private readonly _t: Translate
  ) {
    const { ydoc } = _panel.context.model.sharedModel as unknown as { ydoc: Y.Doc };
    const state = ydoc.getMap('state');
    const onState = (events: Y.YEvent<any>[]): void => {
      if (events.some(event => event.target !== state || event.keys.has('runs'))) {
        this.plan();
      }
    };
    state.observeDeep(onState);
    _panel.content.modelContentChanged.connect(this.plan, this);
    _panel.disposed.connect(() => state.unobserveDeep(onState));
    this._doc = ydoc;
    void _panel.revealed.then(() => this.plan());
  }

  /** Look soon; changes come in bursts. */
  plan(): void {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      if (!this._panel.isDisposed) {
        this._look();
      }
    }, SETTLE);
  }

  private _look(): void {
    const runs = readRuns(this._doc);
    for (const cell of this._panel.content.widgets) {
      if (cell.model.type === 'code') {
        this._note(cell, runs.get(cell.model.id) ?? null);
      }
    }
  }

  private _note(cell: Cell, run: Run | null): void {
    const model = cell.model as unknown as PageCell;
    const live = this._outputs.of(model);
    const shown = model.outputs.length > 0 ? run : null;
    const words = live && ranWords(live, shown, this._me(), this._language, this._t);
    const key = JSON.stringify(words);
    if (cell.node.dataset.cyRan === key || (!words && !cell.node.dataset.cyRan)) {
      return;
    }
    cell.node.dataset.cyRan = key;
    const known = cell.node.querySelector(':scope > .cy-ran');
    if (!words || !live) {
      known?.remove();
      return;
    }
    const node = h(
      'div',
      { class: 'cy-ran' },
      h('span', { class: words.own ? 'cy-ran-own' : null }, words.text),
      ...words.actions.map(action => this._button(action, live))
    );
    known ? known.replaceWith(node) : cell.node.append(node);
  }

  private _button(action: RanAction, live: CellOutputs): HTMLElement {
    const t = this._t;
    const acts: Record<RanAction, () => void> = {
      shared: () => live.showShared(false),
      more: () => live.showMore(),
      download: () => saveAs(t('ranFile'), new Blob(live.everything), 'text/plain')
    };
    const labels = { shared: t('ranSeeShared'), more: t('ranMore'), download: t('ranDownload') };
    return h('button', { type: 'button', onclick: acts[action] }, labels[action]);
  }

  private readonly _doc: Y.Doc;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

const SETTLE = 150;
