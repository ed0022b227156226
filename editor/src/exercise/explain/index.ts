/** An error, or a test that did not pass, in words that a fifteen-year-old understands. */
import type { Language } from '../../tokens';
import * as english from './en';
import * as french from './fr';
import { type Failure, find } from './rules';

export type { Failure } from './rules';

export interface Explanation {
  /** What happened. */
  what: string;
  /** What to look at next. Never the solution. */
  next: string;
}

const TYPED = ['type', 'other'];

export function explain(failure: Failure, language: Language): Explanation {
  const { code, values } = find(failure);
  const { types } = language === 'fr' ? french : english;
  const sentences = language === 'fr' ? french.fr : english.en;
  const filled = { ...values };
  for (const key of TYPED) {
    // the rules' `{type}` of an attribute is a name, elsewhere a value
    if (filled[key] && !code.startsWith('attribute') && !code.startsWith('import')) {
      filled[key] = nameType(filled[key], types);
    }
  }
  const [what, next] = sentences[code];
  return { what: capital(fill(what, filled)), next: fill(next, filled) };
}

/** "un texte (str)", "a list"; what is not known stays as Python writes it. */
export function sayType(type: string, language: Language): string {
  return nameType(type, language === 'fr' ? french.types : english.types);
}

function nameType(type: string, types: Record<string, string>): string {
  return Object.hasOwn(types, type) ? types[type] : type;
}

function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name) => (Object.hasOwn(values, name) ? values[name] : hole));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
