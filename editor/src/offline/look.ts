/**
 * "Look": one page of this device tells the others that it kept something.
 *
 * The channel is open to every notebook of the origin, so it carries an opaque name and never
 * content: who hears it reads the sealed rows.
 */
import { type ISignal, Signal } from '@lumino/signaling';

export interface Look {
  tell(name: string): void;
  readonly heard: ISignal<unknown, string>;
}

/** Heard at most this often for one name, whoever shouts. */
const CALM = 300;

export class ChannelLook implements Look {
  constructor(make: () => BroadcastChannel = () => new BroadcastChannel('candyce-look')) {
    try {
      this._channel = make();
      this._channel.onmessage = event => this._hear(event.data);
    } catch {
      // one page at a time, then
    }
  }

  get heard(): ISignal<this, string> {
    return this._heard;
  }

  tell(name: string): void {
    this._channel?.postMessage(name);
  }

  private _hear(name: unknown): void {
    if (typeof name !== 'string' || !/^[0-9a-f]{32}$/.test(name) || this._waiting.has(name)) {
      return;
    }
    if (this._waiting.size < 100) {
      this._waiting.add(name);
      setTimeout(() => {
        this._waiting.delete(name);
        this._heard.emit(name);
      }, CALM);
    }
  }

  private readonly _channel: BroadcastChannel | null = null;
  private readonly _waiting = new Set<string>();
  private readonly _heard = new Signal<this, string>(this);
}
