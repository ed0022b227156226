/**
 * The streams of a run on the page of who runs: gathered, and shown up to a size.
 *
 * JupyterLab draws a stream anew with each line. A cell that prints fast is drawn a few times
 * a second; beyond some thousand lines the rest waits, whole, to be read on or downloaded.
 */
import type { Output } from './bounds';
import type { PageOutputs } from './sync';

/** Characters of streams that are drawn, and how many more at each "show more". */
export const SHOWN = 200_000;
/** Characters that are kept in all. */
export const KEPT = 128_000_000;
/** A short text is drawn at once, a long one more seldom. Milliseconds. */
const SOON = 40;
const LATER = 250;
const LONG = 20_000;

export class Flood {
  /**
   * Stands before `_page` from now on. `_drew`: a stream grew on the page; `_changed`: how much
   * waits changed.
   */
  constructor(
    private readonly _page: PageOutputs,
    private readonly _drew: () => void,
    private readonly _changed: () => void
  ) {
    this._add = _page.add.bind(_page);
    this._clear = _page.clear.bind(_page);
    this.direct = Object.create(_page, {
      add: { value: this._add },
      clear: { value: () => this.clear() }
    });
    _page.add = output => this.add(output);
    _page.clear = wait => this.clear(wait);
  }

  /** The page without the gathering: for what others ran. */
  readonly direct: PageOutputs;

  /** Characters that wait. */
  get waiting(): number {
    return this._waiting;
  }

  add(output: Output): number {
    if (output.output_type !== 'stream' || Array.isArray(output.text)) {
      this.flush();
      return this._add(output);
    }
    if (this._name !== output.name) {
      this.flush();
      this._name = output.name;
    }
    this._parts.push(output.text);
    this._timer ??= setTimeout(() => this.flush(), this._drawn > LONG ? LATER : SOON);
    return this._page.length;
  }

  clear(wait?: boolean): void {
    if (wait) {
      this.flush();
    } else {
      this._forget();
    }
    this._clear(wait);
  }

  /** Draw what was gathered. */
  flush(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    const text = this._parts.join('');
    const name = this._name;
    this._parts = [];
    this._name = '';
    if (!text) {
      return;
    }
    const room = Math.max(0, SHOWN - this._drawn);
    const now = this._waiting > 0 ? '' : text.slice(0, room);
    const rest = this._waiting > 0 ? text : text.slice(room);
    this._drawn += now.length;
    if (now) {
      this._add({ output_type: 'stream', name, text: now });
      this._drew();
    }
    if (rest && this._waiting < KEPT) {
      this._rest.push(rest);
      this._waiting += rest.length;
      this._changed();
    }
  }

  /** Draw some more of what waits, where it belongs: at the end of the last stream. */
  showMore(): void {
    let room = SHOWN;
    let more = '';
    while (room > 0 && this._rest.length > 0) {
      const [first, ...others] = this._rest;
      const part = first.slice(0, room);
      this._rest = first.length > room ? [first.slice(room), ...others] : others;
      this._waiting -= part.length;
      room -= part.length;
      more += part;
    }
    for (let index = this._page.length - 1; index >= 0; index--) {
      const { streamText, setData } = this._page.get(index);
      if (streamText) {
        streamText.insert(streamText.text.length, more, { silent: true });
        setData?.call(this._page.get(index), {});
        break;
      }
    }
    this._changed();
  }

  /** The text that waits, joined: for less than what is shared. */
  get rest(): string {
    return this._rest.join('');
  }

  /** All that was printed, also what waits, in pieces. */
  get everything(): string[] {
    const drawn: string[] = [];
    for (let index = 0; index < this._page.length; index++) {
      drawn.push(this._page.get(index).streamText?.text ?? '');
    }
    return [...drawn, ...this._rest];
  }

  dispose(): void {
    this._forget();
  }

  private _forget(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._parts = [];
    this._name = '';
    this._rest = [];
    this._waiting = 0;
    this._drawn = 0;
  }

  private readonly _add: (output: Output) => number;
  private readonly _clear: (wait?: boolean) => void;
  private _name = '';
  private _parts: string[] = [];
  private _rest: string[] = [];
  private _waiting = 0;
  private _drawn = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
