import { describe, expect, it } from 'vitest';

import { headingOf } from '../src/author/survey';
import { checkCode, checkWritten, type Report, type RunError, type Runner } from '../src/exercise/check';
import { change } from '../src/exercise/edits';
import { tick, parse } from '../src/exercise/markdown';
import type { CellData, Role } from '../src/exercise/metadata';
import { getQuestions } from '../src/exercise/questions';
import { Notes, type SideData } from '../src/exercise/state';
import { type Compared, tell } from '../src/exercise/tell';
import { speaker } from '../src/exercise/words';

const FLAGS: Record<Role, [boolean, boolean, boolean, boolean]> = {
  solution: [false, true, false, false],
  tests: [true, false, true, false],
  manual: [true, true, false, false],
  task: [false, false, true, true],
  readonly: [false, false, true, false]
};

let serial = 0;

function cell(role: Role | null, source = 'x = 1', more: Record<string, unknown> = {}, type = 'code'): CellData {
  const id = `c${(serial += 1)}`;
  const [grade, solution, locked, task] = role ? FLAGS[role] : [];
  const points = grade || task ? { points: 2 } : {};
  const nbgrader = role ? { nbgrader: { schema_version: 3, grade, solution, locked, task, grade_id: id, ...points } } : {};
  return { id, cell_type: type, source, metadata: { ...nbgrader, ...(Object.keys(more).length ? { candyce: more } : {}) } };
}

const numbered = (number: number): string => `Question ${number}`;

describe('the questions of a notebook', () => {
  it('are an answer with its tests, and everything else that has points', () => {
    const cells = [
      cell(null, '# Suites\n\n## Une *moyenne*\n```\n# pas un titre\n```', {}, 'markdown'),
      cell('readonly', 'import math'),
      cell('solution', 'def f(): pass', { difficulty: 2 }),
      cell('tests', 'assert f()', { hint: { cost: 0.5 } }),
      cell('tests', 'assert f()'),
      cell('manual', 'Pourquoi\u00a0?', { title: 'Expliquer' }, 'markdown'),
      cell('tests', 'assert seul'),
      cell('manual', '## Choix\n- [ ] a', { question: { kind: 'choice' } }, 'markdown'),
      cell('task', 'Dessinez', {}, 'markdown')
    ];
    const questions = getQuestions(cells, numbered);
    expect(questions.map(one => [one.title, one.kind, one.points, one.cells.length])).toEqual([
      ['Une moyenne', 'code', 4, 3],
      ['Expliquer', 'free', 2, 1],
      ['Une moyenne', 'code', 2, 1],
      ['Choix', 'choice', 2, 1],
      ['Choix', 'task', 2, 1]
    ]);
    expect(questions[0]).toMatchObject({ id: cells[2].id, number: 1, difficulty: 2, hintCost: 0.5 });
    expect(questions[3].hintCost).toBeNull();
  });

  it('survive whatever stands in the metadata', () => {
    const hostile = [null, 3, 'x', [], { grade_id: 3 }, { grade_id: 'a', grade: 'yes' }, { grade_id: 'b', points: 'x', grade: true }];
    const cells = hostile.map((nbgrader, i): CellData => ({ id: `h${i}`, cell_type: 'code', source: '', metadata: { nbgrader, candyce: nbgrader } }));
    expect(getQuestions(cells, numbered).map(({ id, points }) => [id, points])).toEqual([['b', 0]]);
  });
});

class FakeRunner implements Runner {
  readonly done: string[] = [];
  constructor(
    private readonly _errors: Record<number, RunError> = {},
    private readonly _report: Report = { tests: [], error: null },
    private readonly _ran: number[] = []
  ) {}

  async run(index: number): Promise<RunError | null> {
    this.done.push(`run ${index}`);
    return this._errors[index] ?? null;
  }
  async report(tests: string[], error: string): Promise<Report> {
    this.done.push(`report ${tests.length} ${error}`.trim());
    return this._report;
  }
  hasRun(index: number): boolean {
    return this._ran.includes(index);
  }
}

function world(runner: FakeRunner, tests = 'assert f() == 1') {
  const cells = [
    cell(null, 'import math'),
    cell(null, '# rien'),
    cell('readonly', 'data = 1'),
    cell('solution', 'autre = 1'),
    cell('solution', 'def f(): return 1'),
    cell('tests', tests)
  ];
  const questions = getQuestions(cells, numbered);
  return checkCode(questions[1], questions, cells, runner);
}

