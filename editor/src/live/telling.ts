/** From what a room knows to the one value that a page may say about safety. */
import type { SaveValue } from './saveState';

export interface Why {
  code: string;
  message: string;
}

export interface RoomFacts {
  /** Why the server closed the line for good, until it speaks again. */
  closed: Why | null;
  /** Why edits are refused on this line. */
  refusal: Why | null;
  /** The server has spoken on this line. */
  greeted: boolean;
  /** The last attempt ended without the server speaking, or the line broke. */
  failed: boolean;
  /** There was no server at some time since all was saved. */
  away: boolean;
  /** The document has been received once. */
  synced: boolean;
  canWrite: boolean;
  /** An update of this line was refused. */
  rejected: boolean;
  /** Edits wait for the server's acknowledgement. */
  unsaved: boolean;
  /** This device has all of them. */
  onDevice: boolean;
  /** Some of them were made while writing was allowed. */
  lostWork: boolean;
}

export function tell(facts: RoomFacts): SaveValue {
  const value = judge(facts);
  return { ...value, onDevice: value.unsaved && facts.onDevice };
}

function judge(facts: RoomFacts): Omit<SaveValue, 'onDevice'> {
  const { unsaved } = facts;
  const { code, message } = facts.closed ?? facts.refusal ?? { code: null, message: '' };
  const plain = { code: null, message: '' };
  if (facts.closed) {
    return { kind: 'cannot_save', unsaved, code, message };
  }
  if (!facts.greeted) {
    const kind = facts.failed ? 'offline' : facts.synced ? 'saving' : 'opening';
    return { kind, unsaved, ...plain };
  }
  if (!facts.synced) {
    return { kind: 'opening', unsaved: false, ...plain };
  }
  if (facts.rejected && unsaved) {
    return { kind: 'cannot_save', unsaved, code, message };
  }
  if (!facts.canWrite) {
    const held = unsaved && facts.lostWork;
    return { kind: held ? 'cannot_save' : 'read_only', unsaved: held, code, message };
  }
  const kind = !unsaved ? 'saved' : facts.away ? 'merging' : 'saving';
  return { kind, unsaved, ...plain };
}
