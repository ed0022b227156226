/**
 * Whose outputs may run JavaScript in this page: those of this page's own runs, no others.
 *
 * JupyterLab writes trust into the cell's metadata. In a shared document that mark travels:
 * a pupil's `trusted` would let the pupil's JavaScript run in the teacher's page. So the
 * mark is neither written to nor believed from the shared document; it stays in the model.
 */
import { YBaseCell } from '@jupyter/ydoc';
import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type * as Y from 'yjs';

interface Metadata {
  [key: string]: unknown;
}
interface MetadataPrototype {
  getMetadata(key?: string): unknown;
  setMetadata(metadata: Metadata | string, value?: unknown): void;
}

function without(metadata: Metadata): Metadata {
  const { trusted: _trusted, ...rest } = metadata;
  return rest;
}

/** Make shared cells deaf and dumb about `trusted`. Once is enough; again does nothing. */
export function ignoreSharedTrust(
  prototype: MetadataPrototype = YBaseCell.prototype as unknown as MetadataPrototype
): void {
  if (patched.has(prototype)) {
    return;
  }
  patched.add(prototype);
  const { getMetadata, setMetadata } = prototype;
  prototype.getMetadata = function (this: MetadataPrototype, key?: string): unknown {
    if (key === 'trusted') {
      return undefined;
    }
    const found = getMetadata.call(this, key);
    return key === undefined ? without((found ?? {}) as Metadata) : found;
  };
  prototype.setMetadata = function (
    this: MetadataPrototype,
    metadata: Metadata | string,
    value?: unknown
  ): void {
    if (metadata === 'trusted') {
      return;
    }
    if (typeof metadata === 'string') {
      setMetadata.call(this, metadata, value);
    } else {
      setMetadata.call(this, without(metadata));
    }
  };
}

const patched = new WeakSet<object>();

/** Take trust back from a cell whose outputs somebody else changes, before they are shown. */
export function distrustForeignOutputs(panel: NotebookPanel): void {
  const notebook = panel.context.model.sharedModel as unknown as { ydoc: Y.Doc };
  const look = (transaction: Y.Transaction): void => {
    if (transaction.local) {
      return;
    }
    for (const cell of panel.content.model?.cells ?? []) {
      const outputs = sharedOutputs(cell.sharedModel);
      if (cell.type === 'code' && outputs && changedWithin(transaction, outputs)) {
        (cell as ICodeCellModel).trusted = false;
      }
    }
  };
  notebook.ydoc.on('beforeObserverCalls', look);
  panel.disposed.connect(() => notebook.ydoc.off('beforeObserverCalls', look));
}

function sharedOutputs(cell: unknown): Y.AbstractType<unknown> | undefined {
  return (cell as { ymodel?: Y.Map<Y.AbstractType<unknown>> }).ymodel?.get('outputs');
}

/** Did this transaction change `type` or anything inside it? */
export function changedWithin(
  transaction: Y.Transaction,
  type: Y.AbstractType<unknown>
): boolean {
  for (const changed of transaction.changed.keys()) {
    let at: Y.AbstractType<unknown> | null = changed as unknown as Y.AbstractType<unknown>;
    while (at) {
      if (at === type) {
        return true;
      }
      at = at.parent as Y.AbstractType<unknown> | null;
    }
  }
  return false;
}
