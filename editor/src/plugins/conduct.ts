/** Leading a class in a notebook: holding, the pen, locked cells. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker, Notebook, NotebookActions } from '@jupyterlab/notebook';
import { lockIcon } from '@jupyterlab/ui-components';

import { ApiError } from '../api';
import {
  type Dragging,
  guardDragging,
  guardLocked,
  isLocked,
  type Lockable,
  type LockRules,
  setLock,
  watchLocks
} from '../conduct/locks';
import { ConductMenu } from '../conduct/menu';
import { Conduct } from '../conduct/state';
import { fact, news, type Stand } from '../conduct/words';
import { h, say } from '../dom';
import { type Translate, translator } from '../i18n';
import { mirrorLocks } from '../readonly';
import { IEditorBar, IEditorSession, ILiveNotebooks } from '../tokens';

const LOCK_CELL = 'candyce:lock-cell';

export const conductPlugin: JupyterFrontEndPlugin<void> = {
  id: '@candyce/editor:conduct',
  description: 'Holding a notebook, handing the pen, locking cells.',
  autoStart: true,
  requires: [IEditorSession, ILiveNotebooks, INotebookTracker, IEditorBar],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    session: IEditorSession,
    notebooks: ILiveNotebooks,
    tracker: INotebookTracker,
    bar: IEditorBar,
    palette: ICommandPalette | null
  ) => {
    const t = translator(session.language);
    const conduct = new Conduct(session, notebooks);
    const tell = teller(bar, t);
    const rules: LockRules = {
      manages: () => conduct.manages,
      isReadOnly: () => tracker.currentWidget?.context.model.readOnly ?? false,
      say: tell.say,
      t
    };
    guardLocked(rules, NotebookActions as unknown as Record<string, unknown>);
    guardDragging(rules, Notebook.prototype as unknown as Dragging);
    mirrorLocks(() => conduct.manages);
    addLockCommand(app, tracker, conduct, t, palette);
    const work = (asked: Promise<void>): void => {
      menu.busy(true);
      asked.catch(error => tell.say(refusal(error, t))).finally(() => menu.busy(false));
    };
    const menu = new ConductMenu(t, {
      hold: held => work(conduct.hold(held)),
      givePen: username => work(conduct.givePen(username)),
      takePen: () => work(conduct.takePen()),
      lockCell: () => void app.commands.execute(LOCK_CELL)
    });
    bar.add(menu.node, 'actions');
    const chip = h('span', { class: 'cy-chip cy-pen-fact', hidden: true });
    bar.add(chip, 'facts');
    bar.add(tell.node, 'facts');
    let before: Stand | null = null;
    const show = (): void => {
      const { room, manages, hasPen, isHeld } = conduct;
      const now: Stand = { room, manages, hasPen, isHeld };
      say(chip, fact(now, t));
      chip.hidden = !chip.textContent;
      const spoken = before ? news(before, now, t) : '';
      before = now;
      if (spoken) {
        bar.announce(spoken);
      }
      const info = session.current;
      const cell = tracker.activeCell;
      menu.update({
        visible: conduct.leads,
        held: room?.held ?? false,
        pen: room?.pen ? { username: room.pen, name: room.pen_name ?? room.pen } : null,
        people: conduct.candidates(),
        boardUrl: info?.assignment?.board_url ?? null,
        showUrl: info?.assignment?.show_url ?? null,
        messageUrl: info?.assignment?.message_url ?? null,
        frozen: info?.assignment?.frozen ?? false,
        cellLocked: cell ? isLocked(cell.model) : null
      });
      app.commands.notifyCommandChanged(LOCK_CELL);
    };
    conduct.changed.connect(show);
    tracker.activeCellChanged.connect(show);
    const redraws: (() => void)[] = [];
    tracker.widgetAdded.connect((_, panel) => {
      panel.context.model.sharedModel.awareness.on('change', show);
      const redraw = watchLocks(panel, rules, show);
      redraws.push(redraw);
      panel.disposed.connect(() => redraws.splice(redraws.indexOf(redraw), 1));
    });
    conduct.changed.connect(() => redraws.forEach(redraw => redraw()));
    show();
  }
};

/** A line in the bar that says something once, to the eye and the ear, and goes. */
function teller(bar: IEditorBar, t: Translate): { node: HTMLElement; say: (text: string) => void } {
  const node = h('span', { class: 'cy-chip cy-said', hidden: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    node,
    say: text => {
      say(node, text);
      node.hidden = false;
      bar.announce(text);
      clearTimeout(timer);
      timer = setTimeout(() => (node.hidden = true), 8_000);
    }
  };
}

function refusal(error: unknown, t: Translate): string {
  const known = error instanceof ApiError && error.code !== 'offline' && error.message;
  return known || t('failedBody');
}

function addLockCommand(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  conduct: Conduct,
  t: Translate,
  palette: ICommandPalette | null
): void {
  const active = (): Lockable | null =>
    (tracker.activeCell?.model as unknown as Lockable | undefined) ?? null;
  const locked = (): boolean => {
    const model = active();
    return model !== null && isLocked(model);
  };
  app.commands.addCommand(LOCK_CELL, {
    label: () => t(locked() ? 'unlockCell' : 'lockCell'),
    caption: () => t(locked() ? 'unlockCell' : 'lockCell'),
    icon: lockIcon,
    isVisible: () => conduct.leads,
    isEnabled: () => conduct.manages && active() !== null,
    execute: () => {
      const notebook = tracker.currentWidget?.content;
      const lock = !locked();
      for (const cell of notebook?.widgets ?? []) {
        if (conduct.manages && notebook?.isSelectedOrActive(cell)) {
          setLock(cell.model as unknown as Lockable, lock);
        }
      }
    }
  });
  app.commands.addKeyBinding({
    command: LOCK_CELL,
    keys: ['Q'],
    selector: '.jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus:not(:read-write)'
  });
  app.contextMenu.addItem({ command: LOCK_CELL, selector: '.jp-Notebook .jp-Cell', rank: 5 });
  palette?.addItem({ command: LOCK_CELL, category: t('conduct') });
}
