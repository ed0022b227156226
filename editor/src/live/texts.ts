/**
 * What the page does for files that are no notebooks: texts open live whatever shows them
 * (editor, table, preview), readers cannot type, pictures follow their file.
 */
import type { CodeEditor } from '@jupyterlab/codeeditor';
import type { DocumentRegistry, IDocumentWidget } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import { Widget } from '@lumino/widgets';

import { h } from '../dom';
import type { Key, Translate } from '../i18n';
import { LIVE, type LiveNotebooks } from './notebooks';

type Factory = DocumentRegistry.WidgetFactory;
type DocumentWidget = IDocumentWidget<Widget & { editor?: CodeEditor.IEditor }>;

/** JupyterLab's names of the ways to show a file, and of the others that go with each. */
const EDITOR = 'Editor';
const OTHER_VIEWS: Record<string, { factory: string; label: Key; of: RegExp }[]> = {
  [EDITOR]: [
    { factory: 'Markdown Preview', label: 'preview', of: /\.(md|markdown)$/i },
    { factory: 'CSVTable', label: 'asTable', of: /\.csv$/i },
    { factory: 'TSVTable', label: 'asTable', of: /\.tsv$/i }
  ],
  'Markdown Preview': [{ factory: EDITOR, label: 'editText', of: /./ }],
  CSVTable: [{ factory: EDITOR, label: 'editText', of: /./ }],
  TSVTable: [{ factory: EDITOR, label: 'editText', of: /./ }]
};

/** Call `each` with every way to show a file, now and later. */
export function eachFactory(registry: DocumentRegistry, each: (factory: Factory) => void): void {
  for (const factory of registry.widgetFactories()) {
    each(factory);
  }
  registry.changed.connect((_, { type, change, name }) => {
    const factory = type === 'widgetFactory' && change === 'added' && registry.getWidgetFactory(name ?? '');
    if (factory) {
      each(factory);
    }
  });
}

/** Resolves when the way to show a file is there; some of them come late on a slow machine. */
export function whenRegistered(registry: DocumentRegistry, name: string): Promise<void> {
  return new Promise(resolve =>
    eachFactory(registry, factory => {
      if (factory.name === name) {
        resolve();
      }
    })
  );
}

/** Texts are opened through the live documents, so that all views of one share one model. */
export function makeLive(factory: Factory): void {
  if (factory.modelName === 'text' && !factory.contentProviderId) {
    (factory as { contentProviderId?: string }).contentProviderId = LIVE;
  }
}

/** Keep a text editor's read-only state equal to the room's rights. */
export function mirrorTextRights(widget: DocumentWidget, live: LiveNotebooks): void {
  const { context } = widget;
  const { editor } = widget.content;
  if (!editor) {
    return;
  }
  const look = (): void => {
    const open = live.findByModel(context.model.sharedModel);
    const readOnly = open ? !open.room.canWrite : context.contentsModel?.writable === false;
    context.model.readOnly = readOnly;
    if (editor.getOption('readOnly') !== readOnly) {
      editor.setOption('readOnly', readOnly);
    }
    widget.toggleClass('cy-mod-readonly', readOnly);
  };
  live.changed.connect(look);
  widget.disposed.connect(() => live.changed.disconnect(look));
  void context.ready.then(look);
}

/** A picture (or any file shown as it is) that is replaced, by Python for one, is shown anew. */
export function followFile(widget: DocumentWidget, drive: Contents.IDrive): void {
  const { context } = widget;
  const look = (_: unknown, change: Contents.IChangedArgs): void => {
    if (change.type === 'save' && change.newValue?.path === context.path && context.isReady) {
      context.revert().catch(() => undefined);
    }
  };
  drive.fileChanged.connect(look);
  widget.disposed.connect(() => drive.fileChanged.disconnect(look));
}

/** Buttons to the other ways of looking at the same text, beside it. */
export function offerOtherViews(
  widget: DocumentWidget,
  factory: string,
  t: Translate,
  open: (path: string, factory: string) => void
): void {
  for (const view of OTHER_VIEWS[factory] ?? []) {
    if (view.of.test(widget.context.path)) {
      const act = (): void => open(widget.context.path, view.factory);
      const button = h('button', { type: 'button', class: 'cy-view', onclick: act }, t(view.label));
      const node = h('div', { class: 'cy-view-place' }, button);
      widget.toolbar.addItem(`candyce-${view.factory}`, new Widget({ node }));
    }
  }
}

/** The choice of a table's delimiter, which stock draws later and gives no name. */
export function nameDelimiter(widget: DocumentWidget, t: Translate): void {
  const { node } = widget.toolbar;
  const look = (): void =>
    node
      .querySelectorAll('.jp-CSVDelimiter select:not([aria-label])')
      .forEach(select => select.setAttribute('aria-label', t('delimiter')));
  const observer = new MutationObserver(look);
  observer.observe(node, { childList: true, subtree: true });
  widget.disposed.connect(() => observer.disconnect());
  look();
}
