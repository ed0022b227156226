/** At each cell, in its margin, the initials of those who are in it. */
import type { NotebookPanel } from '@jupyterlab/notebook';

import { h } from '../dom';
import { paint } from './colour';
import type { Person } from './people';

/** Initials at one cell; the rest are counted. */
const MOST = 2;

/** Who is in which cell of one document, each person once a cell. */
export function byCell(people: readonly Person[], path: string): Map<string, Person[]> {
  const found = new Map<string, Person[]>();
  for (const person of people) {
    if (person.path === path && person.cell) {
      found.set(person.cell, [...(found.get(person.cell) ?? []), person]);
    }
  }
  return found;
}

/** Show them in the panel. Cells that nothing changed for are not touched. */
export function markCells(panel: NotebookPanel, people: readonly Person[]): void {
  const where = byCell(people, panel.context.path);
  for (const cell of panel.content.widgets) {
    markCell(cell.node, where.get(cell.model.id) ?? []);
  }
}

function markCell(node: HTMLElement, there: Person[]): void {
  const key = there.map(({ name, color }) => name + color).join('|');
  if ((node.dataset.cyVisitors ?? '') === key) {
    return;
  }
  node.dataset.cyVisitors = key;
  node.querySelector(':scope > .cy-visitors')?.remove();
  if (!there.length) {
    return;
  }
  const tags = there.slice(0, MOST).map(({ name, initials, color }) => {
    const tag = h('span', { class: 'cy-face', title: name }, initials);
    paint(tag, color);
    return tag;
  });
  if (there.length > MOST) {
    const names = there.slice(MOST).map(({ name }) => name);
    tags.push(h('span', { class: 'cy-face', title: names.join(', ') }, `+${names.length}`));
  }
  // the list of people says where everybody is; here it only shows
  node.append(h('div', { class: 'cy-visitors', 'aria-hidden': 'true' }, ...tags));
}
