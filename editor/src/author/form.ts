/** What can be said of the chosen cell: its role, and what that role asks for. */
import { CLOSED_KINDS } from '../exercise/markdown';
import { h } from '../dom';
import type { Translate } from '../i18n';
import type { Language } from '../tokens';
import { boxField, type Choice, type ChoiceGroup, selectField, textField } from './fields';
import { isValidId, newCriterionId } from './ids';
import {
  asDict,
  type CellType,
  type Criterion,
  fitsType,
  hasPoints,
  isByHand,
  isClosed,
  type Kind,
  type Mark,
  startsQuestion
} from './marks';
import type { Region } from './regions';
import { formatNumber, kindHelp, kindName, readAmount } from './words';

export interface CellState {
  id: string;
  /** From 1. */
  index: number;
  type: CellType;
  empty: boolean;
  mark: Mark | null;
}

export interface FormActions {
  setKind(kind: Kind | null): void;
  setMark(mark: Mark): void;
  wrap(region: Region): void;
  /** Whether another cell has this id. */
  isTaken(gradeId: string): boolean;
}

/** The roles that a cell may take, by the type of cell they need. An empty cell takes any. */
export function roleChoices(cell: Pick<CellState, 'type' | 'empty'>, t: Translate): (Choice | ChoiceGroup)[] {
  const choice = (kind: Kind): Choice => ({
    value: kind,
    label: kindName(kind, t),
    disabled: !cell.empty && !fitsType(kind, cell.type)
  });
  return [
    { value: '', label: t('authorOrdinary') },
    { label: t('authorGroupCode'), choices: (['solution', 'tests'] as Kind[]).map(choice) },
    { label: t('authorGroupText'), choices: [...CLOSED_KINDS, 'task' as Kind].map(choice) },
    { label: t('authorGroupBoth'), choices: (['manual', 'readonly'] as Kind[]).map(choice) }
  ];
}

export class CellForm {
  constructor(
    private readonly _t: Translate,
    private readonly _language: Language,
    private readonly _actions: FormActions
  ) {
    this.node = h('section', { class: 'cy-author-cell', 'aria-labelledby': 'cy-author-cell' });
    this.update(null);
  }

  readonly node: HTMLElement;

  update(cell: CellState | null): void {
    const key = JSON.stringify(cell);
    if (key === this._key) {
      return;
    }
    const same = cell?.id === this._cell?.id && cell?.mark?.kind === this._cell?.mark?.kind;
    this._key = key;
    this._cell = cell;
    const before = this._focused();
    this.node.replaceChildren(...(cell ? this._fields(cell) : [this._nothing()]));
    if (before) {
      const field = this._field(before.name);
      if (same && field && before.dirty) {
        field.value = before.value;
      }
      (field ?? this._field('kind'))?.focus();
    }
  }

  focus(): void {
    (this._field('kind') ?? this.node).focus();
  }

  private _focused(): { name: string; value: string; dirty: boolean } | null {
    const { activeElement } = document;
    if (!this.node.contains(activeElement) || !(activeElement instanceof HTMLElement)) {
      return null;
    }
    const field = activeElement as HTMLInputElement;
    const edited = field.defaultValue !== undefined && field.value !== field.defaultValue;
    const dirty = field.type !== 'checkbox' && edited && field !== this._settled;
    return { name: field.dataset.field ?? '', value: field.value, dirty };
  }

  private _field(name: string): HTMLInputElement | null {
    return name ? this.node.querySelector<HTMLInputElement>(`[data-field="${name}"]`) : null;
  }

  private _nothing(): HTMLElement {
    return h('p', { class: 'cy-soft', id: 'cy-author-cell' }, this._t('authorNoCell'));
  }

  private _fields(cell: CellState): HTMLElement[] {
    const t = this._t;
    const { mark } = cell;
    const kind = mark?.kind ?? null;
    const choose = (value: string): void => this._actions.setKind((value || null) as Kind | null);
    const fields = [
      h('h2', { id: 'cy-author-cell' }, t('authorCell', { index: cell.index })),
      selectField('kind', t('authorRole'), kind ?? '', roleChoices(cell, t), choose, kindHelp(kind, t))
    ];
    return mark ? [...fields, ...this._markFields(mark)] : fields;
  }

