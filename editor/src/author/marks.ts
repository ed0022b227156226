/**
 * What an author says of a cell: its role, its points, its hint. Read from and written to the
 * cell's metadata, `nbgrader` (schema version 3, as nbgrader's own extension writes it) and
 * `candyce` beside it. A cell without a role has neither.
 */
import { CLOSED_KINDS, type ClosedKind } from '../exercise/markdown';

export type Role = 'solution' | 'tests' | 'manual' | 'task' | 'readonly';
/** A role or, for a closed question (`manual` in nbgrader's eyes), its kind. */
export type Kind = Role | ClosedKind;
export type CellType = 'code' | 'markdown' | 'raw';

export const ROLES: readonly Role[] = ['solution', 'tests', 'manual', 'task', 'readonly'];

export interface Criterion {
  id: string;
  label: string;
  points: number;
}

export interface Mark {
  kind: Kind;
  gradeId: string;
  /** At least 0; of no meaning for `solution` and `readonly`. */
  points: number;
  title: string;
  /** 0: not said. */
  difficulty: 0 | 1 | 2 | 3;
  hint: { text: string; cost: number } | null;
  rubric: Criterion[];
  /** `metadata.candyce.question`, for closed questions. */
  question: Record<string, unknown>;
}

/** The two entries of a cell's metadata; undefined means that the key is not there. */
export interface Metadata {
  nbgrader: unknown;
  candyce: unknown;
}

type Dict = Record<string, unknown>;

/** The keys of `candyce` that belong to a role and go with it. */
const OURS = ['title', 'difficulty', 'hint', 'rubric', 'question'];

export function isClosed(kind: Kind): kind is ClosedKind {
  return (CLOSED_KINDS as readonly string[]).includes(kind);
}

/** Which kinds have points of their own. Those of a programmed answer are its tests'. */
export function hasPoints(kind: Kind): boolean {
  return kind !== 'solution' && kind !== 'readonly';
}

/** Whether a cell begins a question of its own (with a title, a difficulty, a hint). */
export function startsQuestion(kind: Kind): boolean {
  return kind !== 'tests' && kind !== 'readonly';
}

/** Marked by a person. */
export function isByHand(kind: Kind): boolean {
  return kind === 'manual' || kind === 'task' || kind === 'file';
}

export function fitsType(kind: Kind, type: CellType): boolean {
  if (kind === 'solution' || kind === 'tests') {
    return type === 'code';
  }
  if (kind === 'task' || isClosed(kind)) {
    return type === 'markdown';
  }
  return type === 'code' || type === 'markdown';
}

/** The type that an empty cell takes with this kind. */
export function typeFor(kind: Kind, type: CellType): CellType {
  if (fitsType(kind, type)) {
    return type;
  }
  return kind === 'solution' || kind === 'tests' ? 'code' : 'markdown';
}

/** The mark of a cell, as the server reads it; null without a role. */
export function readMark({ nbgrader, candyce }: Metadata, type: CellType): Mark | null {
  const meta = asDict(nbgrader);
  if (!meta) {
    return null;
  }
  const role = readRole(meta);
  if (!role) {
    return null;
  }
  const ours = asDict(candyce) ?? {};
  const question = asDict(ours.question) ?? {};
  const closed = role === 'manual' && type === 'markdown' ? question.kind : null;
  const kind = CLOSED_KINDS.find(known => known === closed) ?? role;
  return {
    kind,
    gradeId: typeof meta.grade_id === 'string' ? meta.grade_id : '',
    points: asNumber(meta.points),
    title: typeof ours.title === 'string' ? ours.title : '',
    difficulty: ([1, 2, 3] as const).find(level => level === ours.difficulty) ?? 0,
    hint: readHint(ours.hint),
    rubric: readRubric(ours.rubric),
    question: isClosed(kind) ? question : {}
  };
}

function readRole({ grade, solution, locked, task }: Dict): Role | null {
  if (task) {
    return 'task';
  }
  if (solution) {
    return grade ? 'manual' : 'solution';
  }
  if (grade) {
    return 'tests';
  }
  return locked ? 'readonly' : null;
}

