/**
 * The bar at the top of the page: where one is, whether the work is safe, how long is left,
 * and the way out. It shows what `describe` worked out and reports what was clicked.
 */
import type { ProjectInfo } from '../api';
import { h, icon, say } from '../dom';
import type { Translate } from '../i18n';
import { Popup } from '../popup';
import type { IEditorBar } from '../tokens';
import type { BarWords, Notice } from './describe';

export interface BarActions {
  back: () => void;
  handIn: () => void;
  takeBack: () => void;
  download: () => void;
  reconnect: () => void;
  discard: () => void;
}

const ARROW = ['M15 5l-7 7 7 7'];
const CHEVRON = ['M6 9l6 6 6-6'];
const WINDOW = ['M4 5h16v14H4z', 'M4 9h16', 'M9 9v10'];

export class BarView implements IEditorBar {
  constructor(
    private readonly _t: Translate,
    private readonly _actions: BarActions,
    private readonly _sanitize: (html: string) => string
  ) {
    const t = _t;
    this._back = h(
      'a',
      { class: 'cy-back', href: '#', 'aria-label': t('back'), onclick: event => this._goBack(event) },
      icon(...ARROW),
      h('span', { class: 'cy-back-text' }, t('backShort'))
    );
    this._title = h('h1', { class: 'cy-title' });
    this._subtitle = h('p', { class: 'cy-subtitle' });
    this._save = h('span', { class: 'cy-save', role: 'status' });
    this._time = h('span', { class: 'cy-chip cy-time' });
    this._state = h('span', { class: 'cy-chip cy-state' });
    this._toggleText = h('span', {}, t('instructions'));
    this._toggle = h(
      'button',
      {
        class: 'cy-button cy-quiet cy-toggle',
        type: 'button'
      },
      this._toggleText,
      icon(...CHEVRON)
    );
    this._full = h(
      'a',
      { class: 'cy-button cy-quiet cy-full', 'aria-label': t('fullInterface'), title: t('fullInterface') },
      icon(...WINDOW),
      h('span', { class: 'cy-full-text' }, t('fullInterface'))
    );
    this._takeBack = this._button(t('takeBack'), 'cy-button', _actions.takeBack);
    this._handIn = this._button(t('handIn'), 'cy-button cy-primary', _actions.handIn);
    this._notice = h('div', { class: 'cy-notice', role: 'alert', hidden: true });
    this._panel = h('section', {
      class: 'cy-panel',
      id: 'cy-panel',
      'aria-label': t('instructions'),
      tabindex: '-1',
      hidden: true
    });
    this._announcer = h('div', { class: 'cy-hidden', 'aria-live': 'polite' });
    this._facts = h('div', { class: 'cy-facts' }, this._save, this._time, this._state);
    this._buttons = h(
      'div',
      { class: 'cy-actions' },
      this._toggle,
      this._full,
      this._takeBack,
      this._handIn
    );
    this.node = h(
      'section',
      { class: 'cy-bar', id: 'cy-bar', 'aria-label': t('bar') },
      h(
        'div',
        { class: 'cy-row' },
        this._back,
        h('div', { class: 'cy-names' }, this._title, this._subtitle),
        this._facts,
        this._buttons
      ),
      this._notice,
      this._panel,
      this._announcer
    );
    this._popup = new Popup({ node: this.node, panel: this._panel, buttons: [this._toggle] });
  }

  readonly node: HTMLElement;

  dispose(): void {
    this._popup.dispose();
  }

  update(words: BarWords, info: ProjectInfo | null): void {
    say(this._title, words.title);
    say(this._subtitle, words.subtitle);
    this._subtitle.hidden = !words.subtitle;
    say(this._save, words.save.text);
    this._save.hidden = !words.save.text;
    this._save.dataset.tone = words.save.tone;
    this._save.title = words.save.text;
    this._chip(this._time, words.time?.text, words.time?.title);
    this._time.classList.toggle('cy-urgent', words.time?.urgent ?? false);
    this._chip(this._state, [words.state, words.mark].filter(Boolean).join(' · '));
    this._toggle.hidden = !words.hasPanel;
    const returned = info?.assignment?.state === 'returned';
    say(this._toggleText, this._t(returned ? 'result' : 'instructions'));
    this._handIn.hidden = !words.canHandIn;
    this._takeBack.hidden = !words.canTakeBack;
    this._back.hidden = !info?.back_url;
    if (info) {
      this._back.href = info.back_url;
      this._full.href = info.full_url;
    }
    this._full.hidden = !info?.full_url || this.inFullInterface;
    this._showNotice(words.notice);
    this._fillPanel(info, words);
  }

  /** True in the full interface, which needs no link to itself. */
  inFullInterface = false;

  showPanel(show: boolean): void {
    this._popup.show(show);
  }

