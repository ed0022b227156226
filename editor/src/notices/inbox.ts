/**
 * What the teacher sent to the pupil of the open copy. The server's status carries a number that grows with each notice;
 * when it is another one than before, the list is asked for: nothing is polled.
 */
import { type ISignal, Signal } from '@lumino/signaling';

import type { ProjectInfo } from '../api';
import type { Status } from '../live/protocol';

export interface Notice {
  id: string;
  kind: 'message' | 'hint';
  /** Made safe by the server. */
  html: string;
  author: string;
  sent_at: string;
  seen_at: string | null;
  question: { path: string; id: string; cell_id: string; title: string } | null;
}

export interface Answer {
  news: number;
  mine: boolean;
  notices: Notice[];
}

/** The session, as far as the inbox needs it. */
export interface InboxSession {
  readonly current: ProjectInfo | null;
  readonly infoChanged: ISignal<unknown, ProjectInfo>;
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export interface InboxRooms {
  readonly rooms: readonly { readonly room: { readonly status: Status | null } }[];
  readonly changed: ISignal<unknown, void>;
}

const RETRY_AFTER = 10_000;

export class Inbox {
  constructor(
    private readonly _session: InboxSession,
    private readonly _rooms: InboxRooms
  ) {
    _session.infoChanged.connect(() => this._look());
    _rooms.changed.connect(() => this._look());
    this._look();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Newest first. */
  get notices(): readonly Notice[] {
    return this._notices;
  }

  /** Were they sent to the person at the keyboard? Else a teacher is looking in. */
  get isMine(): boolean {
    return this._mine;
  }

  /** Still to be read by the person at the keyboard, oldest first. */
  get unread(): readonly Notice[] {
    return this._mine ? this._notices.filter(({ seen_at }) => !seen_at).reverse() : [];
  }

  async markRead(ids: readonly string[]): Promise<void> {
    const at = new Date().toISOString();
    const before = this._notices;
    this._take(before.map(one => (ids.includes(one.id) ? { ...one, seen_at: one.seen_at ?? at } : one)));
    try {
      this._learn(await this._session.json<Answer>('POST', '/api/notices/seen', { ids }));
    } catch {
      // not told: it is still to be read
      this._take(before);
    }
  }

  /** The number that the server said last: each page of the copy hears the same. */
  private get _news(): number {
    const told = this._rooms.rooms.map(({ room }) => room.status?.news ?? 0);
    return Math.max(0, this._session.current?.assignment?.news ?? 0, ...told);
  }

  private _look(): void {
    const isCopy = this._session.current?.kind === 'copy';
    if (isCopy && !this._asking && this._news !== this._known) {
      void this._ask();
    }
  }

  private async _ask(): Promise<void> {
    const news = this._news;
    this._asking = true;
    try {
      this._learn(await this._session.json<Answer>('GET', '/api/notices'));
      this._known = news;
    } catch {
      await new Promise(resolve => setTimeout(resolve, RETRY_AFTER));
    } finally {
      this._asking = false;
    }
    this._look();
  }

  private _learn(answer: Answer): void {
    this._mine = answer.mine;
    this._take(answer.notices);
  }

  private _take(notices: readonly Notice[]): void {
    this._notices = notices;
    this._changed.emit();
  }

  private _notices: readonly Notice[] = [];
  private _mine = false;
  private _asking = false;
  /** The number for which the list was read; at first it is read in any case. */
  private _known = -1;
  private readonly _changed = new Signal<this, void>(this);
}
