/** Two pages that show one cell: JupyterLab's model of it in few lines, and the line between the pages. */
import { type YCodeCell, YNotebook } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import { vi } from 'vitest';
import * as Y from 'yjs';

import { formatSize, type Output } from '../src/together/outputs/bounds';
import type { PageEvent } from '../src/together/outputs/cell';
import { LiveOutputs } from '../src/together/outputs/install';
import { readOutputs } from '../src/together/outputs/sync';

export const stream = (text: string, name = 'stdout'): Output => ({ output_type: 'stream', name, text });
export const picture = (size: number): Output => ({
  output_type: 'display_data',
  data: { 'image/png': 'A'.repeat(size), 'text/plain': '<Figure>' },
  metadata: {}
});
export const note = (size: number) => `trop grand ${formatSize(size, 'fr')}`;

/** JupyterLab's model of a code cell and its outputs, in as many lines as matter here:
 *  streams of one name are combined, and every change of the list is told. */
class Model {
  constructor(readonly sharedModel: YCodeCell) {
    sharedModel.changed.connect(this._onSharedModelChanged, this);
    this.items = readOutputs(sharedModel).map(entry);
  }
  items: ReturnType<typeof entry>[];
  trusted = false;
  readonly stateChanged = new Signal<this, object>(this);
  readonly outputs = (() => {
    const model = this;
    return {
      get length() {
        return model.items.length;
      },
      get: (at: number) => model.items[at],
      add(output: Output) {
        const last = model.items[model.items.length - 1];
        if (output.output_type === 'stream' && last?.value.name === output.name) {
          last.value.text += output.text;
        } else {
          const item = entry(output);
          model.items.push(item);
          model.tell({ type: 'add', newValues: [item] });
        }
        return model.items.length;
      },
      set(at: number, output: Output) {
        const oldValues = [model.items[at]];
        model.items[at] = entry(output);
        model.tell({ type: 'set', oldValues, newValues: [model.items[at]] });
      },
      remove(at: number) {
        model.items.splice(at, 1);
        model.tell({ type: 'remove' });
      },
      clear(wait?: boolean) {
        if (!wait) {
          model.items = [];
          model.tell({ type: 'clear' });
        }
      }
    };
  })();
  executionCount!: number | null;
  clearExecution(): void {
    this.outputs.clear();
    this.executionCount = null;
  }
  onOutputsChange(_: unknown, _event: PageEvent): void {
    throw new Error('stock code would write now');
  }
  _connectStreamListener(): void {}
  _onSharedModelChanged(_: unknown, change: Record<string, unknown>): void {
    if (change.outputsChange || change.streamOutputChange) {
      throw new Error('stock code would show now');
    }
  }
  tell(event: PageEvent): void {
    this.onOutputsChange(this, event);
  }
}

function entry(output: Output) {
  const value = structuredClone(output);
  return {
    value,
    type: value.output_type,
    toJSON: () => structuredClone(value),
    streamText:
      value.output_type === 'stream'
        ? {
            get text() {
              return value.text as string;
            },
            insert: (at: number, text: string) => {
              value.text = value.text.slice(0, at) + text + value.text.slice(at);
            },
            remove: (start: number, end: number) => {
              value.text = value.text.slice(0, start) + value.text.slice(end);
            }
          }
        : undefined
  };
}

export interface Page {
  notebook: YNotebook;
  cell: YCodeCell;
  model: Model;
  outputs: LiveOutputs;
  keeps: boolean;
  run(count: number, ...outputs: Output[]): Promise<void>;
  start(): void;
  end(count: number): void;
  shown(): unknown[];
}

/** What travels between the pages; while it is held, it waits. */
export interface Wire {
  held: boolean;
  waiting: (() => void)[];
}

/** Updates of each page reach the others. */
export function connect(pages: Page[]): Wire {
  const line: Wire = { held: false, waiting: [] };
  for (const page of pages) {
    page.notebook.ydoc.on('update', (update, origin) => {
      if (origin !== 'net') {
        for (const other of pages) {
          const carry = () => other !== page && Y.applyUpdate(other.notebook.ydoc, update, 'net');
          line.held ? line.waiting.push(carry) : carry();
        }
      }
    });
  }
  return line;
}

export function release(line: Wire): void {
  line.held = false;
  line.waiting.splice(0).forEach(carry => carry());
}

/** A page with one code cell, as `seed` has it. */
export function makePage(seed: Uint8Array, client: number): Page {
  const notebook = new YNotebook({ disableDocumentWideUndoRedo: true });
  notebook.ydoc.clientID = client;
  Y.applyUpdate(notebook.ydoc, seed, 'net');
  const cell = notebook.cells[0] as YCodeCell;
  class OwnModel extends Model {}
  for (const name of ['onOutputsChange', '_connectStreamListener', 'clearExecution', '_onSharedModelChanged']) {
    const method = (Model.prototype as unknown as Record<string, unknown>)[name];
    Object.defineProperty(OwnModel.prototype, name, { value: method, writable: true, configurable: true });
  }
  const page = { notebook, cell, keeps: true } as Page;
  const outputs = new LiveOutputs({ isLive: () => true, keeps: () => page.keeps, note }, () => undefined);
  outputs.install(OwnModel.prototype);
  const model = new OwnModel(cell);
  delete (model as Partial<Model>).executionCount;
  outputs.of(model);
  return Object.assign(page, {
    model,
    outputs,
    start() {
      model.clearExecution();
      cell.executionState = 'running';
    },
    end(count: number) {
      model.executionCount = count;
      cell.executionState = 'idle';
    },
    async run(count: number, ...all: Output[]) {
      page.start();
      all.forEach(output => model.outputs.add(output));
      page.end(count);
      await vi.advanceTimersByTimeAsync(1_000);
    },
    shown: () => model.items.map(item => (item.type === 'stream' ? item.value.text : item.value.data))
  });
}
