/**
 * A closed question as fields: radio buttons, checkboxes, a text field, selects.
 *
 * The fields show what stands in the cell's source and change it by as little as possible, so
 * that they stay right whoever else writes. Plain elements with labels: keyboard and screen
 * reader work as everywhere.
 */
import { h, say as write } from '../dom';
import type { Language } from '../tokens';
import { type Closed, type Edit, parse, setAnswer, setMatch, tick } from './markdown';
import type { ClosedMeta } from './metadata';
import { readNumber } from './numbers';
import type { Say } from './words';

export interface FormActions {
  /** Change the source of the cell by edits made for what it is at that moment. */
  change(make: (source: string) => Edit[]): void;
  undo(): void;
  redo(): void;
  /** Leave the fields for the cell itself. */
  leave(): void;
  /** Ask for the project's files again. */
  look(): void;
}

export interface FormFacts {
  source: string;
  title: string;
  meta: ClosedMeta;
  readOnly: boolean;
  files: readonly string[];
}

/** Draws Markdown; sanitised by JupyterLab's renderer. */
export type Render = (markdown: string) => HTMLElement;

let serial = 0;

export class ClosedForm {
  constructor(
    private readonly _say: Say,
    private readonly _language: Language,
    private readonly _render: Render,
    private readonly _actions: FormActions
  ) {
    this._id = `cy-form-${(serial += 1)}`;
    this._prompt = h('div', { class: 'cy-form-prompt' });
    this._after = h('div', { class: 'cy-form-prompt' });
    this._legend = h('legend', { class: 'cy-hidden' });
    this._kind = h('p', { class: 'cy-form-kind' });
    this._fields = h('div', { class: 'cy-form-fields' });
    this._set = h('fieldset', {}, this._legend, this._kind, this._fields);
    // letters, arrows and Enter belong to the fields here, not to the notebook's commands
    this.node = h(
      'div',
      { class: 'cy-form', 'data-lm-suppress-shortcuts': 'true', onkeydown: event => this._onKey(event) },
      this._prompt,
      this._set,
      this._after
    );
    for (const type of ['mousedown', 'dblclick']) {
      this._set.addEventListener(type, event => event.stopPropagation());
    }
  }

  readonly node: HTMLElement;

  update(facts: FormFacts): void {
    const { source, meta, title, readOnly } = facts;
    const closed = parse(source, meta.kind);
    this._draw(this._prompt, closed.prompt);
    this._draw(this._after, closed.after);
    write(this._legend, this._say('answerOf', { title }));
    this._set.disabled = readOnly;
    switch (closed.kind) {
      case 'choice':
      case 'choices':
        return this._showOptions(closed);
      case 'matching':
        return this._showPairs(closed, meta);
      case 'file':
        return this._showFile(closed, meta, facts.files);
      default:
        return this._showAnswer(closed);
    }
  }

  private _showOptions(closed: Closed): void {
    const single = closed.kind === 'choice';
    write(this._kind, this._say(single ? 'chooseOne' : 'chooseSeveral'));
    this._shape([closed.kind, ...closed.options.map(({ label }) => label)], () =>
      closed.options.map(({ label }, index) => {
        const id = `${this._id}-${index}`;
        const input = h('input', {
          id,
          type: single ? 'radio' : 'checkbox',
          name: this._id,
          onchange: event => this._tick(index, (event.target as HTMLInputElement).checked)
        });
        const text = h('label', { for: id }, this._render(label));
        return h('div', { class: 'cy-option' }, input, text);
      })
    );
    const inputs = this._fields.querySelectorAll('input');
    closed.options.forEach(({ ticked }, index) => (inputs[index].checked = ticked));
  }

  private _tick(index: number, ticked: boolean): void {
    const kind = this._shapeKey[0] === 'choice' ? 'choice' : 'choices';
    this._actions.change(source => tick(parse(source, kind), index, ticked));
  }

  private _showPairs(closed: Closed, meta: ClosedMeta): void {
    const known = meta.options ?? (closed.offered.length ? closed.offered : null);
    const rights = closed.pairs.map(({ right }) => right.text).filter(Boolean);
    const options = [...new Set([...(known ?? []), ...rights])];
    if (!known) {
      options.sort((a, b) => a.localeCompare(b, this._language));
    }
    write(this._kind, '');
    this._shape(['matching', ...closed.pairs.map(({ left }) => left), '', ...options], () =>
      closed.pairs.map(({ left }, index) => {
        const id = `${this._id}-${index}`;
        const select = h(
          'select',
          { id, onchange: event => this._match(index, (event.target as HTMLSelectElement).value) },
          h('option', { value: '' }, this._say('choose')),
          ...options.map(option => h('option', { value: option }, option))
        );
        const name = h('label', { for: id }, this._render(left));
        name.append(h('span', { class: 'cy-hidden' }, this._say('goesWith', { left: '' }).trim()));
        return h('div', { class: 'cy-pair' }, name, select);
      })
    );
    const selects = this._fields.querySelectorAll('select');
    closed.pairs.forEach(({ right }, index) => (selects[index].value = right.text));
  }

