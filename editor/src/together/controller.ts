/** What the list of people knows and does: it gathers who is here, goes to them, follows them. */
import type { NotebookPanel } from '@jupyterlab/notebook';

import { ApiError, type RoomConduct } from '../api';
import type { Translate } from '../i18n';
import type { LiveNotebooks } from '../live/notebooks';
import type { IEditorBar, IEditorSession } from '../tokens';
import { markCells } from './cells';
import { Documents } from './documents';
import { Follower, goTo, showView } from './follow';
import { gather, type Person } from './people';
import { type OutputsMode, type PeopleActions, PeopleView } from './view';
import { presence, roleWords, teacherWords, whereWords } from './words';

/** The notebooks on screen, as small as the tracker's useful part. */
export interface Panels {
  readonly current: NotebookPanel | null;
  find(path: string): NotebookPanel | undefined;
  all(): NotebookPanel[];
  /** Bring another open document to the front: a text file. */
  show(path: string): void;
  /** Bring it to the front. */
  reveal(panel: NotebookPanel): void;
}

export class TogetherController implements PeopleActions {
  constructor(
    private readonly _session: IEditorSession,
    private readonly _notebooks: LiveNotebooks,
    private readonly _panels: Panels,
    private readonly _bar: IEditorBar,
    private readonly _t: Translate
  ) {
    this.documents = new Documents(_notebooks, () => _session.current?.user.username, () => this.show());
    this.follower = new Follower(person => this._reveal(person));
    this.view = new PeopleView(_t, this);
    this.follower.changed.connect((_, { followed, ending }) => {
      const name = followed?.name ?? this._followed;
      this._followed = name;
      const key = followed ? 'followingAloud' : ending === 'gone' ? 'followedGone' : 'followingEnded';
      _bar.announce(_t(key, { name }));
      document.body.classList.toggle('cy-is-following', followed !== null);
      document.body.style.setProperty('--cy-followed', followed?.color ?? '');
      this.show();
    });
    _session.infoChanged.connect(() => this.show());
  }

  readonly documents: Documents;
  readonly follower: Follower;
  readonly view: PeopleView;

  /** The decisions about the room, as last heard. */
  get conduct(): RoomConduct | null {
    const told = this._notebooks.rooms.map(({ room }) => room.status?.room).find(Boolean);
    return told ?? this._session.current?.room ?? null;
  }

  show(): void {
    const { _session: session, _t: t } = this;
    const info = session.current;
    const people = gather(this.documents.places, info?.user.username, session.language);
    const current = this._panels.current?.context.path ?? null;
    const teacher = teacherWords(people, info, t);
    const sentence = presence(people, info, t);
    this.view.update({
      people: people.map(person => ({
        person,
        role: roleWords(person, t),
        where: whereWords(person, (path, cell) => this._indexOf(path, cell), current, t)
      })),
      presence: sentence,
      teacher,
      followed: this.follower.followed,
      outputs: info?.scopes.includes('manage') ? (this.conduct?.outputs ?? null) : null
    });
    this._panels.all().forEach(panel => markCells(panel, people));
    this._announce(teacher?.text ?? '', people.length > 4 ? '' : sentence);
    this._people = people;
    this.follower.update(people);
  }

  goTo(username: string): void {
    const person = this._find(username);
    const panel = person?.path ? this._panels.find(person.path) : undefined;
    if (person?.cell && panel) {
      this._panels.reveal(panel);
      void goTo(panel, person.cell);
    } else if (person?.path) {
      this._panels.show(person.path);
    }
  }

  follow(username: string): void {
    const person = this._find(username);
    if (person) {
      this.follower.follow(person);
    }
  }

  stop(): void {
    this.follower.stop();
  }

  async setOutputs(mode: OutputsMode): Promise<void> {
    const t = this._t;
    try {
      await this._session.json('POST', '/api/room/outputs', { mode });
      await this._session.refresh();
      this._bar.announce(t(mode === 'shared' ? 'outputsNowShared' : 'outputsNowOwn'));
    } catch (error) {
      const said = error instanceof ApiError && error.code !== 'offline' ? error.message : '';
      this._bar.announce(said || t('failedBody'));
      this.show();
    }
  }

  private _find(username: string): Person | undefined {
    return this._people.find(person => person.username === username);
  }

  private _reveal(person: Person): boolean {
    const panel = person.path ? this._panels.find(person.path) : undefined;
    if (!panel) {
      return false;
    }
    if (this._panels.current !== panel) {
      this._panels.reveal(panel);
    }
    return showView(panel.content, person);
  }

  private _indexOf(path: string, cell: string): number {
    const panel = this._panels.find(path);
    return panel ? panel.content.widgets.findIndex(({ model }) => model.id === cell) : -1;
  }

  /** A teacher's coming and going is always said; in a small circle everybody's. */
  private _announce(teacher: string, sentence: string): void {
    const news = teacher !== this._saidTeacher ? teacher : sentence !== this._saidPresence ? sentence : '';
    this._saidTeacher = teacher;
    // a line that breaks and comes back is no news of anybody
    this._saidPresence = sentence || this._saidPresence;
    if (news) {
      this._bar.announce(news);
    }
  }

  private _people: Person[] = [];
  private _followed = '';
  private _saidTeacher = '';
  private _saidPresence = '';
}
