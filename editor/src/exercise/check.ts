/**
 * Checking a question: the cells it needs, its answer, then its visible tests.
 *
 * Nothing here knows JupyterLab: a `Runner` runs cells of the notebook and visible tests in the
 * reader's own kernel. What comes out is the reader's own word; marks are made by the server.
 */
import type { Failure } from './explain';
import { isAnswered, parse } from './markdown';
import { type CellData, getClosed, getRole } from './metadata';
import { type Question, questionAt } from './questions';
import type { TestResult } from './tell';

export type CheckState = 'trying' | 'failing' | 'passing';

export interface Outcome {
  state: CheckState;
  /** `NameError`; empty unless an error stopped the answer or a test. */
  error: string;
  /** Nothing was answered yet. */
  blank: boolean;
  /** The error on which the answer itself stopped. */
  failure: Failure | null;
  tests: TestResult[];
  /** The answer's sources when they were checked. */
  checked: string;
}

export interface RunError {
  name: string;
  message: string;
}

export interface Report {
  /** For each tests cell its results. */
  tests: TestResult[][];
  error: Failure | null;
}

export interface Runner {
  /** Run the cell as the reader would; null when it ended well. */
  run(index: number): Promise<RunError | null>;
  /** Run visible tests, and describe the last error when `error` names it. */
  report(tests: string[], error: string): Promise<Report>;
  /** Whether the cell, as it is, ran in this Python already. */
  hasRun(index: number): boolean;
}

const BLANK = 'NotImplementedError';

/** Check a question that is answered in code. */
export async function checkCode(
  question: Question,
  questions: readonly Question[],
  cells: readonly CellData[],
  runner: Runner
): Promise<Outcome> {
  const checked = sourceOf(question, cells);
  await prepare(question, questions, cells, runner);
  for (const { index, role } of question.cells) {
    const error = role === 'solution' ? await runner.run(index) : null;
    if (error) {
      const { error: told } = await runner.report([], error.name);
      const failure = told ?? { ...error, near: [] };
      const blank = error.name === BLANK;
      const state = blank ? 'trying' : 'failing';
      return { state, error: blank ? '' : error.name, blank, failure, tests: [], checked };
    }
  }
  const sources = question.cells
    .filter(({ role }) => role === 'tests')
    .map(({ index }) => cells[index].source)
    .filter(source => hasCode(source));
  const { tests } = sources.length ? await runner.report(sources, '') : { tests: [] };
  return { ...judge(tests.flat()), failure: null, checked };
}

function judge(tests: TestResult[]): Pick<Outcome, 'state' | 'error' | 'blank' | 'tests'> {
  const error = tests.find(({ status }) => status === 'error')?.error?.name ?? '';
  const failed = tests.some(({ status }) => status !== 'passed');
  if (error === BLANK) {
    return { state: 'trying', error: '', blank: true, tests: [] };
  }
  const state = failed ? 'failing' : tests.length ? 'passing' : 'trying';
  return { state, error, blank: false, tests };
}

/** The code above that belongs to no question and has not run yet: imports, data, given functions. */
async function prepare(
  question: Question,
  questions: readonly Question[],
  cells: readonly CellData[],
  runner: Runner
): Promise<void> {
  for (let index = 0; index < question.cells[0].index; index += 1) {
    const cell = cells[index];
    const isGiven = cell.cell_type === 'code' && !questionAt(questions, index) && hasCode(cell.source);
    if (isGiven && !runner.hasRun(index)) {
      await runner.run(index);
    }
  }
}

/** Whether a question that Python does not check has an answer. */
export function checkWritten(question: Question, cells: readonly CellData[]): Outcome {
  const cell = cells[question.cells[0].index];
  const closed = getClosed(cell.metadata);
  const answered = closed ? isAnswered(parse(cell.source, closed.kind)) : isWritten(cell.source);
  return {
    state: 'trying',
    error: '',
    blank: !answered,
    failure: null,
    tests: [],
    checked: cell.source
  };
}

/** Where a free answer is to be written, in the words of `candyce.exercises.release` (nbgrader's own in English). */
const PLACES = ['YOUR ANSWER HERE', 'YOUR CODE HERE', 'ÉCRIRE LA RÉPONSE ICI', 'ÉCRIRE LE CODE ICI'];

/** Nothing is written while the place for it is still the last thing that stands there. */
function isWritten(source: string): boolean {
  const text = source.replace(/\n[ \t]*raise NotImplementedError\(\)\s*$/, '').trimEnd();
  return text !== '' && !PLACES.some(place => text.endsWith(place));
}

/** The sources that an answer consists of, to see whether it changed since. */
export function sourceOf(question: Question, cells: readonly CellData[]): string {
  return question.cells
    .map(({ index }) => cells[index])
    .filter(cell => cell && getRole(cell.metadata) !== 'tests')
    .map(cell => cell.source)
    .join('\n\u0000\n');
}

export function hasCode(source: string): boolean {
  return source.split('\n').some(line => line.trim() && !line.trim().startsWith('#'));
}
