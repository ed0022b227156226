/**
 * What the bar knows and does: it listens to the session, the open notebooks and the clock,
 * keeps the words up to date, and carries out hand-in, take-back and leaving.
 */
import type { AssignmentInfo } from '../api';
import { ApiError } from '../api';
import type { Translate } from '../i18n';
import type { LiveNotebooks } from '../live/notebooks';
import { announcement, nextTick } from '../time';
import type { IEditorSession } from '../tokens';
import { describe, timeLeft } from './describe';
import type { BarView } from './view';

/** Asking and telling, so that a test need not draw dialogues. */
export interface Dialogs {
  confirm(title: string, body: string, yes: string, no: string): Promise<boolean>;
  tell(title: string, body: string, close: string): Promise<void>;
}

/** Rights, marks and times change seldom, and the room tells most of it. */
const REFRESH = 5 * 60_000;
/** After the closing time, give the server's clock a moment. */
const AFTER_CLOSING = 2_000;
/** Waiting for the last edits before handing in or leaving. */
const PATIENCE = 10_000;

export class BarController {
  constructor(
    private readonly _session: IEditorSession,
    private readonly _notebooks: LiveNotebooks,
    private readonly _t: Translate,
    private readonly _dialogs: Dialogs,
    private readonly _go: (url: string) => void,
    private readonly _now: () => number = () => Date.now()
  ) {}

  /** Once the view exists, which needs this controller's actions. */
  attach(view: BarView): void {
    this._view = view;
    const show = (): void => this.show();
    this._session.infoChanged.connect(() => {
      this._refused = null;
      this.show();
    });
    this._session.stateChanged.connect(show);
    this._notebooks.changed.connect(() => this._onNotebooks());
    this._refreshTimer = setInterval(() => this._refresh(), REFRESH);
    this._session.info.then(show, error => this._onRefused(error));
    this.show();
    this._tick();
  }

  dispose(): void {
    clearTimeout(this._timer);
    clearInterval(this._refreshTimer);
  }

  /** True once the person chose to leave without saving: the guard must not ask again. */
  leaving = false;

  show(): void {
    const { _session: session, _t: t } = this;
    const words = describe({
      info: session.current,
      save: this._notebooks.saveValue,
      session: this._refused ? 'ended' : session.state,
      ended: session.ended ?? this._refused,
      canReconnect: session.reconnectUrl !== null,
      now: this._serverNow(),
      language: session.language,
      t
    });
    this._view?.update(words, session.current);
  }

  async back(): Promise<void> {
    const url = this._session.current?.back_url;
    if (!url) {
      return;
    }
    const t = this._t;
    const save = this._notebooks.saveValue;
    const safe =
      (save?.kind === 'offline' && (save.onDevice || !save.unsaved)) ||
      (await this._notebooks.settled(PATIENCE)) ||
      (await this._dialogs.confirm(t('leaveTitle'), t('leaveBody'), t('leave'), t('stay')));
    if (safe) {
      this.leaving = true;
      this._go(url);
    }
  }

  async handIn(): Promise<void> {
    const t = this._t;
    const group = this._session.current?.assignment?.group;
    const sure = await this._dialogs.confirm(
      t('handInTitle'),
      group ? t('handInGroup', { name: group.name }) : t('handInBody'),
      t('handIn'),
      t('cancel')
    );
    if (!sure) {
      return;
    }
    await this._working(async () => {
      if (!(await this._notebooks.settled(PATIENCE))) {
        await this._dialogs.tell(t('notSavedTitle'), t('notSavedBody'), t('close'));
        return;
      }
      await this._session.json<AssignmentInfo>('POST', '/api/hand-in');
      await this._session.refresh();
      this._view?.announce(t('handInDone'));
    });
  }

  async takeBack(): Promise<void> {
    const t = this._t;
    const sure = await this._dialogs.confirm(
      t('takeBackTitle'),
      t('takeBackBody'),
      t('takeBack'),
      t('cancel')
    );
    if (sure) {
      await this._working(async () => {
        await this._session.json<AssignmentInfo>('POST', '/api/take-back');
        await this._session.refresh();
        this._view?.announce(t('takeBackDone'));
      });
    }
  }

  /** Give up what only this device has. True once it is erased. */
  async discard(): Promise<boolean> {
    const t = this._t;
    const sure = await this._dialogs.confirm(
      t('discardTitle'),
      t('discardBody'),
      t('discard'),
      t('cancel')
    );
    if (sure) {
      this.leaving = true;
      const unsaved = this._notebooks.rooms.filter(({ room }) => room.saveState.value.unsaved);
      await Promise.all(unsaved.map(({ room }) => room.forget()));
    }
    return sure;
  }

  private async _working(act: () => Promise<void>): Promise<void> {
    this._view?.busy(true);
    try {
      await act();
    } catch (error) {
      const t = this._t;
      const known = error instanceof ApiError && error.code !== 'offline' && error.message;
      await this._dialogs.tell(t('failedTitle'), known || t('failedBody'), t('close'));
      this._refresh();
    } finally {
      this._view?.busy(false);
    }
  }

  private _onNotebooks(): void {
    const rights = JSON.stringify(this._notebooks.rooms.map(({ room }) => room.status));
    if (rights !== this._rights) {
      // hand-in elsewhere, a window that opens or closes, a teacher's return
      if (this._rights !== null) {
        this._refresh();
      }
      this._rights = rights;
    }
    this.show();
  }

  private _refresh(): void {
    this._session.refresh().catch(error => this._onRefused(error));
  }

  /** The project cannot be read: taken away, deleted. Said until it can be read again. */
  private _onRefused(error: unknown): void {
    const { status } = error as Partial<ApiError>;
    this._refused = error instanceof ApiError && (status === 403 || status === 404) ? error : null;
    this.show();
  }

  private _serverNow(): number {
    return this._now() + this._session.clockOffset;
  }

  private _tick(): void {
    const left = timeLeft(this._session.current, this._serverNow());
    const before = this._left;
    this._left = left;
    if (left !== null && before !== null) {
      const minute = announcement(before, left);
      if (minute !== null) {
        const t = this._t;
        this._view?.announce(minute === 1 ? t('minuteLeft') : t('minutesLeft', { count: minute }));
      }
      // over, or in time no more: then the end is a later one
      if (before > 0 && (left <= 0 || left > before)) {
        setTimeout(() => this._refresh(), AFTER_CLOSING);
      }
    }
    this.show();
    const wait = left === null ? 5_000 : Math.min(nextTick(left), 60_000);
    this._timer = setTimeout(() => this._tick(), wait);
  }

  private _view: BarView | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _refreshTimer: ReturnType<typeof setInterval> | undefined;
  private _refused: ApiError | null = null;
  private _left: number | null = null;
  private _rights: string | null = null;
}
