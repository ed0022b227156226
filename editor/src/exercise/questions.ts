/**
 * The questions of a notebook, found in its cells as the server does (`exercises/questions.py`).
 *
 * An answer cell and the tests that follow it are one question; free texts, closed questions
 * and tasks are questions of their own.
 */
import { headingsOf } from './headings';
import type { ClosedKind } from './markdown';
import { type CellData, getCandyce, getNbgrader, getRole, type Role } from './metadata';

/** How a question is answered; `free` is a text or code marked by hand. */
export type QuestionKind = ClosedKind | 'code' | 'free' | 'task';

export interface QuestionCell {
  index: number;
  id: string;
  gradeId: string;
  role: Role;
  /** 0 where the cell itself earns nothing (an answer whose tests do). */
  points: number;
}

export interface Question {
  /** The `grade_id` of its first cell. */
  id: string;
  /** From 1. */
  number: number;
  title: string;
  /** The author gave the title; else it is the heading above. */
  isNamed: boolean;
  kind: QuestionKind;
  /** In the notebook's order; the first is where one answers. */
  cells: QuestionCell[];
  points: number;
  difficulty: 1 | 2 | 3 | null;
  /** Points that the hint costs; null without a hint. */
  hintCost: number | null;
}

/** @param unnamed the title of a question that has none, from its number */
export function getQuestions(
  cells: readonly CellData[],
  unnamed: (number: number) => string
): Question[] {
  const questions: Question[] = [];
  let open: Question | null = null;
  let heading = '';
  cells.forEach((cell, index) => {
    const role = getRole(cell.metadata);
    const own = cell.cell_type === 'markdown' ? headingsOf(cell.source) : [];
    if (role && role !== 'readonly') {
      const part = asPart(cell, index, role);
      if (role === 'tests' && open) {
        add(open, cell, part);
      } else {
        const number = questions.length + 1;
        const title = own.at(-1) || heading || unnamed(number);
        const question = begin(cell, part, number, title);
        questions.push(question);
        open = role === 'solution' ? question : null;
      }
    }
    heading = own.at(-1) ?? heading;
  });
  return questions;
}

/** The question to which the cell at `index` belongs. */
export function questionAt(questions: readonly Question[], index: number): Question | null {
  return questions.find(({ cells }) => cells.some(cell => cell.index === index)) ?? null;
}

/** A tests cell that follows its answer; it may say what the answer does not. */
function add(question: Question, cell: CellData, part: QuestionCell): void {
  const { title, difficulty, hint } = getCandyce(cell.metadata);
  question.cells.push(part);
  question.points += part.points;
  question.difficulty ??= difficulty ?? null;
  question.hintCost ??= hint?.cost ?? null;
  if (title && !question.isNamed) {
    question.title = title;
    question.isNamed = true;
  }
}

function begin(cell: CellData, part: QuestionCell, number: number, title: string): Question {
  const meta = getCandyce(cell.metadata);
  const { role } = part;
  const byHand = role === 'task' ? 'task' : 'free';
  return {
    id: part.gradeId,
    number,
    title: meta.title ?? title,
    isNamed: meta.title !== undefined,
    kind: role === 'solution' || role === 'tests' ? 'code' : (meta.question?.kind ?? byHand),
    cells: [part],
    points: part.points,
    difficulty: meta.difficulty ?? null,
    hintCost: meta.hint?.cost ?? null
  };
}

function asPart(cell: CellData, index: number, role: Role): QuestionCell {
  const meta = getNbgrader(cell.metadata);
  const points = role === 'solution' ? 0 : (meta?.points ?? 0);
  return { index, id: cell.id, gradeId: meta?.grade_id ?? '', role, points };
}

/** Unlike its id, this is unique even where somebody copied a question. */
export function keyOf(question: Question): string {
  return question.cells[0].id;
}
