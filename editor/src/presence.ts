/**
 * Where the others are: a coloured mark with their name at the cell they are in.
 *
 * Each page tells its active cell through the document's awareness; nothing is stored.
 */
import type { NotebookPanel } from '@jupyterlab/notebook';

import { h } from './dom';

/** The field of the awareness state that names the active cell. */
export const FIELD = 'cell';

interface State {
  user?: { username?: string; name?: string; color?: string };
  [FIELD]?: string;
}

export interface Visitor {
  name: string;
  color: string;
}

/** Who is in which cell, others only, each person once a cell. */
export function visitors(states: Map<number, State>, me: number, myName?: string): Map<string, Visitor[]> {
  const found = new Map<string, Visitor[]>();
  for (const [client, state] of states) {
    const { user } = state;
    const cell = state[FIELD];
    if (client === me || !user?.name || !cell || user.username === myName) {
      continue;
    }
    const there = found.get(cell) ?? [];
    if (!there.some(visitor => visitor.name === user.name)) {
      there.push({ name: user.name, color: colour(user.color) });
    }
    found.set(cell, there);
  }
  return found;
}

/** A colour is somebody else's input: only plain hexadecimal is let into a style. */
function colour(value: unknown): string {
  return typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value) ? value : '#85847c';
}

/** Show the others in this panel, and tell them where this page is. */
export function shareCells(panel: NotebookPanel, username: () => string | undefined): void {
  const { awareness } = panel.context.model.sharedModel;
  const look = (): void => {
    const where = visitors(
      awareness.getStates() as Map<number, State>,
      awareness.clientID,
      username()
    );
    for (const cell of panel.content.widgets) {
      mark(cell.node, where.get(cell.model.id) ?? []);
    }
  };
  const tell = (): void => {
    awareness.setLocalStateField(FIELD, panel.content.activeCell?.model.id ?? null);
  };
  awareness.on('change', look);
  panel.content.activeCellChanged.connect(tell);
  panel.content.modelContentChanged.connect(look);
  panel.disposed.connect(() => awareness.off('change', look));
  void panel.revealed.then(() => {
    tell();
    look();
  });
}

function mark(node: HTMLElement, there: Visitor[]): void {
  const key = there.map(({ name, color }) => name + color).join('|');
  if ((node.dataset.cyVisitors ?? '') === key) {
    return;
  }
  node.dataset.cyVisitors = key;
  node.querySelector(':scope > .cy-visitors')?.remove();
  if (!there.length) {
    return;
  }
  const tags = there.map(({ name, color }) => {
    const tag = h('span', {}, name);
    tag.style.setProperty('--cy-visitor', color);
    return tag;
  });
  // the names are said in the bar; here they only show
  node.append(h('div', { class: 'cy-visitors', 'aria-hidden': 'true' }, ...tags));
}
