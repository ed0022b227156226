import { describe, expect, it } from 'vitest';

import { translator } from '../src/i18n';
import { byCell } from '../src/together/cells';
import { inkOn, safeColour } from '../src/together/colour';
import { gather, type Place } from '../src/together/people';
import { readState } from '../src/together/states';
import { presence, teacherWords, whereWords } from '../src/together/words';

const t = translator('fr');

const user = (username: string, more: object = {}) => ({
  user: { username, name: username, initials: username[0], color: '#1d6fd1', ...more }
});

const room = (states: [number, unknown][], moved: [number, number][] = []): Place => ({
  path: 'cours.ipynb',
  awareness: { clientID: 1, getStates: () => new Map(states) },
  moved: new Map(moved)
});

describe('who is here', () => {
  it('are the others, each once: teachers first, then by name; one’s own other tab is nobody', () => {
    const people = gather(
      [
        room([
          [1, user('zoe')],
          [2, user('émile')],
          [3, user('roux', { role: 'teacher' })],
          [4, user('zoe')],
          [5, user('fanny')],
          [6, { cell: 'b' }]
        ])
      ],
      'zoe',
      'fr'
    );
    expect(people.map(({ name }) => name)).toEqual(['roux', 'émile', 'fanny']);
  });

  it('are where they last moved, whatever a forgotten tab says', () => {
    const states: [number, unknown][] = [
      [2, { ...user('ines'), cell: 'a' }],
      [3, { ...user('ines'), cell: 'b' }]
    ];
    expect(gather([room(states, [[2, 7], [3, 4]])], 'zoe', 'fr')[0].cell).toBe('a');
    expect(gather([room(states, [[2, 4], [3, 7]])], 'zoe', 'fr')[0].cell).toBe('b');
  });

  it('count as watching only while they have no page of their own', () => {
    const watch = user('roux', { role: 'teacher', watching: true });
    const page = { ...user('roux', { role: 'teacher' }), cell: 'a' };
    for (const states of [[[2, watch], [3, page]], [[2, page], [3, watch]]] as [number, unknown][][]) {
      const [person] = gather([room(states, [[2, 1], [3, 2]])], 'zoe', 'fr');
      expect(person).toMatchObject({ watching: false, cell: 'a' });
    }
    const [alone] = gather([room([[2, watch]])], 'zoe', 'fr');
    expect(alone).toMatchObject({ watching: true, path: null });
  });

  it('stand at their cell, in this document only', () => {
    const people = gather(
      [room([[2, { ...user('a'), cell: 'x' }], [3, { ...user('b'), cell: 'x' }], [4, user('c')]])],
      'zoe',
      'fr'
    );
    expect([...byCell(people, 'cours.ipynb')].map(([cell, all]) => [cell, all.length])).toEqual([['x', 2]]);
    expect(byCell(people, 'autre.ipynb').size).toBe(0);
  });
});

describe('a state is somebody else’s input', () => {
  it('gives harmless values, whatever it says', () => {
    for (const odd of [null, 3, [], {}, { user: null }, { user: { name: 7 } }, { user: { name: '' } }]) {
      expect(readState(2, odd)).toBeNull();
    }
    const state = readState(2, {
      user: { name: 'x'.repeat(300), color: 'red;background:url(//x)', role: 'root', initials: {} },
      cell: { toString: () => 'a' },
      cursor: { in: 'a', anchor: { item: { client: -1, clock: 'no' } }, head: {} },
      view: { cell: 'a', at: NaN }
    });
    expect(state).toMatchObject({ color: '#85847c', role: 'member', cell: null, cursor: null, view: null });
    expect(state?.name).toHaveLength(80);
    expect(readState(2, { ...user('a'), view: { cell: 'a', at: 9 } })?.view?.at).toBe(1);
  });

  it('gives colours that read on every background', () => {
    expect(safeColour('#ABCDEF')).toBe('#abcdef');
    expect(safeColour('#abc')).toBe('#85847c');
    expect(inkOn('#1d6fd1')).toBe('#ffffff');
    expect(inkOn('#ffe680')).toBe('#14151f');
  });
});

describe('words about people', () => {
  const copy = { kind: 'copy', scopes: ['read', 'write', 'submit'] } as never;
  const plain = { kind: 'project', scopes: ['read', 'write'] } as never;
  const person = (name: string, more: object = {}) =>
    gather([room([[2, user(name, more)]])], 'zoe', 'fr')[0];

  it('tell a pupil that somebody is in the copy', () => {
    expect(presence([person('Ada')], copy, t)).toBe('Ada est dans votre copie');
    expect(presence([person('A'), person('B'), person('C')], copy, t)).toBe('A, B et C sont dans votre copie');
    expect(presence([person('Ada')], plain, t)).toBe('Ada est aussi dans ce document');
    expect(presence(Array.from({ length: 30 }, (_, i) => person(`p${i}`)), plain, t)).toBe(
      '30 personnes sont aussi dans ce document'
    );
    expect(presence([], copy, t)).toBe('');
  });

  it('tell a pupil, and only a pupil, of a teacher: in the copy, or watching the class', () => {
    const roux = person('Mme Roux', { role: 'teacher' });
    const watching = person('Mme Roux', { role: 'teacher', watching: true });
    expect(teacherWords([person('Ada'), roux], copy, t)?.text).toBe('Mme Roux (professeur) est dans votre copie');
    expect(teacherWords([watching], copy, t)?.text).toBe('Mme Roux regarde la classe');
    expect(teacherWords([person('Ada')], copy, t)).toBeNull();
    expect(teacherWords([roux], plain, t)).toBeNull();
  });

  it('say where somebody is', () => {
    const at = { ...person('Ada'), cell: 'c3' };
    const indexOf = (_: string, cell: string) => (cell === 'c3' ? 2 : -1);
    expect(whereWords(at, indexOf, 'cours.ipynb', t)).toBe('cellule 3');
    expect(whereWords(at, () => -1, 'autre.ipynb', t)).toBe('dans cours.ipynb');
    expect(whereWords({ ...at, cell: null }, indexOf, 'cours.ipynb', t)).toBe('dans ce document');
  });
});
