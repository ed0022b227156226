/**
 * Outputs from the page into the shared document, and back, by their differences.
 *
 * A stream that grows is one insertion at its end, not the whole text anew: the log and
 * everybody's line carry what changed.
 */
import type { YCodeCell } from '@jupyter/ydoc';
import { JSONExt } from '@lumino/coreutils';
import * as Y from 'yjs';

import type { Output } from './bounds';

/** Marks what the page writes of its own run: ydoc tells the page nothing of it. */
export const OWN = 'silent-change';

/** The shared parts of a code cell. ydoc keeps them protected; the layout is Jupyter's standard. */
interface Shared {
  ymodel: Y.Map<any>;
  youtputs: Y.Array<any>;
  createOutputs(outputs: Output[]): Y.Map<any>[];
}

function shared(cell: YCodeCell): Shared {
  return cell as unknown as Shared;
}

export function readOutputs(cell: YCodeCell): Output[] {
  return shared(cell).youtputs.toJSON();
}

export function readCount(cell: YCodeCell): number | null {
  return shared(cell).ymodel.get('execution_count') ?? null;
}

/**
 * Make this page the owner of the cell's outputs.
 *
 * Whoever last set the execution count owns them. Yjs settles who that was, alike on every
 * page and on the server, also when two people run the cell at the same moment.
 */
export function claim(cell: YCodeCell): void {
  const { ymodel } = shared(cell);
  ymodel.doc?.transact(() => ymodel.set('execution_count', null), OWN);
}

/** Whether this page is the owner. */
export function owns(cell: YCodeCell): boolean {
  const { ymodel } = shared(cell);
  return ymodel._map.get('execution_count')?.id.client === ymodel.doc?.clientID;
}

/** Take this page's outputs out again: another run of the cell has the place. */
export function withdraw(cell: YCodeCell): void {
  const { youtputs } = shared(cell);
  const me = youtputs.doc?.clientID;
  const mine: number[] = [];
  let index = 0;
  for (let item = youtputs._start; item; item = item.right) {
    if (!item.deleted && item.countable) {
      for (let at = 0; at < item.length; at++, index++) {
        if (item.id.client === me) {
          mine.unshift(index);
        }
      }
    }
  }
  if (mine.length) {
    youtputs.doc?.transact(() => mine.forEach(at => youtputs.delete(at, 1)), OWN);
  }
}

/** Write `wanted` and the count; `known` is what the document holds now. */
export function write(
  cell: YCodeCell,
  wanted: readonly Output[],
  count: number | null,
  known: readonly Output[]
): void {
  const { ymodel, youtputs } = shared(cell);
  ymodel.doc?.transact(() => {
    let same = 0;
    while (same < wanted.length && same < known.length && isSame(wanted[same], known[same])) {
      same += 1;
    }
    if (same < wanted.length && same < known.length && extend(youtputs.get(same), wanted[same], known[same])) {
      same += 1;
    }
    // one changed output in the middle (a progress bar above others) leaves those after it
    if (wanted.length === known.length) {
      for (let at = same; at < wanted.length; at++) {
        if (!isSame(wanted[at], known[at]) && !extend(youtputs.get(at), wanted[at], known[at])) {
          replace(cell, at, 1, [wanted[at]]);
        }
      }
    } else if (same < known.length || same < wanted.length) {
      replace(cell, same, known.length - same, wanted.slice(same));
    }
    if (count !== null && ymodel.get('execution_count') !== count) {
      ymodel.set('execution_count', count);
    }
  }, OWN);
}

function replace(cell: YCodeCell, at: number, remove: number, outputs: readonly Output[]): void {
  const { youtputs, createOutputs } = shared(cell);
  if (remove > 0) {
    youtputs.delete(at, remove);
  }
  if (outputs.length > 0) {
    youtputs.insert(at, createOutputs.call(cell, [...outputs]));
  }
}

/** Turn the text of a shared stream into the wanted one; false when it is not such a stream. */
function extend(entry: unknown, wanted: Output, known: Output): boolean {
  const text = entry instanceof Y.Map ? entry.get('text') : null;
  if (!(text instanceof Y.Text) || !isStreamOf(wanted, known) || text.length !== known.text.length) {
    return false;
  }
  const start = commonStart(known.text, wanted.text);
  if (start < text.length) {
    text.delete(start, text.length - start);
  }
  if (start < wanted.text.length) {
    text.insert(start, wanted.text.slice(start));
  }
  return true;
}

/** The page's outputs of a cell, as small as JupyterLab's `IOutputAreaModel`'s useful part. */
export interface PageOutputs {
  readonly length: number;
  get(index: number): {
    readonly type: string;
    toJSON(): any;
    readonly streamText?: {
      readonly text: string;
      insert(at: number, text: string, options?: object): void;
      remove(start: number, end: number, options?: object): void;
    };
    setData?(options: object): void;
  };
  add(output: any): number;
  set(index: number, output: any): void;
  remove(index: number): void;
  clear(wait?: boolean): void;
}

/** Bring the page from `shown` to `wanted`; what did not change is not drawn anew. */
export function show(page: PageOutputs, shown: readonly Output[], wanted: readonly Output[]): void {
  if (page.length !== shown.length) {
    // something was combined or removed on the way: begin afresh
    page.clear();
    wanted.forEach(output => page.add(output));
    return;
  }
  for (let at = page.length - 1; at >= wanted.length; at--) {
    page.remove(at);
  }
  for (const [at, output] of wanted.entries()) {
    if (at >= page.length) {
      page.add(output);
    } else if (!isSame(output, shown[at]) && !extendShown(page, at, output, shown[at])) {
      page.set(at, output);
    }
  }
}

function extendShown(page: PageOutputs, at: number, wanted: Output, shown: Output): boolean {
  const entry = page.get(at);
  const text = entry.streamText;
  if (!text || !isStreamOf(wanted, shown) || text.text !== shown.text) {
    return false;
  }
  const start = commonStart(shown.text, wanted.text);
  if (start < shown.text.length) {
    text.remove(start, shown.text.length, { silent: true });
  }
  if (start < wanted.text.length) {
    text.insert(start, wanted.text.slice(start), { silent: true });
  }
  // an output that took another's place (trust changed) is not listened to by the stock page
  entry.setData?.({});
  return true;
}

export function isSame(one: Output, other: Output): boolean {
  return one === other || JSONExt.deepEqual(one as never, other as never);
}

function isStreamOf(one: Output, other: Output): boolean {
  return (
    one.output_type === 'stream' &&
    other.output_type === 'stream' &&
    one.name === other.name &&
    typeof one.text === 'string' &&
    typeof other.text === 'string'
  );
}

/** How far two texts agree, without cutting a pair of surrogates in two. */
function commonStart(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  let at = other.startsWith(one) ? one.length : 0;
  while (at < shorter && one.charCodeAt(at) === other.charCodeAt(at)) {
    at += 1;
  }
  const last = one.charCodeAt(at - 1);
  return at > 0 && last >= 0xd800 && last < 0xdc00 ? at - 1 : at;
}