/** The metadata that say this, over those that are there. Null takes the role away. */
export function writeMark(mark: Mark | null, before: Metadata): Metadata {
  const kept = Object.entries(asDict(before.candyce) ?? {}).filter(([key]) => !OURS.includes(key));
  if (!mark) {
    return { nbgrader: undefined, candyce: kept.length ? Object.fromEntries(kept) : undefined };
  }
  const entries = [...kept, ...ourEntries(mark)];
  return {
    nbgrader: nbgraderOf(mark),
    candyce: entries.length ? Object.fromEntries(entries) : undefined
  };
}

/** In the order of nbgrader's extension. */
function nbgraderOf({ kind, gradeId, points }: Mark): Dict {
  const role: Role = isClosed(kind) ? 'manual' : kind;
  const grade = role === 'tests' || role === 'manual';
  const solution = role === 'solution' || role === 'manual';
  return {
    grade,
    grade_id: gradeId,
    locked: !solution,
    ...(hasPoints(kind) ? { points } : {}),
    schema_version: 3,
    solution,
    task: role === 'task'
  };
}

function ourEntries({ kind, title, difficulty, hint, rubric, question }: Mark): [string, unknown][] {
  const entries: [string, unknown][] = [];
  if (startsQuestion(kind)) {
    if (title.trim()) {
      entries.push(['title', title.trim()]);
    }
    if (difficulty) {
      entries.push(['difficulty', difficulty]);
    }
    if (hint?.text.trim()) {
      entries.push(['hint', { text: hint.text, cost: hint.cost }]);
    }
  }
  if (isByHand(kind) && rubric.length) {
    entries.push(['rubric', rubric.map(({ id, label, points }) => ({ id, label, points }))]);
  }
  if (isClosed(kind)) {
    entries.push(['question', { ...question, kind }]);
  }
  return entries;
}

/** A mark for a cell that had none, or another kind: what is common stays. */
export function changeKind(before: Mark | null, kind: Kind, gradeId: string): Mark {
  const fresh: Mark = {
    kind,
    gradeId,
    points: 1,
    title: '',
    difficulty: 0,
    hint: null,
    rubric: [],
    question: isClosed(kind) ? newQuestion(kind) : {}
  };
  if (!before) {
    return fresh;
  }
  const { title, difficulty, hint, rubric } = before;
  const points = hasPoints(before.kind) ? before.points : 1;
  const alike =
    isClosed(kind) && isClosed(before.kind) && isChoice(kind) && isChoice(before.kind)
      ? { ...before.question, kind }
      : fresh.question;
  return { ...fresh, gradeId: before.gradeId || gradeId, points, title, difficulty, hint, rubric, question: alike };
}

function isChoice(kind: Kind): boolean {
  return kind === 'choice' || kind === 'choices';
}

/** The key of a new closed question. */
export function newQuestion(kind: ClosedKind): Dict {
  switch (kind) {
    case 'number':
      return { kind, key: { tolerance: { relative: 0.01 }, units: [] }, unit: false };
    case 'text':
      return { kind, key: { accepted: [] }, case: false, accents: false };
    case 'file':
      return { kind, accept: [] };
    default:
      return { kind, key: {} };
  }
}

function readHint(value: unknown): Mark['hint'] {
  const hint = asDict(value);
  if (!hint || typeof hint.text !== 'string') {
    return null;
  }
  return { text: hint.text, cost: asNumber(hint.cost) };
}

function readRubric(value: unknown): Criterion[] {
  return (Array.isArray(value) ? value : []).flatMap(entry => {
    const one = asDict(entry);
    return one && typeof one.id === 'string'
      ? [{ id: one.id, label: String(one.label ?? ''), points: asNumber(one.points) }]
      : [];
  });
}

/** A number that is at least 0; anything else is 0. nbgrader reads strings too. */
function asNumber(value: unknown): number {
  const number = typeof value === 'string' ? parseFloat(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : 0;
}

export function asDict(value: unknown): Dict | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Dict) : null;
}
