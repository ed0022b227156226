import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

import { newGradeId } from '../src/author/ids';
import { changeKind, type Kind, type Mark, readMark, ROLES, writeMark } from '../src/author/marks';
import { completeSource, offsetAt, setMark, viewCell } from '../src/author/notebook';
import { READY, readyQuestion } from '../src/author/ready';
import { hasRegion, wrap } from '../src/author/regions';
import { Server } from '../src/author/server';
import { type CellView, merge, placeBelow, survey } from '../src/author/survey';
import { program, readOutcome, report } from '../src/author/trial';
import { DEFINITION } from '../src/author/trialProgram';
import { formatPoints, readAmount } from '../src/author/words';
import { applyEdits, CLOSED_KINDS, parse } from '../src/exercise/markdown';
import { translator } from '../src/i18n';

const t = translator('fr');
const BARE = { nbgrader: undefined, candyce: undefined };

function marked(kind: Kind, part: Partial<Mark> = {}): Mark {
  return { ...changeKind(null, kind, 'question-1'), ...part };
}

function view(id: string, kind: Kind | null, part: Partial<Mark> = {}, source = ''): CellView {
  const metadata = writeMark(kind ? marked(kind, { gradeId: id, ...part }) : null, BARE);
  const type = kind === 'solution' || kind === 'tests' ? 'code' : 'markdown';
  return { id, type, source, ...metadata };
}

/** A cell's model, in memory. */
class FakeCell {
  constructor(
    readonly type: string,
    public source = '',
    public metadata: Record<string, unknown> = {}
  ) {}
  readonly id = 'cell';
  readonly calls: string[] = [];
  getMetadata(key: string): unknown {
    return this.metadata[key];
  }
  setMetadata(key: string, value: unknown): void {
    this.calls.push(`set ${key}`);
    this.metadata[key] = value;
  }
  deleteMetadata(key: string): void {
    this.calls.push(`delete ${key}`);
    delete this.metadata[key];
  }
  readonly sharedModel = {
    getSource: () => this.source,
    updateSource: (start: number, end: number, text: string) => {
      this.source = this.source.slice(0, start) + text + this.source.slice(end);
    },
    transact: (change: () => void) => change()
  };
}

describe('metadata', () => {
  it("are nbgrader's, key by key and in its order", () => {
    const written = Object.fromEntries(ROLES.map(role => [role, JSON.stringify(writeMark(marked(role), BARE).nbgrader)]));
    const id = '"grade_id":"question-1"';
    expect(written).toEqual({
      solution: `{"grade":false,${id},"locked":false,"schema_version":3,"solution":true,"task":false}`,
      tests: `{"grade":true,${id},"locked":true,"points":1,"schema_version":3,"solution":false,"task":false}`,
      manual: `{"grade":true,${id},"locked":false,"points":1,"schema_version":3,"solution":true,"task":false}`,
      task: `{"grade":false,${id},"locked":true,"points":1,"schema_version":3,"solution":false,"task":true}`,
      readonly: `{"grade":false,${id},"locked":true,"schema_version":3,"solution":false,"task":false}`
    });
  });

  it('say a closed question as a cell marked by hand, with its kind beside it', () => {
    const { nbgrader, candyce } = writeMark(marked('number', { points: 2 }), BARE);
    expect(nbgrader).toMatchObject({ grade: true, solution: true, locked: false, task: false, points: 2 });
    expect(candyce).toEqual({
      question: { kind: 'number', key: { tolerance: { relative: 0.01 }, units: [] }, unit: false }
    });
    expect(writeMark(marked('manual'), BARE).candyce).toBeUndefined();
  });

  it('come back as they were written', () => {
    for (const kind of [...ROLES, ...CLOSED_KINDS]) {
      const mark = marked(kind, { points: kind === 'solution' || kind === 'readonly' ? 0 : 2.5 });
      const type = kind === 'solution' || kind === 'tests' ? 'code' : 'markdown';
      expect(readMark(writeMark(mark, BARE), type)).toEqual(mark);
    }
    const full = marked('manual', {
      title: 'Discuter',
      difficulty: 2,
      hint: { text: 'Relisez **l’énoncé**.', cost: 0.5 },
      rubric: [{ id: 'c1', label: 'Clair', points: 1 }]
    });
    expect(readMark(writeMark(full, BARE), 'markdown')).toEqual(full);
  });

  it('of a cell without a role are none, and those of others are kept', () => {
    const cell = new FakeCell('code', '', { tags: ['x'], candyce: { later: 1 } });
    setMark(cell, null);
    expect(cell.calls).toEqual([]);
    setMark(cell, marked('solution', { title: 'Carré' }));
    expect(cell.metadata).toMatchObject({ tags: ['x'], candyce: { later: 1, title: 'Carré' } });
    setMark(cell, null);
    expect(cell.metadata).toEqual({ tags: ['x'], candyce: { later: 1 } });
    setMark(cell, marked('tests'));
    cell.calls.length = 0;
    setMark(cell, marked('tests'));
    expect(cell.calls).toEqual([]);
    cell.metadata = { nbgrader: cell.metadata.nbgrader, candyce: { title: 'x' } };
    setMark(cell, null);
    expect(cell.metadata).toEqual({});
  });

  it('of strangers never harm', () => {
    for (const nbgrader of [null, 1, 'x', [], {}, { grade: 'no' }, { task: {}, points: 'many', grade_id: 3 }]) {
      for (const candyce of [null, [], { hint: 1, rubric: {}, question: 'x', difficulty: 9 }, { rubric: [1, {}, { id: 'a' }] }]) {
        expect(() => readMark({ nbgrader, candyce }, 'markdown')).not.toThrow();
      }
    }
    expect(readMark({ nbgrader: { task: true, points: '2.5' }, candyce: 1 }, 'markdown')).toMatchObject({ kind: 'task', points: 2.5, gradeId: '' });
    expect(readMark({ nbgrader: { grade: true, points: -3 }, candyce: null }, 'code')?.points).toBe(0);
  });

  it('keep what a change of kind leaves true', () => {
    const before = marked('choices', { title: 'Premiers', points: 3, question: { kind: 'choices', key: {}, partial: true } });
    expect(changeKind(before, 'choice', 'new')).toMatchObject({ kind: 'choice', gradeId: 'question-1', title: 'Premiers', points: 3 });
    expect(changeKind(before, 'number', 'new').question).not.toHaveProperty('partial');
    expect(changeKind(marked('solution'), 'manual', 'new').points).toBe(1);
  });
});

