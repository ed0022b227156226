/** Colours of other people. They are somebody else's input: only plain hexadecimal enters a style. */

const FALLBACK = '#85847c';
const DARK_INK = '#14151f';
const LIGHT_INK = '#ffffff';

/** The colour if it is one, else a grey. */
export function safeColour(value: unknown): string {
  return typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : FALLBACK;
}

/** Black or white, whichever reads better on `colour` (WCAG's relative luminance). */
export function inkOn(colour: string): string {
  const light = luminance(colour);
  const onDark = (light + 0.05) / (luminance(DARK_INK) + 0.05);
  const onLight = 1.05 / (light + 0.05);
  return onDark > onLight ? DARK_INK : LIGHT_INK;
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map(at => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Give an element a person's colours, as custom properties for the style sheet. */
export function paint(element: HTMLElement, colour: string): void {
  element.style.setProperty('--cy-person', colour);
  element.style.setProperty('--cy-person-ink', inkOn(colour));
}
