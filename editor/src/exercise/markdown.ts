/**
 * Closed questions as Markdown: a task list, a list of pairs, or a last line "**Answer:** …".
 *
 * The answer stands in the cell's source, so that the question works in any Jupyter. `parse`
 * says where each part of it is, and the writers give the smallest changes to the source, so
 * that what somebody else writes at the same time in the same cell is kept. Offsets count
 * UTF-16 units, as JavaScript and Yjs do. The server reads the same with `exercises/closed.py`.
 */
import type { Language } from '../tokens';

export type ClosedKind = 'choice' | 'choices' | 'number' | 'text' | 'matching' | 'file';

export const CLOSED_KINDS: readonly ClosedKind[] = [
  'choice',
  'choices',
  'number',
  'text',
  'matching',
  'file'
];

/** Replace `source.slice(start, end)` by `text`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** A piece of the source, without the white space around it. */
export interface Span {
  start: number;
  end: number;
  text: string;
}

export interface Option {
  /** Markdown, without the box. */
  label: string;
  ticked: boolean;
  /** What stands between the brackets: one character, or none. */
  box: { start: number; end: number };
}

export interface Pair {
  /** Markdown. */
  left: string;
  right: Span;
}

export interface Closed {
  kind: ClosedKind;
  /** Markdown before the part that is answered; `after`: Markdown that follows it. */
  prompt: string;
  after: string;
  /** `choice` and `choices`. */
  options: Option[];
  /** `matching`; `offered` is what the line "*Choose from: …*" lists. */
  pairs: Pair[];
  offered: string[];
  /** `number`, `text` and `file`; null when the line is not there. */
  answer: Span | null;
}

/** What an author writes. */
export type Content =
  | { kind: 'choice' | 'choices'; prompt: string; options: { label: string; ticked: boolean }[] }
  | { kind: 'matching'; prompt: string; pairs: { left: string; right: string }[] }
  | { kind: 'number' | 'text' | 'file'; prompt: string; answer: string };

// every repetition is bounded: a hostile line of a million spaces must not hold the page
const ITEM = String.raw`[\s>]{0,40}(?:[-*+]|\d{1,9}[.)])\s{1,20}`;
const OPTION = new RegExp(String.raw`^${ITEM}\[([^\]\n]?)\](?:\s(.*))?$`);
const BULLET = new RegExp(`^${ITEM}`);
const ARROW = /→|⟶|⇒|-{1,3}>|={1,3}>/;
const OFFERED = /^ {0,3}\*(?:Au choix|Choose from)[ \u00a0\u202f]{0,4}:(.*)\*$/i;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const MARKER =
  /^\s{0,20}(?:[-*+>]\s{1,20})?(?:\*\*|__)?\s{0,4}(?:(r(?:é|e\u0301|e)ponse|answer)|(fichier|file))\s{0,4}(?:\*\*|__)?\s{0,4}[:\uff1a]\s{0,20}(?:\*\*|__)?/i;

interface Line {
  start: number;
  end: number;
  text: string;
}

/** Read a closed question. Always gives an answer: what is missing is empty. */
export function parse(source: string, kind: ClosedKind): Closed {
  const lines = linesOf(source);
  const empty = { kind, options: [], pairs: [], offered: [], answer: null };
  switch (kind) {
    case 'choice':
    case 'choices':
      return { ...empty, ...parseOptions(source, lines) };
    case 'matching':
      return { ...empty, ...parsePairs(source, lines) };
    default:
      return { ...empty, ...parseAnswer(source, lines, kind) };
  }
}

/** Whether something was answered: something ticked, chosen or written; for `matching`, every pair. */
export function isAnswered(closed: Closed): boolean {
  switch (closed.kind) {
    case 'choice':
    case 'choices':
      return closed.options.some(option => option.ticked);
    case 'matching':
      return closed.pairs.length > 0 && closed.pairs.every(pair => pair.right.text !== '');
    default:
      return Boolean(closed.answer?.text);
  }
}

/** Tick or untick an option; in `choice`, ticking one unticks the others. */
export function tick(closed: Closed, index: number, ticked: boolean): Edit[] {
  const edits: Edit[] = [];
  closed.options.forEach((option, i) => {
    const wanted = i === index ? ticked : option.ticked && !(ticked && closed.kind === 'choice');
    if (wanted !== option.ticked) {
      edits.push({ ...option.box, text: wanted ? 'x' : ' ' });
    }
  });
  return edits.reverse();
}

