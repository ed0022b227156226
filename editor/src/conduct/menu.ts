/**
 * The means to lead, behind one button of the bar: hold everybody, hand the pen, see and
 * freeze the class. A disclosure with plain buttons: every one is reached with Tab, Escape
 * closes and gives the focus back.
 */
import { h, icon } from '../dom';
import type { Translate } from '../i18n';
import { Popup } from '../popup';
import type { Candidate } from './state';

export interface MenuActions {
  hold(held: boolean): void;
  givePen(username: string): void;
  takePen(): void;
  lockCell(): void;
}

/** What the menu shows. */
export interface MenuWords {
  visible: boolean;
  held: boolean;
  pen: Candidate | null;
  people: Candidate[];
  /** The class live, in the portal; null outside a copy. */
  boardUrl: string | null;
  /** Where to write to the copy's pupil, in the portal. */
  messageUrl?: string | null;
  /** The copy on the projector, without a name. */
  showUrl?: string | null;
  frozen: boolean;
  /** Null while no cell is chosen. */
  cellLocked: boolean | null;
}

const CHEVRON = ['M6 9l6 6 6-6'];
const BATON = ['M12 3v10', 'M8 7l4-4 4 4', 'M4 21v-3a4 4 0 0 1 4-4h8a4 4 0 0 1 4 4v3'];

export class ConductMenu {
  constructor(
    private readonly _t: Translate,
    private readonly _actions: MenuActions
  ) {
    const t = _t;
    this._button = h(
      'button',
      {
        class: 'cy-button cy-quiet cy-conduct-button',
        type: 'button',
        'aria-label': t('conduct')
      },
      icon(...BATON),
      h('span', { class: 'cy-conduct-name' }, t('conduct')),
      icon(...CHEVRON)
    );
    this._hold = this._switch(t('holdAll'), t('holdAllHint'), () => _actions.hold(!this._held));
    this._lock = this._switch(t('lockCell'), t('lockCellHint'), () => _actions.lockCell());
    this._penTitle = h('h2', { id: 'cy-pen-title' }, t('pen'));
    this._people = h('ul', { 'aria-labelledby': 'cy-pen-title' });
    this._nobody = h('p', { class: 'cy-soft' }, t('penNobody'));
    this._frozen = h('p', { class: 'cy-conduct-frozen', hidden: true }, t('frozenForTeacher'));
    this._board = h('a', { class: 'cy-button cy-conduct-board', target: '_blank', rel: 'noopener' }, t('board'));
    this._message = h('a', { class: 'cy-button cy-conduct-message', target: '_blank', rel: 'noopener', hidden: true }, t('noticeWrite'));
    this._show = h('a', { class: 'cy-button', target: '_blank', rel: 'noopener', hidden: true }, t('copyShow'));
    this._boardHint = h('p', { class: 'cy-soft' }, t('boardHint'));
    this._panel = h(
      'section',
      { class: 'cy-conduct-panel', id: 'cy-conduct', 'aria-label': t('conduct'), tabindex: '-1', hidden: true },
      this._hold,
      h('div', { class: 'cy-pen' }, this._penTitle, this._people, this._nobody),
      this._lock,
      this._frozen,
      this._message,
      this._show,
      this._board,
      this._boardHint
    );
    this.node = h('div', { class: 'cy-conduct', hidden: true }, this._button, this._panel);
    this._popup = new Popup({ node: this.node, panel: this._panel, buttons: [this._button] });
  }

  readonly node: HTMLElement;

  dispose(): void {
    this._popup.dispose();
  }

  update(words: MenuWords): void {
    this.node.hidden = !words.visible;
    this._held = words.held;
    this._hold.setAttribute('aria-checked', String(words.held));
    this._lock.hidden = words.cellLocked === null;
    this._lock.setAttribute('aria-checked', String(words.cellLocked === true));
    this._showPeople(words);
    this._frozen.hidden = !words.frozen;
    this._board.hidden = this._boardHint.hidden = !words.boardUrl;
    point(this._message, words.messageUrl);
    point(this._show, words.showUrl);
    if (words.boardUrl) {
      this._board.href = words.boardUrl;
    }
  }

  /** While the server is asked. */
  busy(isBusy: boolean): void {
    this._panel.setAttribute('aria-busy', String(isBusy));
  }

  private _switch(text: string, hint: string, act: () => void): HTMLButtonElement {
    return h(
      'button',
      { class: 'cy-switch', type: 'button', role: 'switch', 'aria-checked': 'false', onclick: act },
      h('span', { class: 'cy-switch-text' }, h('strong', {}, text), h('span', {}, hint)),
      h('span', { class: 'cy-switch-knob', 'aria-hidden': 'true' })
    );
  }

  private _showPeople({ people, pen }: MenuWords): void {
    // whoever has the pen may have left: it can still be taken back
    const all = pen && !people.some(({ username }) => username === pen.username) ? [...people, pen] : people;
    const key = JSON.stringify([all, pen]);
    this._nobody.hidden = all.length > 0;
    if (key === this._peopleKey) {
      return;
    }
    this._peopleKey = key;
    const focused = (document.activeElement as HTMLElement | null)?.dataset.username;
    const buttons = all.map(({ username, name }) => {
      const has = pen?.username === username;
      return h(
        'button',
        {
          class: 'cy-button',
          type: 'button',
          'data-username': username,
          'aria-pressed': String(has),
          onclick: () => (has ? this._actions.takePen() : this._actions.givePen(username))
        },
        this._t(has ? 'penHas' : 'penGive', { name })
      );
    });
    this._people.replaceChildren(...buttons.map(button => h('li', {}, button)));
    buttons.find(button => button.dataset.username === focused)?.focus();
  }

  private readonly _button: HTMLButtonElement;
  private readonly _panel: HTMLElement;
  private readonly _popup: Popup;
  private readonly _hold: HTMLButtonElement;
  private readonly _lock: HTMLButtonElement;
  private readonly _penTitle: HTMLElement;
  private readonly _people: HTMLElement;
  private readonly _nobody: HTMLElement;
  private readonly _frozen: HTMLElement;
  private readonly _board: HTMLAnchorElement;
  private readonly _message: HTMLAnchorElement;
  private readonly _show: HTMLAnchorElement;
  private readonly _boardHint: HTMLElement;
  private _held = false;
  private _peopleKey = '';
}

/** Lead there, or be away. */
function point(link: HTMLAnchorElement, url?: string | null): void {
  link.hidden = !url;
  if (url) {
    link.href = url;
  }
}
