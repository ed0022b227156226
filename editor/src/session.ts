/**
 * The capability token of this tab: where it comes from, how it stays fresh, how it ends.
 *
 * The portal opens the editor with the token in the fragment, which no server and no
 * Referer sees. It is read once and taken out of the address, then kept in memory and in
 * this tab's sessionStorage, so that a reload works and another tab (another project, a
 * stranger's code) does not get it. The key of what this device keeps of the project comes and
 * stays the same way, from the portal when there is no network, else with the project.
 */
import { type ISignal, Signal } from '@lumino/signaling';

import { ApiError, type ProjectInfo, type TokenAnswer } from './api';
import type { Device } from './offline/device';
import {
  browserSurroundings,
  decodeToken,
  forgetOtherTabs,
  readTab,
  type Surroundings,
  writeTab
} from './surroundings';
import type { IEditorSession, Language, SessionState, Theme } from './tokens';

/** Renew this long before the token ends, so that a slow network does not matter. */
export const RENEW_BEFORE = 4 * 60_000;
/** After a renewal that found no network. */
const RETRY_AFTER = 5_000;
/** While ended: how often to see whether the person has signed in again. */
const RECONNECT_EVERY = 5_000;
/** How long a server that does not speak is waited for when this device knows the answer. */
const PATIENCE = 6_000;
/** Said by whatever stands before a server that is away. */
const GATEWAYS = [502, 503, 504];
/** A timer that fires this late means that the machine slept. */
const NAP = 10_000;

export class EditorSession implements IEditorSession {
  constructor(
    private readonly _around: Surroundings = browserSurroundings(),
    readonly device: Device | null = null
  ) {
    const query = new URLSearchParams(_around.location.search);
    const fragment = new URLSearchParams(_around.location.hash.replace(/^#/, ''));
    const given = fragment.get('token') ?? '';
    const payload = decodeToken(given);
    this.projectId = payload?.p ?? query.get('project') ?? '';
    const kept = readTab(_around.storage, this.projectId);
    this._token = payload ? given : kept?.token ?? '';
    this.language = asLanguage(
      fragment.get('lang') ?? query.get('lang') ?? kept?.language ?? _around.languages[0]
    );
    const theme = fragment.get('theme') ?? query.get('theme') ?? kept?.theme;
    this.theme = theme === 'dark' || (theme !== 'light' && _around.prefersDark) ? 'dark' : 'light';
    this._reconnectUrl = kept?.reconnectUrl ?? null;
    this.cell = fragment.get('cell') ?? '';
    // going back to a page that somebody left opens nothing: the portal gives the key again
    const same = !payload || decodeToken(kept?.token ?? '')?.u === payload.u;
    this._key = fragment.get('key') ?? (same && _around.reloaded ? kept?.key : '') ?? '';
    if (payload || fragment.has('key')) {
      this._cleanAddress();
    }
    forgetOtherTabs(_around.storage, this.projectId);
    if (this._key) {
      this.device?.unlock(this._key);
    }
    this._write();
    if (this._token) {
      this._plan();
    } else if (this._key && this.device) {
      this._state = 'expired';
      this._restored = this._restore(this.device);
    } else {
      this._end(new ApiError('no_token', 0, ''));
    }
  }

  readonly projectId: string;
  readonly language: Language;
  readonly theme: Theme;
  readonly cell: string;

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
  get key(): string {
    return this._key;
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
    const answer = await this._ask('/api/project');
    const info = (await answer.response.json()) as ProjectInfo;
    if (answer.fromDevice) {
      return this._know(info);
    }
    this._unlock(info);
    this.device?.learn('/api/project', info);
    // half the round trip is the best guess at when the server looked at its clock
    const middle = (asked + this._around.now()) / 2;
    const offset = Date.parse(info.server_time) - middle;
    this._clockOffset = Number.isFinite(offset) ? offset : 0;
    return this._know(info);
  }

  private _know(info: ProjectInfo): ProjectInfo {
    this._current = info;
    this._info = Promise.resolve(info);
    this._reconnectUrl = info.reconnect_url;
    this._write();
    this._infoChanged.emit(info);
    return info;
  }

  get away(): boolean {
    return this._away;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return (await this._ask(path, init)).response;
  }

  /** The server's answer or, for reading without a server, this device's. */
  private async _ask(
    path: string,
    init: RequestInit = {}
  ): Promise<{ response: Response; fromDevice: boolean }> {
    try {
      const response = await this._call(path, init);
      this._away = false;
      return { response, fromDevice: false };
    } catch (error) {
      const { code, status } = error as ApiError;
      this._away = code === 'offline' || GATEWAYS.includes(status);
      const reading = (init.method ?? 'GET') === 'GET' && this._away;
      const known = reading ? await this.device?.answer(path) : null;
      if (!known) {
        throw error;
      }
      return { response: known, fromDevice: true };
    }
  }

  private async _call(path: string, init: RequestInit): Promise<Response> {
    await this._restored;
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
    const { response, fromDevice } = await this._ask(path, this._jsonRequest(method, body));
    const answer = response.status === 204 ? null : await response.json();
    if (method === 'GET' && !fromDevice) {
      this.device?.learn(path, answer);
    }
    return answer as T;
  }

  private _jsonRequest(method: string, body?: unknown): RequestInit {
    const init: RequestInit = { method, headers: { Accept: 'application/json' } };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      init.headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    }
    return init;
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

  /** Opened by the portal's page for working without a network: the last token of this
   *  project may still be renewed, or the person is asked to sign in. */
  private async _restore(device: Device): Promise<void> {
    this._token = (await device.lastToken()) ?? '';
    if (this._token) {
      this._write();
      this._at(0, () => void this.renew());
    }
  }

  private _unlock(info: ProjectInfo): void {
    if (info.offline_key === undefined) {
      return;
    }
    const key = info.offline_key ?? '';
    if (this._key && key && key !== this._key) {
      // a link that somebody made up, or another person's: nothing is kept under it
      this._key = key;
      this._write();
      this._around.reload?.();
      return;
    }
    this._key = key;
    this.device?.unlock(key);
    this.device?.keepToken(this._token);
  }

  private async _renew(): Promise<boolean> {
    await this._restored;
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
      if (this._key) {
        this.device?.keepToken(this._token);
      }
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
    // what this device can answer must not hang on a network that swallows everything
    const brief = this._key && ['/api/project', '/api/tree', '/api/token'].includes(path);
    try {
      return await this._around.fetch(path, {
        cache: 'no-store',
        credentials: 'omit',
        ...(brief ? { signal: AbortSignal.timeout(PATIENCE) } : {}),
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
    // signed out: what is open goes on, what is opened next asks again
    this._write();
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

  private _write(): void {
    if (this.projectId && (this._token || this._key)) {
      writeTab(this._around.storage, this.projectId, {
        token: this._token,
        language: this.language,
        theme: this.theme,
        ...(this._key && !this._ended ? { key: this._key } : {}),
        ...(this._reconnectUrl ? { reconnectUrl: this._reconnectUrl } : {})
      });
    }
  }

  private _token = '';
  private _key = '';
  private _away = false;
  private _restored: Promise<void> | null = null;
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
