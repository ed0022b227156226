/** Headings in a text cell, as pupils will see them. */

const FENCE = /^ {0,3}(```|~~~)/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*)$/;
/** nbgrader's regions, which the release takes out. */
const REGION = /\b(BEGIN|END) (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)\b/;

/** The texts of the headings "# …" outside fenced code and outside what pupils do not get. */
export function headingsOf(source: string): string[] {
  const found: string[] = [];
  let fenced = false;
  let hidden = false;
  for (const line of source.split('\n')) {
    const edge = REGION.exec(line)?.[1];
    if (edge) {
      hidden = edge === 'BEGIN';
      continue;
    }
    if (FENCE.test(line)) {
      fenced = !fenced;
    }
    const text = fenced || hidden ? '' : plain(HEADING.exec(line)?.[1] ?? '');
    if (text) {
      found.push(text);
    }
  }
  return found;
}

/** A heading without its closing signs and the marks of emphasis. */
function plain(text: string): string {
  const end = text.trimEnd();
  let length = end.length;
  while (length > 0 && end[length - 1] === '#') {
    length -= 1;
  }
  return end.slice(0, length).replace(/[*_`]/g, '').trim();
}
