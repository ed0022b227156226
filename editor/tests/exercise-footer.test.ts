/** The end of a question: what the teacher said about it stands there, and goes when it is withdrawn. */
import { describe, expect, it } from 'vitest';

import { h } from '../src/dom';
import { type FooterFacts, QuestionFooter } from '../src/exercise/footer';
import { getQuestions } from '../src/exercise/questions';
import { speaker } from '../src/exercise/words';

const nbgrader = { schema_version: 3, grade: true, solution: true, locked: false, task: false, grade_id: 'q', points: 2 };
const [question] = getQuestions([{ id: 'c', cell_type: 'code', source: '', metadata: { nbgrader } }], String);
const facts: FooterFacts = {
  question,
  outcome: null,
  stale: false,
  phase: 'idle',
  hint: null,
  told: [],
  canHint: true,
  canAsk: true,
  handUp: false,
  isPupil: true
};

describe('the end of a question', () => {
  it('holds what the teacher said about it, beside the hint that was paid for', () => {
    const nothing = (): void => undefined;
    const actions = { check: nothing, stop: nothing, hint: nothing, help: nothing };
    const footer = new QuestionFooter(speaker('fr'), 'fr', markdown => h('div', {}, markdown), actions);
    footer.update(facts);
    const place = footer.node.querySelector<HTMLElement>('.cy-told')!;
    expect(place.hidden).toBe(true);
    const told = [
      { id: 'b', heading: 'Indice de M. Lefèvre', html: '<p>Puis <strong>divisez</strong>.</p>' },
      { id: 'a', heading: 'Indice de M. Lefèvre', html: '<p>Additionnez.</p>' }
    ];
    footer.update({ ...facts, told, hint: 'Payé.' });
    expect(place.hidden).toBe(false);
    expect([...place.children].map(one => one.textContent)).toEqual([
      'Indice de M. LefèvrePuis divisez.',
      'Indice de M. LefèvreAdditionnez.'
    ]);
    const first = place.firstElementChild;
    footer.update({ ...facts, told: [...told], hint: 'Payé.' });
    expect(place.firstElementChild).toBe(first);
    expect(footer.node.querySelector('.cy-hint')?.textContent).toContain('Payé.');
    footer.update({ ...facts, told: told.slice(1) });
    expect(place.textContent).not.toContain('divisez');
    footer.update(facts);
    expect(place.hidden).toBe(true);
  });
});
