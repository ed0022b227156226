/**
 * The side of the page where an exercise is written: the chosen cell, the questions with their
 * points and problems, ready questions, the trial of the solution; and, in a second tab, the
 * notebook as a pupil sees it. It shows what it is given and reports what was asked for.
 */
import { h, icon, say } from '../dom';
import type { Translate } from '../i18n';
import type { Language } from '../tokens';
import { CellForm, type CellState, type FormActions } from './form';
import type { Kind } from './marks';
import { READY } from './ready';
import type { Problem, Question, Survey } from './survey';
import type { Failure, Report, Verdict } from './trial';
import { formatNumber, formatPoints, kindName, problemText } from './words';

export interface PanelActions extends FormActions {
  close(): void;
  /** Back to the notebook. */
  leave(): void;
  goTo(cellId: string): void;
  insert(kind: Kind): void;
  /** Give a cell an id that nobody has. */
  renew(cellId: string): void;
  tryOut(): void;
  stop(): void;
  /** The tab that is shown now. */
  shown(tab: Tab): void;
}

export type Tab = 'questions' | 'pupil';

export interface PanelState {
  cell: CellState | null;
  survey: Survey;
  /** The page's and the server's, each once. */
  problems: Problem[];
  /** The server did not answer: its checks are missing. */
  away: boolean;
  /** A sentence about the last trial, and what failed in it. */
  trial: { running: boolean; said: string; good: boolean; report: Report | null };
}

const PLUS = ['M12 5v14', 'M5 12h14'];
const PLAY = ['M7 5l12 7-12 7z'];
const CROSS = ['M6 6l12 12', 'M18 6L6 18'];
const TABS: Tab[] = ['questions', 'pupil'];

export class AuthorPanel {
  constructor(
    private readonly _t: Translate,
    private readonly _language: Language,
    private readonly _actions: PanelActions,
    preview: HTMLElement
  ) {
    const t = _t;
    this.form = new CellForm(t, _language, _actions);
    this._tabs = TABS.map(tab => this._tab(tab));
    this._total = h('p', { class: 'cy-author-total' });
    this._summary = h('p', { class: 'cy-author-summary', role: 'status' });
    this._list = h('ol', { class: 'cy-author-questions' });
    this._elsewhere = h('div', { class: 'cy-author-elsewhere' });
    this._try = h('button', { class: 'cy-button', type: 'button', onclick: () => this._onTry() });
    this._trial = h('div', { class: 'cy-trial', role: 'status' });
    this._pages = {
      questions: this._page('questions', this.form.node, this._listSection()),
      pupil: this._page('pupil', preview)
    };
    this.node = h(
      'aside',
      { class: 'cy-author', id: 'cy-author', 'aria-label': t('authorPanel'), hidden: true },
      this._head(),
      this._pages.questions,
      this._pages.pupil
    );
    this.node.addEventListener('keydown', event => this._onKey(event));
    this.show('questions');
  }

  readonly node: HTMLElement;
  readonly form: CellForm;

  get tab(): Tab {
    return this._shown;
  }

  show(tab: Tab): void {
    this._shown = tab;
    this.node.dataset.tab = tab;
    TABS.forEach((one, index) => {
      const chosen = one === tab;
      this._pages[one].hidden = !chosen;
      this._tabs[index].setAttribute('aria-selected', String(chosen));
      this._tabs[index].tabIndex = chosen ? 0 : -1;
    });
    this._actions.shown(tab);
  }

  focusTab(): void {
    this._tabs[TABS.indexOf(this._shown)].focus();
  }

  update(state: PanelState): void {
    this.form.update(state.cell);
    this._showList(state);
    this._showTrial(state);
  }

  private _head(): HTMLElement {
    const t = this._t;
    const close = h(
      'button',
      {
        class: 'cy-button cy-quiet cy-author-close',
        type: 'button',
        'aria-label': t('authorClose'),
        title: t('authorClose'),
        onclick: () => this._actions.close()
      },
      icon(...CROSS)
    );
    const tabs = h('div', { role: 'tablist', 'aria-label': t('authorPanel') }, ...this._tabs);
    return h('div', { class: 'cy-author-head' }, tabs, close);
  }

