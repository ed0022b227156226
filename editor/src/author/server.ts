/**
 * What the server says of the open notebook: the version that pupils get, and what is wrong. Asked
 * a moment after the last change, once what was typed is stored, and never twice for the same text.
 */
import { ApiError } from '../api';
import type { ReleasedNotebook } from './preview';
import type { Problem } from './survey';

interface Answer {
  notebook: ReleasedNotebook;
  problems: { code: string; cell_id: string | null; message: string }[];
}

export interface Asked {
  path: string;
  /** What the notebook says, to compare. */
  key: string;
}

export interface ServerAccess {
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Wait until the server has what was typed. */
  settled(path: string): Promise<unknown>;
}

export interface Said {
  problems: Problem[];
  notebook: ReleasedNotebook | null;
  /** No answer came: why, in words to show. */
  failed: string | null;
}

const PAUSE = 900;

export class Server {
  constructor(
    private readonly _access: ServerAccess,
    private readonly _onSaid: (said: Said) => void,
    private readonly _pause = PAUSE
  ) {}

  /** The notebook says this now. */
  ask(asked: Asked): void {
    if (this._last && same(this._last, asked)) {
      return;
    }
    this._last = asked;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._send(asked), this._pause);
  }

  /** The next question is asked whatever was answered before. */
  forget(): void {
    this._last = null;
    clearTimeout(this._timer);
  }

  private async _send(asked: Asked): Promise<void> {
    let said: Said;
    try {
      await this._access.settled(asked.path);
      const answer = await this._access.json<Answer>('POST', '/api/exercise/preview', { path: asked.path });
      const problems = answer.problems.map(({ code, cell_id, message }) => ({ code, cellId: cell_id, message }));
      said = { problems, notebook: answer.notebook, failed: null };
    } catch (error) {
      const known = error instanceof ApiError && error.code !== 'offline';
      said = { problems: [], notebook: null, failed: known ? (error as ApiError).message : '' };
    }
    // an answer to a question that was asked anew since says nothing any more
    if (this._last === asked) {
      if (said.failed !== null) {
        this._last = null;
      }
      this._onSaid(said);
    }
  }

  private _last: Asked | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

function same(a: Asked, b: Asked): boolean {
  return a.path === b.path && a.key === b.key;
}
