/** Numbers as pupils write them, with a unit behind. The server reads the same with `exercises/numbers.py`. */

/** A number as people write it, and what follows it (a unit). */
export interface Measure {
  value: number;
  unit: string;
}

const NUMBER =
  /^([+-]?)((?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\d+)(?:[.,]\d*)?|[.,]\d+)(?:[eE]([+-]?\d+)|\s*[×x*·.]\s*10\s*(?:\^|\*\*)\s*[({]?([+-]?\d+)[)}]?|\s*[×x*·]\s*10([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?/;

/** Read "9,81 m/s²", "−1.2 ×10^3 m", "6,02e23", "3 × 10⁸"; null when no number comes first. */
export function readNumber(text: string): Measure | null {
  const plain = text.trim().replace(/^[\u2212\u2013]/, '-').replace(/([eE^({])[\u2212\u2013]/g, '$1-');
  const found = NUMBER.exec(plain);
  if (!found) {
    return null;
  }
  const [all, sign, digits, short, long, raised] = found;
  const power = short ?? long ?? (raised ? lower(raised) : '0');
  const value = Number(`${sign}${digits.replace(/[ \u00a0\u202f]/g, '').replace(',', '.')}e${power}`);
  return Number.isFinite(value) ? { value, unit: plain.slice(all.length).trim() } : null;
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function lower(raised: string): string {
  return [...raised]
    .map(sign => (sign === '⁻' ? '-' : sign === '⁺' ? '+' : String(RAISED.indexOf(sign))))
    .join('');
}
