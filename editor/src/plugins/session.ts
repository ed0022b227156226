/** The session of this tab, awake whenever the page is. */
import type { ServiceManagerPlugin } from '@jupyterlab/services';

import { Device } from '../offline/device';
import { EditorSession } from '../session';
import { browserSurroundings } from '../surroundings';
import { IEditorSession } from '../tokens';
import { whenAwake } from '../wake';

export const sessionPlugin: ServiceManagerPlugin<IEditorSession> = {
  id: '@candyce/editor:session',
  description: 'Keeps the capability token fresh and makes authorised calls.',
  autoStart: true,
  provides: IEditorSession,
  activate: () => {
    const session = new EditorSession(browserSurroundings(), new Device());
    whenAwake(() => session.wake());
    // asked for now: by the time anybody needs it, it is there
    session.info.catch(() => undefined);
    document.documentElement.lang = session.language;
    document.documentElement.dataset.cyTheme = session.theme;
    return session;
  }
};
