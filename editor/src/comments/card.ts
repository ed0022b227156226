/** One thread: what it is about, its messages, and what one may do with it. */
import { h, say as write } from '../dom';
import type { Place } from './anchor';
import { Composer } from './composer';
import type { Abilities } from './store';
import type { Message, Thread } from './thread';
import type { Say } from './words';

export interface CardActions {
  say: Say;
  /** A moment in words. */
  when: (iso: string) => string;
  explain: (error: unknown) => string;
  go: (thread: Thread) => void;
  reply: (thread: Thread, text: string) => Promise<void>;
  resolve: (thread: Thread, resolved: boolean) => Promise<void>;
  show: (thread: Thread) => Promise<void>;
  edit: (message: Message, text: string) => Promise<void>;
  remove: (thread: Thread, message: Message) => Promise<void>;
}

export interface CardFacts {
  thread: Thread;
  place: Place;
  abilities: Abilities;
  /** Username of the person at the keyboard. */
  me: string | undefined;
  /** The active cell is this thread's. */
  current: boolean;
}

export class ThreadCard {
  constructor(private readonly _actions: CardActions) {
    const { say } = _actions;
    const act = (text: string, run: () => unknown): HTMLButtonElement =>
      h('button', { class: 'cy-button cy-quiet', type: 'button', onclick: () => void run() }, text);
    this._where = h('button', { class: 'cy-comment-where', type: 'button', onclick: () => _actions.go(this._facts!.thread) });
    this._quote = h('blockquote', { class: 'cy-comment-quote' });
    this._lost = h('p', { class: 'cy-comment-lost', hidden: true });
    this._state = h('p', { class: 'cy-comment-state', hidden: true });
    this._messages = h('ul', { class: 'cy-comment-messages' });
    this._reply = act(say('reply'), () => this._openReply());
    this._resolve = act('', () => this._run(() => _actions.resolve(this._facts!.thread, !this._facts!.thread.resolved)));
    this._show = act(say('showNow'), () => this._run(() => _actions.show(this._facts!.thread)));
    this._error = h('p', { class: 'cy-comment-error', role: 'alert', hidden: true });
    this._bar = h('div', { class: 'cy-comment-actions' }, this._reply, this._resolve, this._show);
    this.node = h(
      'li',
      { class: 'cy-comment-card' },
      h('article', { tabindex: '-1' }, this._where, this._lost, this._quote, this._state, this._messages, this._error, this._bar)
    );
  }

  readonly node: HTMLLIElement;

  get thread(): Thread | undefined {
    return this._facts?.thread;
  }

  /** Something is being typed in it. */
  get isBusy(): boolean {
    return this._composer !== null || this._editing !== '';
  }

  focus(): void {
    this._article.focus({ preventScroll: true });
  }

  update(facts: CardFacts): void {
    this._facts = facts;
    const { say, when } = this._actions;
    const { thread, place, abilities, current } = facts;
    const { resolved, anchor, quote, hidden } = thread;
    const index = place.index + 1;
    const name = thread.messages[0].by || say('someone');
    this._article.setAttribute('aria-label', index ? say('cardName', { name, index: String(index) }) : say('cardNameLost', { name }));
    write(this._where, say('inCell', { index: String(index) }));
    this._where.hidden = !index;
    this._where.setAttribute('aria-label', say('goToCell', { index: String(index) }));
    write(this._lost, place.lost ? say(place.lost === 'cell' ? 'lostCell' : 'lost') : '');
    this._lost.hidden = !place.lost;
    write(this._quote, quote);
    this._quote.hidden = !quote || (!anchor && !place.lost);
    const settled = resolved && { name: resolved.by, moment: when(resolved.at) };
    write(this._state, hidden ? say('waits') : settled ? say(settled.name ? 'resolvedBy' : 'resolved', settled) : '');
    this._state.hidden = !this._state.textContent;
    this._state.classList.toggle('cy-comment-waits', hidden);
    this._bar.hidden = !abilities.mayComment;
    write(this._resolve, say(resolved ? 'reopen' : 'resolve'));
    this._show.hidden = !hidden;
    this.node.classList.toggle('cy-current', current);
    this.node.classList.toggle('cy-resolved', resolved !== null);
    this._showMessages(facts);
  }

