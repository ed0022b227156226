/** The end of a question: Check, hint, help, and what the last check found. */
import { h, icon, say as write } from '../dom';
import type { Language } from '../tokens';
import type { Outcome } from './check';
import { explain } from './explain';
import type { Render } from './form';
import type { Question } from './questions';
import { tell, type TestResult } from './tell';
import type { Say } from './words';

export interface FooterActions {
  check(): void;
  stop(): void;
  hint(): void;
  help(): void;
}

/** What the teacher said about the question while the pupil works; `html` is safe. */
export interface Told {
  id: string;
  heading: string;
  html: string;
}

export interface FooterFacts {
  question: Question;
  outcome: Outcome | null;
  /** The answer is another one than was checked. */
  stale: boolean;
  /** `idle`, or how far a check is. */
  phase: 'idle' | 'waiting' | 'running' | 'long';
  /** The hint's Markdown once it is known. */
  hint: string | null;
  told: readonly Told[];
  canHint: boolean;
  canAsk: boolean;
  handUp: boolean;
  /** This question's tests have hidden ones beside them, or a teacher marks it. */
  isPupil: boolean;
}

const CHECK = ['M20 6L9 17l-5-5'];
const CROSS = ['M12 8v5', 'M12 16.5v.5', 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18'];
const DASH = ['M6 12h12'];
const BULB = ['M9 18h6', 'M10 21h4', 'M8 14a6 6 0 1 1 8 0c-.6.6-1 1.2-1 2H9c0-.8-.4-1.4-1-2'];
const HAND = ['M8 13V5a1.5 1.5 0 0 1 3 0v6', 'M11 11V4a1.5 1.5 0 0 1 3 0v7', 'M14 11V6a1.5 1.5 0 0 1 3 0v8a7 7 0 0 1-7 7c-3 0-4-2-6-6l-1-2a1.5 1.5 0 0 1 2.5-1.5L8 14'];

export class QuestionFooter {
  constructor(
    private readonly _say: Say,
    private readonly _language: Language,
    private readonly _render: Render,
    actions: FooterActions
  ) {
    this._check = this._button('cy-button cy-primary', CHECK, actions.check);
    this._hint = this._button('cy-button', BULB, actions.hint);
    this._help = this._button('cy-button cy-quiet', HAND, actions.help);
    this._stop = h('button', { class: 'cy-button', type: 'button', hidden: true, onclick: () => actions.stop() }, _say('stop'));
    this._facts = h('span', { class: 'cy-question-facts' });
    this._verdict = h('p', { class: 'cy-verdict', role: 'status' });
    this._results = h('div', { class: 'cy-results' });
    this._told = h('div', { class: 'cy-told', hidden: true });
    this._hintText = h('div', { class: 'cy-hint', hidden: true, tabindex: '-1' });
    this.node = h(
      'div',
      { class: 'cy-question', role: 'group', 'data-lm-suppress-shortcuts': 'true' },
      h('div', { class: 'cy-question-row' }, this._check, this._stop, this._hint, this._help, this._facts),
      this._told,
      this._hintText,
      this._verdict,
      this._results
    );
    for (const type of ['mousedown', 'dblclick', 'keydown']) {
      this.node.addEventListener(type, event => event.stopPropagation());
    }
  }

  readonly node: HTMLElement;

  update(facts: FooterFacts): void {
    const { question, phase, hint } = facts;
    const say = this._say;
    const { title } = question;
    const isRunning = phase !== 'idle';
    this.node.setAttribute('aria-label', title);
    this._name(this._check, say(isRunning ? 'checking' : 'check'), say('checkName', { title }));
    this._check.setAttribute('aria-busy', String(isRunning));
    this._check.hidden = ['free', 'task'].includes(question.kind);
    this._stop.hidden = phase !== 'long';
    const cost = question.hintCost;
    this._hint.hidden = !facts.canHint || cost === null || hint !== null;
    this._name(this._hint, cost ? say('hintCost', { cost }) : say('hintFree'));
    this._help.hidden = !facts.canAsk;
    this._name(this._help, say(facts.handUp ? 'handUp' : 'help'), facts.handUp ? undefined : say('helpName', { title }));
    this._help.setAttribute('aria-pressed', String(facts.handUp));
    const level = question.difficulty ? say(`difficulty${question.difficulty}`) : '';
    const worth = question.points ? say('points', { points: question.points }) : '';
    write(this._facts, [worth, level].filter(Boolean).join(' · '));
    this._showTold(facts.told);
    this._showHint(hint);
    this._showVerdict(facts);
  }

  private _showTold(told: readonly Told[]): void {
    const key = JSON.stringify(told);
    if (key === this._toldKey) {
      return;
    }
    this._toldKey = key;
    this._told.hidden = told.length === 0;
    const parts = told.map(({ heading, html }) => {
      const prose = h('div', { class: 'cy-prose' });
      prose.innerHTML = html;
      return h('section', { class: 'cy-told-one', 'aria-label': heading }, h('strong', {}, heading), prose);
    });
    this._told.replaceChildren(...parts);
  }

  private _showHint(hint: string | null): void {
    if (hint === this._shownHint) {
      return;
    }
    this._shownHint = hint;
    this._hintText.hidden = hint === null;
    const text = hint ? this._render(hint) : h('p', {}, this._say('hintEmpty'));
    this._hintText.replaceChildren(h('strong', {}, this._say('hint')), text);
  }

  private _showVerdict(facts: FooterFacts): void {
    const { outcome, stale, phase } = facts;
    const parts = { waiting: 'waiting', running: '', long: 'checkLong' } as const;
    const verdict = phase === 'idle' ? this._sum(facts) : parts[phase] ? this._say(parts[phase] as 'waiting') : '';
    write(this._verdict, verdict);
    this._verdict.hidden = !verdict;
    const tone = phase === 'idle' && outcome && !stale ? toneOf(outcome) : '';
    this.node.dataset.state = tone;
    const key = phase === 'idle' && outcome ? outcome : null;
    this._results.hidden = !key || stale;
    if (key !== this._shown) {
      this._shown = key;
      this._results.replaceChildren(...(key ? this._list(key, facts.isPupil) : []));
    }
  }

  private _sum({ question, outcome, stale }: FooterFacts): string {
    if (!outcome) {
      return '';
    }
    const say = this._say;
    if (stale) {
      return say('stale');
    }
    if (question.kind !== 'code') {
      if (outcome.blank) {
        return say(question.kind === 'matching' ? 'partlyAnswered' : 'notAnswered');
      }
      return say('answered');
    }
    if (outcome.blank) {
      return say('unanswered');
    }
    return outcome.failure ? say('stoppedByError') : this._count(outcome.tests);
  }

  private _count(tests: TestResult[]): string {
    const count = tests.length;
    const passed = tests.filter(({ status }) => status === 'passed').length;
    if (!count) {
      return this._say('noTests');
    }
    if (passed === count) {
      return this._say(count === 1 ? 'onePassed' : 'allPassed', { count });
    }
    return passed ? this._say('somePassed', { passed, count }) : this._say('nonePassed');
  }

  private _list(outcome: Outcome, isPupil: boolean): HTMLElement[] {
    const { failure, tests } = outcome;
    if (failure) {
      const { what, next } = explain(failure, this._language);
      return [this._box(what, next, failure.line, failure.text, failure.name)];
    }
    const told = new Set<string>();
    const items = tests.map(test => this._item(test, told));
    const more = isPupil && outcome.state === 'passing' ? h('p', { class: 'cy-soft' }, this._say('moreTests')) : null;
    return [...(items.length ? [h('ul', { class: 'cy-tests' }, ...items)] : []), ...(more ? [more] : [])];
  }

  /** @param told the errors that were explained above: each is once enough */
  private _item(test: TestResult, told: Set<string>): HTMLElement {
    const say = this._say;
    const isPassed = test.status === 'passed';
    const word = isPassed ? 'passed' : test.status === 'not_run' ? 'notRun' : 'failed';
    const sign = icon(...(isPassed ? CHECK : test.status === 'not_run' ? DASH : CROSS));
    const head = h('span', { class: 'cy-test-state' }, sign, h('span', {}, say(word)));
    const item = h('li', { 'data-status': test.status }, head, ' ', test.code ? h('code', {}, test.code) : null);
    if (!isPassed && test.status !== 'not_run') {
      const { what, next } = tell(test, say, this._language);
      const { error } = test;
      const key = error ? `${error.name} ${error.line} ${what}` : '';
      if (told.has(key)) {
        item.append(h('p', { class: 'cy-test-note' }, say('sameError')));
        return item;
      }
      if (key) {
        told.add(key);
      }
      item.append(this._box(what, next, error?.line, error?.text, error?.name));
      if (test.message) {
        item.append(h('p', { class: 'cy-test-note' }, `${say('teacherSays')} : ${test.message}`));
      }
    }
    return item;
  }

  /** What happened, the line at fault, and what to do. */
  private _box(
    what: string,
    next: string,
    line?: number | null,
    text?: string,
    name?: string
  ): HTMLElement {
    const say = this._say;
    const place = line
      ? h('p', { class: 'cy-line' }, h('span', {}, say('atLine', { line: String(line) })), ' ', h('code', {}, text?.trim() ?? ''))
      : null;
    return h(
      'div',
      { class: 'cy-explained' },
      h('p', { class: 'cy-what' }, what, name ? h('span', { class: 'cy-error-name' }, ` (${name})`) : null),
      place,
      h('p', { class: 'cy-next' }, h('strong', {}, say('nextStep')), ' ', next)
    );
  }

  private _button(classes: string, paths: string[], act: () => void): HTMLButtonElement {
    return h('button', { class: classes, type: 'button', onclick: () => act() }, icon(...paths), h('span', {}));
  }

  private _name(button: HTMLButtonElement, text: string, name?: string): void {
    write(button.querySelector('span')!, text);
    name ? button.setAttribute('aria-label', name) : button.removeAttribute('aria-label');
  }

  private readonly _check: HTMLButtonElement;
  private readonly _hint: HTMLButtonElement;
  private readonly _help: HTMLButtonElement;
  private readonly _stop: HTMLButtonElement;
  private readonly _facts: HTMLElement;
  private readonly _verdict: HTMLElement;
  private readonly _results: HTMLElement;
  private readonly _told: HTMLElement;
  private readonly _hintText: HTMLElement;
  private _shown: Outcome | null = null;
  private _toldKey = '[]';
  private _shownHint: string | null = null;
}

function toneOf(outcome: Outcome): string {
  return outcome.blank ? '' : outcome.state === 'trying' ? 'answered' : outcome.state;
}
