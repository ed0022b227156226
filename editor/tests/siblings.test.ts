import { describe, expect, it } from 'vitest';

import { siblingAddress } from '../src/siblings';

const HERE = 'http://127.0.0.1:8000/edit/notebooks/index.html?path=un.ipynb&project=p1';
const open = (url: string) => siblingAddress(url, HERE, 'p1');

describe('another file of the project', () => {
  it.each([
    ['/edit/notebooks/deux.ipynb', '/edit/notebooks/index.html?path=deux.ipynb&project=p1'],
    ['/edit/notebooks/index.html?path=tp%2Fdeux.ipynb', '/edit/notebooks/index.html?path=tp%2Fdeux.ipynb&project=p1'],
    ['/edit/edit/mes%20notes.txt', '/edit/lab/index.html?path=mes+notes.txt&project=p1'],
    ['/edit/edit/index.html?path=a.csv', '/edit/lab/index.html?path=a.csv&project=p1'],
    ['/edit/lab/tree/deux.ipynb', '/edit/lab/index.html?path=deux.ipynb&project=p1'],
    ['/edit/tree?path=deux.ipynb', '/edit/notebooks/index.html?path=deux.ipynb&project=p1'],
    ['/edit/tree/', '/edit/lab/index.html?project=p1']
  ])('%s', (url, expected) => {
    expect(open(url)).toBe(`http://127.0.0.1:8000${expected}`);
  });

  it('leaves every other address alone', () => {
    expect(open('https://example.org/edit/notebooks/x.ipynb')).toBeNull();
    expect(open('http://localhost:8000/projects/')).toBeNull();
    expect(open('/api/raw/x')).toBeNull();
    expect(open('about:blank')).toBeNull();
  });
});
