/**
 * What a cell says about itself as part of an exercise: nbgrader's metadata (schema version 3)
 * and ours beside it. Anybody may have written it, so nothing is believed about its shape.
 */
import { CLOSED_KINDS, type ClosedKind } from './markdown';

export type Role = 'solution' | 'tests' | 'manual' | 'task' | 'readonly';

/** `cell.metadata.nbgrader`. */
export interface NbgraderMeta {
  schema_version: number;
  grade: boolean;
  solution: boolean;
  locked: boolean;
  task: boolean;
  grade_id: string;
  points?: number;
}

/** `cell.metadata.candyce.question`. */
export interface ClosedMeta {
  kind: ClosedKind;
  key?: Record<string, unknown>;
  /** `choices`: right ticks minus wrong ticks. */
  partial?: boolean;
  /** `matching`: what may be chosen. */
  options?: string[];
  /** `file`: endings with their dot. */
  accept?: string[];
  case?: boolean;
  accents?: boolean;
}

/** `cell.metadata.candyce`. */
export interface CandyceMeta {
  title?: string;
  difficulty?: 1 | 2 | 3;
  /** A pupil's copy says the cost only. */
  hint?: { text?: string; cost: number };
  rubric?: { id: string; label: string; points: number }[];
  question?: ClosedMeta;
}

/** A cell as nbformat has it, with its source as one text. */
export interface CellData {
  id: string;
  cell_type: string;
  source: string;
  metadata: Record<string, unknown>;
}

export function getNbgrader(metadata: Record<string, unknown>): NbgraderMeta | null {
  const raw = asObject(metadata.nbgrader);
  const id = raw?.grade_id;
  if (!raw || typeof id !== 'string' || !id) {
    return null;
  }
  const points = asPoints(raw.points);
  return {
    schema_version: typeof raw.schema_version === 'number' ? raw.schema_version : 0,
    grade: raw.grade === true,
    solution: raw.solution === true,
    locked: raw.locked === true,
    task: raw.task === true,
    grade_id: id,
    ...(points === null ? {} : { points })
  };
}

/** What the cell is in the exercise; null for an ordinary one. */
export function getRole(metadata: Record<string, unknown>): Role | null {
  const meta = getNbgrader(metadata);
  if (!meta) {
    return null;
  }
  if (meta.task) {
    return 'task';
  }
  if (meta.grade) {
    return meta.solution ? 'manual' : 'tests';
  }
  return meta.solution ? 'solution' : meta.locked ? 'readonly' : null;
}

export function getCandyce(metadata: Record<string, unknown>): CandyceMeta {
  const raw = asObject(metadata.candyce) ?? {};
  const { title, difficulty } = raw;
  const hint = asObject(raw.hint);
  const question = getClosed(metadata);
  return {
    ...(typeof title === 'string' && title.trim() ? { title: title.trim() } : {}),
    ...(difficulty === 1 || difficulty === 2 || difficulty === 3 ? { difficulty } : {}),
    ...(hint ? { hint: { ...(typeof hint.text === 'string' ? { text: hint.text } : {}), cost: asPoints(hint.cost) ?? 0 } } : {}),
    ...(Array.isArray(raw.rubric) ? { rubric: raw.rubric.flatMap(asCriterion) } : {}),
    ...(question ? { question } : {})
  };
}

/** The closed question that a Markdown cell asks, if any. */
export function getClosed(metadata: Record<string, unknown>): ClosedMeta | null {
  const raw = asObject(asObject(metadata.candyce)?.question);
  const kind = CLOSED_KINDS.find(known => known === raw?.kind);
  if (!raw || !kind) {
    return null;
  }
  const options = asTexts(raw.options);
  const accept = asTexts(raw.accept);
  const key = asObject(raw.key);
  return {
    kind,
    ...(key ? { key } : {}),
    ...(raw.partial === true ? { partial: true } : {}),
    ...(options ? { options } : {}),
    ...(accept ? { accept } : {}),
    ...(typeof raw.case === 'boolean' ? { case: raw.case } : {}),
    ...(typeof raw.accents === 'boolean' ? { accents: raw.accents } : {})
  };
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function asPoints(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function asTexts(value: unknown): string[] | null {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : null;
}

function asCriterion(value: unknown): { id: string; label: string; points: number }[] {
  const raw = asObject(value);
  const points = asPoints(raw?.points);
  return typeof raw?.id === 'string' && typeof raw.label === 'string' && points !== null
    ? [{ id: raw.id, label: raw.label, points }]
    : [];
}
