/** The lines that the release takes out: `### BEGIN SOLUTION` … `### END SOLUTION`, and hidden tests. */
import type { Edit } from '../exercise/markdown';

export type Region = 'solution' | 'hidden';

const NAMES: Record<Region, string> = { solution: 'SOLUTION', hidden: 'HIDDEN TESTS' };

/**
 * The changes that put the lines touched by a selection into a region, last place first. Without
 * a selection all lines are meant. Empty when a mark of a region stands in or around the lines:
 * regions neither nest nor cross.
 */
export function wrap(source: string, from: number, to: number, region: Region): Edit[] {
  const all = from === to;
  const start = all ? 0 : source.lastIndexOf('\n', Math.min(from, to) - 1) + 1;
  const end = all ? source.length : endOfLine(source, Math.max(from, to));
  const chosen = source.slice(start, end);
  if (!chosen.trim() || marksIn(chosen).length || isInside(source, start)) {
    return [];
  }
  const indent = commonIndent(chosen);
  const name = NAMES[region];
  return [
    { start: end, end, text: `\n${indent}### END ${name}` },
    { start, end: start, text: `${indent}### BEGIN ${name}\n` }
  ];
}

/** A selection that ends at the beginning of a line does not mean that line. */
function endOfLine(source: string, offset: number): number {
  if (offset > 0 && source[offset - 1] === '\n') {
    return offset - 1;
  }
  const found = source.indexOf('\n', offset);
  return found < 0 ? source.length : found;
}

function commonIndent(text: string): string {
  const indents = text
    .split('\n')
    .filter(line => line.trim())
    .map(line => /^[ \t]*/.exec(line)![0]);
  return indents.reduce((least, indent) => (indent.length < least.length ? indent : least));
}

interface Sign {
  region: Region;
  begins: boolean;
}

function marksIn(text: string): Sign[] {
  return [...text.matchAll(/(BEGIN|END) (SOLUTION|HIDDEN TESTS)/g)].map(found => ({
    region: found[2] === 'SOLUTION' ? 'solution' : 'hidden',
    begins: found[1] === 'BEGIN'
  }));
}

function isInside(source: string, offset: number): boolean {
  return marksIn(source.slice(0, offset)).at(-1)?.begins ?? false;
}

export function hasRegion(source: string, region: Region): boolean {
  return marksIn(source).some(sign => sign.region === region);
}

/** Whether every region that begins ends, and none begins within another. */
export function isBalanced(source: string): boolean {
  let open: Region | null = null;
  for (const { region, begins } of marksIn(source)) {
    if (begins ? open !== null : open !== region) {
      return false;
    }
    open = begins ? region : null;
  }
  return open === null;
}
