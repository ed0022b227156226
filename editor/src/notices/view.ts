/**
 * A card under the bar for what is to be read, and a panel where all of it is read again. The card takes no focus and
 * lies over nothing: the page makes room for it.
 */
import { h, icon, say } from '../dom';
import type { Translate } from '../i18n';
import { Popup } from '../popup';
import type { Notice } from './inbox';

export interface NoticesWords {
  notices: readonly Notice[];
  unread: readonly Notice[];
  mine: boolean;
}

export interface NoticesActions {
  read(id: string): void;
  /** Whether the notice's question stands in an open notebook. */
  canGo(notice: Notice): boolean;
  go(notice: Notice): void;
  sanitize(html: string): string;
  /** A moment as the reader says it. */
  when(iso: string): string;
}

const ENVELOPE = ['M4 6h16v12H4z', 'M4 7l8 6 8-6'];

export class NoticesView {
  constructor(
    private readonly _t: Translate,
    private readonly _actions: NoticesActions
  ) {
    this._count = h('span', { class: 'cy-notices-count', 'aria-hidden': 'true' });
    this._button = h('button', { class: 'cy-button cy-quiet cy-notices-button', type: 'button' }, icon(...ENVELOPE), this._count);
    this._title = h('h2', { id: 'cy-notices-title' });
    this._list = h('ul', {});
    this._panel = h(
      'section',
      { class: 'cy-notices-panel', id: 'cy-notices', 'aria-labelledby': 'cy-notices-title', tabindex: '-1', hidden: true },
      this._title,
      this._list
    );
    this.node = h('div', { class: 'cy-notices', hidden: true }, this._button, this._panel);
    this._popup = new Popup({ node: this.node, panel: this._panel, buttons: [this._button] });
    this.card = h('section', { class: 'cy-notice-card', hidden: true });
  }

  /** For the bar. */
  readonly node: HTMLElement;
  /** For the row under it. */
  readonly card: HTMLElement;

  dispose(): void {
    this._popup.dispose();
    this.card.remove();
  }

  update(words: NoticesWords): void {
    const t = this._t;
    const count = words.unread.length;
    this.node.hidden = words.notices.length === 0;
    const name = count ? t('noticesNew', { count: String(count) }) : t('notices');
    this._button.setAttribute('aria-label', name);
    this._button.title = name;
    say(this._count, count ? String(count) : '');
    this._count.hidden = count === 0;
    say(this._title, t(words.mine ? 'notices' : 'noticesSentToPupil'));
    this._showCard(words);
    this._showList(words);
  }

  private _showCard({ unread }: NoticesWords): void {
    const notice = unread[0];
    const id = notice ? `${notice.id} ${unread.length} ${this._actions.canGo(notice)}` : '';
    if (id === this._cardId) {
      return;
    }
    // who has just pressed "Got it" reads on without looking for the next button
    const focused = this.card.contains(document.activeElement);
    this._cardId = id;
    this.card.hidden = !notice;
    if (!notice) {
      this.card.replaceChildren();
      if (focused) {
        this._button.focus();
      }
      return;
    }
    this.card.setAttribute('aria-label', heading(notice, this._t));
    const more = unread.length - 1;
    const read = h(
      'button',
      { class: 'cy-button cy-primary', type: 'button', onclick: () => this._actions.read(notice.id) },
      this._t('noticeRead')
    );
    this.card.replaceChildren(
      h(
        'div',
        { class: 'cy-notice-card-text', tabindex: '0' },
        h(
          'p',
          { class: 'cy-notice-card-head' },
          h('strong', {}, heading(notice, this._t)),
          more ? ` ${this._t('noticeMore', { count: String(more) })}` : null
        ),
        this._prose(notice)
      ),
      h('div', { class: 'cy-notice-actions' }, this._goButton(notice), read)
    );
    if (focused) {
      read.focus();
    }
  }

  private _showList({ notices, mine }: NoticesWords): void {
    const key = JSON.stringify([notices, mine, notices.map(one => this._actions.canGo(one))]);
    if (key === this._listKey) {
      return;
    }
    this._listKey = key;
    const t = this._t;
    const items = notices.map(one => {
      const state = mine ? '' : ` · ${t(one.seen_at ? 'noticeSeen' : 'noticeUnseen')}`;
      return h(
        'li',
        {},
        h('p', {}, h('strong', {}, heading(one, t)), h('span', { class: 'cy-soft' }, ` · ${this._actions.when(one.sent_at)}${state}`)),
        this._prose(one),
        this._goButton(one)
      );
    });
    this._list.replaceChildren(...items);
  }

  private _goButton(notice: Notice): HTMLElement | null {
    if (!this._actions.canGo(notice)) {
      return null;
    }
    const go = (): void => {
      this._popup.show(false);
      this._actions.go(notice);
    };
    return h('button', { class: 'cy-button', type: 'button', onclick: go }, this._t('noticeGo'));
  }

  private _prose(notice: Notice): HTMLElement {
    const node = h('div', { class: 'cy-prose' });
    node.innerHTML = this._actions.sanitize(notice.html);
    return node;
  }

  private readonly _button: HTMLButtonElement;
  private readonly _count: HTMLElement;
  private readonly _panel: HTMLElement;
  private readonly _title: HTMLElement;
  private readonly _list: HTMLElement;
  private readonly _popup: Popup;
  private _cardId = '';
  private _listKey = '';
}

/** Who says it, and about what. */
export function heading({ kind, author, question }: Notice, t: Translate): string {
  if (kind === 'hint') {
    return question ? t('noticeHintFor', { name: author, question: question.title }) : t('noticeHint', { name: author });
  }
  return t('noticeMessage', { name: author });
}
