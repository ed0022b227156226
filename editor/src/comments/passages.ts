/**
 * A calm line under the passages that were commented on: in code editors a layer under the text, in drawn
 * Markdown the browser's own highlights. Nothing is put into what one edits or reads aloud.
 */
import type { Extension, SelectionRange } from '@codemirror/state';
import { type EditorView, layer, RectangleMarker, ViewPlugin } from '@codemirror/view';
import type * as Y from 'yjs';

import type { Span } from './anchor';

/** The passages of one text, as a notebook's comments know them. */
export interface Passages {
  of(text: Y.Text): readonly { span: Span; current: boolean }[];
  /** Call `act` when they change; gives the way to stop it. */
  watch(act: () => void): () => void;
}

const HIGHLIGHT = 'cy-comment';

export function passageExtension(text: Y.Text, passages: Passages): Extension {
  let stale = false;
  const watch = ViewPlugin.define(view => ({
    destroy: passages.watch(() => {
      stale = true;
      view.dispatch({});
      stale = false;
    })
  }));
  return [
    watch,
    layer({
      above: false,
      class: 'cy-passages',
      update: update => stale || update.docChanged || update.geometryChanged || update.viewportChanged,
      markers: view => draw(view, text, passages)
    })
  ];
}

function draw(view: EditorView, text: Y.Text, passages: Passages): RectangleMarker[] {
  // while a remote change is on its way into the editor, the two texts differ
  const inside = passages.of(text).filter(({ span }) => span.to <= view.state.doc.length);
  return inside.flatMap(({ span: { from, to }, current }) => {
    const range = { from, to, anchor: from, head: to, empty: false } as SelectionRange;
    return [...RectangleMarker.forRange(view, `cy-passage${current ? ' cy-current' : ''}`, range)];
  });
}

/** Where a text stands in drawn Markdown, when it stands there once, as it was typed. */
export function findRange(node: HTMLElement, quote: string): Range | null {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const parts: { text: Text; from: number }[] = [];
  let whole = '';
  for (let text = walker.nextNode() as Text | null; text; text = walker.nextNode() as Text | null) {
    parts.push({ text, from: whole.length });
    whole += text.data;
  }
  const at = whole.indexOf(quote);
  if (!quote.trim() || at < 0 || whole.indexOf(quote, at + 1) >= 0) {
    return null;
  }
  const range = document.createRange();
  const first = parts.filter(({ from }) => from <= at).at(-1)!;
  const last = parts.filter(({ from }) => from < at + quote.length).at(-1)!;
  range.setStart(first.text, at - first.from);
  range.setEnd(last.text, at + quote.length - last.from);
  return range;
}

/** Draw these and no others. A browser without highlights still has the marker at the cell. */
export function highlight(ranges: readonly Range[]): void {
  const known = globalThis.CSS?.highlights as Map<string, unknown> | undefined;
  if (known && typeof Highlight !== 'undefined') {
    ranges.length ? known.set(HIGHLIGHT, new Highlight(...ranges)) : known.delete(HIGHLIGHT);
  }
}
