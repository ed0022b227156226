/**
 * Whose run `[*]` shows: this page's.
 *
 * JupyterLab keeps a cell's execution state in the shared document, as if all shared one
 * kernel. Here everybody has a kernel of their own: a run shown to others never ends for
 * them, and one cut short by a closed page would show `[*]` for ever. So the state stays
 * in this page.
 */
import { YCodeCell } from '@jupyter/ydoc';

interface CodeCellPrototype {
  executionState: string;
}
interface Emitting {
  _changed: { emit(change: object): void };
}

let patched = false;

/** Keep execution states out of shared documents. Once is enough; again does nothing. */
export function keepRunsToOneself(): void {
  if (patched) {
    return;
  }
  patched = true;
  const states = new WeakMap<object, string>();
  Object.defineProperty(YCodeCell.prototype as unknown as CodeCellPrototype, 'executionState', {
    configurable: true,
    get(): string {
      return states.get(this as object) ?? 'idle';
    },
    set(newValue: string) {
      const oldValue = states.get(this as object) ?? 'idle';
      if (newValue !== oldValue) {
        states.set(this as object, newValue);
        (this as Emitting)._changed.emit({ executionStateChange: { oldValue, newValue } });
      }
    }
  });
}
