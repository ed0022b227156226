/** Reading and changing the cells of an open notebook: each change is one edit of the shared document. */
import { applyEdits, type Edit, parse } from '../exercise/markdown';
import type { Language } from '../tokens';
import { isClosed, type CellType, type Mark, type Metadata, readMark, writeMark } from './marks';
import { type NewCell, skeleton } from './ready';
import type { CellView } from './survey';

/** A cell's model, as far as this needs it. */
export interface CellModel {
  readonly id: string;
  readonly type: string;
  getMetadata(key: string): unknown;
  setMetadata(key: string, value: unknown): void;
  deleteMetadata(key: string): void;
  readonly sharedModel: {
    getSource(): string;
    updateSource(start: number, end: number, text: string): void;
    transact(change: () => void): void;
  };
}

interface SharedNotebook {
  transact(change: () => void): void;
  insertCells(index: number, cells: object[]): void;
}

export function viewCell(cell: CellModel): CellView {
  return {
    id: cell.id,
    type: cell.type as CellType,
    source: cell.sharedModel.getSource(),
    ...metadataOf(cell)
  };
}

export function markOf(cell: CellModel): Mark | null {
  return readMark(metadataOf(cell), cell.type as CellType);
}

function metadataOf(cell: CellModel): Metadata {
  return { nbgrader: cell.getMetadata('nbgrader'), candyce: cell.getMetadata('candyce') };
}

/** Write what a mark says, and nothing that is there already. */
export function setMark(cell: CellModel, mark: Mark | null): void {
  const before = metadataOf(cell);
  const after = writeMark(mark, before);
  cell.sharedModel.transact(() => {
    for (const key of ['nbgrader', 'candyce'] as const) {
      if (after[key] === undefined) {
        if (before[key] !== undefined) {
          cell.deleteMetadata(key);
        }
      } else if (JSON.stringify(after[key]) !== JSON.stringify(before[key])) {
        cell.setMetadata(key, after[key]);
      }
    }
  });
}

/** Put what a closed question needs at the end of a text that lacks it. */
export function completeSource(cell: CellModel, mark: Mark, language: Language): void {
  const source = cell.sharedModel.getSource();
  if (!isClosed(mark.kind)) {
    return;
  }
  const { options, pairs, answer } = parse(source, mark.kind);
  if (options.length || pairs.length || answer) {
    return;
  }
  const kept = source.trimEnd();
  const text = `${kept ? '\n\n' : ''}${skeleton(mark.kind, language)}`;
  edit(cell, [{ start: kept.length, end: source.length, text }]);
}

/** Carry edits out, in their order (last place first). */
export function edit(cell: CellModel, edits: readonly Edit[]): void {
  const { sharedModel } = cell;
  if (applyEdits(sharedModel.getSource(), edits) !== sharedModel.getSource()) {
    sharedModel.transact(() => edits.forEach(({ start, end, text }) => sharedModel.updateSource(start, end, text)));
  }
}

/** Insert ready cells; what has no mark gets no metadata. */
export function insertCells(notebook: SharedNotebook, index: number, cells: readonly NewCell[]): void {
  const made = cells.map(({ type, source, mark }) => {
    const { nbgrader, candyce } = writeMark(mark, { nbgrader: undefined, candyce: undefined });
    const metadata = { ...(nbgrader ? { nbgrader } : {}), ...(candyce ? { candyce } : {}) };
    return { cell_type: type, source, metadata };
  });
  notebook.transact(() => notebook.insertCells(index, made));
}

/** A place in a text as its offset; lines and columns count from 0. */
export function offsetAt(source: string, { line, column }: { line: number; column: number }): number {
  const lines = source.split('\n');
  const before = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
  return Math.min(source.length, before + Math.min(column, lines[line]?.length ?? 0));
}
