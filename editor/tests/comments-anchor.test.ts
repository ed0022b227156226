/** Where passages are, whatever happened to the letters. */
import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';

import { type CellText, makeAnchor, place, quoteOf } from '../src/comments/anchor';
import type { Thread } from '../src/comments/thread';

let doc: Y.Doc;
let cells: Y.Array<Y.Map<unknown>>;

function addCell(id: string, source: string, at = cells.length): void {
  const cell = new Y.Map<unknown>([['id', id], ['source', new Y.Text(source)]]);
  cells.insert(at, [cell]);
}

const textsOf = (from = doc): CellText[] =>
  from.getArray<Y.Map<unknown>>('cells').map(cell => ({ id: cell.get('id') as string, text: cell.get('source') as Y.Text }));
const textOf = (id: string): Y.Text => textsOf().find(cell => cell.id === id)!.text;

function comment(cell: string, words: string): Pick<Thread, 'anchor' | 'cell' | 'quote'> {
  const text = textOf(cell);
  const from = text.toString().indexOf(words);
  const span = { from, to: from + words.length };
  return { cell, anchor: makeAnchor(text, span), quote: quoteOf(text.toString(), span) };
}

function read(thread: Parameters<typeof place>[0], from = doc): string {
  const texts = textsOf(from);
  const { index, span, lost } = place(thread, texts);
  return lost ?? (span ? `${texts[index].id}: ${texts[index].text.toString().slice(span.from, span.to)}` : texts[index].id);
}

beforeEach(() => {
  doc = new Y.Doc();
  cells = doc.getArray('cells');
  addCell('a', 'La vitesse augmente parce que la Terre attire.');
  addCell('b', 'v = g * t\nprint(v)');
});

describe('a passage', () => {
  it('stays with its letters, whoever types before, in and behind it', () => {
    const thread = comment('a', 'la Terre');
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    const theirs = textsOf(other)[0].text;
    theirs.insert(0, 'Je crois : ');
    theirs.insert(theirs.toString().indexOf('Terre'), 'grande ');
    textOf('a').insert(textOf('a').length, ' Toujours.');
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    expect(read(thread)).toBe('a: la grande Terre');
    expect(read(thread, other)).toBe('a: la grande Terre');
  });

  it('does not take in what is typed at its edges', () => {
    const thread = comment('b', 'g * t');
    const text = textOf('b');
    text.insert(text.toString().indexOf('g'), '(');
    text.insert(text.toString().indexOf(' t') + 2, ')');
    expect(read(thread)).toBe('b: g * t');
  });

  it('shrinks to what is left, and says when nothing is', () => {
    const thread = comment('a', 'parce que la Terre');
    textOf('a').delete(textOf('a').toString().indexOf('parce'), 'parce que '.length);
    expect(read(thread)).toBe('a: la Terre');
    textOf('a').delete(textOf('a').toString().indexOf('la Terre'), 'la Terre'.length);
    expect(read(thread)).toBe('passage');
  });

  it('is found by its words where an older version came back', () => {
    const thread = comment('a', 'la Terre');
    const before = textOf('a').toString();
    textOf('a').delete(0, before.length);
    expect(read(thread)).toBe('passage');
    textOf('a').insert(0, before);
    expect(read(thread)).toBe('a: la Terre');
  });

  it('comes back with undo', () => {
    const thread = comment('a', 'la Terre');
    const undo = new Y.UndoManager(cells);
    cells.delete(0);
    expect(read(thread)).toBe('cell');
    undo.undo();
    expect(read(thread)).toBe('a: la Terre');
  });

  it('goes along with a cell that is cut and pasted', () => {
    const thread = comment('b', 'g * t');
    const source = textOf('b').toString();
    cells.delete(1);
    addCell('b', source, 0);
    expect(read(thread)).toBe('b: g * t');
  });

  it('is found in a cell with another name by words that stand nowhere else', () => {
    const thread = comment('a', 'la Terre attire');
    cells.delete(0);
    addCell('new', 'Donc la Terre attire tout.');
    expect(read(thread)).toBe('new: la Terre attire');
    addCell('newer', 'Mais la Terre attire aussi.');
    expect(read(thread)).toBe('cell');
  });

  it('is told from its like by what stands around it', () => {
    textOf('b').insert(0, 'x = t\ny = t\n');
    const text = textOf('b').toString();
    const from = text.indexOf('y = t') + 4;
    const thread = { cell: 'b', anchor: makeAnchor(textOf('b'), { from, to: from + 1 }), quote: 't' };
    textOf('b').delete(0, text.length);
    textOf('b').insert(0, text);
    const { span } = place(thread, textsOf());
    expect(span).toEqual({ from, to: from + 1 });
    textOf('b').delete(0, text.length);
    textOf('b').insert(0, 'x = t + t');
    expect(read(thread)).toBe('passage');
  });
});

describe('a whole cell', () => {
  it('is known by its id, else by how it begins', () => {
    const thread = { cell: 'a', anchor: null, quote: quoteOf(textOf('a').toString()) };
    textOf('a').delete(0, 10);
    expect(read(thread)).toBe('a');
    cells.delete(0);
    expect(read(thread)).toBe('cell');
    addCell('pasted', thread.quote);
    expect(read(thread)).toBe('pasted');
  });
});

it('never cuts a letter in two, and survives an anchor that is none', () => {
  expect(quoteOf('😀😀', { from: 1, to: 3 })).toBe('');
  expect(quoteOf('a😀b', { from: 0, to: 2 })).toBe('a');
  for (const junk of ['', '!', 'AAAA', btoa('\x00\xff\xff')]) {
    const anchor = { start: junk, end: junk, before: '', after: '' };
    expect(place({ cell: 'b', anchor, quote: 'nowhere' }, textsOf()).lost).toBe('passage');
  }
});
