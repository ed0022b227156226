/**
 * What of a cell's outputs goes into the shared document: all of it, up to a size.
 *
 * A document is copied to everybody in the room and kept for years. A printing loop or a
 * picture of five megabytes stays with the one who ran it; the others read how large it is.
 * Sizes are counted in characters, which for outputs is near enough to bytes.
 */

export interface Output {
  output_type: string;
  [key: string]: any;
}

/** The largest single output, and the largest sum in one cell, that are shared. */
export const OUTPUT_LIMIT = 1024 * 1024;
export const CELL_LIMIT = 2 * OUTPUT_LIMIT;
/** More outputs than this in one cell are not shared one by one. */
export const COUNT_LIMIT = 300;
/** What is shown of a text that is too long. */
const HEAD = 2_000;

/** Words for what is left out; `size` in characters. */
export type Note = (size: number) => string;

export interface Bounded {
  outputs: Output[];
  /** Characters that stayed behind; 0 when everything is there. */
  withheld: number;
}

/** The outputs as they are shared. `unshown`: characters of streams that even the page holds back. */
export function bound(outputs: readonly Output[], note: Note, unshown = 0): Bounded {
  const kept: Output[] = [];
  let total = 0;
  let withheld = 0;
  const lastStream = unshown > 0 ? findLastStream(outputs) : -1;
  for (const [index, output] of outputs.entries()) {
    const whole = sizeOf(output) + (index === lastStream ? unshown : 0);
    // what the page itself holds back is not shared by halves
    const size = index === lastStream ? Math.max(whole, OUTPUT_LIMIT + 1) : whole;
    if (total + Math.min(size, OUTPUT_LIMIT) > CELL_LIMIT || index >= COUNT_LIMIT) {
      const rest = outputs.slice(index).reduce((sum, one) => sum + sizeOf(one), 0);
      kept.push(noteOutput(note(rest)));
      return { outputs: kept, withheld: withheld + rest };
    }
    if (size > OUTPUT_LIMIT) {
      const less = shorten(output, note(size));
      kept.push(less);
      total += sizeOf(less);
      withheld += size;
    } else {
      kept.push(output);
      total += size;
    }
  }
  return { outputs: kept, withheld };
}

/** The outputs with `rest` at the end of their last stream. */
export function append(outputs: readonly Output[], rest: string): Output[] {
  const last = findLastStream(outputs);
  return outputs.map((output, at) => (at === last ? { ...output, text: output.text + rest } : output));
}

/** The outputs with no more than `limit` characters of streams in all, and how many were cut. */
export function cut(outputs: readonly Output[], limit: number): { outputs: Output[]; cut: number } {
  let room = limit;
  let lost = 0;
  const kept = outputs.map(output => {
    if (output.output_type !== 'stream' || typeof output.text !== 'string') {
      return output;
    }
    const text = output.text.slice(0, room);
    room -= text.length;
    lost += output.text.length - text.length;
    return text.length < output.text.length ? { ...output, text } : output;
  });
  return { outputs: kept, cut: lost };
}

/** The characters of an output, by its strings. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.length;
  }
  if (Array.isArray(value)) {
    return value.reduce((sum: number, one) => sum + sizeOf(one) + 1, 2);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).reduce((sum, [key, one]) => sum + key.length + sizeOf(one) + 4, 2);
  }
  return 4;
}

function findLastStream(outputs: readonly Output[]): number {
  return outputs.reduce((last, { output_type }, index) => (output_type === 'stream' ? index : last), -1);
}

function shorten(output: Output, note: string): Output {
  if (output.output_type === 'stream') {
    const text = typeof output.text === 'string' ? output.text : '';
    const line = text.lastIndexOf('\n', HEAD);
    const head = text.slice(0, line > 0 ? line : HEAD);
    return { ...output, text: `${head}\n…\n[${note}]\n` };
  }
  if (output.output_type === 'error') {
    const { ename, evalue } = output;
    const say = (value: unknown): string => String(value ?? '').slice(0, HEAD);
    return { output_type: 'error', ename: say(ename), evalue: say(evalue), traceback: [`[${note}]`] };
  }
  return noteOutput(note);
}

function noteOutput(note: string): Output {
  return { output_type: 'display_data', data: { 'text/plain': `[${note}]` }, metadata: {} };
}

/** "5,0 Mo", "320 ko" in French; "5.0 MB", "320 kB" in English. */
export function formatSize(characters: number, language: 'fr' | 'en'): string {
  const unit = language === 'fr' ? 'o' : 'B';
  if (characters >= 1e6) {
    const value = new Intl.NumberFormat(language, { maximumFractionDigits: characters < 1e7 ? 1 : 0 });
    return `${value.format(characters / 1e6)}\u00a0M${unit}`;
  }
  return `${Math.max(1, Math.round(characters / 1e3))}\u00a0k${unit}`;
}