describe('ids', () => {
  it('are new, and tests are named after their answer', () => {
    expect(newGradeId('solution', ['question-1', 'question-3'])).toBe('question-2');
    expect(newGradeId('tests', ['question-1'], 'question-1')).toBe('question-1-tests');
    expect(newGradeId('tests', ['a-tests'], 'a')).toBe('a-tests-2');
    expect(newGradeId('tests', [], 'not valid!')).toBe('tests-1');
    expect(newGradeId('readonly', [])).toBe('given-1');
  });
});

describe('regions', () => {
  const wrapped = (source: string, from: number, to: number): string => applyEdits(source, wrap(source, from, to, 'solution'));

  it('take whole lines, at their indentation', () => {
    const source = 'def f(x):\n    y = x\n    return y\nf(1)';
    const from = source.indexOf('= x');
    const to = source.indexOf('return') + 3;
    expect(wrapped(source, from, to)).toBe(
      'def f(x):\n    ### BEGIN SOLUTION\n    y = x\n    return y\n    ### END SOLUTION\nf(1)'
    );
    expect(wrapped(source, source.indexOf('    y'), source.indexOf('f(1)'))).toBe(wrapped(source, from, to));
    expect(wrapped('x = 1', 2, 2)).toBe('### BEGIN SOLUTION\nx = 1\n### END SOLUTION');
  });

  it('neither nest nor cross, and do not enclose nothing', () => {
    const once = wrapped('a\nb\nc', 2, 3);
    const inside = once.indexOf('b');
    expect(wrap(once, inside, inside + 1, 'hidden')).toEqual([]);
    expect(wrap(once, 0, once.length, 'hidden')).toEqual([]);
    expect(wrap('a\n\n\nb', 2, 3, 'hidden')).toEqual([]);
    expect(wrap('', 0, 0, 'hidden')).toEqual([]);
    expect(hasRegion(once, 'solution')).toBe(true);
    expect(hasRegion(once, 'hidden')).toBe(false);
  });

  it('find the place of a selection', () => {
    expect(offsetAt('ab\ncde', { line: 1, column: 2 })).toBe(5);
    expect(offsetAt('ab', { line: 9, column: 9 })).toBe(2);
  });
});

