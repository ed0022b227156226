/** `grade_id`s: what names an answer from the author's cell to the mark. */
import type { Kind } from './marks';

const VALID = /^[a-zA-Z0-9_-]+$/;

/** nbgrader's rule. */
export function isValidId(id: string): boolean {
  return VALID.test(id);
}

/** An id that nobody has: `question-3`; `question-3-tests` for the tests of `question-3`. */
export function newGradeId(kind: Kind, taken: Iterable<string>, answer = ''): string {
  const known = new Set(taken);
  if (kind === 'tests' && isValidId(answer)) {
    return unused(`${answer}-tests`, known);
  }
  const stem = kind === 'tests' ? 'tests' : kind === 'readonly' ? 'given' : 'question';
  for (let n = 1; ; n += 1) {
    if (!known.has(`${stem}-${n}`)) {
      return `${stem}-${n}`;
    }
  }
}

function unused(id: string, known: Set<string>): string {
  let candidate = id;
  for (let n = 2; known.has(candidate); n += 1) {
    candidate = `${id}-${n}`;
  }
  return candidate;
}

/** The next id for a criterion of a rubric. */
export function newCriterionId(taken: Iterable<string>): string {
  const known = new Set(taken);
  for (let n = 1; ; n += 1) {
    if (!known.has(`c${n}`)) {
      return `c${n}`;
    }
  }
}
