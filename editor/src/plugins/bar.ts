/** The bar at the top, the warning before leaving, and downloads with their right names. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ISanitizer, Sanitizer, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import * as Y from 'yjs';

import { skipLink } from '../accessible';
import { BarController, type Dialogs } from '../bar/controller';
import { BarView } from '../bar/view';
import type { CandyceDrive } from '../drive';
import { saveAs } from '../dom';
import { translator } from '../i18n';
import { asFile } from '../live/downloads';
import { IEditorBar, IEditorSession, ILiveNotebooks } from '../tokens';

const dialogs: Dialogs = {
  confirm: async (title, body, yes, no) => {
    const buttons = [Dialog.cancelButton({ label: no }), Dialog.okButton({ label: yes })];
    return (await showDialog({ title, body, buttons })).button.accept;
  },
  tell: async (title, body, close) => {
    await showDialog({ title, body, buttons: [Dialog.okButton({ label: close })] });
  }
};

export const barPlugin: JupyterFrontEndPlugin<IEditorBar> = {
  id: '@candyce/editor:bar',
  description: 'The assignment bar, with the state of saving.',
  autoStart: true,
  provides: IEditorBar,
  requires: [IEditorSession, ILiveNotebooks, INotebookTracker],
  optional: [ISanitizer],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    notebooks: ILiveNotebooks,
    tracker: INotebookTracker,
    sanitizer: ISanitizer | null
  ) => {
    const t = translator(session.language);
    const clean = sanitizer ?? new Sanitizer();
    const go = (url: string): void => location.assign(url);
    const controller = new BarController(session, notebooks, t, dialogs, go);
    const view = new BarView(
      t,
      {
        back: () => void controller.back(),
        handIn: () => void controller.handIn(),
        takeBack: () => void controller.takeBack(),
        download: () => download(notebooks, tracker),
        discard: () => void controller.discard().then(done => done && location.reload()),
        reconnect: () => session.reconnectUrl && window.open(session.reconnectUrl, '_blank')
      },
      html => clean.sanitize(html)
    );
    view.inFullInterface = location.pathname.includes('/lab/');
    view.node.prepend(skipLink(t));
    controller.attach(view);
    frame(view.node);
    guard(notebooks, controller);
    nameDownloads(app);
    return view;
  }
};

/** Put the bar above JupyterLab's shell, and tell the shell what room is left. */
function frame(bar: HTMLElement): void {
  document.body.prepend(bar);
  document.body.classList.add('cy-framed');
  let height = -1;
  new ResizeObserver(() => {
    const now = bar.offsetHeight;
    if (now !== height) {
      height = now;
      document.documentElement.style.setProperty('--cy-bar-height', `${now}px`);
      window.dispatchEvent(new Event('resize'));
    }
  }).observe(bar);
}

/** The browser's own question when the page closes on work that nothing else has. */
function guard(notebooks: ILiveNotebooks, controller: BarController): void {
  window.addEventListener('beforeunload', event => {
    const { unsaved = false, onDevice = false } = notebooks.saveValue ?? {};
    if (unsaved && !onDevice && !controller.leaving) {
      event.preventDefault();
      event.returnValue = true;
    }
  });
}

/** What the server does not have, as it is in memory; else the notebook in view. */
function download(notebooks: ILiveNotebooks, tracker: INotebookTracker): void {
  const panel = tracker.currentWidget;
  const unsaved = notebooks.rooms.filter(({ room }) => room.saveState.value.unsaved);
  for (const { path, isText, model } of unsaved) {
    if (path !== panel?.context.path) {
      const { name, content, type } = asFile(path, isText, Y.encodeStateAsUpdate(model.ydoc));
      saveAs(name, content, type);
    }
  }
  if (panel?.model && (!unsaved.length || unsaved.some(({ path }) => path === panel.context.path))) {
    const name = PathExt.basename(panel.context.path);
    saveAs(name, JSON.stringify(panel.model.toJSON(), null, 1), 'application/x-ipynb+json');
  }
}

/** JupyterLab's download links have no name of their own, and a blob's address has none either. */
function nameDownloads(app: JupyterFrontEnd): void {
  const { contents } = app.serviceManager;
  const drive = (contents as Contents.IManager & { defaultDrive: CandyceDrive }).defaultDrive;
  document.addEventListener(
    'click',
    event => {
      const link = event.target;
      if (link instanceof HTMLAnchorElement && link.download === '') {
        const name = drive.downloadName?.(link.href);
        if (name) {
          link.download = name;
        }
      }
    },
    true
  );
}
