/** What JupyterLite keeps in the browser's storage, given by the portal or kept in memory. */
import type { Contents, ServiceManagerPlugin, Setting, User, Workspace } from '@jupyterlab/services';
import { IDefaultDrive, ISettingManager, IUserManager, IWorkspaceManager } from '@jupyterlab/services';

import { CandyceDrive } from '../drive';
import { MemorySettings, MemoryWorkspaces, type Overrides } from '../memory';
import { IEditorSession, type Language, type Theme } from '../tokens';
import { PortalUser } from '../user';

/** Replaces `@jupyterlite/services-extension:default-drive`. */
export const drivePlugin: ServiceManagerPlugin<Contents.IDrive> = {
  id: '@candyce/editor:drive',
  description: "The project's files, over the editor's API.",
  autoStart: true,
  provides: IDefaultDrive,
  requires: [IEditorSession],
  activate: (_: null, session: IEditorSession) => new CandyceDrive(session)
};

/** Replaces `@jupyterlite/services-extension:user-manager`. */
export const userPlugin: ServiceManagerPlugin<User.IManager> = {
  id: '@candyce/editor:user',
  description: "The portal's user.",
  autoStart: true,
  provides: IUserManager,
  requires: [IEditorSession],
  activate: (_: null, session: IEditorSession) => new PortalUser(session)
};

/** Replaces `@jupyterlite/services-extension:settings`. */
export const settingsPlugin: ServiceManagerPlugin<Setting.IManager> = {
  id: '@candyce/editor:settings',
  description: 'Settings in memory; language and theme as the portal asked.',
  autoStart: true,
  provides: ISettingManager,
  requires: [IEditorSession],
  activate: (_: null, session: IEditorSession) =>
    new MemorySettings(overrides(session.language, session.theme))
};

/** Replaces `@jupyterlite/services-extension:workspace-manager`. */
export const workspacesPlugin: ServiceManagerPlugin<Workspace.IManager> = {
  id: '@candyce/editor:workspaces',
  description: 'Workspaces that end with the page.',
  autoStart: true,
  provides: IWorkspaceManager,
  activate: () => new MemoryWorkspaces()
};

function overrides(language: Language, theme: Theme): Overrides {
  return {
    '@jupyterlab/translation-extension:plugin': { locale: language === 'fr' ? 'fr_FR' : 'en' },
    '@jupyterlab/apputils-extension:themes': {
      theme: theme === 'dark' ? 'JupyterLab Dark' : 'JupyterLab Light',
      'adaptive-theme': false
    },
    // the bar says what the stock header would say
    '@jupyter-notebook/application-extension:top': { visible: 'no' },
    '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
    '@jupyterlab/docmanager-extension:plugin': { autosave: false, renameUntitledFileOnSave: false },
    '@jupyterlab/cell-toolbar-extension:plugin': {
      toolbar: [{ name: 'candyce-lock', command: 'candyce:lock-cell', rank: 0 }]
    },
    '@jupyterlab/notebook-extension:tracker': {
      windowingMode: 'contentVisibility',
      autoStartDefaultKernel: true
    }
  };
}
