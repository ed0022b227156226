import { YFile, YNotebook } from '@jupyter/ydoc';
import { expect, it } from 'vitest';
import * as Y from 'yjs';

import { asFile } from '../src/live/downloads';

it('gives a text back as it was typed', () => {
  const text = new YFile();
  text.setSource('prénom;note\nZoé;12\n');
  const file = asFile('data/notes.csv', true, Y.encodeStateAsUpdate(text.ydoc));
  expect(file).toEqual({
    name: 'notes.csv',
    content: 'prénom;note\nZoé;12\n',
    type: 'text/plain;charset=utf-8'
  });
});

it('gives a notebook back as .ipynb', () => {
  const notebook = new YNotebook();
  notebook.insertCell(0, { cell_type: 'markdown', id: 'a', metadata: {}, source: '# Été' });
  const file = asFile('Leçon.ipynb', false, Y.encodeStateAsUpdate(notebook.ydoc));
  expect(file.name).toBe('Leçon.ipynb');
  expect(JSON.parse(file.content).cells[0].source).toBe('# Été');
});
