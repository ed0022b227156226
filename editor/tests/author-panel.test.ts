import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { CellState } from '../src/author/form';
import { changeKind, type Kind, type Mark, writeMark } from '../src/author/marks';
import { AuthorPanel, type PanelState, type Tab } from '../src/author/panel';
import { fence, Preview, type ReleasedCell } from '../src/author/preview';
import { survey } from '../src/author/survey';
import { h } from '../src/dom';
import { translator } from '../src/i18n';

const t = translator('fr');

let calls: unknown[][] = [];
let panel: AuthorPanel;
let state: PanelState;

function cell(kind: Kind | null, part: Partial<Mark> = {}): CellState {
  const type = kind === 'solution' || kind === 'tests' ? 'code' : 'markdown';
  const mark = kind ? { ...changeKind(null, kind, 'question-1'), ...part } : null;
  return { id: 'a', index: 1, type, empty: false, mark };
}

function show(part: Partial<PanelState>): void {
  state = { ...state, ...part };
  panel.update(state);
}

function field<T extends HTMLElement = HTMLInputElement>(name: string): T {
  return panel.node.querySelector<T>(`[data-field="${name}"]`)!;
}

function type(name: string, text: string): void {
  const input = field(name);
  input.value = text;
  input.dispatchEvent(new Event('change'));
}

beforeEach(() => {
  calls = [];
  const record =
    (name: string) =>
    (...values: unknown[]): void =>
      void calls.push([name, ...values]);
  panel = new AuthorPanel(
    t,
    'fr',
    {
      setKind: record('kind'),
      setMark: record('mark'),
      wrap: record('wrap'),
      isTaken: id => id === 'taken',
      close: record('close'),
      leave: record('leave'),
      goTo: record('go'),
      insert: record('insert'),
      renew: record('renew'),
      tryOut: record('try'),
      stop: record('stop'),
      shown: (tab: Tab) => void tab
    },
    h('div', {}, 'aperçu')
  );
  document.body.append(panel.node);
  panel.node.hidden = false;
  const empty = survey([], () => '');
  state = { cell: null, survey: empty, problems: [], away: false, trial: { running: false, said: '', good: false, report: null } };
  panel.update(state);
});

afterEach(() => panel.node.remove());

