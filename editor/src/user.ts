/** The portal's user as JupyterLab's: the name and colour that others see at the cursor. */
import { ServerConnection, type User } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';

import type { ProjectInfo } from './api';
import type { IEditorSession } from './tokens';

const NOBODY: User.IIdentity = {
  username: '',
  name: '',
  display_name: '',
  initials: '',
  color: 'var(--jp-ui-font-color2)'
};

export class PortalUser implements User.IManager {
  constructor(session: Pick<IEditorSession, 'info' | 'infoChanged' | 'refresh'>) {
    this._session = session;
    this.ready = session.info.then(
      info => this._learn(info),
      () => undefined
    );
    session.infoChanged.connect((_, info) => this._learn(info));
  }

  readonly serverSettings = ServerConnection.makeSettings();
  readonly ready: Promise<void>;
  readonly isActive = true;
  readonly permissions = {};

  get isReady(): boolean {
    return this._identity !== NOBODY;
  }
  get isDisposed(): boolean {
    return this._isDisposed;
  }
  get identity(): User.IIdentity {
    return this._identity;
  }
  get userChanged(): ISignal<this, User.IUser> {
    return this._userChanged;
  }
  get connectionFailure(): ISignal<this, Error> {
    return this._connectionFailure;
  }
  get disposed(): ISignal<this, void> {
    return this._disposed;
  }

  async refreshUser(): Promise<void> {
    await this._session.refresh();
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._disposed.emit();
      Signal.clearData(this);
    }
  }

  private _learn(info: ProjectInfo): void {
    const { username, name, initials, color } = info.user;
    this._identity = { username, name, display_name: name, initials, color };
    this._userChanged.emit({ identity: this._identity, permissions: this.permissions });
  }

  private readonly _session: Pick<IEditorSession, 'refresh'>;
  private _identity = NOBODY;
  private _isDisposed = false;
  private readonly _userChanged = new Signal<this, User.IUser>(this);
  private readonly _connectionFailure = new Signal<this, Error>(this);
  private readonly _disposed = new Signal<this, void>(this);
}