/** Write the answer of a `number`, `text` or `file`; the line is added where it is missing. */
export function setAnswer(source: string, closed: Closed, value: string, language: Language): Edit[] {
  const text = oneLine(value);
  if (closed.answer) {
    return setSpan(source, closed.answer, text);
  }
  if (!text.trim()) {
    return [];
  }
  const kept = source.trimEnd();
  const line = `${kept ? '\n\n' : ''}${marker(closed.kind, language)} ${text}`;
  return [{ start: kept.length, end: source.length, text: line }];
}

/** Choose what goes with the pair at `index`; an empty text takes the choice back. */
export function setMatch(source: string, closed: Closed, index: number, value: string): Edit[] {
  const pair = closed.pairs[index];
  return pair ? setSpan(source, pair.right, oneLine(value)) : [];
}

/** The source after the edits. They come last place first, and so may be made one by one. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  return edits.reduce(
    (text, { start, end, text: inserted }) => text.slice(0, start) + inserted + text.slice(end),
    source
  );
}

/** The Markdown of a question, with its right answer. */
export function write(content: Content, language: Language): string {
  const prompt = content.prompt.trim();
  return [prompt, answerPart(content, language)].filter(Boolean).join('\n\n');
}

/** "**Réponse :**" and the like. */
export function marker(kind: ClosedKind, language: Language): string {
  if (language === 'fr') {
    return kind === 'file' ? '**Fichier :**' : '**Réponse :**';
  }
  return kind === 'file' ? '**File:**' : '**Answer:**';
}

/** "*Au choix : Alsace ; Bretagne*". */
export function offer(options: readonly string[], language: Language): string {
  return language === 'fr'
    ? `*Au choix : ${options.join(' ; ')}*`
    : `*Choose from: ${options.join(' ; ')}*`;
}

/** The source's lines outside fenced code, where nothing is a question. */
function linesOf(source: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  let fence = '';
  for (const text of source.split('\n')) {
    const found = FENCE.exec(text)?.[1] ?? '';
    if (fence) {
      if (found.startsWith(fence) && !text.trim().slice(found.length)) {
        fence = '';
      }
    } else if (found) {
      fence = found;
    } else {
      lines.push({ start, end: start + text.length, text });
    }
    start += text.length + 1;
  }
  return lines;
}

/**
 * The last run of lines that `matches` accepts; blank lines and, below an item, indented
 * ones belong to it.
 */
function lastRun(source: string, lines: Line[], matches: (text: string) => boolean): Line[] {
  let last = lines.length - 1;
  while (last >= 0 && !matches(lines[last].text)) {
    last -= 1;
  }
  const run: Line[] = [];
  for (let i = last; i >= 0; i -= 1) {
    const line = lines[i];
    const isJoined = run.length === 0 || source.slice(line.end, run[0].start).trim() === '';
    const belongs = matches(line.text) || line.text.trim() === '' || isContinued(line.text);
    if (!isJoined || !belongs) {
      break;
    }
    run.unshift(line);
  }
  while (run.length && !matches(run[0].text)) {
    run.shift();
  }
  return withContinuation(source, run, lines, last);
}

/** Indented lines below the last item. */
function withContinuation(source: string, run: Line[], lines: Line[], last: number): Line[] {
  for (let i = last + 1; run.length && i < lines.length; i += 1) {
    const isNext = source.slice(run[run.length - 1].end, lines[i].start) === '\n';
    if (!isNext || !isContinued(lines[i].text)) {
      break;
    }
    run.push(lines[i]);
  }
  return run;
}

function isContinued(text: string): boolean {
  return /^[ \t]/.test(text) && text.trim() !== '';
}

function parseOptions(source: string, lines: Line[]): Pick<Closed, 'options' | 'prompt' | 'after'> {
  const run = lastRun(source, lines, text => OPTION.test(text));
  const options: Option[] = [];
  for (const line of run) {
    const found = OPTION.exec(line.text);
    if (found) {
      const start = line.start + line.text.indexOf('[') + 1;
      const box = { start, end: start + found[1].length };
      options.push({ label: (found[2] ?? '').trim(), ticked: found[1].trim() !== '', box });
    } else if (line.text.trim()) {
      const option = options[options.length - 1];
      option.label = `${option.label}\n${line.text.trim()}`.trim();
    }
  }
  return { options, ...around(source, run) };
}