describe('the chosen cell', () => {
  it('is offered the roles that its type may have', () => {
    const offered = (): string[] =>
      [...field<HTMLSelectElement>('kind').options].filter(option => !option.disabled).map(option => option.value);
    show({ cell: cell('tests') });
    expect(offered()).toEqual(['', 'solution', 'tests', 'manual', 'readonly']);
    show({ cell: cell(null) });
    expect(offered()).toEqual(['', 'choice', 'choices', 'number', 'text', 'matching', 'file', 'task', 'manual', 'readonly']);
    show({ cell: { ...cell(null), empty: true } });
    expect(offered()).toHaveLength(12);
  });

  it('says why points or an id are not taken, and takes them once they are right', () => {
    show({ cell: cell('tests') });
    type('points', 'beaucoup');
    expect(field('points').getAttribute('aria-invalid')).toBe('true');
    expect(panel.node.querySelector('[role="alert"]')?.textContent).toContain('1,5');
    type('id', 'é');
    type('id', 'taken');
    expect(calls).toEqual([]);
    type('points', '2,5');
    type('id', 'q-2');
    expect(field('points').hasAttribute('aria-invalid')).toBe(false);
    expect(calls.map(([, mark]) => [(mark as Mark).points, (mark as Mark).gradeId])).toEqual([
      [2.5, 'question-1'],
      [1, 'q-2']
    ]);
  });

  it('keeps what one is typing when something else of the cell changes', () => {
    show({ cell: cell('tests') });
    field('points').focus();
    field('points').value = '12';
    show({ cell: cell('tests', { gradeId: 'other' }) });
    expect(document.activeElement).toBe(field('points'));
    expect(field('points').value).toBe('12');
    show({ cell: { ...cell('tests', { points: 4 }), id: 'b' } });
    expect(field('points').value).toBe('4');
  });

  it('sets the keys of closed questions', () => {
    show({ cell: cell('number', { question: { kind: 'number', key: { tolerance: { relative: 0.01 }, units: ['m'] }, unit: true } }) });
    expect(field('tolerance-value').value).toBe('1');
    type('tolerance-value', '2,5');
    type('units', 'm/s ; km/h,cm/s');
    show({ cell: cell('text') });
    type('accepted', 'Rome\n\n Roma ');
    show({ cell: cell('file') });
    type('accept', 'csv, .PNG');
    const questions = calls.map(([, mark]) => (mark as Mark).question);
    expect(questions).toEqual([
      { kind: 'number', key: { tolerance: { relative: 0.025 }, units: ['m'] }, unit: true },
      { kind: 'number', key: { tolerance: { relative: 0.01 }, units: ['m/s', 'km/h', 'cm/s'] }, unit: true },
      { kind: 'text', key: { accepted: ['Rome', 'Roma'] }, case: false, accents: false },
      { kind: 'file', accept: ['.csv', '.png'] }
    ]);
  });

  it('has criteria that make its points', () => {
    show({ cell: cell('manual', { rubric: [{ id: 'c1', label: 'Clair', points: 1 }] }) });
    type('criterion-points-c1', '2,5');
    field<HTMLButtonElement>('criterion-add').click();
    expect(calls.map(([, mark]) => [(mark as Mark).points, (mark as Mark).rubric.map(({ id }) => id)])).toEqual([
      [2.5, ['c1']],
      [2, ['c1', 'c2']]
    ]);
  });

  it('costs nothing to ask until it has a hint', () => {
    show({ cell: cell('choice') });
    expect(field('cost')).toBeNull();
    type('hint', 'Relisez.');
    expect((calls[0][1] as Mark).hint).toEqual({ text: 'Relisez.', cost: 0 });
    show({ cell: cell('choice', { hint: { text: 'Relisez.', cost: 0 } }) });
    type('cost', '0,5');
    type('hint', '  ');
    expect(calls.slice(1).map(([, mark]) => (mark as Mark).hint)).toEqual([{ text: 'Relisez.', cost: 0.5 }, null]);
  });
});

describe('the list', () => {
  const metadata = writeMark(changeKind(null, 'choice', 'q'), { nbgrader: undefined, candyce: undefined });
  const found = survey([{ id: 'a', type: 'markdown', source: '# <b>Rome</b>', ...metadata }], () => '');

  it('shows questions, what is wrong, and mends ids', () => {
    show({
      survey: found,
      problems: [
        { code: 'duplicate_id', cellId: 'a', message: '' },
        { code: 'total_zero', cellId: null, message: 'Aucun point.' }
      ]
    });
    const { textContent } = panel.node.querySelector('.cy-author-list')!;
    expect(textContent).toContain('<b>Rome</b> 1 point Choix unique · automatique');
    expect(textContent).toContain('2 problèmes à régler');
    expect(panel.node.querySelector('.cy-author-elsewhere')?.textContent).toContain('Aucun point.');
    panel.node.querySelector<HTMLElement>('.cy-author-question')!.click();
    panel.node.querySelector<HTMLElement>('.cy-author-problems .cy-button')!.click();
    expect(calls).toEqual([['go', 'a'], ['renew', 'a']]);
  });

  it('tells a trial by question, and stops one that runs', () => {
    const failure = { line: 2, text: 'assert f(1) == 2', error: 'AssertionError', message: 'f(1) vaut 1' };
    const code = survey(
      [{ id: 'c', type: 'code', source: '', ...writeMark(changeKind(null, 'tests', 't'), metadata) }],
      () => 'Q'
    );
    const report = { tests: 1, failed: 1, verdicts: [{ cellId: 'c', question: code.questions[0], failures: [{ cellId: 'c', failure }] }] };
    show({ survey: code, trial: { running: false, said: 'Échec.', good: false, report } });
    expect(panel.node.querySelector('.cy-trial')?.textContent).toBe('Échec.QLigne 2\u00a0: assert f(1) == 2f(1) vaut 1');
    const button = [...panel.node.querySelectorAll('button')].find(one => one.textContent === 'Essayer le corrigé')!;
    button.click();
    show({ trial: { running: true, said: 'Essai…', good: false, report: null } });
    expect(button.textContent).toBe('Arrêter');
    button.click();
    expect(calls).toEqual([['try'], ['stop']]);
  });

  it('is left with Escape, and the tabs turn with the arrows', () => {
    const [questions, pupil] = panel.node.querySelectorAll<HTMLElement>('[role="tab"]');
    questions.focus();
    questions.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
    expect(document.activeElement).toBe(pupil);
    expect([questions.tabIndex, pupil.tabIndex, pupil.getAttribute('aria-selected')]).toEqual([-1, 0, 'true']);
    pupil.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(calls).toEqual([['leave']]);
  });
});

