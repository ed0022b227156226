/** A room's line over the browser's WebSocket. */
import { URLExt } from '@jupyterlab/coreutils';

import type { Channel } from './channel';

/** The address of a notebook's room: `<origin>/collab/<project>/<path>`. */
export function roomUrl(origin: string, projectId: string, path: string): string {
  const base = origin.replace(/^http/, 'ws');
  return `${base}/collab/${projectId}/${URLExt.encodeParts(path)}`;
}

/** The token travels as a subprotocol: the one header that a page may set. */
export function openSocket(url: string, token: string): Channel {
  const socket = new WebSocket(url, ['candyce-collab', `token.${token}`]);
  socket.binaryType = 'arraybuffer';
  const channel: Channel = {
    send: message => {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(message);
      }
    },
    close: () => socket.close(),
    onOpen: () => undefined,
    onMessage: () => undefined,
    onClose: () => undefined
  };
  socket.onopen = () => channel.onOpen();
  socket.onmessage = event => {
    if (event.data instanceof ArrayBuffer) {
      channel.onMessage(new Uint8Array(event.data));
    }
  };
  socket.onclose = event => channel.onClose(event.code);
  return channel;
}