describe('checking', () => {
  it('runs what is given above, the answer, then the tests', async () => {
    const passed = { status: 'passed' as const, code: 'f() == 1' };
    const runner = new FakeRunner({}, { tests: [[passed]], error: null }, [0]);
    expect(await world(runner)).toMatchObject({ state: 'passing', error: '', tests: [passed], blank: false });
    expect(runner.done).toEqual(['run 2', 'run 4', 'report 1']);
  });

  it('stops at an answer that fails and says where', async () => {
    const failure = { name: 'NameError', message: "name 'x' is not defined", line: 2 };
    const runner = new FakeRunner({ 4: { name: 'NameError', message: '' } }, { tests: [], error: failure });
    expect(await world(runner)).toMatchObject({ state: 'failing', error: 'NameError', failure });
    expect(runner.done.at(-1)).toBe('report 0 NameError');
  });

  it('counts a stub as not answered', async () => {
    const runner = new FakeRunner({ 4: { name: 'NotImplementedError', message: '' } });
    expect(await world(runner)).toMatchObject({ state: 'trying', error: '', blank: true });
    const error = { name: 'NotImplementedError', message: '' };
    const inside = new FakeRunner({}, { tests: [[{ status: 'error', code: '', error }]], error: null });
    expect(await world(inside)).toMatchObject({ state: 'trying', blank: true });
  });

  it('promises nothing when no test is visible', async () => {
    const runner = new FakeRunner();
    expect(await world(runner, '# rien de visible')).toMatchObject({ state: 'trying', tests: [], blank: false });
    expect(runner.done).not.toContain('report 0');
  });

  it('names the error of a test', async () => {
    const error = { name: 'TypeError', message: '' };
    const tests = [[{ status: 'passed' as const, code: '' }, { status: 'error' as const, code: '', error }]];
    expect(await world(new FakeRunner({}, { tests, error: null }))).toMatchObject({ state: 'failing', error: 'TypeError' });
  });

  it('names a question by a heading that pupils see', () => {
    const source = '## La méthode\n\n### BEGIN SOLUTION\nOn multiplie.\n### END SOLUTION';
    const cells = [cell('manual', source, {}, 'markdown')];
    expect(getQuestions(cells, numbered)[0].title).toBe('La méthode');
    expect(headingOf({ type: 'markdown', source })).toBe('La méthode');
  });

  it('says of a closed question only whether it is answered', () => {
    for (const [source, blank] of [['- [ ] a', true], ['- [x] a', false]] as const) {
      const cells = [cell('manual', source, { question: { kind: 'choice', key: {} } }, 'markdown')];
      const [question] = getQuestions(cells, numbered);
      expect(checkWritten(question, cells)).toMatchObject({ blank, state: 'trying', error: '' });
    }
    const stub = 'Explique.\n\nÉCRIRE LA RÉPONSE ICI';
    const code = '# YOUR CODE HERE\nraise NotImplementedError()';
    for (const [source, blank] of [
      ['YOUR ANSWER HERE', true],
      [stub, true],
      [code, true],
      [`${stub}\nJe multiplie.`, false],
      ['Parce que', false]
    ] as const) {
      const cells = [cell('manual', source, {}, 'markdown')];
      expect(checkWritten(getQuestions(cells, numbered)[0], cells).blank).toBe(blank);
    }
  });
});

