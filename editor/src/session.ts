/**
 * The capability token of this tab: where it comes from, how it stays fresh, how it ends.
 *
 * The portal opens the editor with the token in the fragment, which no server and no
 * Referer sees. It is read once and taken out of the address, then kept in memory and in
 * this tab's sessionStorage, so that a reload works and another tab (another project, a
 * stranger's code) does not get it.
 */
import { type ISignal, Signal } from '@lumino/signaling';

import { ApiError, type ProjectInfo, type TokenAnswer } from './api';
import type { IEditorSession, Language, SessionState, Theme } from './tokens';

/** Renew this long before the token ends, so that a slow network does not matter. */
export const RENEW_BEFORE = 4 * 60_000;
/** After a renewal that found no network. */
const RETRY_AFTER = 5_000;
/** While ended: how often to see whether the person has signed in again. */
const RECONNECT_EVERY = 5_000;
/** A timer that fires this late means that the machine slept. */
const NAP = 10_000;

/** The parts of the browser that a session needs; a test passes its own. */
export interface Surroundings {
  location: Pick<Location, 'href' | 'hash' | 'search'>;
  history: Pick<History, 'replaceState' | 'state'>;
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;
  fetch: typeof fetch;
  now: () => number;
  languages: readonly string[];
  prefersDark: boolean;
}

/** What the payload of a token says. Read, never trusted: the server checks the signature. */
export interface TokenPayload {
  p: string;
  u: string | number;
  s: string[];
  i: number;
  t: number;
  e: number;
}

interface Kept {
  token: string;
  language?: Language;
  theme?: Theme;
  reconnectUrl?: string;
}

/** Decode a token's payload; null when it is none. */
export function decodeToken(token: string): TokenPayload | null {
  const [body] = token.split('.');
  try {
    const text = atob(body.replace(/-/g, '+').replace(/_/g, '/'));
    const bytes = Uint8Array.from(text, c => c.charCodeAt(0));
    const payload = JSON.parse(new TextDecoder().decode(bytes));
    return typeof payload?.p === 'string' && typeof payload?.e === 'number' ? payload : null;
  } catch {
    return null;
  }
}

/** The real browser. */
export function browserSurroundings(): Surroundings {
  return {
    location: window.location,
    history: window.history,
    storage: window.sessionStorage,
    fetch: window.fetch.bind(window),
    now: () => Date.now(),
    languages: navigator.languages ?? [navigator.language],
    prefersDark: window.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false
  };
}

