/**
 * Repairs to the stock interface that a screen reader or a keyboard needs.
 *
 * JupyterLab's cell list is a `feed`, whose children must be articles with names; its code
 * editors have no name and swallow Tab without saying how to get out; its skip link jumps
 * to nothing and comes first by a positive tabindex.
 */
import { EditorView } from '@codemirror/view';
import { YFile } from '@jupyter/ydoc';
import { EditorExtensionRegistry, type IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import type { Cell } from '@jupyterlab/cells';
import { PathExt } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';

import { h } from './dom';
import type { Key, Translate } from './i18n';

const NAMES: Record<string, Key> = {
  code: 'codeCell',
  markdown: 'markdownCell',
  raw: 'rawCell'
};

/** Changes come in bursts: look once they have passed. */
const SETTLE = 250;

/** Every code editor gets a name and a hint, wherever it stands. */
export function nameEditors(registry: IEditorExtensionRegistry, t: Translate): void {
  registry.addExtension({
    name: 'candyce:accessible-name',
    factory: options =>
      EditorExtensionRegistry.createImmutableExtension(
        EditorView.contentAttributes.of({
          'aria-label':
            options.model.sharedModel instanceof YFile
              ? t('textFile')
              : editorName(options.model.mimeType, t),
          'aria-describedby': HINT_ID
        })
      )
  });
  document.body.append(h('p', { id: HINT_ID, hidden: true }, t('cellHint')));
}

const HINT_ID = 'cy-cell-hint';

function editorName(mimeType: string, t: Translate): string {
  const key = mimeType.includes('markdown') || mimeType.includes('gfm') ? 'markdownCell' : 'codeCell';
  return t(key, { index: '' }).trim();
}

/** Make the cells of a notebook named articles of its feed, and keep them so. */
export function nameCells(panel: NotebookPanel, t: Translate): void {
  const look = (): void => {
    const cells = panel.content.widgets;
    cells.forEach((cell, index) => nameCell(cell, index + 1, cells.length, t));
    const feed = panel.content.node.querySelector('[role="feed"]');
    // not a toggle, though stock says so
    panel.node.ownerDocument
      .querySelectorAll('jp-button[aria-pressed="false"]')
      .forEach(button => button.removeAttribute('aria-pressed'));
    feed?.setAttribute('aria-label', `${t('notebook')} ${PathExt.basename(panel.context.path)}`);
  };
  let planned = false;
  const soon = (): void => {
    if (!planned) {
      planned = true;
      setTimeout(() => {
        planned = false;
        if (!panel.isDisposed) {
          look();
        }
      }, SETTLE);
    }
  };
  panel.content.modelContentChanged.connect(soon);
  panel.content.activeCellChanged.connect(soon);
  // cells and outputs are drawn when they come into view
  const observer = new MutationObserver(soon);
  observer.observe(panel.content.node, { childList: true, subtree: true });
  window.addEventListener('resize', soon);
  panel.disposed.connect(() => {
    observer.disconnect();
    window.removeEventListener('resize', soon);
  });
  void panel.revealed.then(look);
}

function nameCell(cell: Cell, index: number, count: number, t: Translate): void {
  const node = cell.node;
  node.setAttribute('role', 'article');
  node.setAttribute('aria-label', t(NAMES[cell.model.type] ?? 'cell', { index }));
  node.setAttribute('aria-posinset', String(index));
  node.setAttribute('aria-setsize', String(count));
  node
    .querySelector('.jp-collapseHeadingButton:not([aria-label])')
    ?.setAttribute('aria-label', t('collapse'));
  // boxes of task lists in a text are named by their line
  node.querySelectorAll('li > input[type="checkbox"]:not([aria-label])').forEach(box => {
    box.setAttribute('aria-label', box.parentElement?.textContent?.trim() || t('taskBox'));
  });
  // wide outputs scroll: the keyboard must reach them
  node.querySelectorAll<HTMLElement>('.jp-OutputArea-output').forEach(output => {
    const scrolls =
      output.scrollWidth > output.clientWidth + 1 || output.scrollHeight > output.clientHeight + 1;
    if (scrolls !== output.hasAttribute('tabindex')) {
      scrolls ? output.setAttribute('tabindex', '0') : output.removeAttribute('tabindex');
    }
  });
}

/** A skip link of our own, in the reader's language, to stand first in the bar. */
export function skipLink(t: Translate): HTMLElement {
  const link = h('a', { class: 'cy-skip', href: '#main' }, t('skip'));
  link.addEventListener('click', event => {
    event.preventDefault();
    const target =
      document.querySelector<HTMLElement>('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook') ??
      document.querySelector<HTMLElement>('#main');
    if (target) {
      target.tabIndex = target.tabIndex < 0 ? -1 : target.tabIndex;
      target.focus();
    }
  });
  return link;
}

/** Take the stock skip link out, and every positive tabindex. */
export function mendShell(): void {
  const mend = (): void => {
    document.querySelectorAll('.jp-skiplink').forEach(link => link.remove());
    document.querySelectorAll('[tabindex]').forEach(node => {
      if (Number(node.getAttribute('tabindex')) > 0) {
        node.setAttribute('tabindex', '0');
      }
    });
    document.querySelectorAll('#jp-NotebookLogo, #jp-MainLogo').forEach(logo => {
      logo.setAttribute('aria-hidden', 'true');
      logo.setAttribute('tabindex', '-1');
    });
  };
  mend();
  // the shell adds its parts in several steps
  [0, 500, 2_000, 5_000].forEach(wait => setTimeout(mend, wait));
}

/** `<name> – <title> – Candyce`, so that two tabs can be told apart. */
export function pageTitle(path: string | null, title: string): string {
  const name = path ? PathExt.basename(path).replace(/\.ipynb$/, '') : '';
  return [name, title !== name ? title : '', 'Candyce'].filter(Boolean).join(' – ');
}
