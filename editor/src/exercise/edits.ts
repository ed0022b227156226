/** Edits of a cell's shared source. */
import { applyEdits, type Edit } from './markdown';

/** `YBaseCell`, as far as it is used. */
export interface SharedSource {
  getSource(): string;
  updateSource(start: number, end: number, value?: string): void;
  transact(change: () => void): void;
}

/** Several edits of one source as one step to undo. */
export function change(shared: SharedSource, make: (source: string) => Edit[]): void {
  const source = shared.getSource();
  const edits = make(source);
  if (edits.length && applyEdits(source, edits) !== source) {
    shared.transact(() => edits.forEach(({ start, end, text }) => shared.updateSource(start, end, text)));
  }
}