  private _match(index: number, value: string): void {
    this._actions.change(source => setMatch(source, parse(source, 'matching'), index, value));
  }

  private _showAnswer(closed: Closed): void {
    const isNumber = closed.kind === 'number';
    write(this._kind, '');
    this._shape([closed.kind], () => {
      const id = `${this._id}-answer`;
      const note = h('p', { class: 'cy-form-note', id: `${id}-note`, 'aria-live': 'polite' });
      const input = h('input', {
        id,
        type: 'text',
        autocomplete: 'off',
        spellcheck: 'false',
        maxlength: '1000',
        'aria-describedby': note.id,
        oninput: event => {
          const { value } = event.target as HTMLInputElement;
          this._answer(value);
          // a remark goes as soon as it is heeded; it comes only once one has finished
          if (readNumber(value)) {
            this._note();
          }
        },
        onchange: () => this._note()
      });
      const label = h('label', { for: id }, this._say(isNumber ? 'yourNumber' : 'yourAnswer'));
      return [h('div', { class: 'cy-answer' }, label, input, note)];
    });
    const input = this._fields.querySelector('input')!;
    const text = closed.answer?.text ?? '';
    // what is being typed may end with a space that the source does not count
    if (input.value.split(/\s+/).filter(Boolean).join(' ') !== text) {
      input.value = text;
    }
    if (input !== document.activeElement) {
      this._note();
    }
  }

  private _note(): void {
    const input = this._fields.querySelector('input')!;
    const isOdd = this._shapeKey[0] === 'number' && input.value.trim() !== '' && !readNumber(input.value);
    write(this._fields.querySelector<HTMLElement>('.cy-form-note')!, isOdd ? this._say('notANumber') : '');
  }

  private _answer(value: string): void {
    const kind = this._shapeKey[0] as Closed['kind'];
    this._actions.change(source => setAnswer(source, parse(source, kind), value, this._language));
  }

  private _showFile(closed: Closed, meta: ClosedMeta, files: readonly string[]): void {
    const accept = (meta.accept ?? []).map(ending => ending.toLowerCase());
    const chosen = closed.answer?.text ?? '';
    const fits = (name: string): boolean =>
      !accept.length || accept.some(ending => name.toLowerCase().endsWith(ending));
    const known = files.filter(name => !name.endsWith('/') && !name.endsWith('.ipynb') && fits(name));
    const missing = chosen && !known.includes(chosen) ? [chosen] : [];
    write(this._kind, '');
    this._shape(['file', ...missing, '', ...known, '', ...accept], () => {
      const id = `${this._id}-file`;
      const list = accept.join(', ');
      const note = h('p', { class: 'cy-form-note', id: `${id}-note` }, list ? this._say('fileAccept', { list }) : this._say('fileAny'));
      const absent = (name: string): string => (files.includes(name) ? name : this._say('fileMissing', { name }));
      const select = h(
        'select',
        {
          id,
          'aria-describedby': note.id,
          onfocus: () => this._actions.look(),
          onchange: event => this._answer((event.target as HTMLSelectElement).value)
        },
        h('option', { value: '' }, this._say('choose')),
        ...missing.map(name => h('option', { value: name }, absent(name))),
        ...known.map(name => h('option', { value: name }, name))
      );
      return [h('div', { class: 'cy-answer' }, h('label', { for: id }, this._say('file')), select, note)];
    });
    this._fields.querySelector('select')!.value = chosen;
  }

  /** Draw the fields anew only when there are others: whoever is in one stays there. */
  private _shape(key: string[], make: () => HTMLElement[]): void {
    if (JSON.stringify(key) === JSON.stringify(this._shapeKey)) {
      return;
    }
    const focused = this._fields.contains(document.activeElement) ? document.activeElement!.id : '';
    this._shapeKey = key;
    this._fields.replaceChildren(...make());
    if (focused) {
      this._fields.querySelector<HTMLElement>(`#${focused}`)?.focus();
    }
  }

  private _draw(place: HTMLElement, markdown: string): void {
    if (place.dataset.source !== markdown) {
      place.dataset.source = markdown;
      place.replaceChildren(...(markdown ? [this._render(markdown)] : []));
    }
  }

  private _onKey(event: Event): void {
    const { key, ctrlKey, metaKey, shiftKey } = event as KeyboardEvent;
    event.stopPropagation();
    if (key === 'Escape') {
      this._actions.leave();
    } else if ((ctrlKey || metaKey) && ['z', 'y'].includes(key.toLowerCase()) && !this._set.disabled) {
      event.preventDefault();
      key.toLowerCase() === 'y' || shiftKey ? this._actions.redo() : this._actions.undo();
    }
  }

  private readonly _id: string;
  private readonly _prompt: HTMLElement;
  private readonly _after: HTMLElement;
  private readonly _legend: HTMLElement;
  private readonly _kind: HTMLElement;
  private readonly _fields: HTMLElement;
  private readonly _set: HTMLFieldSetElement;
  private _shapeKey: string[] = [];
}
