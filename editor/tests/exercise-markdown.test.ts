import { describe, expect, it } from 'vitest';

import {
  applyEdits,
  type ClosedKind,
  isAnswered,
  parse,
  setAnswer,
  setMatch,
  tick,
  write
} from '../src/exercise/markdown';
import { readNumber } from '../src/exercise/numbers';

const CAPITAL = `## Géographie

Quelle est la capitale de la France\u00a0?

- [ ] Lyon
- [x] Paris
- [ ] Marseille`;

function answered(source: string, kind: ClosedKind, value: string): string {
  return applyEdits(source, setAnswer(source, parse(source, kind), value, 'fr'));
}

describe('a question with options', () => {
  it('gives the prompt, the labels and what is ticked', () => {
    const closed = parse(CAPITAL, 'choice');
    expect(closed.prompt).toContain('Quelle est la capitale');
    expect(closed.prompt).not.toContain('Lyon');
    expect(closed.options.map(({ label, ticked }) => [label, ticked])).toEqual([
      ['Lyon', false],
      ['Paris', true],
      ['Marseille', false]
    ]);
    expect(isAnswered(closed)).toBe(true);
  });

  it('ticks one and unticks the others, by one letter each', () => {
    const edits = tick(parse(CAPITAL, 'choice'), 2, true);
    expect(edits.map(({ start, end, text }) => [end - start, text])).toEqual([
      [1, 'x'],
      [1, ' ']
    ]);
    expect(applyEdits(CAPITAL, edits)).toBe(
      CAPITAL.replace('[x] Paris', '[ ] Paris').replace('[ ] Marseille', '[x] Marseille')
    );
  });

  it('leaves the others where several may be right', () => {
    const edits = tick(parse(CAPITAL, 'choices'), 0, true);
    expect(applyEdits(CAPITAL, edits)).toBe(CAPITAL.replace('[ ] Lyon', '[x] Lyon'));
    expect(applyEdits(CAPITAL, tick(parse(CAPITAL, 'choices'), 1, true))).toBe(CAPITAL);
  });

  it('takes the last list, and none inside code', () => {
    const source = '- [x] déjà lu\n\nEt maintenant\u00a0?\n\n* [ ] oui\n* [X] non\n\n```\n- [x] code\n```\nFin.';
    const closed = parse(source, 'choices');
    expect(closed.options.map(({ label }) => label)).toEqual(['oui', 'non']);
    expect(closed.options[1].ticked).toBe(true);
    expect(closed.prompt).toContain('- [x] déjà lu');
    expect(closed.after).toContain('Fin.');
    const odd = '1. [ ] un\n2) [] deux\n> - [✓] trois';
    expect(parse(odd, 'choices').options.map(({ ticked }) => ticked)).toEqual([false, false, true]);
    expect(applyEdits(odd, tick(parse(odd, 'choices'), 1, true))).toContain('[x] deux');
  });

  it('reads blank lines between options, options on two lines and empty ones', () => {
    const closed = parse('Q\n\n- [ ] un\n  et demi\n\n- [x] deux\n- [ ]\n  suite', 'choice');
    expect(closed.options.map(({ label }) => label)).toEqual(['un\net demi', 'deux', 'suite']);
    expect(closed.after).toBe('');
  });

  it('is all prompt when there is no list', () => {
    expect(parse('- un\n- deux\n- [trois] quatre', 'choice')).toMatchObject({ options: [], prompt: '- un\n- deux\n- [trois] quatre' });
    expect(isAnswered(parse('', 'choice'))).toBe(false);
  });
});

describe('a question with an answer line', () => {
  const source = 'Quelle est la valeur de $g$\u00a0?\n\n**Réponse :** 9,81 m/s²';

  it('reads it in both languages, with any space before the colon', () => {
    for (const marker of ['**Réponse :**', '**Réponse\u00a0:**', '**réponse:**', '**Re\u0301ponse :**', '**Answer:**', '**Answer**:', 'Réponse :', '- __Answer__ :']) {
      expect(parse(`Combien\u00a0?\n\n${marker} 12 `, 'number').answer?.text, marker).toBe('12');
    }
    expect(parse('x\n\n**File:** `a b.csv`', 'file').answer?.text).toBe('a b.csv');
    expect(parse('x\n\n**File:** a.csv', 'text').answer).toBeNull();
  });

  it('takes the last one', () => {
    const closed = parse('**Réponse :** exemple\n\nÀ vous\n\n**Réponse :**\n', 'text');
    expect(closed.answer?.text).toBe('');
    expect(closed.prompt).toContain('exemple');
    expect(isAnswered(closed)).toBe(false);
    const below = 'Ville\u00a0?\n\n**Réponse :**\nLyon\nou  Paris';
    expect(parse(below, 'text').answer?.text).toBe('Lyon ou Paris');
    expect(answered(below, 'text', 'Lyon')).toBe('Ville\u00a0?\n\n**Réponse :**\nLyon');
  });

  it('changes what differs only', () => {
    const closed = parse(source, 'number');
    expect(setAnswer(source, closed, '9,8 m/s²', 'fr')).toEqual([
      { start: source.indexOf('1 m'), end: source.indexOf('1 m') + 1, text: '' }
    ]);
    expect(setAnswer(source, closed, '9,81 m/s²', 'fr')).toEqual([]);
  });

  it('is written letter by letter, emptied, and written again', () => {
    let text = 'Ville\u00a0?\n\n**Réponse :**';
    for (const value of ['P', 'Pa', 'Pa ', 'Pa r', '', 'Lyon']) {
      text = answered(text, 'text', value);
      expect(parse(text, 'text').answer?.text).toBe(value.trim());
    }
    expect(text).toBe('Ville\u00a0?\n\n**Réponse :** Lyon');
  });

  it('adds a line that was deleted, and keeps an answer on one line', () => {
    expect(answered('Ville\u00a0?\n', 'text', 'Lyon\nou Paris')).toBe('Ville\u00a0?\n\n**Réponse :** Lyon ou Paris');
    expect(answered('Ville\u00a0?', 'text', '  ')).toBe('Ville\u00a0?');
    expect(answered('', 'file', 'a.csv')).toBe('**Fichier :** a.csv');
  });

  it('keeps the back quotes around a file', () => {
    expect(answered('**Fichier :** `a.csv`', 'file', 'b.csv')).toBe('**Fichier :** `b.csv`');
  });
});