describe('the survey', () => {
  const unnamed = (n: number): string => `Question ${n}`;

  it('groups an answer with its tests and names questions by the heading above', () => {
    const found = survey(
      [
        view('intro', null, {}, '# Devoir\n\n```\n# pas un titre\n```'),
        view('a', 'solution', { hint: { text: 'x', cost: 1 } }),
        view('a1', 'tests', { points: 0.1 }),
        view('lu', 'readonly'),
        view('a2', 'tests', { points: 0.2 }),
        view('b', 'choice', { points: 3 }, '## Capitale\n\n- [x] Rome'),
        view('c', 'task', { title: 'Enquête', points: 2 }),
        view('d', 'tests')
      ],
      unnamed
    );
    expect(found.questions.map(({ title, points, cells }) => [title, Math.round(points * 100) / 100, cells.length])).toEqual([
      ['Devoir', 0.3, 3],
      ['Capitale', 3, 1],
      ['Enquête', 2, 1],
      ['Capitale', 1, 1]
    ]);
    expect(found.questions[0].hintCost).toBe(1);
    expect(found.total).toBe(6.3);
    expect(found.problems).toEqual([]);
  });

  it('warns at once of ids, tests and points', () => {
    const found = survey(
      [
        view('a', 'solution', { gradeId: 'x' }),
        view('b', 'manual', { gradeId: 'x', points: 0 }),
        view('c', 'choice', { gradeId: 'é' }),
        view('d', 'solution'),
        view('e', 'tests', { points: 0 }),
        view('f', 'solution'),
        view('g', 'tests', { points: 0 }),
        view('h', 'tests', { points: 2 })
      ],
      unnamed
    );
    expect(found.problems.map(({ code, cellId }) => `${code} ${cellId}`).sort()).toEqual([
      'duplicate_id b',
      'invalid_id c',
      'no_points b',
      'no_points d',
      'no_tests a'
    ]);
    expect(found.questions.map(({ title }) => title)[0]).toBe('Question 1');
  });

  it('finds the place below a question, not between an answer and its tests', () => {
    const cells = [view('t', null), view('a', 'solution'), view('x', null), view('a1', 'tests'), view('b', 'manual')];
    const found = survey(cells, unnamed);
    expect([0, 1, 2, 3, 4].map(index => placeBelow(found, cells, index))).toEqual([1, 4, 4, 4, 5]);
    expect(placeBelow(survey([], unnamed), [], -1)).toBe(0);
  });

  it("lets the server's sentence replace the page's", () => {
    const local = [{ code: 'no_tests', cellId: 'a', message: '' }, { code: 'no_tests', cellId: 'b', message: '' }];
    const server = [{ code: 'no_tests', cellId: 'a', message: 'Pas de test.' }];
    expect(merge(local, server)).toEqual([local[1], server[0]]);
  });
});

describe('ready questions', () => {
  it('are valid at once, in both languages', () => {
    for (const language of ['fr', 'en'] as const) {
      const cells: CellView[] = [];
      const taken: string[] = [];
      for (const kind of [...READY, ...READY]) {
        for (const cell of readyQuestion(kind, language, taken)) {
          const metadata = writeMark(cell.mark, BARE);
          taken.push(...(cell.mark ? [cell.mark.gradeId] : []));
          cells.push({ id: `${cells.length}`, type: cell.type, source: cell.source, ...metadata });
          if (cell.mark && (CLOSED_KINDS as readonly string[]).includes(kind)) {
            const { options, pairs, answer } = parse(cell.source, kind as (typeof CLOSED_KINDS)[number]);
            const right = options.filter(option => option.ticked).length;
            expect(kind === 'choice' ? right === 1 : right > 0 || pairs.length > 1 || answer?.text, kind).toBeTruthy();
          }
        }
      }
      const { problems, questions } = survey(cells, () => 'none');
      expect(problems).toEqual([]);
      expect(questions.map(({ kind }) => kind)).toEqual([...READY, ...READY]);
      expect(questions.every(({ title, points }) => title !== 'none' && points > 0)).toBe(true);
    }
  });

  it('complete a text that is made a closed question, and leave one that is', () => {
    const cell = new FakeCell('markdown', 'Combien\u00a0?\n');
    completeSource(cell, marked('number'), 'fr');
    expect(cell.source).toBe('Combien\u00a0?\n\n**Réponse :** 42');
    completeSource(cell, marked('number'), 'fr');
    expect(cell.source).toBe('Combien\u00a0?\n\n**Réponse :** 42');
    const empty = new FakeCell('markdown');
    completeSource(empty, marked('matching'), 'en');
    expect(parse(empty.source, 'matching').pairs).toHaveLength(2);
    expect(viewCell(empty).source).toBe(empty.source);
  });
});

