import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { Kernel, ServiceManagerPlugin } from '@jupyterlab/services';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { IKernelClient, IKernelSpecs, LiteKernelClient } from '@jupyterlite/services';

import { KernelClient } from '../kernel/client';
import { PythonHost } from '../kernel/host';
import { CandyceKernel } from '../kernel/kernel';
import { ProjectLink } from '../kernel/project';
import type { IPythonPlaces } from '../kernel/protocol';
import { IEditorSession, ILiveNotebooks } from '../tokens';

const running = new Map<string, CandyceKernel>();

function places(): IPythonPlaces {
  return JSON.parse(PageConfig.getOption('candycePython'));
}

function newHost(): PythonHost {
  const where = places();
  return new PythonHost(where, () => new Worker(where.worker, { type: 'module' }));
}

/** One Python boots ahead, so that the first kernel finds it ready. */
let ahead: PythonHost | null = null;

function takeHost(): PythonHost {
  const host = ahead && !ahead.isStopped ? ahead : newHost();
  ahead = null;
  return host;
}

const WORDS = {
  fr: {
    title: 'Python ne répond pas',
    body: 'Le calcul en cours ne se laisse pas interrompre. Redémarrer Python l’arrête : les variables sont perdues, le texte reste.',
    wait: 'Attendre',
    restart: 'Redémarrer Python'
  },
  en: {
    title: 'Python does not answer',
    body: 'The running computation cannot be interrupted. Restarting Python stops it: variables are lost, the text stays.',
    wait: 'Wait',
    restart: 'Restart Python'
  }
};

/** Replaces @jupyterlite/services-extension:kernel-client: interrupting reaches running code. */
export const kernelClientPlugin: ServiceManagerPlugin<Kernel.IKernelAPIClient> = {
  id: '@candyce/editor:kernel-client',
  description: 'A kernel client whose interrupt stops running Python.',
  autoStart: true,
  requires: [IKernelSpecs],
  provides: IKernelClient,
  activate: (_: null, kernelSpecs: IKernelSpecs) =>
    new KernelClient({ kernelSpecs } as LiteKernelClient.IOptions, running, offerRestart)
};

async function offerRestart(restart: () => void): Promise<void> {
  const words = WORDS[document.documentElement.lang === 'fr' ? 'fr' : 'en'];
  const { button } = await showDialog({
    title: words.title,
    body: words.body,
    buttons: [
      Dialog.cancelButton({ label: words.wait }),
      Dialog.warnButton({ label: words.restart })
    ]
  });
  if (button.accept) {
    restart();
  }
}

/** Python in a worker, on the project's files. */
export const kernelPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:kernel',
  description: 'The Python kernel of the browser.',
  autoStart: true,
  requires: [IKernelSpecs, IEditorSession],
  optional: [INotebookTracker, ITranslator, ILiveNotebooks],
  activate: (
    app: JupyterFrontEnd,
    specs: IKernelSpecs,
    session: IEditorSession,
    notebooks: INotebookTracker | null,
    translator: ITranslator | null,
    live: ILiveNotebooks | null
  ) => {
    // JupyterLab makes notebook panels without a translator: "Kernel Restarting" would stay English
    notebooks?.widgetAdded.connect((_, panel) => {
      const words = translator?.load('jupyterlab');
      if (words) {
        (panel as unknown as { _trans: TranslationBundle })._trans = words;
      }
    });
    // earlier would slow the interface down, later would leave the processor idle
    void app.started.then(() => {
      ahead ??= newHost();
    });
    const project = new ProjectLink(session, app.serviceManager.contents, live);
    session.tokenChanged.connect((_, token) => {
      running.forEach(kernel => kernel.setToken(token));
    });
    specs.register({
      spec: {
        name: 'python',
        display_name: 'Python',
        language: 'python',
        argv: [],
        resources: {}
      },
      create: async options => {
        const kernel = new CandyceKernel({ ...options, takeHost, project });
        running.set(kernel.id, kernel);
        kernel.disposed.connect(() => {
          if (running.get(kernel.id) === kernel) {
            running.delete(kernel.id);
          }
        });
        return kernel;
      }
    });
  }
};
