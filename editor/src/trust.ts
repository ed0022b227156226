/**
 * Whose outputs may run JavaScript in this page: those of this page's own runs, no others.
 *
 * JupyterLab writes trust into the cell's metadata. In a shared document that mark travels:
 * a pupil's `trusted` would let the pupil's JavaScript run in the teacher's page. So the
 * mark is neither written to nor believed from the shared document; it stays in the model,
 * and goes when somebody else's outputs take the place of this page's (`together/outputs`).
 */
import { YBaseCell } from '@jupyter/ydoc';

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
