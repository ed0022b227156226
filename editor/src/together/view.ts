/**
 * The people in the bar: initials that open a list, the word about a teacher, and who is
 * followed. It shows what it is given and reports what was pressed.
 */
import { h, icon, say } from '../dom';
import type { Translate } from '../i18n';
import { Popup } from '../popup';
import { paint } from './colour';
import type { Followed } from './follow';
import type { Person } from './people';

export interface PeopleActions {
  goTo(username: string): void;
  follow(username: string): void;
  stop(): void;
  /** Who leads decides whether results are shared. */
  setOutputs(mode: OutputsMode): Promise<void>;
}

export type OutputsMode = 'shared' | 'owner';

export interface PeopleWords {
  people: { person: Person; role: string; where: string }[];
  /** All of it in one sentence. */
  presence: string;
  teacher: { text: string; meaning: string } | null;
  followed: Followed | null;
  /** Null for who may not decide it. */
  outputs: OutputsMode | null;
}

const FACES = 3;
const EYE = ['M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12z', 'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z'];
const GROUP = [
  'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  'M2 21c.5-4 3.5-6 7-6s6.5 2 7 6',
  'M16 4a4 4 0 0 1 0 7',
  'M18 15c2.5.5 3.5 2.5 4 6'
];

interface Row {
  node: HTMLElement;
  face: HTMLElement;
  name: HTMLElement;
  role: HTMLElement;
  where: HTMLElement;
  go: HTMLButtonElement;
  follow: HTMLButtonElement;
}

export class PeopleView {
  constructor(
    private readonly _t: Translate,
    private readonly _actions: PeopleActions
  ) {
    const t = _t;
    this._teacher = h('button', {
      class: 'cy-teacher',
      type: 'button',
      hidden: true
    });
    this._faces = h('span', { class: 'cy-faces', 'aria-hidden': 'true' });
    this._button = h(
      'button',
      {
        class: 'cy-people-button',
        type: 'button',
        hidden: true
      },
      this._faces
    );
    this._following = h('span', {});
    this._stop = h('button', { class: 'cy-button', type: 'button', onclick: () => _actions.stop() }, t('stopFollowing'));
    this._follow = h('div', { class: 'cy-following', hidden: true }, icon(...EYE), this._following, this._stop);
    this._title = h('h2', { id: 'cy-people-title' });
    this._meaning = h('p', { class: 'cy-soft', hidden: true });
    this._list = h('ul', { class: 'cy-people-list' });
    this._outputs = this._outputsChoice();
    this._panel = h(
      'section',
      { class: 'cy-people', id: 'cy-people', 'aria-labelledby': 'cy-people-title', tabindex: '-1', hidden: true },
      this._title,
      this._meaning,
      this._list,
      this._outputs
    );
    this.node = h('div', { class: 'cy-together' });
    this.node.append(this._teacher, this._button, this._follow, this._panel);
    const buttons = [this._button, this._teacher];
    this._popup = new Popup({ node: this.node, panel: this._panel, buttons });
  }

  readonly node: HTMLElement;

  dispose(): void {
    this._popup.dispose();
  }

  update(words: PeopleWords): void {
    const { people, presence, teacher, followed, outputs } = words;
    this._showTeacher(teacher);
    this._showButton(people, presence, outputs !== null);
    const onlyTeachers = people.every(({ person }) => person.role === 'teacher');
    this._button.classList.toggle('cy-said', teacher !== null && onlyTeachers);
    say(this._title, people.length ? this._t('withYou', { count: people.length }) : this._t('alone'));
    say(this._meaning, teacher?.meaning ?? '');
    this._meaning.hidden = !teacher;
    this._showRows(people, followed);
    if (!followed && this._follow.contains(document.activeElement)) {
      this._button.focus();
    }
    this._follow.hidden = !followed;
    if (followed) {
      say(this._following, this._t('following', { name: followed.name }));
      paint(this._follow, followed.color);
    }
    this._outputs.hidden = outputs === null;
    for (const choice of this._outputs.querySelectorAll('input')) {
      choice.checked = choice.value === outputs;
    }
  }

  private _showTeacher(teacher: PeopleWords['teacher']): void {
    const text = teacher?.text ?? '';
    if (this._teacher.textContent !== text) {
      this._teacher.replaceChildren(...(text ? [icon(...EYE), h('span', {}, text)] : []));
    }
    this._teacher.hidden = !text;
    this._teacher.title = teacher?.meaning ?? '';
  }

