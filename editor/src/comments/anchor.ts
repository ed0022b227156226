/**
 * Where a passage is now.
 *
 * Two relative positions of Yjs stay with the letters they stand beside, whoever types around them. Where those
 * letters are gone (a cell that was cut and pasted, an older version that came back), the text itself is looked for, with
 * what stood around it; where that is gone too, the comment stays and says so.
 */
import * as Y from 'yjs';

import { base64ToBytes, bytesToBase64 } from '../base64';
import type { Anchor, Thread } from './thread';

/** Letters kept of what stands before and after. */
const CONTEXT = 40;
/** As long as the server keeps of a quote. */
export const QUOTE = 400;
/** A shorter text is not looked for in other cells: it would be found by accident. */
const TELLING = 8;

export interface Span {
  from: number;
  to: number;
}

export interface CellText {
  id: string;
  text: Y.Text;
}

/** Where a thread stands: `index` is the cell's, -1 when there is none; `lost` is what is gone. */
export interface Place {
  index: number;
  span: Span | null;
  lost: 'cell' | 'passage' | null;
}

export function makeAnchor(text: Y.Text, { from, to }: Span): Anchor {
  const source = text.toString();
  return {
    start: encode(Y.createRelativePositionFromTypeIndex(text, from, 0)),
    end: encode(Y.createRelativePositionFromTypeIndex(text, to, -1)),
    before: whole(source.slice(Math.max(0, from - CONTEXT), from)),
    after: whole(source.slice(to, to + CONTEXT))
  };
}

export function quoteOf(source: string, span?: Span): string {
  return whole(span ? source.slice(span.from, Math.min(span.to, span.from + QUOTE)) : source.slice(0, QUOTE));
}

export function place(thread: Pick<Thread, 'anchor' | 'cell' | 'quote'>, cells: readonly CellText[]): Place {
  const { anchor, quote } = thread;
  const home = cells.findIndex(({ id }) => id === thread.cell);
  if (!anchor) {
    const index = home >= 0 ? home : only(cells, ({ text }) => isTelling(quote) && text.toString().startsWith(quote));
    return { index, span: null, lost: index >= 0 ? null : 'cell' };
  }
  const doc = cells[0]?.text.doc;
  const start = doc ? find(anchor.start, doc) : null;
  const end = doc ? find(anchor.end, doc) : null;
  if (start && end && start.type === end.type && start.index < end.index) {
    const index = cells.findIndex(({ text }) => text === start.type);
    if (index >= 0) {
      return { index, span: { from: start.index, to: end.index }, lost: null };
    }
  }
  if (home >= 0) {
    const span = search(cells[home].text.toString(), thread);
    if (span) {
      return { index: home, span, lost: null };
    }
  }
  const elsewhere = only(cells, ({ text }) => isTelling(quote) && occurrences(text.toString(), quote).length === 1);
  if (elsewhere >= 0) {
    return { index: elsewhere, span: search(cells[elsewhere].text.toString(), thread), lost: null };
  }
  return { index: home, span: null, lost: home >= 0 ? 'passage' : 'cell' };
}

/** The passage by its text: the one place where it stands, or the one whose surroundings it knows. */
function search(source: string, { anchor, quote }: Pick<Thread, 'anchor' | 'quote'>): Span | null {
  if (!quote || !anchor) {
    return null;
  }
  const found = occurrences(source, quote).map(from => {
    const to = from + quote.length;
    const before = anchor.before !== '' && source.slice(0, from).endsWith(anchor.before);
    const after = anchor.after !== '' && source.slice(to).startsWith(anchor.after);
    return { span: { from, to }, score: Number(before) + Number(after) };
  });
  const best = Math.max(0, ...found.map(({ score }) => score));
  const bests = found.filter(({ score }) => score === best);
  // one of two alike would be a guess
  return bests.length === 1 && (best > 0 || isTelling(quote)) ? bests[0].span : null;
}

function occurrences(source: string, quote: string): number[] {
  const found: number[] = [];
  for (let at = source.indexOf(quote); quote && at >= 0; at = source.indexOf(quote, at + quote.length)) {
    found.push(at);
  }
  return found;
}

function only(cells: readonly CellText[], fits: (cell: CellText) => boolean): number {
  const found = cells.flatMap((cell, index) => (fits(cell) ? [index] : []));
  return found.length === 1 ? found[0] : -1;
}

function isTelling(quote: string): boolean {
  return quote.trim().length >= TELLING;
}

function encode(position: Y.RelativePosition): string {
  return bytesToBase64(Y.encodeRelativePosition(position));
}

function find(position: string, doc: Y.Doc): { type: unknown; index: number } | null {
  try {
    const relative = Y.decodeRelativePosition(base64ToBytes(position));
    return Y.createAbsolutePositionFromRelativePosition(relative, doc);
  } catch {
    return null;
  }
}

/** Without half a letter at an end: no database takes that. */
function whole(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
}
