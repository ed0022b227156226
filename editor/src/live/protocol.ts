/**
 * The wire format of a live document: y-protocols' sync and awareness, and three of ours.
 *
 * Every message is a variable-length type followed by its payload (lib0 encoding).
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

import type { RoomConduct } from '../api';

export const SYNC = 0;
export const AWARENESS = 1;
/** Server → client: how many of this connection's updates are on disk. */
export const SAVED = 64;
/** Server → client: JSON `{scopes, code, message}`. */
export const STATUS = 65;
/** Server → client: the n-th update of this connection was refused. */
export const REJECTED = 66;
/** Client → server: a fresh token. */
export const TOKEN = 67;

export const SYNC_STEP1 = 0;
export const SYNC_STEP2 = 1;
export const SYNC_UPDATE = 2;

/** Why the server closed. */
export const CLOSE = {
  token: 4401,
  forbidden: 4403,
  gone: 4404,
  ended: 4408,
  tooBig: 4413,
  notText: 4415,
  full: 4429,
  restart: 1012,
  later: 1013
} as const;

export interface Status {
  scopes: string[];
  code: string | null;
  message: string;
  /** Which document stands at this path; another one after the file was replaced. */
  document: string | null;
  /** What was decided for everybody; null from a server that does not say. */
  room: RoomConduct | null;
  /** Grows when the server has something to tell that no document holds: notices. */
  news?: number;
  /** Another one when the comments that only who leads is told have changed; null for all others. */
  comments?: string | null;
}

export type Incoming =
  | { type: 'step1'; stateVector: Uint8Array }
  | { type: 'update'; first: boolean; update: Uint8Array }
  | { type: 'awareness'; update: Uint8Array }
  | { type: 'saved'; count: number }
  | { type: 'status'; status: Status }
  | { type: 'rejected'; index: number }
  | { type: 'unknown' };

/** An update that says nothing; the server does not count it. */
export function isEmptyUpdate(update: Uint8Array): boolean {
  return update.length === 2 && update[0] === 0 && update[1] === 0;
}

export function syncMessage(step: number, payload: Uint8Array): Uint8Array {
  return encoding.encode(encoder => {
    encoding.writeVarUint(encoder, SYNC);
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, payload);
  });
}

export function awarenessMessage(update: Uint8Array): Uint8Array {
  return encoding.encode(encoder => {
    encoding.writeVarUint(encoder, AWARENESS);
    encoding.writeVarUint8Array(encoder, update);
  });
}

export function tokenMessage(token: string): Uint8Array {
  return encoding.encode(encoder => {
    encoding.writeVarUint(encoder, TOKEN);
    encoding.writeVarString(encoder, token);
  });
}

/** Read one message. A type that we do not know is skipped: an older page meets a newer server. */
export function decode(message: Uint8Array): Incoming {
  const decoder = decoding.createDecoder(message);
  switch (decoding.readVarUint(decoder)) {
    case SYNC: {
      const step = decoding.readVarUint(decoder);
      const payload = decoding.readVarUint8Array(decoder);
      return step === SYNC_STEP1
        ? { type: 'step1', stateVector: payload }
        : { type: 'update', first: step === SYNC_STEP2, update: payload };
    }
    case AWARENESS:
      return { type: 'awareness', update: decoding.readVarUint8Array(decoder) };
    case SAVED:
      return { type: 'saved', count: decoding.readVarUint(decoder) };
    case STATUS: {
      const status = JSON.parse(decoding.readVarString(decoder));
      return {
        type: 'status',
        status: {
          scopes: Array.isArray(status.scopes) ? status.scopes : [],
          code: status.code ?? null,
          message: status.message ?? '',
          // a number in the database, a name here
          document: isName(status.document) ? `${status.document}` : null,
          room: typeof status.room === 'object' ? status.room : null,
          news: Number.isInteger(status.news) ? status.news : 0,
          comments: typeof status.comments === 'string' ? status.comments : null
        }
      };
    }
    case REJECTED:
      return { type: 'rejected', index: decoding.readVarUint(decoder) };
    default:
      return { type: 'unknown' };
  }
}

function isName(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}