  private _showButton(people: PeopleWords['people'], presence: string, always: boolean): void {
    this._button.hidden = !people.length && !always;
    if (this._button.hidden) {
      this._panel.hidden = true;
    }
    const label = [presence, this._t('seePeople')].filter(Boolean).join('. ');
    this._button.setAttribute('aria-label', label);
    this._button.title = presence || this._t('seePeople');
    const key = people.map(({ person }) => person.initials + person.color).join('|');
    if (key === this._faceKey) {
      return;
    }
    this._faceKey = key;
    const faces = people.slice(0, FACES).map(({ person }) => face(person));
    const more = people.length - faces.length;
    this._faces.replaceChildren(
      ...(faces.length ? faces : [h('span', { class: 'cy-face cy-face-more' }, icon(...GROUP))]),
      ...(more > 0 ? [h('span', { class: 'cy-face cy-face-more' }, `+${more}`)] : [])
    );
  }

  /** Rows stay the same elements as long as the person is here: the keyboard may be in one. */
  private _showRows(people: PeopleWords['people'], followed: Followed | null): void {
    const gone = new Set(this._rows.keys());
    people.forEach(({ person, role, where }, index) => {
      gone.delete(person.username);
      const row = this._rows.get(person.username) ?? this._addRow(person);
      row.face.textContent = person.initials;
      paint(row.face, person.color);
      say(row.name, person.name);
      say(row.role, role);
      row.role.hidden = !role;
      say(row.where, where);
      row.go.hidden = person.watching;
      row.follow.hidden = person.watching || !person.cell;
      const on = followed?.username === person.username;
      row.follow.setAttribute('aria-pressed', String(on));
      row.node.classList.toggle('cy-followed', on);
      if (this._list.children[index] !== row.node) {
        this._list.insertBefore(row.node, this._list.children[index] ?? null);
      }
    });
    for (const username of gone) {
      const row = this._rows.get(username);
      if (row?.node.contains(document.activeElement)) {
        this._panel.focus({ preventScroll: true });
      }
      row?.node.remove();
      this._rows.delete(username);
    }
  }

  private _addRow({ username, name }: Person): Row {
    const t = this._t;
    const button = (label: string, said: string, act: () => void): HTMLButtonElement =>
      h('button', { class: 'cy-button', type: 'button', 'aria-label': said, onclick: act }, label);
    const follow = (): void => {
      const on = row.follow.getAttribute('aria-pressed') === 'true';
      if (on) {
        this._actions.stop();
      } else {
        this._popup.show(false);
        this._actions.follow(username);
        this._stop.focus();
      }
    };
    const row: Row = {
      node: h('li', {}),
      face: h('span', { class: 'cy-face', 'aria-hidden': 'true' }),
      name: h('strong', {}),
      role: h('span', { class: 'cy-role' }),
      where: h('span', { class: 'cy-where' }),
      go: button(t('goTo'), t('goToName', { name }), () => {
        this._popup.show(false);
        this._actions.goTo(username);
      }),
      follow: button(t('follow'), t('followName', { name }), follow)
    };
    row.node.append(
      row.face,
      h('div', { class: 'cy-who' }, h('p', {}, row.name, ' ', row.role), h('p', {}, row.where)),
      h('div', { class: 'cy-person-actions' }, row.go, row.follow)
    );
    this._rows.set(username, row);
    return row;
  }

  private _outputsChoice(): HTMLFieldSetElement {
    const t = this._t;
    const choice = (mode: OutputsMode, label: string, help: string): HTMLElement => {
      const id = `cy-outputs-${mode}`;
      const input = h('input', { type: 'radio', name: 'cy-outputs', id, value: mode, 'aria-describedby': `${id}-help` });
      input.addEventListener('change', () => void this._choose(mode));
      return h(
        'div',
        { class: 'cy-choice' },
        input,
        h('label', { for: id }, label),
        h('p', { class: 'cy-soft', id: `${id}-help` }, help)
      );
    };
    return h(
      'fieldset',
      { class: 'cy-outputs', hidden: true },
      h('legend', {}, t('outputs')),
      choice('shared', t('outputsShared'), t('outputsSharedHelp')),
      choice('owner', t('outputsOwner'), t('outputsOwnerHelp'))
    );
  }

  private async _choose(mode: OutputsMode): Promise<void> {
    this._outputs.disabled = true;
    try {
      await this._actions.setOutputs(mode);
    } finally {
      this._outputs.disabled = false;
      this._outputs.querySelector<HTMLElement>(`#cy-outputs-${mode}`)?.focus();
    }
  }

  private readonly _teacher: HTMLButtonElement;
  private readonly _button: HTMLButtonElement;
  private readonly _faces: HTMLElement;
  private readonly _follow: HTMLElement;
  private readonly _following: HTMLElement;
  private readonly _stop: HTMLButtonElement;
  private readonly _panel: HTMLElement;
  private readonly _popup: Popup;
  private readonly _title: HTMLElement;
  private readonly _meaning: HTMLElement;
  private readonly _list: HTMLElement;
  private readonly _outputs: HTMLFieldSetElement;
  private readonly _rows = new Map<string, Row>();
  private _faceKey: string | null = null;
}

function face({ initials, color }: Person): HTMLElement {
  const node = h('span', { class: 'cy-face' }, initials);
  paint(node, color);
  return node;
}
