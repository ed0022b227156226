/**
 * The cursors and selections of others inside a text.
 *
 * Positions travel as Yjs' relative positions, so that they stay with the letters they stand
 * beside whatever is typed before them. They are drawn in layers over and under the text:
 * nothing is put into the editable content, where a screen reader or an input method would
 * stumble over it. The name stands at the end of the line, where it covers nothing.
 */
import type { Extension, SelectionRange } from '@codemirror/state';
import {
  type EditorView,
  layer,
  type LayerMarker,
  RectangleMarker,
  ViewPlugin,
  type ViewUpdate
} from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { h } from '../dom';
import { paint } from './colour';
import { readState } from './states';
import type { Teller } from './tell';

/** More cursors than this in one text are not drawn: it would be a thicket. */
const MOST = 40;
/** Names at the end of one line. */
const NAMES_A_LINE = 3;
const LETTER = 7;
const MARGIN = 12;
const GAP = 8;

export interface RemoteCursor {
  client: number;
  name: string;
  initials: string;
  color: string;
  anchor: unknown;
  head: unknown;
}

/** The cursors of others in one document, sorted by the text they are in. */
export class RemoteCursors {
  constructor(
    private readonly _awareness: Awareness,
    private readonly _me: () => string | undefined,
    private readonly _later: (act: () => void) => void = act => void requestAnimationFrame(act)
  ) {
    _awareness.on('change', this._plan);
    this._sort();
  }

  in(text: string): readonly RemoteCursor[] {
    return this._byText.get(text) ?? [];
  }

  /** Call `act` when the cursors of a text change; gives the way to stop it. */
  watch(text: string, act: () => void): () => void {
    const watchers = this._watchers.get(text) ?? new Set();
    this._watchers.set(text, watchers.add(act));
    return () => {
      watchers.delete(act);
      if (!watchers.size) {
        this._watchers.delete(text);
      }
    };
  }

  dispose(): void {
    this._awareness.off('change', this._plan);
    this._watchers.clear();
  }

  /** Changes come in swarms when many people type: once a frame is enough. */
  private readonly _plan = (): void => {
    if (!this._planned) {
      this._planned = true;
      this._later(() => {
        this._planned = false;
        this._sort();
      });
    }
  };

  private _sort(): void {
    const found = new Map<string, RemoteCursor[]>();
    const me = this._me();
    for (const [client, state] of this._awareness.getStates()) {
      const one = client === this._awareness.clientID ? null : readState(client, state);
      if (one?.cursor && one.username !== me) {
        const { name, initials, color, cursor } = one;
        const there = found.get(cursor.in) ?? [];
        if (there.length < MOST) {
          there.push({ client, name, initials, color, anchor: cursor.anchor, head: cursor.head });
        }
        found.set(cursor.in, there);
      }
    }
    const before = this._byText;
    this._byText = found;
    for (const text of new Set([...before.keys(), ...found.keys()])) {
      if (JSON.stringify(before.get(text)) !== JSON.stringify(found.get(text))) {
        this._watchers.get(text)?.forEach(act => act());
      }
    }
  }

  private _planned = false;
  private _byText = new Map<string, RemoteCursor[]>();
  private readonly _watchers = new Map<string, Set<() => void>>();
}

/** Where a relative position is in `text` now; null when it is in no such place. */
export function resolve(position: unknown, text: Y.Text): number | null {
  try {
    const relative = Y.createRelativePositionFromJSON(position);
    const found = text.doc && Y.createAbsolutePositionFromRelativePosition(relative, text.doc);
    return found && found.type === text ? Math.min(found.index, text.length) : null;
  } catch {
    return null;
  }
}

/** The cursors of a text as offsets; those that point nowhere are left out. */
export function place(
  cursors: readonly RemoteCursor[],
  text: Y.Text
): { cursor: RemoteCursor; anchor: number; head: number }[] {
  return cursors.flatMap(cursor => {
    const anchor = resolve(cursor.anchor, text);
    const head = resolve(cursor.head, text);
    return anchor === null || head === null ? [] : [{ cursor, anchor, head }];
  });
}

export interface CursorOptions {
  /** The cell's id, or the empty string in a text file. */
  text: string;
  ytext: Y.Text;
  cursors: RemoteCursors;
  teller: Teller;
}

