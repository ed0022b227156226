/** A link to the history of the open file, in the bar: it opens in a tab of its own. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';

import { h, icon } from '../dom';
import { translator } from '../i18n';
import { IEditorBar, IEditorSession } from '../tokens';

const CLOCK = ['M4 12a8 8 0 1 0 2.4-5.7L4 8.6', 'M4 4v4.6h4.6', 'M12 8v4.5l3 1.8'];

export const historyPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:history',
  description: 'A link to the history of the open file.',
  autoStart: true,
  requires: [IEditorBar, IEditorSession, INotebookTracker],
  activate: (
    _app: JupyterFrontEnd,
    bar: IEditorBar,
    session: IEditorSession,
    tracker: INotebookTracker
  ) => {
    const t = translator(session.language);
    const link = h(
      'a',
      {
        class: 'cy-button cy-quiet cy-history',
        target: '_blank',
        rel: 'noopener',
        title: t('historyTitle'),
        'aria-label': t('historyTitle'),
        hidden: true
      },
      icon(...CLOCK),
      h('span', { class: 'cy-history-text' }, t('history'))
    );
    const point = (): void => {
      const url = session.current?.history_url;
      link.hidden = !url;
      if (url) {
        // a drive's name may stand before the path
        const path = tracker.currentWidget?.context.localPath;
        link.href = path ? `${url}?path=${encodeURIComponent(path)}` : url;
      }
    };
    session.infoChanged.connect(point);
    tracker.currentChanged.connect(point);
    void session.info.then(point, () => undefined);
    bar.add(link, 'actions');
  }
};