  private _listSection(): HTMLElement {
    return h(
      'section',
      { class: 'cy-author-list', 'aria-labelledby': 'cy-author-list' },
      h('h2', { id: 'cy-author-list' }, this._t('authorTabQuestions')),
      this._total,
      this._summary,
      this._list,
      this._elsewhere,
      this._addMenu(),
      this._try,
      this._trial
    );
  }

  private _tab(tab: Tab): HTMLButtonElement {
    return h(
      'button',
      {
        class: 'cy-author-tab',
        type: 'button',
        role: 'tab',
        id: `cy-author-tab-${tab}`,
        'aria-controls': `cy-author-${tab}`,
        onclick: () => this.show(tab)
      },
      this._t(tab === 'questions' ? 'authorTabQuestions' : 'authorTabPupil')
    );
  }

  private _page(tab: Tab, ...children: HTMLElement[]): HTMLElement {
    const id = `cy-author-${tab}`;
    return h('div', { class: 'cy-author-page', role: 'tabpanel', id, 'aria-labelledby': `cy-author-tab-${tab}`, tabindex: '0' }, ...children);
  }

  private _addMenu(): HTMLElement {
    const details = h('details', { class: 'cy-author-add' });
    const insert = (kind: Kind): void => {
      details.open = false;
      details.querySelector('summary')?.focus();
      this._actions.insert(kind);
    };
    const buttons = READY.map(kind =>
      h('li', {}, h('button', { class: 'cy-button cy-quiet', type: 'button', 'data-kind': kind, onclick: () => insert(kind) }, kindName(kind, this._t)))
    );
    details.append(h('summary', { class: 'cy-button' }, icon(...PLUS), this._t('authorAdd')), h('ul', {}, ...buttons));
    details.addEventListener('keydown', event => {
      if (event.key === 'Escape' && details.open) {
        details.open = false;
        details.querySelector('summary')?.focus();
        event.stopPropagation();
      }
    });
    return details;
  }

