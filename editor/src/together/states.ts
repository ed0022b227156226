/**
 * What others say about themselves in the document's awareness, read with suspicion.
 *
 * `user` is the server's word (name, initials, role; the colour is the page's). The rest is
 * whatever the other page sends: every field is checked for its shape before it is used.
 */
import { safeColour } from './colour';

export type Role = 'teacher' | 'pupil' | 'member';

/** The fields that this page announces about itself, beside `user`. */
export interface Announced {
  /** The active cell's id. */
  cell?: string | null;
  cursor?: Cursor | null;
  view?: View | null;
}

/** A selection in one text, as Yjs' relative positions in JSON. */
export interface Cursor {
  /** The cell whose text it is; the empty string in a text file. */
  in: string;
  anchor: unknown;
  head: unknown;
}

/** Which cell stands at the top of the window, and how much of it is above (0 to 1). */
export interface View {
  cell: string;
  at: number;
}

export interface Presence {
  client: number;
  username: string;
  name: string;
  initials: string;
  color: string;
  role: Role;
  /** Sees the whole class from the portal, without a page of this document. */
  watching: boolean;
  cell: string | null;
  cursor: Cursor | null;
  view: View | null;
}

const NAME = 80;
const ID = 128;

/** Read one awareness state; null when it names nobody. */
export function readState(client: number, state: unknown): Presence | null {
  if (!isObject(state) || !isObject(state.user)) {
    return null;
  }
  const { user } = state;
  const name = text(user.name, NAME);
  if (!name) {
    return null;
  }
  return {
    client,
    username: text(user.username, ID) || name,
    name,
    initials: text(user.initials, 3) || name.slice(0, 1).toUpperCase(),
    color: safeColour(user.color),
    role: user.role === 'teacher' || user.role === 'pupil' ? user.role : 'member',
    watching: user.watching === true,
    cell: text(state.cell, ID) || null,
    cursor: readCursor(state.cursor),
    view: readView(state.view)
  };
}

function readCursor(value: unknown): Cursor | null {
  if (!isObject(value) || typeof value.in !== 'string' || value.in.length > ID) {
    return null;
  }
  const { anchor, head } = value;
  return isPosition(anchor) && isPosition(head) ? { in: value.in, anchor, head } : null;
}

/** A relative position in JSON: `{type, tname, item: {client, clock}, assoc}`, each optional. */
function isPosition(value: unknown): boolean {
  if (!isObject(value)) {
    return false;
  }
  const { type, item, tname, assoc } = value;
  return (
    (type == null || isId(type)) &&
    (item == null || isId(item)) &&
    (tname == null || typeof tname === 'string') &&
    (assoc == null || typeof assoc === 'number')
  );
}

function isId(value: unknown): boolean {
  return isObject(value) && isCount(value.client) && isCount(value.clock);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function readView(value: unknown): View | null {
  if (!isObject(value) || typeof value.at !== 'number' || !Number.isFinite(value.at)) {
    return null;
  }
  const cell = text(value.cell, ID);
  return cell ? { cell, at: Math.min(1, Math.max(0, value.at)) } : null;
}

function text(value: unknown, limit: number): string {
  return typeof value === 'string' && value.length <= limit * 4 ? value.slice(0, limit) : '';
}

function isObject(value: unknown): value is Record<string, any> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
