/** The server's side of a live document, in memory: log, acknowledgements, rights. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import {
  applyAwarenessUpdate,
  Awareness,
  encodeAwarenessUpdate,
  removeAwarenessStates
} from 'y-protocols/awareness';
import * as Y from 'yjs';

import {
  AWARENESS,
  awarenessMessage,
  isEmptyUpdate,
  REJECTED,
  SAVED,
  STATUS,
  SYNC,
  SYNC_STEP1,
  SYNC_STEP2,
  SYNC_UPDATE,
  syncMessage,
  TOKEN
} from '../src/live/protocol';
import type { Channel } from '../src/live/channel';

export interface Line {
  channel: Channel;
  token: string;
  open: boolean;
  received: number;
}

export class ServerReplica {
  readonly doc = new Y.Doc();
  /** Somebody else's view of who is here. */
  readonly awareness = new Awareness(this.doc);
  readonly log: Uint8Array[] = [];
  readonly lines: Line[] = [];
  readonly tokens: string[] = [];
  status = {
    scopes: ['read', 'write'],
    code: null as string | null,
    message: '',
    document: 'document-1'
  };
  /** When false, updates are received but never acknowledged. */
  acknowledging = true;
  /** When true, nothing reaches the server nor comes back: a pulled cable. */
  silent = false;
  /** When set, attempts to connect fail with this code. */
  refusing: number | null = null;

  constructor() {
    this.doc.on('update', (update, origin) => {
      for (const line of this.lines) {
        if (line !== origin) {
          this.tell(line, syncMessage(SYNC_UPDATE, update));
        }
      }
    });
  }

  readonly open = (token: string): Channel => {
    const line: Line = { channel: null as unknown as Channel, token, open: false, received: 0 };
    line.channel = {
      send: message => {
        if (!this.silent && line.open) {
          queueMicrotask(() => this.silent || this.receive(line, message));
        }
      },
      close: () => {
        line.open = false;
      },
      onOpen: () => undefined,
      onMessage: () => undefined,
      onClose: () => undefined
    };
    setTimeout(() => {
      if (this.silent) {
        return;
      }
      if (this.refusing !== null) {
        line.channel.onClose(this.refusing);
        return;
      }
      line.open = true;
      this.lines.push(line);
      line.channel.onOpen();
      this.sendStatus(line);
      this.tell(line, syncMessage(SYNC_STEP1, Y.encodeStateVector(this.doc)));
      const everybody = [...this.awareness.getStates().keys()];
      this.tell(line, awarenessMessage(encodeAwarenessUpdate(this.awareness, everybody)));
    }, 1);
    return line.channel;
  };

  /** End every connection, as a crash (1006) or on purpose. */
  cut(code = 1006): void {
    const others = [...this.awareness.getStates().keys()].filter(id => id !== this.doc.clientID);
    for (const id of others) {
      // a farewell carries the next clock
      const meta = this.awareness.meta.get(id)!;
      this.awareness.meta.set(id, { ...meta, clock: meta.clock + 1 });
    }
    removeAwarenessStates(this.awareness, others, this);
    for (const line of this.lines) {
      if (line.open) {
        line.open = false;
        line.channel.onClose(code);
      }
    }
  }

  announce(status: Partial<ServerReplica['status']>): void {
    this.status = { ...this.status, ...status };
    this.lines.filter(line => line.open).forEach(line => this.sendStatus(line));
  }

  acknowledge(): void {
    this.lines.filter(line => line.open).forEach(line => this.sendCount(line, SAVED, line.received));
  }

  tell(line: Line, message: Uint8Array): void {
    queueMicrotask(() => {
      if (line.open && !this.silent) {
        line.channel.onMessage(message);
      }
    });
  }

  private receive(line: Line, message: Uint8Array): void {
    const decoder = decoding.createDecoder(message);
    const type = decoding.readVarUint(decoder);
    if (type === TOKEN) {
      this.tokens.push(decoding.readVarString(decoder));
      return;
    }
    if (type === AWARENESS) {
      applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), line);
      return;
    }
    if (type !== SYNC) {
      throw new Error(`unexpected message ${type}`);
    }
    const step = decoding.readVarUint(decoder);
    const payload = decoding.readVarUint8Array(decoder);
    if (step === SYNC_STEP1) {
      this.tell(line, syncMessage(SYNC_STEP2, Y.encodeStateAsUpdate(this.doc, payload)));
      return;
    }
    if (isEmptyUpdate(payload)) {
      return;
    }
    line.received += 1;
    if (!this.status.scopes.includes('write') || this.status.code) {
      this.sendCount(line, REJECTED, line.received);
      this.sendStatus(line);
      return;
    }
    this.log.push(payload);
    Y.applyUpdate(this.doc, payload, line);
    if (this.acknowledging) {
      this.sendCount(line, SAVED, line.received);
    }
  }

  private sendCount(line: Line, type: number, count: number): void {
    this.tell(
      line,
      encoding.encode(encoder => {
        encoding.writeVarUint(encoder, type);
        encoding.writeVarUint(encoder, count);
      })
    );
  }

  private sendStatus(line: Line): void {
    this.tell(
      line,
      encoding.encode(encoder => {
        encoding.writeVarUint(encoder, STATUS);
        encoding.writeVarString(encoder, JSON.stringify(this.status));
      })
    );
  }
}
