import { beforeEach, describe, expect, it } from 'vitest';

import { change } from '../src/exercise/edits';
import { ClosedForm, type FormFacts } from '../src/exercise/form';
import { speaker } from '../src/exercise/words';
import { h } from '../src/dom';

/** A form over a source that others may change too. */
function open(source: string, meta: FormFacts['meta'], files: string[] = []) {
  let text = source;
  let readOnly = false;
  const shared = {
    getSource: () => text,
    updateSource: (start: number, end: number, value = '') => {
      text = text.slice(0, start) + value + text.slice(end);
    },
    transact: (act: () => void) => act()
  };
  const done: string[] = [];
  const form = new ClosedForm(speaker('fr'), 'fr', markdown => h('div', {}, markdown), {
    change: make => {
      change(shared, make);
      show();
    },
    undo: () => done.push('undo'),
    redo: () => done.push('redo'),
    leave: () => done.push('leave'),
    look: () => done.push('look')
  });
  const show = (): void => form.update({ source: text, title: 'T', meta, readOnly, files });
  document.body.replaceChildren(form.node);
  show();
  return {
    node: form.node,
    done,
    source: () => text,
    others: (make: (text: string) => string, locked = false) => {
      text = make(text);
      readOnly = locked;
      show();
    }
  };
}

const inputs = (node: HTMLElement): HTMLInputElement[] => [...node.querySelectorAll('input')];

describe('the fields of a closed question', () => {
  beforeEach(() => document.body.replaceChildren());

  it('tick in the source and follow what others do there', () => {
    const { node, source, others } = open('Q\n\n- [ ] a\n- [ ] b', { kind: 'choice' });
    const [first, second] = inputs(node);
    first.checked = true;
    first.dispatchEvent(new Event('change'));
    expect(source()).toBe('Q\n\n- [x] a\n- [ ] b');
    second.focus();
    others(text => text.replace('[x]', '[ ]').replace('[ ] b', '[x] b').replace('Q', 'Quoi'));
    expect(inputs(node).map(({ checked }) => checked)).toEqual([false, true]);
    expect(document.activeElement).toBe(second);
    expect(node.textContent).toContain('Quoi');
  });

  it('keep what is being typed, and say what is no number', () => {
    const { node, source } = open('Q\n\n**Réponse :**', { kind: 'number' });
    const [field] = inputs(node);
    const note = node.querySelector('.cy-form-note')!;
    const type = (value: string): void => {
      field.value = value;
      field.dispatchEvent(new Event('input'));
    };
    field.focus();
    type('9 ');
    expect([field.value, source()]).toEqual(['9 ', 'Q\n\n**Réponse :** 9 ']);
    type('neuf');
    field.dispatchEvent(new Event('change'));
    expect(note.textContent).toContain('un nombre');
    type('9');
    expect(note.textContent).toBe('');
    expect(source().trimEnd()).toBe('Q\n\n**Réponse :** 9');
  });

  it('offer what the question offers', () => {
    const { node, source } = open('- Brest → \n- Colmar → ', { kind: 'matching', options: ['Alsace', 'Bretagne'] });
    const [first] = node.querySelectorAll('select');
    expect([...first.options].map(({ value }) => value)).toEqual(['', 'Alsace', 'Bretagne']);
    first.value = 'Bretagne';
    first.dispatchEvent(new Event('change'));
    expect(source()).toBe('- Brest → Bretagne\n- Colmar → ');
  });

  it('offer the files that are accepted, and keep one that is gone', () => {
    const files = ['a.csv', 'b.PNG', 'c.txt', 'n.ipynb', 'd/'];
    const { node } = open('**Fichier :** vieux.csv', { kind: 'file', accept: ['.csv', '.png'] }, files);
    const options = [...node.querySelector('select')!.options];
    expect(options.map(({ value }) => value)).toEqual(['', 'vieux.csv', 'a.csv', 'b.PNG']);
    expect(options[1].textContent).toContain('absent du projet');
  });

  it('are closed where the cell is, and leave undo to the document', () => {
    const { node, done, others } = open('**Réponse :** a', { kind: 'text' });
    const press = (key: string, more: object = {}): void => {
      inputs(node)[0].dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
    };
    press('z', { ctrlKey: true });
    press('z', { ctrlKey: true, shiftKey: true });
    press('y', { metaKey: true });
    press('Escape');
    expect(done).toEqual(['undo', 'redo', 'redo', 'leave']);
    others(text => text, true);
    expect(node.querySelector('fieldset')!.disabled).toBe(true);
    press('z', { ctrlKey: true });
    expect(done).toHaveLength(4);
  });
});