function parsePairs(
  source: string,
  lines: Line[]
): Pick<Closed, 'pairs' | 'offered' | 'prompt' | 'after'> {
  const found = lines.flatMap(line => splitPair(line) ?? []);
  const pairs = found.map(({ left, right }) => ({ left, right }));
  const run = found.map(({ line }) => line);
  const { prompt, after } = around(source, run);
  const below = run.at(-1)?.end ?? 0;
  const line = lines.filter(({ start, text }) => start >= below && OFFERED.test(text.trimEnd())).at(-1);
  if (!line) {
    return { pairs, offered: [], prompt, after };
  }
  const offered = OFFERED.exec(line.text.trimEnd())![1].split(';').map(option => option.trim());
  return {
    pairs,
    offered: offered.filter(Boolean),
    prompt,
    after: (source.slice(below, line.start) + source.slice(line.end)).trim()
  };
}

function parseAnswer(
  source: string,
  lines: Line[],
  kind: ClosedKind
): Pick<Closed, 'answer' | 'prompt' | 'after'> {
  const group = kind === 'file' ? 2 : 1;
  for (const line of [...lines].reverse()) {
    const found = MARKER.exec(line.text);
    if (found?.[group]) {
      // what is written below, where nothing follows but the answer, belongs to it
      const rest = { ...line, text: source.slice(line.start), end: source.length };
      return { answer: bare(spanAt(rest, found[0].length)), prompt: around(source, [line]).prompt, after: '' };
    }
  }
  return { answer: null, prompt: source.trim(), after: '' };
}

function splitPair(line: Line): { line: Line; left: string; right: Span } | null {
  const bullet = BULLET.exec(line.text)?.[0].length ?? 0;
  const arrow = bullet ? ARROW.exec(line.text.slice(bullet)) : null;
  if (!arrow) {
    return null;
  }
  const left = line.text.slice(bullet, bullet + arrow.index).trim();
  return left ? { line, left, right: spanAt(line, bullet + arrow.index + arrow[0].length) } : null;
}

/** From `offset` to the end of the line, trimmed, on one line; an empty one stands after one space. */
function spanAt(line: Line, offset: number): Span {
  const rest = line.text.slice(offset);
  const text = rest.trim();
  const skipped = text ? rest.indexOf(text) : /^[ \u00a0]/.test(rest) ? 1 : 0;
  const start = line.start + offset + skipped;
  return { start, end: text ? start + text.length : line.end, text: text.split(/\s+/).join(' ') };
}

/** An answer without the back quotes that some put around it. */
function bare(span: Span): Span {
  const found = /^(`+)(.+?)\1$/.exec(span.text);
  if (!found) {
    return span;
  }
  const start = span.start + found[1].length;
  return { start, end: start + found[2].length, text: found[2] };
}

function around(source: string, run: Line[]): { prompt: string; after: string } {
  if (!run.length) {
    return { prompt: source.trim(), after: '' };
  }
  return {
    prompt: source.slice(0, run[0].start).trim(),
    after: source.slice(run[run.length - 1].end).trim()
  };
}

/** Turn a span into `text` by what differs only. */
function setSpan(source: string, span: Span, text: string): Edit[] {
  const before = source.slice(span.start, span.end);
  let from = 0;
  while (from < before.length && from < text.length && before[from] === text[from]) {
    from += 1;
  }
  let same = 0;
  while (
    same < before.length - from &&
    same < text.length - from &&
    before[before.length - 1 - same] === text[text.length - 1 - same]
  ) {
    same += 1;
  }
  // an empty answer directly behind its marker needs the space that Markdown wants
  const gap = span.start === span.end && text && !/\s/.test(source[span.start - 1] ?? '\n') ? ' ' : '';
  const inserted = gap + text.slice(from, text.length - same);
  const start = span.start + from;
  const end = span.end - same;
  return inserted || end > start ? [{ start, end, text: inserted }] : [];
}

function answerPart(content: Content, language: Language): string {
  switch (content.kind) {
    case 'choice':
    case 'choices':
      return content.options
        .map(({ label, ticked }) => `- [${ticked ? 'x' : ' '}] ${oneLine(label).trim()}`)
        .join('\n');
    case 'matching':
      return content.pairs
        .map(({ left, right }) => `- ${oneLine(left).trim()} → ${oneLine(right).trim()}`)
        .join('\n');
    default:
      return `${marker(content.kind, language)} ${oneLine(content.answer).trim()}`;
  }
}

function oneLine(text: string): string {
  const lines = text.split(/[\r\n]+/);
  return lines.length === 1 ? text : lines.map(line => line.trim()).join(' ');
}