describe('trying the solution', () => {
  const cells = [
    { id: 'a', tests: false, source: 'import asyncio\ndef f(x):\n    print("noise")\n    return x * x' },
    { id: 'b', tests: true, source: 'n = 3\nassert f(n) == 9\nassert f(2) == 5, "deux"\nassert f(1) > 0 and False\nawait asyncio.sleep(0)\nassert n == 3' },
    { id: 'c', tests: true, source: 'assert missing() == 1\nundefined()\nassert False' },
    { id: 'd', tests: false, source: 'x = 1\nraise SystemExit("stop")' },
    { id: 'e', tests: false, source: 'def (' },
    { id: 'f', tests: true, source: 'assert input("?")\n%pip install x\nassert f(1) == 1' }
  ];

  function run(): ReturnType<typeof readOutcome> {
    const words = { input: 'no input', given: '{what} vaut {value}' };
    const arguments_ = JSON.stringify([cells, words]);
    const code = `${DEFINITION}\nimport asyncio, json, sys\ncells, words = json.load(sys.stdin)\nprint(json.dumps(asyncio.run(_candyce_trial(cells, words))))`;
    const said = execFileSync('python3', ['-c', code], { input: arguments_, encoding: 'utf-8' });
    return readOutcome({ 'application/vnd.candyce.trial+json': JSON.parse(said) });
  }

  it('judges every statement of the tests by itself, and says what came', () => {
    const found = run()!;
    const failures = Object.fromEntries(found.map(({ id, failures }) => [id, failures.map(({ line, error, message }) => [line, error, message])]));
    expect(failures).toEqual({
      a: [],
      b: [[3, 'AssertionError', 'deux – f(2) vaut 4'], [4, 'AssertionError', '']],
      c: [
        [1, 'NameError', "name 'missing' is not defined"],
        [2, 'NameError', "name 'undefined' is not defined"]
      ],
      d: [[2, 'SystemExit', 'stop']],
      e: [[1, 'SyntaxError', 'invalid syntax']],
      f: [[1, 'EOFError', 'no input']]
    });
    expect(found.find(({ id }) => id === 'b')).toMatchObject({ ran: 5, passed: 3 });
  });

  it('is told by question, and elsewhere', () => {
    const { questions } = survey([view('a', 'solution'), view('b', 'tests'), view('z', 'solution'), view('c', 'tests')], () => 'Q');
    const said = report(questions, run()!);
    expect(said.verdicts.map(({ question, cellId }) => [question?.cellId ?? null, cellId])).toEqual([
      ['a', 'b'],
      ['z', 'c'],
      [null, 'd'],
      [null, 'e'],
      [null, 'f']
    ]);
    expect(said.failed).toBe(4);
  });

  it('is a program that carries any text', () => {
    const hostile = '"""\n\\n%pip install x\n\u2028é\ud83d\ude00';
    const text = program([{ id: 'x', source: hostile, tests: false }], { input: '', given: '' });
    expect(text.split('\n').filter(line => line.startsWith('%pip'))).toEqual([]);
    execFileSync('python3', ['-c', 'import ast, sys; compile(sys.stdin.read(), "x", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)'], { input: text });
  });
});

describe('asking the server', () => {
  const wait = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

  it('asks once for the same text, after what was typed is stored, and drops late answers', async () => {
    const asked: unknown[] = [];
    const said: unknown[] = [];
    let release = (): void => undefined;
    let stored = Promise.resolve();
    const server = new Server(
      {
        json: async <T>(_method: string, _path: string, body?: unknown) => {
          asked.push(body);
          return { notebook: { cells: [] }, problems: [{ code: 'x', cell_id: 'a', message: 'm' }] } as T;
        },
        settled: () => stored
      },
      answer => said.push(answer),
      0
    );
    server.ask({ path: 'a.ipynb', key: '1' });
    server.ask({ path: 'a.ipynb', key: '1' });
    await wait(5);
    expect(asked).toEqual([{ path: 'a.ipynb' }]);
    expect(said).toEqual([{ problems: [{ code: 'x', cellId: 'a', message: 'm' }], notebook: { cells: [] }, failed: null }]);
    stored = new Promise(resolve => (release = resolve));
    server.ask({ path: 'a.ipynb', key: '2' });
    await wait(5);
    expect(asked).toHaveLength(1);
    server.forget();
    release();
    await wait(5);
    expect(said).toHaveLength(1);
  });
});

describe('words', () => {
  it('count points as the language does', () => {
    expect(formatPoints(1.5, 'fr', t)).toBe('1,5 point');
    expect(formatPoints(2, 'fr', t)).toBe('2 points');
    expect(formatPoints(0.5, 'en', translator('en'))).toBe('0.5 points');
  });

  it('read amounts as people write them', () => {
    expect([' 1,5 ', '2', '.5', '-1', '1e3', '', 'x', '1,2,3'].map(readAmount)).toEqual([1.5, 2, 0.5, null, null, null, null, null]);
  });
});