  private _showList({ survey, problems, away, cell }: PanelState): void {
    const key = JSON.stringify([survey.questions, problems, away, cell?.id]);
    if (key === this._listKey) {
      return;
    }
    this._listKey = key;
    const t = this._t;
    const { questions, total } = survey;
    const focused = (document.activeElement as HTMLElement | null)?.dataset.goes;
    say(this._total, questions.length ? t('authorTotal', { points: formatPoints(total, this._language, t) }) : t('authorNone'));
    const count = problems.length;
    const fine = questions.length ? t('authorNoProblem') : '';
    const found = count ? (count === 1 ? t('authorOneProblem') : t('authorManyProblems', { count })) : fine;
    say(this._summary, [found, away && questions.length ? t('authorOffline') : ''].filter(Boolean).join(' '));
    this._summary.dataset.tone = count || away ? 'warn' : 'good';
    const owned = new Set(questions.flatMap(question => question.cells.map(({ cellId }) => cellId)));
    this._list.replaceChildren(...questions.map(question => this._question(question, problems, cell?.id ?? null)));
    const rest = problems.filter(({ cellId }) => !cellId || !owned.has(cellId));
    this._elsewhere.replaceChildren(
      ...(rest.length ? [h('h3', {}, t('authorElsewhere')), this._problems(rest)] : [])
    );
    if (focused) {
      this.node.querySelector<HTMLElement>(`[data-goes="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  private _question(question: Question, problems: Problem[], chosen: string | null): HTMLElement {
    const t = this._t;
    const ids = question.cells.map(({ cellId }) => cellId);
    const own = problems.filter(({ cellId }) => cellId !== null && ids.includes(cellId));
    const facts = [
      kindName(question.kind, t),
      t(question.byHand ? 'authorByHand' : 'authorAutomatic'),
      '★'.repeat(question.difficulty),
      this._hint(question)
    ].filter(Boolean);
    const here = chosen !== null && ids.includes(chosen);
    return h(
      'li',
      { class: own.length ? 'cy-author-bad' : null },
      h(
        'button',
        {
          class: 'cy-author-question',
          type: 'button',
          'data-goes': question.cellId,
          'aria-current': here ? 'true' : null,
          onclick: () => this._actions.goTo(question.cellId)
        },
        h('span', { class: 'cy-author-name' }, question.title),
        ' ',
        h('span', { class: 'cy-author-points' }, formatPoints(question.points, this._language, t)),
        ' ',
        h('span', { class: 'cy-author-facts' }, facts.join(' · '))
      ),
      own.length ? this._problems(own) : null
    );
  }

  private _hint({ hintCost }: Question): string {
    if (hintCost === null) {
      return '';
    }
    const points = formatNumber(hintCost, this._language);
    return hintCost ? this._t('authorHintCosts', { points }) : this._t('authorHintFree');
  }

  private _problems(problems: Problem[]): HTMLElement {
    const t = this._t;
    const entries = problems.map(problem => {
      const { cellId, code } = problem;
      const text = problemText(problem, t);
      const goes = `${cellId}-${code}`;
      const line = cellId
        ? h('button', { class: 'cy-link', type: 'button', 'data-goes': goes, onclick: () => this._actions.goTo(cellId) }, text)
        : h('span', {}, text);
      const mend =
        cellId && (code === 'duplicate_id' || code === 'invalid_id')
          ? h('button', { class: 'cy-button cy-quiet', type: 'button', onclick: () => this._actions.renew(cellId) }, t('authorFixId'))
          : null;
      return h('li', {}, line, mend);
    });
    return h('ul', { class: 'cy-author-problems' }, ...entries);
  }

  private _showTrial({ trial, survey }: PanelState): void {
    const t = this._t;
    const key = JSON.stringify(trial);
    this._running = trial.running;
    this._try.hidden = !survey.questions.some(({ kind }) => kind === 'solution' || kind === 'tests' || kind === 'manual');
    if (key === this._trialKey) {
      return;
    }
    this._trialKey = key;
    this._try.replaceChildren(icon(...PLAY), t(trial.running ? 'authorTryStop' : 'authorTry'));
    this._trial.dataset.tone = trial.running ? '' : trial.good ? 'good' : 'bad';
    this._trial.replaceChildren(
      ...(trial.said ? [h('p', {}, trial.said)] : []),
      ...(trial.report?.verdicts ?? []).map(verdict => this._verdict(verdict))
    );
  }

  private _verdict({ question, failures }: Verdict): HTMLElement {
    const t = this._t;
    return h(
      'section',
      {},
      h('h3', {}, question?.title ?? t('authorElsewhere')),
      h(
        'ul',
        {},
        ...failures.map(({ cellId, failure }, index) =>
          h(
            'li',
            {},
            h(
              'button',
              {
                class: 'cy-link',
                type: 'button',
                'data-goes': `${cellId}-failure-${index}`,
                onclick: () => this._actions.goTo(cellId)
              },
              failure.line ? `${t('authorTrialLine', { line: failure.line })}${t('colon')} ` : '',
              h('code', {}, failure.text || failure.error)
            ),
            h('p', {}, why(failure, t))
          )
        )
      )
    );
  }

  private _onTry(): void {
    if (this._running) {
      this._actions.stop();
    } else {
      this._actions.tryOut();
    }
  }

  private _onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.key === 'Escape') {
      this._actions.leave();
    } else if (target.getAttribute('role') === 'tab' && ['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) {
      event.preventDefault();
      this.show(this._shown === 'questions' ? 'pupil' : 'questions');
      this.focusTab();
    }
  }

  private readonly _tabs: HTMLButtonElement[];
  private readonly _pages: Record<Tab, HTMLElement>;
  private readonly _total: HTMLElement;
  private readonly _summary: HTMLElement;
  private readonly _list: HTMLElement;
  private readonly _elsewhere: HTMLElement;
  private readonly _try: HTMLButtonElement;
  private readonly _trial: HTMLElement;
  private _shown: Tab = 'questions';
  private _running = false;
  private _listKey = '-';
  private _trialKey = '-';
}

/** A comparison that fails says what came; any other error says its name first. */
function why({ error, message }: Failure, t: Translate): string {
  const named = error !== 'AssertionError' || !message;
  return [named ? error : '', message].filter(Boolean).join(`${t('colon')} `);
}