  private _markFields(mark: Mark): HTMLElement[] {
    const t = this._t;
    const fields: HTMLElement[] = [];
    if (hasPoints(mark.kind)) {
      fields.push(this._amount('points', t('authorPoints'), mark.points, points => this._set({ points })));
    } else if (mark.kind === 'solution') {
      fields.push(h('p', { class: 'cy-soft' }, t('authorPointsOfTests')));
    }
    if (mark.kind === 'solution' || mark.kind === 'manual') {
      fields.push(this._wrapButton('solution', t('authorWrapSolution')));
    } else if (mark.kind === 'tests') {
      fields.push(this._wrapButton('hidden', t('authorWrapHidden')));
    }
    fields.push(...this._questionFields(mark));
    if (isByHand(mark.kind)) {
      fields.push(this._rubric(mark.rubric));
    }
    fields.push(this._more(mark));
    return fields;
  }

  private _wrapButton(region: Region, label: string): HTMLElement {
    return h(
      'button',
      {
        class: 'cy-button',
        type: 'button',
        'data-field': `wrap-${region}`,
        onclick: () => this._actions.wrap(region)
      },
      label
    );
  }

  /** The keys of closed questions. */
  private _questionFields({ kind, question }: Mark): HTMLElement[] {
    const t = this._t;
    switch (kind) {
      case 'choices':
      case 'matching':
        return [
          boxField(
            'partial',
            t('authorPartial'),
            question.partial === true,
            partial => this._setQuestion({ partial: partial || undefined }),
            kind === 'choices' ? t('authorPartialHelp') : ''
          )
        ];
      case 'number':
        return this._numberFields(question);
      case 'text':
        return [
          this._lines('accepted', t('authorAccepted'), texts(asDict(question.key)?.accepted), '\n', accepted =>
            this._setKey({ accepted })
          ),
          boxField('case', t('authorCase'), question.case === true, value => this._setQuestion({ case: value })),
          boxField('accents', t('authorAccents'), question.accents === true, value =>
            this._setQuestion({ accents: value })
          )
        ];
      case 'file':
        return [
          this._lines('accept', t('authorAccept'), texts(question.accept), ' ', accept =>
            this._setQuestion({ accept: accept.map(end => (end.startsWith('.') ? end : `.${end}`).toLowerCase()) })
          )
        ];
      default:
        return [];
    }
  }

  private _numberFields(question: Record<string, unknown>): HTMLElement[] {
    const t = this._t;
    const key = asDict(question.key) ?? {};
    const tolerance = asDict(key.tolerance) ?? {};
    const way = ['absolute', 'relative'].find(name => typeof tolerance[name] === 'number') ?? 'exact';
    const value = Number(tolerance[way] ?? 0);
    const ways = [
      { value: 'exact', label: t('authorToleranceExact') },
      { value: 'absolute', label: t('authorToleranceAbsolute') },
      { value: 'relative', label: t('authorToleranceRelative') }
    ];
    const fresh = (chosen: string): Record<string, number> =>
      chosen === 'exact' ? {} : { [chosen]: chosen === 'relative' ? 0.01 : 0.1 };
    const percent = way === 'relative' ? 100 : 1;
    const shown = Number((value * percent).toPrecision(12));
    return [
      selectField('tolerance', t('authorTolerance'), way, ways, chosen => this._setKey({ tolerance: fresh(chosen) })),
      ...(way === 'exact'
        ? []
        : [
            this._amount('tolerance-value', t('authorToleranceValue'), shown, amount =>
              this._setKey({ tolerance: { [way]: Number((amount / percent).toPrecision(12)) } })
            )
          ]),
      boxField('unit', t('authorUnit'), question.unit === true, unit => this._setQuestion({ unit })),
      ...(question.unit === true
        ? [this._lines('units', t('authorUnits'), texts(key.units), ' ; ', units => this._setKey({ units }))]
        : [])
    ];
  }

  private _rubric(rubric: Criterion[]): HTMLElement {
    const t = this._t;
    const set = (changed: Criterion[]): void => {
      const points = changed.reduce((sum, criterion) => sum + criterion.points, 0);
      this._set({ rubric: changed, ...(changed.length ? { points: Math.round(points * 100) / 100 } : {}) });
    };
    const rows = rubric.map((criterion, place) => {
      const change = (part: Partial<Criterion>): void =>
        set(rubric.map((one, i) => (i === place ? { ...one, ...part } : one)));
      const index = place + 1;
      return h(
        'li',
        {},
        textField(`criterion-${criterion.id}`, t('authorRubricLabel', { index }), criterion.label, label => change({ label })),
        this._amount(
          `criterion-points-${criterion.id}`,
          t('authorPoints'),
          criterion.points,
          points => change({ points }),
          t('authorRubricPoints', { index })
        ),
        h(
          'button',
          {
            class: 'cy-button cy-quiet',
            type: 'button',
            'aria-label': t('authorRubricRemove', { index }),
            title: t('authorRubricRemove', { index }),
            onclick: () => set(rubric.filter((_, i) => i !== place))
          },
          '×'
        )
      );
    });
    const add = (): void => {
      const id = newCriterionId(rubric.map(criterion => criterion.id));
      set([...rubric, { id, label: '', points: 1 }]);
      this._field(`criterion-${id}`)?.focus();
    };
    return h(
      'fieldset',
      { class: 'cy-rubric' },
      h('legend', {}, t('authorRubric')),
      h('ol', {}, ...rows),
      h('button', { class: 'cy-button', type: 'button', 'data-field': 'criterion-add', onclick: add }, t('authorRubricAdd')),
      rubric.length ? h('p', { class: 'cy-soft' }, t('authorRubricSum')) : null
    );
  }

