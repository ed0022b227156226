/**
 * How the project is led now: who may write, who leads, what this person may decide.
 *
 * The server decides and enforces all of it; the rooms tell each change at once. This only
 * gathers what was said last, and asks.
 */
import { type ISignal, Signal } from '@lumino/signaling';

import type { ProjectInfo, RoomConduct } from '../api';
import type { Status } from '../live/protocol';

/** The session, as far as leading needs it. */
export interface ConductSession {
  readonly current: ProjectInfo | null;
  readonly infoChanged: ISignal<unknown, ProjectInfo>;
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** The open documents: `LiveNotebooks`, or a test's. */
export interface ConductRooms {
  readonly rooms: readonly {
    readonly room: { readonly status: Status | null };
    readonly model: { readonly awareness: Others };
  }[];
  readonly changed: ISignal<unknown, void>;
}

interface Others {
  readonly clientID: number;
  getStates(): Map<number, unknown>;
}

/** Somebody who could be handed the pen. */
export interface Candidate {
  username: string;
  name: string;
}

interface User {
  username?: unknown;
  name?: unknown;
  role?: unknown;
  watching?: unknown;
}

export class Conduct {
  constructor(
    private readonly _session: ConductSession,
    private readonly _notebooks: ConductRooms
  ) {
    const { current } = _session;
    this._room = current?.room ?? null;
    _session.infoChanged.connect((_, info) => this._learn(info.room ?? null));
    _notebooks.changed.connect(() => this._onRooms());
    this._onRooms();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** As said last; null before the first word of the server. */
  get room(): RoomConduct | null {
    return this._room;
  }

  /** May this person lock cells, hold the others, hand the pen? */
  get manages(): boolean {
    const status = this._notebooks.rooms.map(({ room }) => room.status).find(Boolean);
    const scopes: readonly string[] = status?.scopes ?? this._session.current?.scopes ?? [];
    return scopes.includes('manage');
  }

  /** Should the means to lead be shown? Who is alone in a project of their own needs none. */
  get leads(): boolean {
    const info = this._session.current;
    if (!info || !this.manages) {
      return false;
    }
    const busy = this._room?.held || this.candidates().length > 0;
    return info.kind === 'copy' || info.user.is_teacher === true || Boolean(busy);
  }

  /** Are the others kept from writing, this person among them? */
  get isHeld(): boolean {
    return Boolean(this._room?.held) && !this.manages && !this.hasPen;
  }

  get hasPen(): boolean {
    const me = this._session.current?.user.username;
    return Boolean(this._room?.held) && !this.manages && Boolean(me) && this._room?.pen === me;
  }

  /** Those who are here and do not lead, by name. */
  candidates(): Candidate[] {
    const me = this._session.current?.user.username;
    const found = new Map<string, Candidate>();
    for (const { model } of this._notebooks.rooms) {
      for (const [client, state] of model.awareness.getStates()) {
        const user = (state as { user?: User } | null)?.user;
        if (client === model.awareness.clientID || !user || user.watching || user.role === 'teacher') {
          continue;
        }
        const { username, name } = user;
        if (typeof username === 'string' && typeof name === 'string' && name && username !== me) {
          found.set(username, { username, name });
        }
      }
    }
    return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  async hold(held: boolean): Promise<void> {
    await this._ask('/api/room/hold', { held });
  }

  /** Hand the pen: the others are held while somebody has it. */
  async givePen(username: string): Promise<void> {
    if (!this._room?.held) {
      await this._ask('/api/room/hold', { held: true });
    }
    await this._ask('/api/room/pen', { username });
  }

  async takePen(): Promise<void> {
    await this._ask('/api/room/pen', { username: null });
  }

  private async _ask(path: string, body: unknown): Promise<void> {
    const answer = await this._session.json<{ room: RoomConduct }>('POST', path, body);
    this._learn(answer.room);
  }

  private _onRooms(): void {
    for (const { room } of this._notebooks.rooms) {
      const { status } = room;
      if (status && !this._heard.has(status)) {
        this._heard.add(status);
        if (status.room) {
          this._room = status.room;
        }
      }
    }
    this._changed.emit();
  }

  private _learn(room: RoomConduct | null): void {
    this._room = room ?? this._room;
    this._changed.emit();
  }

  private _room: RoomConduct | null;
  private readonly _heard = new WeakSet<Status>();
  private readonly _changed = new Signal<this, void>(this);
}
