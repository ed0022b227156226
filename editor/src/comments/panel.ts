/** The comments of the notebook beside it, in the order of its cells; over it where the page is narrow. */
import { h, icon, say as write } from '../dom';
import type { Place } from './anchor';
import { type CardActions, ThreadCard } from './card';
import { Composer } from './composer';
import type { Abilities } from './store';
import type { Thread } from './thread';
import type { Say } from './words';

const CROSS = ['M6 6l12 12', 'M18 6L6 18'];
const UP = ['M6 15l6-6 6 6'];
const DOWN = ['M6 9l6 6 6-6'];
/** So much stays above a card that is brought beside its cell. */
const ABOVE = 8;

export interface PanelActions extends CardActions {
  close: () => void;
  /** Back to the cell, without closing. */
  leave: () => void;
  step: (by: 1 | -1) => void;
  comment: () => void;
}

export interface PanelFacts {
  threads: readonly { thread: Thread; place: Place }[];
  abilities: Abilities;
  me: string | undefined;
  /** Id of the cell that is chosen. */
  cell: string;
  cells: readonly string[];
}

/** What a new comment will be about. */
export interface Target {
  index: number;
  quote: string;
  isPassage: boolean;
}

export class CommentsPanel {
  constructor(
    private readonly _say: Say,
    private readonly _actions: PanelActions
  ) {
    const button = (name: string, paths: string[], act: () => void): HTMLButtonElement =>
      h('button', { class: 'cy-button cy-quiet cy-comments-tool', type: 'button', 'aria-label': name, title: name, onclick: act }, icon(...paths));
    this._steps = [
      button(_say('previous'), UP, () => _actions.step(-1)),
      button(_say('next'), DOWN, () => _actions.step(1))
    ];
    this._new = h('div', { class: 'cy-comment-new', hidden: true });
    this._list = h('ul', { class: 'cy-comment-list' });
    this._empty = h('p', { class: 'cy-soft' });
    this._help = h('p', { class: 'cy-soft' }, _say('noneHelp'));
    this._add = h('button', { class: 'cy-button', type: 'button', onclick: () => _actions.comment() }, _say('commentCell'));
    this._more = h('button', { class: 'cy-button cy-quiet', type: 'button', 'aria-expanded': 'false', onclick: () => this._toggle() });
    this._page = h('div', { class: 'cy-comments-page' }, this._new, this._empty, this._help, this._list, this._more, this._add);
    this.node = h(
      'aside',
      { class: 'cy-comments', id: 'cy-comments', 'aria-label': _say('comments'), hidden: true },
      h('div', { class: 'cy-comments-top' }, h('h2', {}, _say('comments')), ...this._steps, button(_say('close'), CROSS, () => _actions.close())),
      this._page
    );
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        _actions.leave();
      }
    });
  }

  readonly node: HTMLElement;

  get isOpen(): boolean {
    return !this.node.hidden;
  }

  /** The threads that are listed, in order. */
  get shown(): readonly Thread[] {
    return [...this._list.children].flatMap(node => this._find(node)?.thread ?? []);
  }

  update(facts: PanelFacts): void {
    this._facts = facts;
    const { threads, abilities, me, cell, cells } = facts;
    const known = this._cards;
    const isListed = ({ thread: { id, resolved } }: { thread: Thread }): boolean =>
      this._all || !resolved || id === this._chosen || known.get(id)?.isBusy === true;
    const listed = threads.filter(isListed);
    const resolved = threads.filter(({ thread }) => thread.resolved).length;
    this._cards = new Map();
    const nodes = listed.map(({ thread, place }) => {
      const card = known.get(thread.id) ?? new ThreadCard(this._actions);
      card.update({ thread, place, abilities, me, current: place.index >= 0 && cells[place.index] === cell });
      this._cards.set(thread.id, card);
      return card.node;
    });
    // moving a node would take the focus out of it
    if (nodes.length !== this._list.children.length || nodes.some((node, at) => node !== this._list.children[at])) {
      const focused = document.activeElement as HTMLElement | null;
      this._list.replaceChildren(...nodes);
      if (focused && this._list.contains(focused) && focused !== document.activeElement) {
        focused.focus({ preventScroll: true });
      }
    }
    this._empty.hidden = nodes.length > 0 || this._composer !== null;
    write(this._empty, this._say(resolved ? 'allResolved' : 'none'));
    this._help.hidden = threads.length > 0 || !abilities.mayComment || this._composer !== null;
    this._more.hidden = resolved === 0;
    this._more.setAttribute('aria-expanded', String(this._all));
    write(this._more, this._all ? this._say('hideResolved') : this._say('showResolved', { count: resolved }));
    this._add.hidden = !abilities.mayComment || this._composer !== null;
    this._steps.forEach(step => (step.hidden = threads.length < 2));
    if (!abilities.mayComment) {
      this.dropNew();
    }
  }

  /** Ask for a comment on a target. What was being typed for another goes on there. */
  write(target: Target, hides: boolean, store: (text: string, hidden: boolean) => Promise<void>): void {
    const say = this._say;
    this._store = store;
    if (!this._composer) {
      const { mayHide } = this._facts!.abilities;
      this._composer = new Composer({
        say,
        explain: this._actions.explain,
        label: say('newText'),
        send: say('send'),
        option: mayHide ? say('hideUntilReturn') : undefined,
        store: async (text, hidden) => {
          await this._store!(text, hidden);
          this.dropNew();
        },
        cancel: () => {
          this.dropNew();
          this._actions.leave();
        }
      });
      this._composer.option = hides;
    }
    const index = String(target.index + 1);
    this._new.replaceChildren(
      h('h3', {}, say('newOn', { index })),
      ...(target.isPassage ? [h('blockquote', { class: 'cy-comment-quote' }, target.quote)] : []),
      this._composer.node
    );
    this._new.hidden = false;
    this._add.hidden = this._empty.hidden = this._help.hidden = true;
    this._page.scrollTop = 0;
    this._composer.focus();
  }

  dropNew(): void {
    this._composer = null;
    this._new.hidden = true;
    this._new.replaceChildren();
    this._add.hidden = !this._facts?.abilities.mayComment;
    this._empty.hidden = this._list.children.length > 0;
  }

  /** Bring a thread beside its place, and the focus to it. */
  choose(id: string, top: number | null, focus: boolean): void {
    this._chosen = id;
    if (this._facts) {
      this.update(this._facts);
    }
    const card = this._cards.get(id);
    if (card) {
      this._bring(card.node, top);
      if (focus) {
        card.focus();
      }
    }
  }

  /** Bring the first thread of the chosen cell beside it. */
  follow(top: number | null): void {
    const node = this._list.querySelector<HTMLElement>('.cy-current');
    if (node && !this.node.contains(document.activeElement)) {
      this._bring(node, top);
    }
  }

  /** @param top where its cell begins in the window */
  private _bring(node: HTMLElement, top: number | null): void {
    const page = this._page.getBoundingClientRect();
    const at = node.getBoundingClientRect().top;
    const highest = page.top + ABOVE;
    const lowest = Math.max(highest, page.bottom - Math.min(node.offsetHeight, page.height) - ABOVE);
    const wanted = Math.min(Math.max(top ?? highest, highest), lowest);
    this._page.scrollTop += at - wanted;
  }

  private _toggle(): void {
    this._all = !this._all;
    if (this._facts) {
      this.update(this._facts);
    }
  }

  private _find(node: Element): ThreadCard | undefined {
    return [...this._cards.values()].find(card => card.node === node);
  }

  private readonly _page: HTMLElement;
  private readonly _new: HTMLElement;
  private readonly _list: HTMLUListElement;
  private readonly _empty: HTMLElement;
  private readonly _help: HTMLElement;
  private readonly _more: HTMLButtonElement;
  private readonly _add: HTMLButtonElement;
  private readonly _steps: HTMLButtonElement[];
  private _composer: Composer | null = null;
  private _store: ((text: string, hidden: boolean) => Promise<void>) | null = null;
  private _facts: PanelFacts | null = null;
  private _cards = new Map<string, ThreadCard>();
  private _all = false;
  private _chosen = '';
}
