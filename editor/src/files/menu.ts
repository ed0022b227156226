/**
 * The project's files, from the notebook's page: a button that lists them, opens one in
 * another tab, and takes new ones from this computer.
 *
 * The full interface has a file browser for all the rest.
 */
import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';

import { bytesToBase64 } from '../base64';
import { h, icon, say } from '../dom';
import type { Translate } from '../i18n';
import { Popup } from '../popup';

/** Two sheets of paper, 24 px. */
const SHEETS = ['M9 3h7l4 4v10H9z', 'M5 7v14h11', 'M15 3v5h5'];

/** What the menu needs of the page. */
export interface FilesAccess {
  /** All files of the project, by path. */
  list(): Promise<string[]>;
  /** The file in view. */
  readonly current: string | null;
  readonly canWrite: boolean;
  save(path: string, options: Partial<Contents.IModel>): Promise<unknown>;
  /** Show a file, in another tab. */
  open(path: string): void;
  confirm(title: string, body: string, yes: string): Promise<boolean>;
}

export class FilesMenu {
  constructor(
    private readonly _t: Translate,
    private readonly _access: FilesAccess
  ) {
    const t = _t;
    this._button = h(
      'button',
      { class: 'cy-button cy-quiet', type: 'button', title: t('files') },
      icon(...SHEETS),
      h('span', { class: 'cy-files-word' }, t('files'))
    );
    this._list = h('ul', { class: 'cy-files-list' });
    this._status = h('p', { class: 'cy-files-status', role: 'status' });
    this._input = h('input', { type: 'file', multiple: true, hidden: true });
    this._input.addEventListener('change', () => {
      void this.add([...(this._input.files ?? [])]).finally(() => (this._input.value = ''));
    });
    this._add = h(
      'button',
      { class: 'cy-button', type: 'button', onclick: () => this._input.click() },
      t('addFiles')
    );
    this._panel = h(
      'div',
      { class: 'cy-files-panel', id: 'cy-files', role: 'group', 'aria-label': t('filesOf'), hidden: true },
      this._list,
      this._status,
      this._add,
      this._input
    );
    this.node = h('div', { class: 'cy-files' }, this._button, this._panel);
    this._popup = new Popup({
      node: this.node,
      panel: this._panel,
      buttons: [this._button],
      opened: () => void this._open(),
      isInside: target => target.closest('.jp-Dialog') !== null
    });
  }

  readonly node: HTMLElement;

  dispose(): void {
    this._popup.dispose();
  }

  private async _open(): Promise<void> {
    say(this._status, '');
    await this.refresh();
  }

  async refresh(): Promise<void> {
    this._add.hidden = !this._access.canWrite;
    try {
      const paths = await this._access.list();
      this._list.replaceChildren(...paths.map(path => this._entry(path)));
    } catch (error) {
      this._say((error as Error).message || this._t('serverOffline'), true);
    }
  }

  /** Put files of this computer beside the notebook; asks before it replaces one. */
  async add(files: File[]): Promise<void> {
    const folder = PathExt.dirname(this._access.current ?? '');
    const known = new Set(await this._access.list().catch(() => []));
    const done: string[] = [];
    for (const file of files) {
      const path = folder ? `${folder}/${file.name}` : file.name;
      if (known.has(path) && !(await this._mayReplace(path))) {
        continue;
      }
      this._say(this._t('addingFile', { name: file.name }));
      try {
        const content = bytesToBase64(new Uint8Array(await file.arrayBuffer()));
        await this._access.save(path, { type: 'file', format: 'base64', content });
        done.push(file.name);
      } catch (error) {
        await this.refresh();
        this._say(`${file.name}${this._t('colon')} ${(error as Error).message}`, true);
        return;
      }
    }
    await this.refresh();
    this._say(done.length ? this._t('addedFiles', { names: done.join(', ') }) : '');
  }

  private _mayReplace(path: string): Promise<boolean> {
    const t = this._t;
    return this._access.confirm(t('replaceTitle', { name: path }), t('replaceBody'), t('replace'));
  }

  private _entry(path: string): HTMLElement {
    if (path === this._access.current) {
      return h('li', { class: 'cy-files-here' }, h('b', {}, path), ` ${this._t('thisFile')}`);
    }
    const open = (): void => {
      this._access.open(path);
      this._popup.show(false);
    };
    return h('li', {}, h('button', { type: 'button', onclick: open, title: this._t('newTab') }, path));
  }

  private _say(text: string, bad = false): void {
    this._status.classList.toggle('cy-bad', bad);
    say(this._status, text);
  }

  private readonly _button: HTMLButtonElement;
  private readonly _panel: HTMLElement;
  private readonly _popup: Popup;
  private readonly _list: HTMLElement;
  private readonly _status: HTMLElement;
  private readonly _add: HTMLButtonElement;
  private readonly _input: HTMLInputElement;
}