describe("the pupil's view", () => {
  it('shows the released cells, their locks and points, and nothing that can be pressed', async () => {
    const drawn: string[] = [];
    const preview = new Preview(t, 'fr', async markdown => {
      drawn.push(markdown);
      const node = h('div', {}, markdown);
      node.append(h('input', { type: 'checkbox' }));
      return node;
    });
    const { nbgrader } = writeMark({ ...changeKind(null, 'task', 't'), points: 3 }, { nbgrader: undefined, candyce: undefined });
    const cells: ReleasedCell[] = [
      { id: 'a', cell_type: 'markdown', source: ['Énoncé', '\n'], metadata: { nbgrader, editable: false } },
      { id: 'b', cell_type: 'code', source: 'x = "```"', metadata: {} }
    ];
    await preview.show({ cells });
    const notes = [...preview.node.querySelectorAll('.cy-preview-note')].map(note => note.textContent);
    expect(notes).toEqual(['Verrouillée · 3 points']);
    expect(drawn).toEqual(['Énoncé\n', '````python\nx = "```"\n````']);
    expect([...preview.node.querySelectorAll('input')].every(box => box.disabled && box.ariaLabel !== '')).toBe(true);
    await preview.show({ cells: [...cells] });
    expect(drawn).toHaveLength(2);
    preview.fail('Plus là.');
    expect(preview.node.textContent).toBe('Plus là.');
    expect(fence('a', 'raw')).toBe('```\na\n```');
  });

  it('shows a closed question as its fields, which cannot be filled in', async () => {
    const preview = new Preview(t, 'fr', async markdown => h('div', {}, markdown));
    const { nbgrader } = writeMark({ ...changeKind(null, 'manual', 'v'), points: 2 }, { nbgrader: undefined, candyce: undefined });
    const closed = (source: string, question: object): ReleasedCell => ({
      id: source,
      cell_type: 'markdown',
      source,
      metadata: { nbgrader, candyce: { title: 'La ville', question } }
    });
    await preview.show({
      cells: [
        closed('Où ?\n\n- [ ] Paris\n- [ ] Lyon', { kind: 'choice' }),
        closed('- Brest → \n\n*Au choix : Alsace ; Bretagne*', { kind: 'matching', options: ['Alsace', 'Bretagne'] }),
        closed('Combien ?\n\n**Réponse :** ', { kind: 'number' })
      ]
    });
    const radios = [...preview.node.querySelectorAll<HTMLInputElement>('input[type=radio]')];
    expect(radios.map(({ checked }) => checked)).toEqual([false, false]);
    const options = [...preview.node.querySelectorAll('option')].map(option => option.value);
    expect(options).toEqual(['', 'Alsace', 'Bretagne']);
    const sets = [...preview.node.querySelectorAll('fieldset')];
    expect(sets.map(({ disabled }) => disabled)).toEqual([true, true, true]);
    expect(preview.node.querySelector('legend')?.textContent).toContain('La ville');
    expect(preview.node.textContent).not.toContain('[ ]');
  });
});
