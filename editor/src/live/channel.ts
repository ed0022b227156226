/** What a room needs of the world: a line to the server, and the session behind it. */
import type { ISignal } from '@lumino/signaling';

/** A two-way line, as small as a WebSocket's useful part; a test passes one in memory. */
export interface Channel {
  send(message: Uint8Array): void;
  close(): void;
  onOpen: () => void;
  onMessage: (message: Uint8Array) => void;
  onClose: (code: number) => void;
}

/** What a room needs of the session. */
export interface RoomAccess {
  readonly token: string;
  readonly tokenChanged: ISignal<unknown, string>;
  renew(): Promise<boolean>;
}