  /** Messages are drawn anew one by one, and never the one that is being changed. */
  private _showMessages(facts: CardFacts): void {
    const { thread, abilities, me } = facts;
    const known = this._shown;
    this._shown = new Map();
    for (const message of thread.messages) {
      const key = JSON.stringify([message, abilities.mayComment, abilities.manages, me]);
      const before = known.get(message.id);
      const isKept = before && (before.key === key || message.id === this._editing);
      const node = isKept ? before.node : this._draw(message, facts);
      this._shown.set(message.id, { key: isKept ? before.key : key, node });
    }
    const nodes = [...this._shown.values()].map(({ node }) => node);
    if (nodes.length !== this._messages.children.length || nodes.some((node, at) => node !== this._messages.children[at])) {
      this._messages.replaceChildren(...nodes);
    }
  }

  private _draw(message: Message, { thread, abilities, me }: CardFacts): HTMLLIElement {
    const { say, when, remove } = this._actions;
    const isMine = message.username !== '' && message.username === me;
    const head = h(
      'p',
      { class: 'cy-comment-head' },
      h('strong', {}, message.by || say('someone')),
      message.role === 'teacher' ? h('span', { class: 'cy-role' }, say('teacher')) : null,
      h('span', { class: 'cy-soft' }, [when(message.at), message.edited ? say('edited') : ''].filter(Boolean).join(' · '))
    );
    if (message.deleted) {
      return h('li', {}, head, h('p', { class: 'cy-soft' }, say('deleted')));
    }
    const name = message.by || say('someone');
    const button = (text: string, act: () => void): HTMLButtonElement =>
      h('button', { class: 'cy-comment-link', type: 'button', 'aria-label': `${text} (${name}, ${when(message.at)})`, onclick: act }, text);
    const mayRemove = abilities.mayComment && (isMine || abilities.manages);
    const item: HTMLLIElement = h(
      'li',
      {},
      head,
      // plain text: whatever was typed is shown as typed
      h('p', { class: 'cy-comment-text' }, message.text),
      h(
        'div',
        { class: 'cy-comment-own' },
        abilities.mayComment && isMine ? button(say('edit'), () => this._openEdit(item, message)) : null,
        mayRemove ? button(say('remove'), () => void this._run(() => remove(thread, message))) : null
      )
    );
    return item;
  }

  private _openReply(): void {
    const { say, explain, reply } = this._actions;
    if (!this._composer) {
      const name = this._facts!.thread.messages[0].by || say('someone');
      const close = (): void => {
        this._composer?.node.remove();
        this._composer = null;
        this._bar.hidden = false;
        this._reply.focus();
      };
      this._composer = new Composer({
        say,
        explain,
        label: say('replyName', { name }),
        send: say('replySend'),
        store: async text => {
          await reply(this._facts!.thread, text);
          close();
        },
        cancel: close
      });
      this._article.append(this._composer.node);
    }
    this._composer.focus();
  }

  private _openEdit(item: HTMLLIElement, message: Message): void {
    const { say, explain, edit } = this._actions;
    this._editing = message.id;
    const before = [...item.childNodes];
    const close = (): void => {
      this._editing = '';
      item.replaceChildren(...before);
      this._shown.delete(message.id);
      if (this._facts) {
        this._showMessages(this._facts);
      }
      this._article.focus();
    };
    const composer = new Composer({
      say,
      explain,
      label: say('editText'),
      send: say('editSave'),
      text: message.text,
      store: async text => {
        await edit(message, text);
        close();
      },
      cancel: close
    });
    item.replaceChildren(composer.node);
    composer.focus();
  }

  private async _run(act: () => Promise<void>): Promise<void> {
    this._error.hidden = true;
    try {
      await act();
    } catch (error) {
      this._error.hidden = false;
      write(this._error, this._actions.explain(error));
    }
  }

  private get _article(): HTMLElement {
    return this.node.firstElementChild as HTMLElement;
  }

  private readonly _where: HTMLButtonElement;
  private readonly _quote: HTMLElement;
  private readonly _lost: HTMLElement;
  private readonly _state: HTMLElement;
  private readonly _messages: HTMLUListElement;
  private readonly _reply: HTMLButtonElement;
  private readonly _resolve: HTMLButtonElement;
  private readonly _show: HTMLButtonElement;
  private readonly _error: HTMLElement;
  private readonly _bar: HTMLElement;
  private _facts: CardFacts | null = null;
  private _composer: Composer | null = null;
  private _editing = '';
  private _shown = new Map<string, { key: string; node: HTMLLIElement }>();
}
