import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type FilesAccess, FilesMenu } from '../src/files/menu';
import { translator } from '../src/i18n';

let files: string[];
let access: FilesAccess;
let menu: FilesMenu;

beforeEach(() => {
  files = ['cours/lecon.ipynb', 'cours/mesures.csv'];
  access = {
    list: vi.fn(async () => files),
    current: 'cours/lecon.ipynb',
    canWrite: true,
    save: vi.fn(async path => files.push(path)),
    open: vi.fn(),
    confirm: vi.fn(async () => false)
  };
  menu = new FilesMenu(translator('fr'), access);
  document.body.append(menu.node);
});
afterEach(() => menu.dispose());

const open = async () => {
  menu.node.querySelector('button')!.click();
  await new Promise(resolve => setTimeout(resolve));
};
const panel = () => menu.node.querySelector<HTMLElement>('#cy-files')!;
const status = () => menu.node.querySelector('[role=status]')!.textContent;
const file = (name: string) => new File(['été'], name);

describe('the menu of files', () => {
  it('lists the files, opens another one, and shows which is open', async () => {
    await open();
    const [here, other] = panel().querySelectorAll('li');
    expect(here.textContent).toBe('cours/lecon.ipynb (ouvert ici)');
    expect(here.querySelector('button')).toBeNull();
    other.querySelector('button')!.click();
    expect(access.open).toHaveBeenCalledWith('cours/mesures.csv');
    expect(panel().hidden).toBe(true);
  });

  it('closes with Escape and gives the focus back', async () => {
    await open();
    panel().dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(panel().hidden).toBe(true);
    expect(document.activeElement?.getAttribute('aria-expanded')).toBe('false');
  });

  it('puts new files beside the notebook', async () => {
    await menu.add([file('photo.png'), file('notes.md')]);
    expect(access.save).toHaveBeenCalledWith('cours/photo.png', {
      type: 'file',
      format: 'base64',
      content: 'w6l0w6k='
    });
    expect(status()).toBe('Ajouté\u00a0: photo.png, notes.md.');
    expect(panel().querySelectorAll('li')).toHaveLength(4);
  });

  it('replaces a file only when told so', async () => {
    await menu.add([file('mesures.csv')]);
    expect(access.save).not.toHaveBeenCalled();
    access.confirm = vi.fn(async () => true);
    await menu.add([file('mesures.csv')]);
    expect(access.save).toHaveBeenCalledOnce();
  });

  it('says in the server’s words why a file was not taken', async () => {
    access.save = vi.fn(async () => Promise.reject(new Error('Ce fichier est trop gros.')));
    await menu.add([file('gros.bin')]);
    expect(status()).toBe('gros.bin\u00a0: Ce fichier est trop gros.');
  });

  it('offers readers nothing to add', async () => {
    (access as { canWrite: boolean }).canWrite = false;
    await open();
    expect(panel().querySelector<HTMLElement>('.cy-button')!.hidden).toBe(true);
  });
});
