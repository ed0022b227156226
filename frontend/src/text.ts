/** Lower case and no accents, so that "elo" finds "Éloïse". */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .trim();
}

/** Order of two cells: numbers as numbers (French decimal comma too), the rest as the page's language has it. */
export function compare(a: string, b: string, language: string): number {
  const numbers = [a, b].map((text) => Number(text.replace(",", ".").replace(/\s/g, "")));
  if (a && b && numbers.every((value) => Number.isFinite(value))) {
    return numbers[0] - numbers[1];
  }
  return Number(!a) - Number(!b) || a.localeCompare(b, language, { numeric: true });
}
