/** At a cell, the button that opens its comments, or begins one at the active cell. */
import type { Cell } from '@jupyterlab/cells';

import { h, icon } from '../dom';
import type { Say } from './words';

/** A speech bubble. */
export const BUBBLE = ['M4 5h16v11H10l-5 4v-4H4z'];
const BUBBLE_PLUS = [...BUBBLE, 'M12 7.5v6', 'M9 10.5h6'];

export interface Marker {
  /** Threads at the cell, and how many of them are not resolved. */
  count: number;
  open: number;
  /** One may begin a thread here now. */
  add: boolean;
}

/** @param press gets the pressed cell */
export function markCell(cell: Cell, { count, open, add }: Marker, say: Say, press: () => void): void {
  const shown = count > 0 ? (open > 0 ? 'open' : 'resolved') : add ? 'add' : '';
  const number = open || count;
  const key = shown && `${shown} ${number}`;
  const { node } = cell;
  if ((node.dataset.cyComments ?? '') === key) {
    return;
  }
  const before = node.querySelector<HTMLButtonElement>(':scope > .cy-comment-marker');
  const focused = before !== null && before === document.activeElement;
  before?.remove();
  if (!shown) {
    delete node.dataset.cyComments;
    if (focused) {
      node.focus({ preventScroll: true });
    }
    return;
  }
  node.dataset.cyComments = key;
  const name =
    shown === 'add' ? say('commentHelp') : say(shown === 'open' ? 'marker' : 'markerResolved', { count: number });
  const button = h(
    'button',
    {
      class: 'cy-comment-marker',
      type: 'button',
      'data-kind': shown,
      'data-lm-suppress-shortcuts': 'true',
      'aria-label': name,
      title: name,
      onclick: press
    },
    icon(...(shown === 'add' ? BUBBLE_PLUS : BUBBLE)),
    shown === 'add' ? null : h('span', { 'aria-hidden': 'true' }, String(number))
  );
  // the press is the button's, and what is selected in the cell stays selected
  button.addEventListener('mousedown', event => {
    event.preventDefault();
    event.stopPropagation();
  });
  for (const type of ['dblclick', 'keydown']) {
    button.addEventListener(type, event => event.stopPropagation());
  }
  node.append(button);
  if (focused) {
    button.focus({ preventScroll: true });
  }
}
