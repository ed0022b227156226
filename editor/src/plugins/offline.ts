/** Makes this device ready for the day without a network, once the notebook runs. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';

import { saveAs } from '../dom';
import { type Translate, translator } from '../i18n';
import type { ITreeFile } from '../kernel/protocol';
import { asFile } from '../live/downloads';
import type { Kept } from '../live/keeping';
import type { OpenRoom } from '../live/notebooks';
import { registerWorker, removeWorker } from '../offline/worker';
import { IEditorSession, ILiveNotebooks } from '../tokens';

/** Nothing of this may slow down the first output. */
const AFTER_KERNEL = 3_000;
const WITHOUT_KERNEL = 20_000;
/** A cell that writes files often is let finish. */
const AFTER_CHANGE = 2_000;

export const offlinePlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:offline',
  description: 'Keeps what is needed to open the project again without a network.',
  autoStart: true,
  requires: [IEditorSession, ILiveNotebooks, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    notebooks: ILiveNotebooks,
    tracker: INotebookTracker
  ) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const start = once(() => {
      void prepare(session).catch(() => undefined);
      app.serviceManager.contents.fileChanged.connect(() => {
        clearTimeout(timer);
        timer = setTimeout(() => void keepFiles(session).catch(() => undefined), AFTER_CHANGE);
      });
    });
    tracker.widgetAdded.connect((_, panel) => {
      void panel.sessionContext.ready.then(() => setTimeout(start, AFTER_KERNEL));
    });
    setTimeout(start, WITHOUT_KERNEL);
    offerLeft(notebooks, translator(session.language));
  }
};

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) {
      done = true;
      act();
    }
  };
}

async function prepare(session: IEditorSession): Promise<void> {
  const { device } = session;
  const info = await session.info;
  if (!device || session.away) {
    return;
  }
  if (!info.offline_key) {
    await removeWorker();
    await (await device.store)?.sweep(0);
    return;
  }
  await registerWorker();
  await (await device.store)?.sweep(info.offline_days ?? 7);
  await keepFiles(session);
}

/** The project's files as they are now. */
async function keepFiles(session: IEditorSession): Promise<void> {
  const { files } = await session.json<{ files: ITreeFile[] }>('GET', '/api/tree');
  if (!session.away) {
    await session.device?.keepFiles(files, path => session.fetch(path));
  }
}

/** Edits that cannot be merged are offered once per page, and stay until they are given up. */
function offerLeft(notebooks: ILiveNotebooks, t: Translate): void {
  const offered = new Set<string>();
  notebooks.changed.connect(() => {
    for (const open of notebooks.rooms) {
      for (const kept of open.room.left.filter(one => !offered.has(one.document))) {
        offered.add(kept.document);
        void offer(open, kept, t);
      }
    }
  });
}

async function offer(open: OpenRoom, kept: Kept, t: Translate): Promise<void> {
  const { button } = await showDialog({
    title: t('leftTitle'),
    body: t('leftBody'),
    buttons: [
      Dialog.cancelButton({ label: t('later') }),
      Dialog.warnButton({ label: t('eraseLeft'), actions: ['erase'] }),
      Dialog.okButton({ label: t('download') })
    ]
  });
  if (button.actions.includes('erase')) {
    await open.room.forget(kept.document);
  } else if (button.accept) {
    const { name, content, type } = asFile(open.path, open.isText, kept.update);
    saveAs(name, content, type);
  }
}

