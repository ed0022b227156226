/** How far one is with the questions, behind one button of the bar. */
import { h, icon, say as write } from '../dom';
import { Popup } from '../popup';
import type { Say } from './words';

export type Standing = 'none' | 'trying' | 'failing' | 'passing' | 'answered';

export interface ProgressRow {
  id: string;
  number: number;
  title: string;
  points: number;
  standing: Standing;
}

export interface ProgressFacts {
  rows: readonly ProgressRow[];
  busy: boolean;
  /** The title of the question for which the hand is up; null when it is down. */
  hand: string | null;
}

export interface ProgressActions {
  go(id: string): void;
  checkAll(): void;
  lowerHand(): void;
}

const LIST = ['M9 6h11', 'M9 12h11', 'M9 18h11', 'M4 6l1 1 2-2', 'M4 12l1 1 2-2', 'M4 18l1 1 2-2'];
const WORDS = {
  none: 'stateNone',
  trying: 'stateTrying',
  failing: 'stateFailing',
  passing: 'statePassing',
  answered: 'stateAnswered'
} as const;

export class ProgressMenu {
  constructor(
    private readonly _say: Say,
    private readonly _actions: ProgressActions
  ) {
    this._count = h('span', { class: 'cy-progress-count' });
    this._button = h(
      'button',
      { class: 'cy-button cy-quiet cy-progress-button', type: 'button' },
      icon(...LIST),
      h('span', { class: 'cy-progress-name', 'aria-hidden': 'true' }, _say('questions')),
      this._count
    );
    this._bar = h('progress', { class: 'cy-progress-bar', max: '1' });
    this._list = h('ol', { class: 'cy-progress-list' });
    this._all = h(
      'button',
      { class: 'cy-button cy-primary', type: 'button', onclick: () => _actions.checkAll() },
      _say('checkAll')
    );
    this._handText = h('p', {});
    this._hand = h(
      'div',
      { class: 'cy-progress-hand', hidden: true },
      this._handText,
      h('button', { class: 'cy-button', type: 'button', onclick: () => _actions.lowerHand() }, _say('lowerHand'))
    );
    const panel = h(
      'section',
      { class: 'cy-progress-panel', id: 'cy-progress', 'aria-label': _say('questions'), tabindex: '-1', hidden: true },
      this._bar,
      this._list,
      this._hand,
      this._all
    );
    this.node = h('div', { class: 'cy-progress', hidden: true }, this._button, panel);
    this._popup = new Popup({ node: this.node, panel, buttons: [this._button] });
  }

  readonly node: HTMLElement;

  update({ rows, busy, hand }: ProgressFacts): void {
    this.node.hidden = rows.length === 0;
    if (!rows.length) {
      this._popup.show(false);
    }
    const done = rows.filter(({ standing }) => standing === 'passing' || standing === 'answered').length;
    const values = { done, count: rows.length };
    const title = this._say('progressTitle', values);
    write(this._count, `${done}/${rows.length}`);
    this._count.setAttribute('aria-hidden', 'true');
    this._button.setAttribute('aria-label', title);
    this._button.title = title;
    this._bar.max = Math.max(rows.length, 1);
    this._bar.value = done;
    this._bar.setAttribute('aria-label', title);
    this._all.setAttribute('aria-busy', String(busy));
    write(this._all, this._say(busy ? 'checking' : 'checkAll'));
    this._hand.hidden = hand === null;
    write(this._handText, hand === null ? '' : this._say('handAt', { title: hand }));
    this._showRows(rows);
  }

  private _showRows(rows: readonly ProgressRow[]): void {
    const key = JSON.stringify(rows);
    if (key === this._key) {
      return;
    }
    this._key = key;
    const focused = (document.activeElement as HTMLElement | null)?.dataset.question;
    const items = rows.map(({ id, number, title, standing }) => {
      const name = this._say('goTo', { number: String(number), title });
      const state = h('span', { class: 'cy-standing', 'data-standing': standing }, this._say(WORDS[standing]));
      const button = h(
        'button',
        {
          type: 'button',
          'data-question': id,
          'aria-label': `${name}. ${this._say(WORDS[standing])}`,
          onclick: () => {
            this._popup.show(false);
            this._actions.go(id);
          }
        },
        h('span', { class: 'cy-progress-number' }, String(number)),
        h('span', { class: 'cy-progress-title' }, title),
        state
      );
      return { item: h('li', {}, button), button };
    });
    this._list.replaceChildren(...items.map(({ item }) => item));
    items.find(({ button }) => button.dataset.question === focused)?.button.focus();
  }

  private readonly _button: HTMLButtonElement;
  private readonly _count: HTMLElement;
  private readonly _bar: HTMLProgressElement;
  private readonly _list: HTMLElement;
  private readonly _all: HTMLButtonElement;
  private readonly _hand: HTMLElement;
  private readonly _handText: HTMLElement;
  private readonly _popup: Popup;
  private _key = '';
}