export class EditorSession implements IEditorSession {
  constructor(private readonly _around: Surroundings = browserSurroundings()) {
    const query = new URLSearchParams(_around.location.search);
    const fragment = new URLSearchParams(_around.location.hash.replace(/^#/, ''));
    const given = fragment.get('token') ?? '';
    const payload = decodeToken(given);
    this.projectId = payload?.p ?? query.get('project') ?? '';
    const kept = this._read();
    this._token = payload ? given : kept?.token ?? '';
    this.language = asLanguage(
      fragment.get('lang') ?? query.get('lang') ?? kept?.language ?? _around.languages[0]
    );
    const theme = fragment.get('theme') ?? query.get('theme') ?? kept?.theme;
    this.theme = theme === 'dark' || (theme !== 'light' && _around.prefersDark) ? 'dark' : 'light';
    this._reconnectUrl = kept?.reconnectUrl ?? null;
    if (payload) {
      this._cleanAddress();
    }
    this._forgetOthers();
    this._write();
    if (this._token) {
      this._plan();
    } else {
      this._end(new ApiError('no_token', 0, ''));
    }
  }

  readonly projectId: string;
  readonly language: Language;
  readonly theme: Theme;

  get token(): string {
    return this._token;
  }
  get tokenChanged(): ISignal<this, string> {
    return this._tokenChanged;
  }
  get state(): SessionState {
    return this._state;
  }
  get ended(): ApiError | null {
    return this._ended;
  }
  get stateChanged(): ISignal<this, SessionState> {
    return this._stateChanged;
  }
  get infoChanged(): ISignal<this, ProjectInfo> {
    return this._infoChanged;
  }
  get current(): ProjectInfo | null {
    return this._current;
  }
  get reconnectUrl(): string | null {
    return this._current?.reconnect_url ?? this._reconnectUrl;
  }
  get clockOffset(): number {
    return this._clockOffset;
  }

  /** Lazy: the first who asks starts the request; all share it until it fails. */
  get info(): Promise<ProjectInfo> {
    if (!this._info) {
      this._info = this.refresh();
      this._info.catch(() => {
        this._info = null;
      });
    }
    return this._info;
  }

  async refresh(): Promise<ProjectInfo> {
    const asked = this._around.now();
    const info = await this.json<ProjectInfo>('GET', '/api/project');
    // half the round trip is the best guess at when the server looked at its clock
    const middle = (asked + this._around.now()) / 2;
    const offset = Date.parse(info.server_time) - middle;
    this._clockOffset = Number.isFinite(offset) ? offset : 0;
    this._current = info;
    this._info = Promise.resolve(info);
    this._reconnectUrl = info.reconnect_url;
    this._write();
    this._infoChanged.emit(info);
    return info;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    if (this._ended) {
      throw this._ended;
    }
    if (this._remaining() <= 0) {
      await this.renew();
    }
    let response = await this._send(path, init);
    if (response.status === 401) {
      const error = await ApiError.from(response);
      // the clocks may disagree, or a sleeping machine may have woken within the call
      if (error.code === 'session_ended' || !(await this.renew())) {
        const final = this._ended ?? error;
        if (error.code === 'session_ended') {
          this._end(error);
        }
        throw final;
      }
      response = await this._send(path, init);
    }
    if (!response.ok) {
      throw await ApiError.from(response);
    }
    return response;
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit = { method, headers: { Accept: 'application/json' } };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    }
    const response = await this.fetch(path, init);
    return (response.status === 204 ? null : await response.json()) as T;
  }

  renew(): Promise<boolean> {
    this._renewal ??= this._renew().finally(() => {
      this._renewal = null;
    });
    return this._renewal;
  }

  /** To be called when the page wakes up, comes into view or finds the network again. */
  wake(): void {
    if (this._token && (this._ended || this._remaining() < RENEW_BEFORE)) {
      void this.renew();
    }
  }

  dispose(): void {
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private async _renew(): Promise<boolean> {
    let response: Response;
    try {
      response = await this._send('/api/token', { method: 'POST' });
    } catch {
      this._retry();
      return false;
    }
    if (response.ok) {
      const answer = (await response.json()) as TokenAnswer;
      const cameBack = this._state !== 'ok';
      this._token = answer.token;
      this._ended = null;
      this._write();
      this._setState('ok');
      this._plan();
      this._tokenChanged.emit(this._token);
      if (cameBack) {
        this.refresh().catch(() => undefined);
      }
      return true;
    }
    if (response.status >= 500 || response.status === 429) {
      this._retry();
      return false;
    }
    this._end(await ApiError.from(response));
    return false;
  }

  private async _send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${this._token}`);
    headers.set('Accept-Language', this.language);
    try {
      return await this._around.fetch(path, {
        cache: 'no-store',
        credentials: 'omit',
        ...init,
        headers
      });
    } catch (error) {
      throw new ApiError('offline', 0, (error as Error)?.message ?? '');
    }
  }

  /** Milliseconds before the token ends, by the server's clock as far as it is known. */
  private _remaining(): number {
    const end = decodeToken(this._token)?.e ?? 0;
    return end * 1000 - (this._around.now() + this._clockOffset);
  }

  private _plan(): void {
    // never more than a minute ahead: a timer stands still while the machine sleeps
    const wait = Math.min(60_000, Math.max(1_000, this._remaining() - RENEW_BEFORE));
    this._at(wait, () => {
      if (this._remaining() <= RENEW_BEFORE + NAP) {
        void this.renew();
      } else {
        this._plan();
      }
    });
  }

  private _retry(): void {
    if (!this._ended && this._remaining() <= 0) {
      this._setState('expired');
    }
    this._at(this._ended ? RECONNECT_EVERY : RETRY_AFTER, () => void this.renew());
  }

  private _end(reason: ApiError): void {
    this._ended = reason;
    this._setState('ended');
    if (this._token) {
      this._at(RECONNECT_EVERY, () => void this.renew());
    }
  }

  private _at(wait: number, then: () => void): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(then, wait);
  }

  private _setState(state: SessionState): void {
    if (state !== this._state) {
      this._state = state;
      this._stateChanged.emit(state);
    }
  }

  /** Leave `?path=…&project=…` and drop the fragment, without a new history entry. */
  private _cleanAddress(): void {
    const url = new URL(this._around.location.href);
    url.hash = '';
    url.searchParams.set('project', this.projectId);
    this._around.history.replaceState(this._around.history.state, '', url.href);
  }

  private _read(): Kept | null {
    try {
      return JSON.parse(this._around.storage.getItem(`candyce:${this.projectId}`) ?? 'null');
    } catch {
      return null;
    }
  }

  /** A tab goes from project to project; the code of this one must not find the token of
   *  the last. */
  private _forgetOthers(): void {
    const { storage } = this._around;
    try {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
      for (const key of keys) {
        if (key?.startsWith('candyce:') && key !== `candyce:${this.projectId}`) {
          storage.removeItem(key);
        }
      }
    } catch {
      // no storage, nothing to forget
    }
  }

  private _write(): void {
    if (!this.projectId || !this._token) {
      return;
    }
    const kept: Kept = { token: this._token, language: this.language, theme: this.theme };
    if (this._reconnectUrl) {
      kept.reconnectUrl = this._reconnectUrl;
    }
    try {
      this._around.storage.setItem(`candyce:${this.projectId}`, JSON.stringify(kept));
    } catch {
      // storage may be forbidden: then only a reload is lost
    }
  }

  private _token = '';
  private _state: SessionState = 'ok';
  private _ended: ApiError | null = null;
  private _info: Promise<ProjectInfo> | null = null;
  private _current: ProjectInfo | null = null;
  private _reconnectUrl: string | null;
  private _clockOffset = 0;
  private _renewal: Promise<boolean> | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _tokenChanged = new Signal<this, string>(this);
  private readonly _stateChanged = new Signal<this, SessionState>(this);
  private readonly _infoChanged = new Signal<this, ProjectInfo>(this);
}

function asLanguage(tag: string | null | undefined): Language {
  return (tag ?? '').toLowerCase().startsWith('en') ? 'en' : 'fr';
}