describe('a matching question', () => {
  const source = 'Où est-ce\u00a0?\n\n- Brest → \n- Colmar →\n\n*Au choix : Alsace ; Bretagne*\n\nCourage.';

  it('gives the pairs and what may be chosen', () => {
    const closed = parse(source, 'matching');
    expect(closed.pairs.map(({ left, right }) => [left, right.text])).toEqual([
      ['Brest', ''],
      ['Colmar', '']
    ]);
    expect(closed).toMatchObject({ offered: ['Alsace', 'Bretagne'], prompt: 'Où est-ce\u00a0?', after: 'Courage.' });
  });

  it('reads the arrows that a keyboard has', () => {
    const pairs = parse('- a -> b\n- c ==> d\n- e ⇒ f\n- → rien', 'matching').pairs;
    expect(pairs.map(({ left, right }) => [left, right.text])).toEqual([['a', 'b'], ['c', 'd'], ['e', 'f']]);
  });

  it('is answered when every pair is', () => {
    let text = source;
    text = applyEdits(text, setMatch(text, parse(text, 'matching'), 1, 'Alsace'));
    expect(isAnswered(parse(text, 'matching'))).toBe(false);
    text = applyEdits(text, setMatch(text, parse(text, 'matching'), 0, 'Bretagne'));
    expect(text).toBe(source.replace('Brest → ', 'Brest → Bretagne').replace('Colmar →', 'Colmar → Alsace'));
    expect(isAnswered(parse(text, 'matching'))).toBe(true);
    text = applyEdits(text, setMatch(text, parse(text, 'matching'), 0, ''));
    expect(parse(text, 'matching').pairs[0].right.text).toBe('');
    expect(setMatch(text, parse(text, 'matching'), 7, 'x')).toEqual([]);
  });
});

describe('a hostile source', () => {
  it('is read at once', () => {
    const long = 200_000;
    for (const piece of [' ', '- ', '- [', '*', '**', '→ ', '`', '\n', '\n- [ ] x', '\n- x → y', 'Réponse :']) {
      const source = `- ${piece.repeat(long / piece.length)}\n*Au choix : ${piece.repeat(10_000)}`;
      parse(source, 'choice');
      parse(source, 'matching');
      parse(source, 'text');
      readNumber(`1${piece.repeat(long)}`);
    }
    expect(readNumber('1'.repeat(long))).toBeNull();
  });
});

describe('what an author writes', () => {
  it('reads back the same', () => {
    const options = [
      { label: 'Paris', ticked: true },
      { label: 'Lyon\nla grande', ticked: false }
    ];
    const choice = write({ kind: 'choice', prompt: 'Capitale\u00a0?\n', options }, 'fr');
    expect(choice).toBe('Capitale\u00a0?\n\n- [x] Paris\n- [ ] Lyon la grande');
    const pairs = [{ left: 'Brest', right: 'Bretagne' }];
    expect(parse(write({ kind: 'matching', prompt: 'P', pairs }, 'fr'), 'matching').pairs[0]).toMatchObject({
      left: 'Brest',
      right: { text: 'Bretagne' }
    });
    for (const kind of ['number', 'text', 'file'] as const) {
      for (const language of ['fr', 'en'] as const) {
        const source = write({ kind, prompt: 'P', answer: '3,5 kg' }, language);
        expect(parse(source, kind)).toMatchObject({ prompt: 'P', answer: { text: '3,5 kg' } });
      }
    }
  });
});

describe('a number', () => {
  it('is read as people write it', () => {
    const cases: [string, number, string][] = [
      ['9,81 m/s²', 9.81, 'm/s²'],
      ['-3.5', -3.5, ''],
      ['\u22121,5 °C', -1.5, '°C'],
      ['6,02e23', 6.02e23, ''],
      ['6,02 × 10^23 mol', 6.02e23, 'mol'],
      ['6.02x10^(-3)', 6.02e-3, ''],
      ['3 · 10⁸ m/s', 3e8, 'm/s'],
      ['1,6 ×10⁻¹⁹ C', 1.6e-19, 'C'],
      ['299 792 458 m/s', 299792458, 'm/s'],
      [',5', 0.5, ''],
      ['12 m', 12, 'm'],
      ['2 000', 2000, '']
    ];
    for (const [text, value, unit] of cases) {
      expect(readNumber(text), text).toEqual({ value, unit });
    }
    for (const text of ['', 'douze', 'm 12', '-', '1e999']) {
      expect(readNumber(text), text).toBeNull();
    }
  });
});