/** Draw the others' cursors in one editor, and tell where one's own is. */
export function cursorExtension({ text, ytext, cursors, teller }: CursorOptions): Extension {
  let stale = false;
  const refresh = (update: ViewUpdate): boolean =>
    stale || update.docChanged || update.geometryChanged || update.viewportChanged;
  const placed = (view: EditorView): ReturnType<typeof place> =>
    // while a remote change is on its way into the editor, the two texts differ
    place(cursors.in(text), ytext).filter(
      ({ anchor, head }) => Math.max(anchor, head) <= view.state.doc.length
    );
  const watch = ViewPlugin.define(view => {
    const unwatch = cursors.watch(text, () => {
      stale = true;
      view.dispatch({});
      stale = false;
    });
    const tell = (): void => {
      const { anchor, head } = view.state.selection.main;
      teller.set('cursor', {
        in: text,
        anchor: Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(ytext, anchor)),
        head: Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(ytext, head))
      });
    };
    return {
      update(update) {
        const mine = update.selectionSet || update.focusChanged;
        if (mine && view.hasFocus && ytext.doc) {
          tell();
        } else if (update.focusChanged && !view.hasFocus) {
          teller.set('cursor', null);
        }
      },
      destroy: unwatch
    };
  });
  return [
    watch,
    layer({
      above: false,
      class: 'cy-selections',
      update: refresh,
      markers: view => placed(view).flatMap(one => selectionMarkers(view, one))
    }),
    layer({
      above: true,
      class: 'cy-cursors',
      update: refresh,
      markers: view => caretMarkers(view, placed(view))
    })
  ];
}

type Placed = ReturnType<typeof place>[number];

function selectionMarkers(view: EditorView, { cursor, anchor, head }: Placed): LayerMarker[] {
  if (anchor === head) {
    return [];
  }
  const range = { from: Math.min(anchor, head), to: Math.max(anchor, head), anchor, head, empty: false };
  return RectangleMarker.forRange(view, '', range as SelectionRange).map(
    ({ left, top, width, height }) => new Box('cy-selection', cursor, { left, top, width, height })
  );
}

function caretMarkers(view: EditorView, all: Placed[]): LayerMarker[] {
  const markers: LayerMarker[] = [];
  /** For each line (by its top): how many names it carries and where the next may start. */
  const lines = new Map<number, { count: number; next: number }>();
  const room = view.scrollDOM.clientWidth + view.scrollDOM.scrollLeft;
  for (const { cursor, head } of all) {
    const [caret] = RectangleMarker.forRange(view, '', at(head));
    if (!caret) {
      continue;
    }
    const { left, top, height } = caret;
    markers.push(new Box('cy-caret', cursor, { left, top, width: null, height }));
    const [end] = RectangleMarker.forRange(view, '', at(lineEnd(view, head)));
    const line = lines.get(Math.round(top)) ?? { count: 0, next: (end ?? caret).left + GAP };
    const label = fit(cursor, room - line.next);
    if (label && line.count < NAMES_A_LINE) {
      markers.push(new Box('cy-name', cursor, { left: line.next, top, width: null, height }, label));
      lines.set(Math.round(top), { count: line.count + 1, next: line.next + widthOf(label) + GAP / 2 });
    }
  }
  return markers;
}

/** The end of the drawn line, which in a wrapped text is not that of the paragraph. */
function lineEnd(view: EditorView, head: number): number {
  return view.moveToLineBoundary(at(head), true).head;
}

function at(head: number): SelectionRange {
  return { from: head, to: head, anchor: head, head, empty: true, assoc: 0 } as SelectionRange;
}

/** The name, or the initials, or nothing: what the room at the line's end takes. */
function fit({ name, initials }: RemoteCursor, room: number): string | null {
  return [name, initials].find(label => widthOf(label) <= room) ?? null;
}

function widthOf(label: string): number {
  return label.length * LETTER + MARGIN;
}

interface Geometry {
  left: number;
  top: number;
  width: number | null;
  height: number;
}

/** One coloured rectangle, with or without a name in it. */
class Box implements LayerMarker {
  constructor(
    private readonly _class: string,
    private readonly _cursor: RemoteCursor,
    private readonly _at: Geometry,
    private readonly _label = ''
  ) {}

  eq(other: Box): boolean {
    return this._key === other._key;
  }

  draw(): HTMLElement {
    const node = h('div', { class: this._class }, this._label || null);
    this._place(node);
    return node;
  }

  update(node: HTMLElement, old: Box): boolean {
    if (old._class !== this._class || old._label !== this._label) {
      return false;
    }
    this._place(node);
    return true;
  }

  private get _key(): string {
    const { left, top, width, height } = this._at;
    return [this._class, this._cursor.color, this._label, left, top, width, height].join('|');
  }

  private _place(node: HTMLElement): void {
    const { left, top, width, height } = this._at;
    paint(node, this._cursor.color);
    node.dataset.person = this._cursor.name;
    node.style.left = `${left}px`;
    node.style.top = `${top}px`;
    node.style.width = width === null ? '' : `${width}px`;
    node.style.height = `${height}px`;
  }
}
