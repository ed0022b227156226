/**
 * The released notebook, read-only: text rendered as in the notebook, code highlighted, closed questions as the fields
 * that pupils see; nothing that can be run or changed. Markdown goes through JupyterLab's renderer, which sanitises.
 */
import { h, icon, say } from '../dom';
import { ClosedForm } from '../exercise/form';
import { getClosed } from '../exercise/metadata';
import { speaker } from '../exercise/words';
import type { Translate } from '../i18n';
import type { Language } from '../tokens';
import { type CellType, readMark } from './marks';
import { type Question, survey } from './survey';
import { formatPoints } from './words';

/** A cell of nbformat 4, as the server sends it. */
export interface ReleasedCell {
  id?: string;
  cell_type: CellType;
  source: string | string[];
  metadata: Record<string, unknown>;
  attachments?: Record<string, Record<string, string>>;
}

export interface ReleasedNotebook {
  cells: ReleasedCell[];
}

/** Render Markdown into a new element. */
export type Render = (markdown: string, attachments: ReleasedCell['attachments']) => Promise<HTMLElement>;

const LOCK = ['M6 11h12v10H6z', 'M8 11V7a4 4 0 0 1 8 0v4'];

export class Preview {
  constructor(
    private readonly _t: Translate,
    private readonly _language: Language,
    private readonly _render: Render
  ) {
    this._said = h('p', { class: 'cy-soft', role: 'status' });
    this._cells = h('div', { class: 'cy-preview-cells', role: 'group', 'aria-label': _t('authorPreviewNotebook') });
    this.node = h('div', { class: 'cy-preview' }, this._said, this._cells);
  }

  readonly node: HTMLElement;

  /** While the server is asked for the first time. */
  wait(): void {
    if (!this._key) {
      say(this._said, this._t('authorPreviewWait'));
    }
  }

  fail(reason: string): void {
    this._key = '';
    this._cells.replaceChildren();
    say(this._said, reason || this._t('authorPreviewFailed'));
  }

  async show(notebook: ReleasedNotebook): Promise<void> {
    const key = JSON.stringify(notebook.cells);
    say(this._said, this._t('authorPreviewIntro'));
    if (key === this._key) {
      return;
    }
    this._key = key;
    const { questions } = survey(notebook.cells.map(asView), () => '');
    const known = new Map(questions.map(question => [question.cellId, question]));
    const drawn = await Promise.all(notebook.cells.map(cell => this._draw(cell, known)));
    if (this._key === key) {
      this._cells.replaceChildren(...drawn);
    }
  }

  private async _draw(cell: ReleasedCell, questions: Map<string, Question>): Promise<HTMLElement> {
    const question = questions.get(idOf(cell));
    return h(
      'article',
      { class: `cy-preview-cell cy-preview-${cell.cell_type}` },
      this._note(cell, question?.points ?? 0),
      this._drawClosed(cell, question?.title ?? '') ?? (await this._drawText(cell))
    );
  }

  /** The fields of a closed question; null for any other cell. */
  private _drawClosed(cell: ReleasedCell, title: string): HTMLElement | null {
    const meta = cell.cell_type === 'markdown' ? getClosed(cell.metadata) : null;
    if (!meta) {
      return null;
    }
    const render = (markdown: string): HTMLElement => {
      const place = h('div', { class: 'cy-markdown' });
      void this._render(markdown, cell.attachments).then(node => place.replaceChildren(node));
      return place;
    };
    const nothing = (): void => undefined;
    const actions = { change: nothing, undo: nothing, redo: nothing, leave: nothing, look: nothing };
    const form = new ClosedForm(speaker(this._language), this._language, render, actions);
    form.update({ source: textOf(cell), title, meta, readOnly: true, files: [] });
    return form.node;
  }

  private async _drawText(cell: ReleasedCell): Promise<HTMLElement> {
    const source = textOf(cell);
    const markdown = cell.cell_type === 'markdown' ? source : fence(source, cell.cell_type);
    const content = await this._render(markdown, cell.attachments);
    // boxes of task lists look as if one could tick them
    content.querySelectorAll('input, button').forEach(one => one.setAttribute('disabled', ''));
    content.querySelectorAll('input[type="checkbox"]:not([aria-label])').forEach(box => {
      box.setAttribute('aria-label', box.parentElement?.textContent?.trim() || '–');
    });
    return content;
  }

  /** What a pupil may do with the cell, and what it is worth. */
  private _note(cell: ReleasedCell, points: number): HTMLElement | null {
    const t = this._t;
    const { nbgrader, candyce } = cell.metadata;
    if (!readMark({ nbgrader, candyce }, cell.cell_type)) {
      return null;
    }
    const locked = cell.metadata.editable === false;
    return h(
      'p',
      { class: 'cy-preview-note' },
      locked ? icon(...LOCK) : null,
      t(locked ? 'authorPreviewLocked' : 'authorPreviewHere'),
      points ? ` · ${formatPoints(points, this._language, t)}` : null
    );
  }

  private readonly _said: HTMLElement;
  private readonly _cells: HTMLElement;
  private _key = '';
}

function asView(cell: ReleasedCell): Parameters<typeof survey>[0][number] {
  const { nbgrader, candyce } = cell.metadata;
  return { id: idOf(cell), type: cell.cell_type, source: textOf(cell), nbgrader, candyce };
}

function idOf(cell: ReleasedCell): string {
  return cell.id ?? '';
}

function textOf({ source }: ReleasedCell): string {
  return Array.isArray(source) ? source.join('') : source;
}

/** Code as Markdown: a fence that the code itself does not contain. */
export function fence(source: string, type: CellType): string {
  const longest = Math.max(2, ...[...source.matchAll(/`+/g)].map(found => found[0].length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${type === 'code' ? 'python' : ''}\n${source}\n${ticks}`;
}
