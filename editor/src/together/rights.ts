/** What this person may do in the document that a shared model belongs to. */
import type { YBaseCell, YNotebook } from '@jupyter/ydoc';

import type { LiveNotebooks, OpenRoom } from '../live/notebooks';
import type { IEditorSession } from '../tokens';

type Rooms = Pick<LiveNotebooks, 'rooms'>;

/** The room of a notebook, or of a cell in it; undefined for what is in none. */
export function roomOf(model: object, { rooms }: Rooms): OpenRoom | undefined {
  const document = (model as Partial<YBaseCell<any>>).notebook ?? model;
  return rooms.find(open => (open.model as object) === document);
}

/** Whether this person's runs of the cell are kept in the document for everybody. */
export function keepsOutputs(cell: object, notebooks: Rooms, session: Pick<IEditorSession, 'current'>): boolean {
  const open = roomOf(cell, notebooks);
  const conduct = open?.room.status?.room ?? session.current?.room;
  return Boolean(open?.room.canWrite) && (conduct?.keeps_outputs ?? true);
}

/** Whether this person may change the notebook or the cell now. A cell that is locked
 *  (`editable` false) is for those who lead. */
export function mayChange(model: YNotebook | YBaseCell<any> | object, notebooks: Rooms): boolean {
  const open = roomOf(model, notebooks);
  if (!open) {
    return true;
  }
  const leads = open.room.status?.scopes.includes('manage') ?? false;
  const cell = model as Partial<YBaseCell<any>>;
  return open.room.canWrite && (leads || cell.getMetadata?.('editable') !== false);
}
