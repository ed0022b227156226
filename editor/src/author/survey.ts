/**
 * The questions of a notebook, their points, and what can be seen to be wrong without asking
 * the server: ids that are missing or double, answers without tests, no points.
 */
import { headingsOf } from '../exercise/headings';
import { isValidId } from './ids';
import { type CellType, hasPoints, isByHand, type Kind, type Mark, type Metadata, readMark, startsQuestion } from './marks';

/** A cell, as far as this matters. */
export interface CellView extends Metadata {
  id: string;
  type: CellType;
  source: string;
}

/** Codes are those of `candyce.exercises.validate` where both see the same. */
export type LocalCode = 'duplicate_id' | 'invalid_id' | 'no_tests' | 'no_points';

export interface Problem {
  code: string;
  cellId: string | null;
  /** The server's sentence; empty for a local one, which has words by its code. */
  message: string;
}

export interface Marked {
  cellId: string;
  mark: Mark;
}

export interface Question {
  /** Of its first cell. */
  cellId: string;
  kind: Kind;
  title: string;
  points: number;
  byHand: boolean;
  hintCost: number | null;
  difficulty: Mark['difficulty'];
  cells: Marked[];
}

export interface Survey {
  /** All cells with a role, in order. */
  marked: Marked[];
  questions: Question[];
  total: number;
  problems: Problem[];
}

/** Read a notebook's cells. `unnamed` names a question without a title or a heading above it. */
export function survey(cells: readonly CellView[], unnamed: (n: number) => string): Survey {
  const marked: Marked[] = [];
  const questions: Question[] = [];
  const problems: Problem[] = [];
  let heading = '';
  let open: Question | null = null;
  for (const cell of cells) {
    const mark = readMark(cell, cell.type);
    heading = headingOf(cell) || heading;
    if (!mark) {
      continue;
    }
    const one = { cellId: cell.id, mark };
    marked.push(one);
    if (startsQuestion(mark.kind) || (mark.kind === 'tests' && !open)) {
      const title = mark.title || heading || unnamed(questions.length + 1);
      const question = begin(one, title);
      questions.push(question);
      open = mark.kind === 'solution' ? question : null;
    } else if (mark.kind === 'tests' && open) {
      open.cells.push(one);
      open.points += mark.points;
    }
  }
  problems.push(...idProblems(marked), ...questions.flatMap(ownProblems));
  const total = round(questions.reduce((sum, question) => sum + question.points, 0));
  return { marked, questions, total, problems };
}

function begin(one: Marked, title: string): Question {
  const { kind, points, hint, difficulty } = one.mark;
  return {
    cellId: one.cellId,
    kind,
    title,
    points: hasPoints(kind) ? points : 0,
    byHand: isByHand(kind),
    hintCost: hint ? hint.cost : null,
    difficulty,
    cells: [one]
  };
}

function idProblems(marked: Marked[]): Problem[] {
  const seen = new Set<string>();
  return marked.flatMap(({ cellId, mark: { gradeId } }) => {
    if (!isValidId(gradeId)) {
      return [problem('invalid_id', cellId)];
    }
    if (seen.has(gradeId)) {
      return [problem('duplicate_id', cellId)];
    }
    seen.add(gradeId);
    return [];
  });
}

function ownProblems({ kind, cellId, cells }: Question): Problem[] {
  const tests = cells.filter(({ mark }) => mark.kind === 'tests');
  if (kind === 'solution' && !tests.length) {
    return [problem('no_tests', cellId)];
  }
  const scored = cells.some(({ mark }) => hasPoints(mark.kind) && mark.points > 0);
  return scored ? [] : [problem('no_points', cellId)];
}

function problem(code: LocalCode, cellId: string): Problem {
  return { code, cellId, message: '' };
}

/** Where to insert below the cell at `index`: never between an answer and its tests. */
export function placeBelow({ questions }: Survey, cells: readonly { id: string }[], index: number): number {
  const places = new Map(cells.map(({ id }, place) => [id, place]));
  for (const { cells: own } of questions) {
    const [first, last] = [own[0], own[own.length - 1]].map(({ cellId }) => places.get(cellId) ?? -1);
    if (first <= index && index < last) {
      return last + 1;
    }
  }
  return Math.min(cells.length, index + 1);
}

/** The last Markdown heading of a text cell, without its marks. */
export function headingOf({ type, source }: Pick<CellView, 'type' | 'source'>): string {
  return (type === 'markdown' && headingsOf(source).at(-1)) || '';
}

/** What is wrong, each once: the server's word about a cell replaces the page's. */
export function merge(local: readonly Problem[], server: readonly Problem[]): Problem[] {
  const said = new Set(server.map(keyOf));
  return [...local.filter(one => !said.has(keyOf(one))), ...server];
}

function keyOf({ code, cellId }: Problem): string {
  return `${code} ${cellId}`;
}

/** Sums of points such as 0.1 + 0.2, to the hundredth. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
