/** Above every cell with a role, that role and its points; a press opens what is said of the cell. */
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

import { h } from '../dom';
import type { Translate } from '../i18n';
import type { Language } from '../tokens';
import { hasPoints, isClosed } from './marks';
import { type CellModel, markOf } from './notebook';
import { formatPoints, kindName } from './words';

export interface StripRules {
  /** Is this person the author of the notebook? */
  isAuthor(): boolean;
  open(cell: Cell): void;
  language: Language;
  t: Translate;
}

/** Keep the strips of one notebook; returns what draws them anew. */
export function watchStrips(panel: NotebookPanel, rules: StripRules): () => void {
  let planned = false;
  const soon = (): void => {
    if (!planned) {
      planned = true;
      requestAnimationFrame(() => {
        planned = false;
        if (!panel.isDisposed) {
          panel.content.widgets.forEach(cell => draw(cell, rules));
        }
      });
    }
  };
  panel.content.modelContentChanged.connect(soon);
  panel.content.activeCellChanged.connect(soon);
  // a cell is drawn when it comes into view, and then puts itself before its strip
  const observer = new MutationObserver(soon);
  observer.observe(panel.content.node, { childList: true, subtree: true });
  panel.disposed.connect(() => observer.disconnect());
  void panel.revealed.then(soon);
  return soon;
}

function draw(cell: Cell, rules: StripRules): void {
  const mark = rules.isAuthor() ? markOf(cell.model as unknown as CellModel) : null;
  const { t, language } = rules;
  const words = mark
    ? [kindName(mark.kind, t), hasPoints(mark.kind) ? formatPoints(mark.points, language, t) : ''].filter(Boolean).join(' · ')
    : '';
  const strip = cell.node.querySelector(':scope > .cy-author-strip');
  if ((cell.node.dataset.cyRole ?? '') === words) {
    if (strip && cell.node.querySelector(':scope > .lm-Widget ~ .cy-author-strip')) {
      cell.node.prepend(strip);
    }
    return;
  }
  strip?.remove();
  if (!mark) {
    delete cell.node.dataset.cyRole;
    return;
  }
  cell.node.dataset.cyRole = words;
  // its keys are its own: Enter would otherwise open the cell
  const keys = { 'data-lm-suppress-shortcuts': 'true' };
  const open = (): void => rules.open(cell);
  const button = h('button', { class: 'cy-author-badge', type: 'button', title: t('authorMarkCell'), onclick: open }, words);
  button.dataset.kind = isClosed(mark.kind) ? 'closed' : mark.kind;
  cell.node.prepend(h('div', { class: 'cy-author-strip', ...keys }, button));
}
