/** Opens notebooks as live documents, and closes the door on losing what is not saved. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, INotebookWidgetFactory, type NotebookWidgetFactory } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Contents } from '@jupyterlab/services';

import { sentence } from '../bar/describe';
import { translator } from '../i18n';
import { LIVE, LiveNotebooks } from '../live/notebooks';
import { openSocket, roomUrl } from '../live/socket';
import { guardActions, mirrorRights } from '../readonly';
import { keepRunsToOneself } from '../runs';
import { svgFactory } from '../svg';
import { IEditorSession, ILiveNotebooks } from '../tokens';
import { ignoreSharedTrust } from '../trust';
import { whenAwake } from '../wake';

export const livePlugin: JupyterFrontEndPlugin<ILiveNotebooks> = {
  id: '@candyce/editor:live-notebooks',
  description: 'Notebooks synchronised with the server, edit by edit.',
  autoStart: true,
  provides: ILiveNotebooks,
  requires: [IEditorSession, INotebookWidgetFactory, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    factory: NotebookWidgetFactory.IFactory,
    tracker: INotebookTracker
  ) => {
    ignoreSharedTrust();
    keepRunsToOneself();
    guardActions();
    const t = translator(session.language);
    const { contents, user } = app.serviceManager;
    const drive = (contents as Contents.IManager & { defaultDrive: Contents.IDrive }).defaultDrive;
    const notebooks = new LiveNotebooks({
      drive,
      user,
      access: session,
      open: (path, token) => openSocket(roomUrl(location.origin, session.projectId, path), token),
      keep: (doc, path) => session.device?.keep(doc, path) ?? null,
      refusal: value => (value.kind === 'cannot_save' ? sentence(value, t) : t('serverOffline'))
    });
    drive.contentProviderRegistry?.register(LIVE, notebooks);
    factory.contentProviderId = LIVE;
    tracker.widgetAdded.connect((_, panel) => {
      mirrorRights(panel, notebooks);
    });
    whenAwake(() => notebooks.wake());
    notebooks.changed.connect(() => {
      if (notebooks.saveValue?.kind === 'offline' && !session.away) {
        // Python reads the project's files from this device from now on
        session.refresh().catch(() => undefined);
      }
    });
    window.addEventListener('pagehide', () => {
      notebooks.flush();
      notebooks.leave();
    });
    document.addEventListener('visibilitychange', () => notebooks.flush());
    return notebooks;
  }
};

/** Drawings are shown whoever made them. */
export const svgPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:svg',
  description: 'Shows SVG outputs as images, which cannot run code.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_: JupyterFrontEnd, renderers: IRenderMimeRegistry) => {
    renderers.addFactory(svgFactory);
  }
};