  private _more(mark: Mark): HTMLElement {
    const t = this._t;
    const { kind, title, difficulty, hint, gradeId } = mark;
    const check = (id: string): string => {
      if (!isValidId(id)) {
        return t('authorNotId');
      }
      return id !== gradeId && this._actions.isTaken(id) ? t('authorIdTaken') : '';
    };
    const id = textField('id', t('authorId'), gradeId, value => this._set({ gradeId: value }), {
      help: t('authorIdHelp'),
      check
    });
    if (!startsQuestion(kind)) {
      return h('details', { class: 'cy-more', open: this._isOpen, ontoggle: e => this._onToggle(e) }, h('summary', {}, t('authorId')), id);
    }
    const levels = ['authorDifficultyNone', 'authorDifficulty1', 'authorDifficulty2', 'authorDifficulty3'] as const;
    const choices = levels.map((key, level) => ({ value: String(level), label: t(key) }));
    return h(
      'details',
      { class: 'cy-more', open: this._isOpen, ontoggle: e => this._onToggle(e) },
      h('summary', {}, t('authorMore')),
      textField('title', t('authorTitle'), title, value => this._set({ title: value }), { help: t('authorTitleHint') }),
      selectField('difficulty', t('authorDifficulty'), String(difficulty), choices, value =>
        this._set({ difficulty: Number(value) as Mark['difficulty'] })
      ),
      textField('hint', t('authorHint'), hint?.text ?? '', text => this._set({ hint: text.trim() ? { text, cost: hint?.cost ?? 0 } : null }), {
        help: t('authorHintHelp'),
        multiline: true
      }),
      ...(hint
        ? [this._amount('cost', t('authorHintCost'), hint.cost, cost => this._set({ hint: { ...hint, cost } }))]
        : []),
      id
    );
  }

  private _onToggle(event: Event): void {
    this._isOpen = (event.target as HTMLDetailsElement).open;
  }

  private _amount(
    name: string,
    label: string,
    value: number,
    set: (value: number) => void,
    spoken?: string
  ): HTMLElement {
    const check = (text: string): string => (readAmount(text) === null ? this._t('authorNotNumber') : '');
    const shown = formatNumber(value, this._language);
    return textField(name, label, shown, text => set(readAmount(text) ?? 0), { numeric: true, spoken, check });
  }

  /** Several texts in one field, with `separator` between them. */
  private _lines(
    name: string,
    label: string,
    values: string[],
    separator: string,
    set: (values: string[]) => void
  ): HTMLElement {
    const multiline = separator === '\n';
    const split = multiline ? /\n/ : separator === ' ' ? /[\s,;]+/ : /[;,]/;
    const read = (text: string): void => set(text.split(split).map(one => one.trim()).filter(Boolean));
    return textField(name, label, values.join(separator), read, { multiline });
  }

  private _set(part: Partial<Mark>): void {
    const mark = this._cell?.mark;
    if (mark) {
      const { activeElement } = document;
      // what is in the field now is what was set, and no edit that a redrawing must keep
      this._settled = activeElement;
      this._actions.setMark({ ...mark, ...part });
    }
  }

  private _setQuestion(part: Record<string, unknown>): void {
    const mark = this._cell?.mark;
    if (mark && isClosed(mark.kind)) {
      const entries = Object.entries({ ...mark.question, ...part });
      this._set({ question: Object.fromEntries(entries.filter(([, value]) => value !== undefined)) });
    }
  }

  private _setKey(part: Record<string, unknown>): void {
    this._setQuestion({ key: { ...asDict(this._cell?.mark?.question.key), ...part } });
  }

  private _cell: CellState | null = null;
  private _key = '-';
  private _settled: Element | null = null;
  private _isOpen = false;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : [];
}
