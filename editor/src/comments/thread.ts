/**
 * A thread of comments, as the server writes it in the live document's root map `comments` and tells it in
 * its API. What is read is checked: a document may have been kept on this device by an older page.
 */

export interface Anchor {
  /** Relative positions of Yjs, in base64. */
  start: string;
  end: string;
  /** The text around the passage when it was commented on. */
  before: string;
  after: string;
}

export interface Message {
  id: string;
  /** Empty for a person who has left. */
  by: string;
  username: string;
  role: 'teacher' | 'pupil' | 'member';
  /** ISO 8601. */
  at: string;
  text: string;
  edited: string | null;
  deleted: boolean;
}

export interface Thread {
  id: string;
  cell: string;
  /** The passage; null for the whole cell. */
  anchor: Anchor | null;
  /** The beginning of the passage's text, or of the cell's. */
  quote: string;
  created: string;
  resolved: { by: string; at: string } | null;
  messages: Message[];
  /** Not to be read by the copy's pupil before the return. */
  hidden: boolean;
}

type Loose = Record<string, unknown>;

export function readThread(id: string, value: unknown, hidden = false): Thread | null {
  if (!isObject(value) || !Array.isArray(value.messages)) {
    return null;
  }
  const messages = value.messages.filter(isObject).map(readMessage);
  if (!messages.length) {
    return null;
  }
  const { resolved } = value;
  return {
    id,
    cell: text(value.cell),
    anchor: readAnchor(value.anchor),
    quote: text(value.quote),
    created: text(value.created),
    resolved: isObject(resolved) ? { by: text(resolved.by), at: text(resolved.at) } : null,
    messages,
    hidden
  };
}

/** `{id: thread}` as the API tells it. */
export function readThreads(value: unknown, hidden: boolean): Map<string, Thread> {
  const found = new Map<string, Thread>();
  for (const [id, one] of Object.entries(isObject(value) ? value : {})) {
    const thread = readThread(id, one, hidden);
    if (thread) {
      found.set(id, thread);
    }
  }
  return found;
}

function readMessage(value: Loose): Message {
  return {
    id: text(value.id),
    by: text(value.by),
    username: text(value.username),
    role: value.role === 'teacher' || value.role === 'pupil' ? value.role : 'member',
    at: text(value.at),
    text: text(value.text),
    edited: typeof value.edited === 'string' ? value.edited : null,
    deleted: value.deleted === true
  };
}

function readAnchor(value: unknown): Anchor | null {
  if (!isObject(value) || typeof value.start !== 'string' || typeof value.end !== 'string') {
    return null;
  }
  return { start: value.start, end: value.end, before: text(value.before), after: text(value.after) };
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