  /** A place for what another plugin shows. */
  add(node: HTMLElement, place: 'facts' | 'actions' | 'below'): void {
    if (place === 'below') {
      this.node.append(node);
      return;
    }
    if (place === 'facts') {
      this._facts.append(node);
    } else {
      this._buttons.prepend(node);
    }
  }

  /** While a hand-in or its opposite is under way. */
  busy(isBusy: boolean): void {
    for (const button of [this._handIn, this._takeBack]) {
      button.disabled = isBusy;
      button.setAttribute('aria-busy', String(isBusy));
    }
  }

  /** Say something aloud, once. */
  announce(text: string): void {
    this._announcer.textContent = '';
    // an empty region must have been seen before a repeated sentence is read again
    setTimeout(() => say(this._announcer, text), 50);
    setTimeout(() => say(this._announcer, ''), 10_000);
  }

  private _button(text: string, classes: string, act: () => void): HTMLButtonElement {
    return h('button', { class: classes, type: 'button', hidden: true, onclick: act }, text);
  }

  private _chip(chip: HTMLElement, text?: string, title?: string): void {
    say(chip, text ?? '');
    chip.hidden = !text;
    chip.title = title ?? '';
  }

  private _showNotice(notice: Notice | null): void {
    const id = notice ? `${notice.id}|${notice.title}|${notice.body}` : '';
    if (id === this._noticeId) {
      return;
    }
    this._noticeId = id;
    this._notice.hidden = !notice;
    this._notice.dataset.tone = notice?.tone ?? '';
    if (!notice) {
      this._notice.replaceChildren();
      return;
    }
    const t = this._t;
    const buttons = [
      notice.reconnect ? h('button', { class: 'cy-button cy-primary', type: 'button', onclick: this._actions.reconnect }, t('reconnect')) : null,
      notice.download ? h('button', { class: 'cy-button', type: 'button', onclick: this._actions.download }, t('download')) : null,
      notice.discard ? h('button', { class: 'cy-button cy-quiet', type: 'button', onclick: this._actions.discard }, t('discard')) : null,
      notice.tone === 'info' ? h('button', { class: 'cy-button cy-quiet', type: 'button', onclick: () => (this._notice.hidden = true) }, t('dismiss')) : null
    ];
    this._notice.replaceChildren(
      h('p', { class: 'cy-notice-text' }, h('strong', {}, notice.title), ' ', notice.body),
      h('div', { class: 'cy-notice-actions' }, ...buttons)
    );
  }

  private _fillPanel(info: ProjectInfo | null, words: BarWords): void {
    const assignment = info?.assignment;
    const content = JSON.stringify([
      assignment?.instructions_html,
      assignment?.appraisal_html,
      words.mark,
      words.time?.title
    ]);
    if (!assignment || content === this._panelContent) {
      return;
    }
    const t = this._t;
    this._panelContent = content;
    const prose = (html: string): HTMLElement => {
      const node = h('div', { class: 'cy-prose' });
      node.innerHTML = this._sanitize(html);
      return node;
    };
    const parts: HTMLElement[] = [];
    if (assignment.state === 'returned' && (assignment.appraisal_html || words.mark)) {
      parts.push(h('h2', {}, t(assignment.appraisal_html ? 'appraisal' : 'result')));
      if (words.mark) {
        parts.push(h('p', { class: 'cy-mark' }, words.mark));
      }
      if (assignment.appraisal_html) {
        parts.push(prose(assignment.appraisal_html));
      }
    }
    parts.push(h('h2', {}, t('instructions')));
    parts.push(
      assignment.instructions_html
        ? prose(assignment.instructions_html)
        : h('p', { class: 'cy-soft' }, t('noInstructions'))
    );
    if (words.time) {
      parts.push(h('p', { class: 'cy-soft' }, words.time.title));
    }
    this._panel.replaceChildren(...parts);
  }

  private _goBack(event: Event): void {
    const click = event as MouseEvent;
    if (!click.ctrlKey && !click.metaKey && !click.shiftKey) {
      event.preventDefault();
      this._actions.back();
    }
  }

  private readonly _back: HTMLAnchorElement;
  private readonly _title: HTMLElement;
  private readonly _subtitle: HTMLElement;
  private readonly _save: HTMLElement;
  private readonly _time: HTMLElement;
  private readonly _state: HTMLElement;
  private readonly _toggle: HTMLButtonElement;
  private readonly _toggleText: HTMLElement;
  private readonly _full: HTMLAnchorElement;
  private readonly _takeBack: HTMLButtonElement;
  private readonly _handIn: HTMLButtonElement;
  private readonly _notice: HTMLElement;
  private readonly _panel: HTMLElement;
  private readonly _popup: Popup;
  private readonly _announcer: HTMLElement;
  private readonly _facts: HTMLElement;
  private readonly _buttons: HTMLElement;
  private _noticeId = '';
  private _panelContent = '';
}
