import { expect, it } from 'vitest';

import { visitors } from '../src/presence';

it('says who is in which cell: others only, once each, with a harmless colour', () => {
  const user = (username: string, color: string) => ({ username, name: username, color });
  const found = visitors(
    new Map([
      [1, { user: user('zoe', '#111111'), cell: 'a' }],
      [2, { user: user('roux', '#a8201a'), cell: 'a' }],
      [3, { user: user('roux', '#a8201a'), cell: 'a' }],
      [4, { user: user('bob', 'red;background:url(//x)'), cell: 'b' }],
      [5, { user: user('zoe', '#111111'), cell: 'b' }],
      [6, { cell: 'b' }],
      [7, { user: user('late', '#222222') }]
    ]),
    1,
    'zoe'
  );
  expect([...found]).toEqual([
    ['a', [{ name: 'roux', color: '#a8201a' }]],
    ['b', [{ name: 'bob', color: '#85847c' }]]
  ]);
});
