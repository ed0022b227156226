/** A field to write in: a comment, a reply, another text of one's message. What was typed stays until it is stored. */
import { h, say as write } from '../dom';
import type { Say } from './words';

/** As long as the server takes. */
const TEXT = 2000;

export interface ComposerOptions {
  say: Say;
  /** The name of the field. */
  label: string;
  send: string;
  text?: string;
  /** Words of a box beside it. */
  option?: string;
  /** Rejects where it was not stored. */
  store: (text: string, option: boolean) => Promise<void>;
  cancel: () => void;
  /** What to say of a refusal. */
  explain: (error: unknown) => string;
}

let count = 0;

export class Composer {
  constructor(private readonly _options: ComposerOptions) {
    const { say, label, send, text, option } = _options;
    const id = `cy-comment-field-${++count}`;
    this._field = h('textarea', {
      id,
      rows: '3',
      maxlength: String(TEXT),
      'aria-describedby': `${id}-help`,
      oninput: () => this._grow()
    });
    this._field.value = text ?? '';
    this._box = h('input', { type: 'checkbox', id: `${id}-option` });
    this._send = h('button', { class: 'cy-button cy-primary', type: 'submit' }, send);
    this._error = h('p', { class: 'cy-comment-error', role: 'alert', hidden: true });
    this.node = h(
      'form',
      { class: 'cy-comment-form', onsubmit: event => this._onSubmit(event) },
      h('label', { for: id }, label),
      this._field,
      option ? h('div', { class: 'cy-comment-option' }, this._box, h('label', { for: this._box.id }, option)) : null,
      h('p', { id: `${id}-help`, class: 'cy-comment-help' }, say('sendHelp')),
      this._error,
      h(
        'div',
        { class: 'cy-comment-actions' },
        this._send,
        h('button', { class: 'cy-button cy-quiet', type: 'button', onclick: () => this._cancel() }, say('cancel'))
      )
    );
    this.node.addEventListener('keydown', event => this._onKey(event));
  }

  readonly node: HTMLFormElement;

  get isEmpty(): boolean {
    return !this._field.value.trim();
  }

  set option(checked: boolean) {
    this._box.checked = checked;
  }

  focus(): void {
    this._field.focus();
    this._grow();
  }

  private _onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      this.node.requestSubmit();
    }
  }

  private _onSubmit(event: Event): void {
    event.preventDefault();
    if (this.isEmpty) {
      this._field.focus();
    } else if (!this._busy) {
      void this._store();
    }
  }

  private async _store(): Promise<void> {
    const { store, explain } = this._options;
    this._busy = true;
    this._error.hidden = true;
    this._send.setAttribute('aria-disabled', 'true');
    try {
      await store(this._field.value.trim(), this._box.checked);
      this._field.value = '';
    } catch (error) {
      this._error.hidden = false;
      write(this._error, explain(error));
    } finally {
      this._busy = false;
      this._send.removeAttribute('aria-disabled');
    }
  }

  private _cancel(): void {
    this._field.value = '';
    this._options.cancel();
  }

  private _grow(): void {
    this._field.style.height = 'auto';
    this._field.style.height = `${Math.min(this._field.scrollHeight + 2, 240)}px`;
  }

  private readonly _field: HTMLTextAreaElement;
  private readonly _box: HTMLInputElement;
  private readonly _send: HTMLButtonElement;
  private readonly _error: HTMLElement;
  private _busy = false;
}
