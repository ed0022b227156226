/** Text files live, in the editor, as a table or as a preview; pictures that follow their file. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type { Contents } from '@jupyterlab/services';

import { translator } from '../i18n';
import {
  eachFactory,
  followFile,
  makeLive,
  mirrorTextRights,
  nameDelimiter,
  offerOtherViews,
  whenRegistered
} from '../live/texts';
import { IEditorSession, ILiveNotebooks } from '../tokens';

export const textsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:texts',
  description: 'Text files synchronised with the server, edit by edit.',
  autoStart: true,
  requires: [IEditorSession, ILiveNotebooks, IDocumentManager],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    live: ILiveNotebooks,
    documents: IDocumentManager
  ) => {
    const t = translator(session.language);
    const { contents } = app.serviceManager;
    const drive = (contents as Contents.IManager & { defaultDrive: Contents.IDrive }).defaultDrive;
    const open = (path: string, factory: string): void => {
      void whenRegistered(app.docRegistry, factory).then(() =>
        documents.openOrReveal(path, factory, undefined, { mode: 'split-right' })
      );
    };
    eachFactory(app.docRegistry, factory => {
      makeLive(factory);
      factory.widgetCreated.connect((_, widget) => {
        if (factory.modelName === 'text') {
          mirrorTextRights(widget, live);
          offerOtherViews(widget, factory.name, t, open);
          nameDelimiter(widget, t);
        } else if (factory.modelName === 'base64') {
          followFile(widget, drive);
        }
      });
    });
  }
};
