import { type YCodeCell, YNotebook } from '@jupyter/ydoc';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';

import { forgetRepaired, ownUndoOnly } from '../src/together/undo';

let ada: YNotebook;
let bob: YNotebook;
const kept = vi.fn();
let locked: (model: object) => boolean;

beforeEach(() => {
  kept.mockClear();
  locked = () => false;
  ownUndoOnly({ mayChange: model => !locked(model), kept });
  [ada, bob] = [0, 1].map(() => new YNotebook({ disableDocumentWideUndoRedo: true }));
  const link = (from: YNotebook, to: YNotebook) =>
    from.ydoc.on('update', (update, origin) => origin !== 'net' && Y.applyUpdate(to.ydoc, update, 'net'));
  link(ada, bob);
  link(bob, ada);
  ada.insertCell(0, { cell_type: 'code', source: 'un' });
  [ada, bob].forEach(notebook => {
    notebook.undoManager.clear();
    notebook.cells.forEach(cell => cell.clearUndoHistory());
    forgetRepaired(notebook as never);
  });
});

const text = () => {
  expect(bob.cells.map(cell => cell.getSource())).toEqual(ada.cells.map(cell => cell.getSource()));
  return ada.cells.map(cell => cell.getSource());
};

describe('undo', () => {
  it('takes back one’s own typing and leaves what another typed since, before and inside', () => {
    ada.cells[0].updateSource(2, 2, ' deux');
    bob.cells[0].updateSource(0, 0, 'zéro ');
    bob.cells[0].updateSource(bob.cells[0].getSource().length - 2, bob.cells[0].getSource().length - 2, '(B)');
    expect(text()).toEqual(['zéro un de(B)ux']);
    ada.cells[0].undo();
    expect(text()).toEqual(['zéro un(B)']);
    ada.cells[0].redo();
    expect(text()[0]).toContain('deux'.slice(0, 2));
    bob.cells[0].undo();
    bob.cells[0].undo();
    expect(text()[0]).not.toContain('(B)');
  });

  it('does nothing where one has done nothing', () => {
    bob.cells[0].updateSource(2, 2, '!');
    expect(ada.cells[0].undo()).toBe(false);
    expect(ada.undo()).toBe(false);
    expect(text()).toEqual(['un!']);
  });

  it('of a new cell takes it away, but not once somebody has written in it', () => {
    ada.insertCell(1, { cell_type: 'code', source: 'à moi' });
    ada.undo();
    expect(text()).toEqual(['un']);
    ada.redo();
    bob.cells[1].updateSource(0, 0, 'et à Bob ');
    expect(ada.undo()).toBe(false);
    expect(kept).toHaveBeenCalledOnce();
    expect(text()).toEqual(['un', 'et à Bob à moi']);
  });

  it('brings back a cell that one deleted, with what others had put in it', () => {
    bob.cells[0].updateSource(2, 2, ' et Bob');
    ada.deleteCell(0);
    expect(text()).toEqual([]);
    ada.undo();
    expect(text()).toEqual(['un et Bob']);
  });

  it('does not double a cell that the server has put back', () => {
    const { id } = ada.cells[0];
    ada.deleteCell(0);
    bob.insertCell(0, { cell_type: 'code', source: 'un', id });
    ada.undo();
    expect(text()).toEqual(['un']);
  });

  it('does not repeat in a locked cell what the server has mended there', () => {
    ada.cells[0].updateSource(0, 2, '');
    const cell = ada.cells[0] as YCodeCell;
    locked = model => model === cell;
    bob.cells[0].setSource('un');
    expect(cell.undo()).toBe(false);
    locked = () => false;
    expect(cell.undo()).toBe(false);
    expect(text()).toEqual(['un']);
  });

  it('is not possible in what may not be changed', () => {
    ada.cells[0].updateSource(2, 2, '!');
    locked = () => true;
    expect(ada.cells[0].undo()).toBe(false);
    locked = () => false;
    expect(ada.cells[0].undo()).toBe(true);
    expect(text()).toEqual(['un']);
  });
});
