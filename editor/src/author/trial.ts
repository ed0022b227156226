/** Trying the author's solution against the author's tests: what to run, and what came out. */
import { asDict } from './marks';
import type { Question } from './survey';
import { DEFINITION, MIME } from './trialProgram';

export interface TrialCell {
  id: string;
  source: string;
  tests: boolean;
}

export interface Failure {
  /** In the cell, from 1; 0 when it is not known. */
  line: number;
  /** The first line of the statement. */
  text: string;
  error: string;
  message: string;
}

export interface CellOutcome {
  id: string;
  ran: number;
  passed: number;
  failures: Failure[];
}

export interface TrialWords {
  /** Said when the code asks the reader. */
  input: string;
  /** With `{what}` and `{value}`. */
  given: string;
}

/** A program for the notebook's kernel that answers by showing `MIME`. */
export function program(cells: readonly TrialCell[], words: TrialWords): string {
  const text = (value: unknown): string => JSON.stringify(JSON.stringify(value));
  return [
    DEFINITION.trim(),
    'def _candyce_show(outcome):',
    '    from IPython.display import display',
    `    display({"${MIME}": outcome}, raw=True)`,
    'try:',
    '    import json as _candyce_json',
    `    _candyce_show(await _candyce_trial(_candyce_json.loads(${text(cells)}), _candyce_json.loads(${text(words)})))`,
    'finally:',
    '    del _candyce_trial, _candyce_show, _candyce_json',
    ''
  ].join('\n');
}

/** The outcome in a message of the kernel; null when it is another. */
export function readOutcome(data: unknown): CellOutcome[] | null {
  const cells = asDict(asDict(data)?.[MIME])?.cells;
  return Array.isArray(cells) ? (cells as CellOutcome[]) : null;
}

export interface Verdict {
  /** A cell of the question, or a cell outside all questions. */
  cellId: string;
  question: Question | null;
  failures: { cellId: string; failure: Failure }[];
}

export interface Report {
  tests: number;
  failed: number;
  /** Where something failed, in the notebook's order. */
  verdicts: Verdict[];
}

/** What the trial says of each question. */
export function report(questions: readonly Question[], outcomes: readonly CellOutcome[]): Report {
  const owner = new Map<string, Question>();
  const tests = new Set<string>();
  for (const question of questions) {
    for (const { cellId, mark } of question.cells) {
      owner.set(cellId, question);
      if (mark.kind === 'tests') {
        tests.add(cellId);
      }
    }
  }
  const verdicts: Verdict[] = [];
  let ran = 0;
  let failed = 0;
  for (const { id, ran: judged, failures } of outcomes) {
    if (tests.has(id)) {
      ran += judged;
      failed += failures.length;
    }
    if (!failures.length) {
      continue;
    }
    const question = owner.get(id) ?? null;
    const found = failures.map(failure => ({ cellId: id, failure }));
    const known = question && verdicts.find(verdict => verdict.question === question);
    if (known) {
      known.failures.push(...found);
    } else {
      verdicts.push({ cellId: id, question, failures: found });
    }
  }
  return { tests: ran, failed, verdicts };
}