describe('what the board learns', () => {
  function notes(writes = true) {
    const data = new Map<string, unknown>() as unknown as SideData & Map<string, unknown>;
    return { data, notes: new Notes(data, () => writes, () => new Date('2026-01-02T03:04:05Z')) };
  }

  it('is one small value for each question, counted', () => {
    const { data, notes: one } = notes();
    one.write('q', 'failing', 'N'.repeat(500));
    one.write('q', 'passing', '');
    one.write('q', 'passing', '', false);
    expect(data.get('check:q')).toEqual({ state: 'passing', error: '', at: '2026-01-02T03:04:05.000Z', count: 2 });
    one.write('x'.repeat(300), 'passing', '');
    expect([...data.keys()]).toEqual(['check:q']);
  });

  it('is written by the pupil only', () => {
    const { data, notes: one } = notes(false);
    one.write('q', 'passing', '');
    expect(one.toggleHand('q')).toBe(false);
    expect(data.size).toBe(0);
  });

  it('has a hand that goes up and down', () => {
    const { data, notes: one } = notes();
    expect(one.toggleHand('q')).toBe(true);
    expect(data.get('hand')).toEqual({ at: '2026-01-02T03:04:05.000Z', question: 'q' });
    expect(one.toggleHand('other')).toBe(false);
    expect(one.hand).toBeNull();
  });

  it('reads nothing into what somebody else wrote there', () => {
    const { data, notes: one } = notes();
    for (const odd of [null, 3, 'passing', { state: 'winning' }, { state: 'passing', count: 'x', error: {} }]) {
      data.set('check:q', odd);
      data.set('hand', odd);
      const read = one.read('q');
      expect(read === null || (read.count === 0 && read.error === '')).toBe(true);
      expect(one.hand).toBeNull();
    }
  });
});

describe('a test that did not pass', () => {
  const compared = (more: Partial<Compared>): Compared => ({
    kind: '==', code: 'f(2)', got: '3', expected: '4', got_type: 'int', expected_type: 'int', ...more
  });
  const said = (more: Partial<Compared>) =>
    tell({ status: 'failed', code: 'f(2) == 4', compared: compared(more) }, speaker('fr'), 'fr');

  it('is told by what was expected and what came', () => {
    expect(said({}).what).toBe('f(2) devrait donner 4, mais donne 3.');
    expect(said({ got: 'None', got_type: 'NoneType' })).toMatchObject({
      what: 'f(2) devrait donner 4, mais ne renvoie rien (None).',
      next: expect.stringContaining('return')
    });
    expect(said({ kind: '<=' }).what).toBe('f(2) devrait être ≤ 4, mais donne 3.');
    expect(said({ kind: 'type', expected: 'int', got_type: 'str' }).what).toContain('un texte (str)');
    expect(said({ kind: 'constructor' }).what).toBe('Ce test n’est pas passé\u00a0: f(2) == 4');
  });

  it('has a next step that fits', () => {
    expect(said({ got: "'4'", got_type: 'str' }).next).toContain('il faut un nombre entier');
    expect(said({ got: '-4' }).next).toContain('signe');
    expect(said({ got: '3.999', got_type: 'float' }).next).toContain('arrondis');
    const text = { got_type: 'str', expected_type: 'str' };
    expect(said({ ...text, got: "'paris'", expected: "'Paris'" }).next).toContain('majuscules');
    expect(said({ ...text, got: "'a b!'", expected: "'ab'" }).next).toContain('espaces');
    const list = { got_type: 'list', expected_type: 'list', got: '[1]', expected: '[1, 2]' };
    expect(said({ ...list, got_length: 1, expected_length: 2 }).next).toBe('Le résultat a 1 élément\u00a0; il en faut 2.');
  });
});

describe('several edits of one source', () => {
  it('are one step, and none where nothing changes', () => {
    let text = '- [x] a\n- [ ] b';
    let steps = 0;
    const shared = {
      getSource: () => text,
      updateSource: (start: number, end: number, value = '') => {
        text = text.slice(0, start) + value + text.slice(end);
      },
      transact: (act: () => void) => {
        steps += 1;
        act();
      }
    };
    change(shared, source => tick(parse(source, 'choice'), 1, true));
    expect([text, steps]).toEqual(['- [ ] a\n- [x] b', 1]);
    change(shared, source => tick(parse(source, 'choice'), 1, true));
    expect(steps).toBe(1);
  });
});

describe('the words', () => {
  it('agree with their numbers', () => {
    const [fr, en] = [speaker('fr'), speaker('en')];
    expect([fr('points', { points: 1.5 }), en('points', { points: 1.5 })]).toEqual(['1,5 point', '1.5 points']);
    expect(fr('points', { points: 2 })).toBe('2 points');
    expect(en('points', { points: 1 })).toBe('1 point');
    expect(fr('somePassed', { passed: 1, count: 3 })).toBe('1 test réussi sur 3.');
    expect(fr('somePassed', { passed: 2, count: 3 })).toBe('2 tests réussis sur 3.');
    expect(en('shouldGive', { code: 'f(x(s))', expected: '1', got: '2' })).toContain('f(x(s))');
  });
});
