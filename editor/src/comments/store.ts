/**
 * The threads of one open notebook. What all may read stands in the live document; what waits for the return of
 * a copy comes from the API, to who leads there, and is asked for anew when the room's status says so. All writing goes
 * through the API.
 */
import { type ISignal, Signal } from '@lumino/signaling';
import type * as Y from 'yjs';

import type { Status } from '../live/protocol';
import { type Anchor, readThread, readThreads, type Thread } from './thread';

/** The session, as far as comments need it. */
export interface CommentsSession {
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** The document's room: `OpenRoom`, or a test's. */
export interface CommentsRoom {
  readonly path: string;
  readonly room: { readonly status: Status | null };
}

export interface Start {
  cell: string;
  text: string;
  anchor: Anchor | null;
  quote: string;
  hidden: boolean;
}

interface Told {
  hidden: unknown;
  may_comment: boolean;
  manages: boolean;
  may_hide: boolean;
  hide: boolean;
}

interface Answer {
  id: string;
  hidden: boolean;
  thread: unknown;
}

/** What this person may do here. */
export interface Abilities {
  mayComment: boolean;
  manages: boolean;
  /** May let a comment wait for the return; `hides` is what is proposed. */
  mayHide: boolean;
  hides: boolean;
}

const NOTHING: Abilities = { mayComment: false, manages: false, mayHide: false, hides: false };
const API = '/api/comments';
/** Milliseconds. */
const RETRY_AFTER = 10_000;
const AHEAD = 5_000;

export class ThreadStore {
  constructor(
    private readonly _session: CommentsSession,
    private readonly _open: CommentsRoom,
    private readonly _shared: Y.Map<unknown>
  ) {
    _shared.observe(this._onShared);
    this.look();
  }

  /** Emits when a thread or what one may do has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get abilities(): Abilities {
    return this._abilities;
  }

  /** All that this person may read, oldest first. */
  get threads(): readonly Thread[] {
    return this._threads;
  }

  /** The room's status may have changed: rights, or comments that are not in the document. */
  look(): void {
    const { status } = this._open.room;
    const key = status && JSON.stringify([status.scopes, status.comments ?? null]);
    if (key && key !== this._key) {
      this._key = key;
      void this._ask();
    }
  }

  async start(what: Start): Promise<string> {
    const answer = await this._send('POST', '', { path: this._open.path, ...what });
    if (this._abilities.mayHide) {
      this._abilities = { ...this._abilities, hides: what.hidden };
    }
    return answer.id;
  }

  async reply(id: string, text: string): Promise<void> {
    await this._send('POST', `/${id}/reply`, { text });
  }

  async resolve(id: string, resolved: boolean): Promise<void> {
    await this._send('POST', `/${id}/resolve`, { resolved });
  }

  /** Let the pupil read it now. */
  async show(id: string): Promise<void> {
    await this._send('POST', `/${id}/show`, {});
  }

  async edit(message: string, text: string): Promise<void> {
    await this._send('POST', `/messages/${message}`, { text });
  }

  async remove(message: string): Promise<void> {
    await this._session.json('DELETE', `${API}/messages/${message}`);
    await this._ask();
  }

  dispose(): void {
    this._shared.unobserve(this._onShared);
    this._timers.forEach(clearTimeout);
    Signal.clearData(this);
  }

  private _later(wait: number, act: () => void): void {
    const timer = setTimeout(() => {
      this._timers.delete(timer);
      act();
    }, wait);
    this._timers.add(timer);
  }

  private async _ask(): Promise<void> {
    const path = `${API}?path=${encodeURIComponent(this._open.path)}`;
    const asked = ++this._asked;
    try {
      const told = await this._session.json<Told>('GET', path);
      if (asked !== this._asked) {
        return;
      }
      this._hidden = readThreads(told.hidden, true);
      this._abilities = {
        mayComment: told.may_comment,
        manages: told.manages,
        mayHide: told.may_hide,
        hides: told.hide
      };
      this._sort();
    } catch {
      // without a network, or after a fault: what was known stays
      this._later(RETRY_AFTER, () => {
        this._key = null;
        this.look();
      });
    }
  }

  private async _send(method: string, path: string, body: unknown): Promise<Answer> {
    const answer = await this._session.json<Answer>(method, API + path, body);
    const thread = readThread(answer.id, answer.thread, answer.hidden);
    // what is on its way by another road is shown at once; the document's own word, when it comes, is truer
    this._hidden.delete(answer.id);
    this._ahead.delete(answer.id);
    if (thread) {
      (answer.hidden ? this._hidden : this._ahead).set(answer.id, thread);
      this._later(AHEAD, () => {
        if (this._ahead.get(answer.id) === thread) {
          this._ahead.delete(answer.id);
          this._sort();
        }
      });
    }
    this._sort();
    return answer;
  }

  private readonly _onShared = ({ keysChanged }: { keysChanged: Set<unknown> }): void => {
    for (const key of keysChanged) {
      this._ahead.delete(key as string);
    }
    this._sort();
  };

  private _sort(): void {
    const all = new Map<string, Thread>(this._hidden);
    for (const [id, value] of this._shared.entries()) {
      const thread = readThread(id, value);
      if (thread) {
        all.set(id, thread);
      }
    }
    this._ahead.forEach((thread, id) => all.set(id, thread));
    this._threads = [...all.values()].sort((a, b) => compare(a.created, b.created) || compare(a.id, b.id));
    this._changed.emit();
  }

  private _threads: readonly Thread[] = [];
  private _hidden = new Map<string, Thread>();
  private readonly _ahead = new Map<string, Thread>();
  private _abilities = NOTHING;
  private _key: string | null = null;
  private _asked = 0;
  private readonly _timers = new Set<ReturnType<typeof setTimeout>>();
  private readonly _changed = new Signal<this, void>(this);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
