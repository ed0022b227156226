/** The fields of an open notebook's closed questions, each in the place of its cell's text. */
import type { MarkdownCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

import type { Language } from '../tokens';
import { change } from './edits';
import { ClosedForm, type Render } from './form';
import { type CellData, getClosed } from './metadata';
import type { Question } from './questions';
import type { Say } from './words';

export interface FormsAround {
  say: Say;
  language: Language;
  files(): readonly string[];
  lookForFiles(): void;
}

/** @param look what stands in the cells changed; `soon`: a cell is not drawn yet */
export class ClosedForms {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _around: FormsAround,
    private readonly _render: Render,
    private readonly _again: { look(): void; soon(): void }
  ) {}

  show(cells: readonly CellData[], questions: readonly Question[]): void {
    const seen = new Set<string>();
    cells.forEach((cell, index) => {
      const meta = cell.cell_type === 'markdown' ? getClosed(cell.metadata) : null;
      const widget = this._panel.content.widgets[index] as MarkdownCell | undefined;
      const question = questions.find(one => one.cells[0].index === index);
      if (!meta || !question || !widget || widget.model.id !== cell.id) {
        return;
      }
      seen.add(cell.id);
      if (!widget.inputArea) {
        void widget.ready.then(() => this._again.soon());
        return;
      }
      let form = this._forms.get(cell.id);
      if (!form) {
        form = this._make(widget);
        this._forms.set(cell.id, form);
      }
      if (form.node.parentElement !== widget.inputArea.node) {
        widget.inputArea.node.append(form.node);
      }
      widget.node.classList.add('cy-closed');
      form.update({
        source: cell.source,
        title: question.title,
        meta,
        readOnly: widget.readOnly,
        files: this._around.files()
      });
    });
    this._forget(seen);
  }

  private _forget(seen: ReadonlySet<string>): void {
    for (const [id, form] of this._forms) {
      if (!seen.has(id)) {
        form.node.closest('.cy-closed')?.classList.remove('cy-closed');
        form.node.remove();
        this._forms.delete(id);
      }
    }
  }

  private _make(widget: MarkdownCell): ClosedForm {
    const { say, language } = this._around;
    const shared = widget.model.sharedModel;
    const { look } = this._again;
    return new ClosedForm(say, language, this._render, {
      change: make => {
        if (!widget.readOnly) {
          change(shared, make);
          look();
        }
      },
      undo: () => {
        shared.undo();
        look();
      },
      redo: () => {
        shared.redo();
        look();
      },
      leave: () => widget.node.focus(),
      look: () => this._around.lookForFiles()
    });
  }

  private readonly _forms = new Map<string, ClosedForm>();
}
