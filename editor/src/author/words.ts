/** From kinds, points and problems to words. */
import type { Key, Translate } from '../i18n';
import type { Language } from '../tokens';
import type { Kind } from './marks';
import type { LocalCode, Problem } from './survey';

const NAMES: Record<Kind, Key> = {
  solution: 'authorSolution',
  tests: 'authorTests',
  manual: 'authorManual',
  task: 'authorTask',
  readonly: 'authorReadonly',
  choice: 'authorChoice',
  choices: 'authorChoices',
  number: 'authorNumber',
  text: 'authorText',
  matching: 'authorMatching',
  file: 'authorFile'
};

const HELP: Record<Kind, Key> = {
  solution: 'authorHelpSolution',
  tests: 'authorHelpTests',
  manual: 'authorHelpManual',
  task: 'authorHelpTask',
  readonly: 'authorHelpReadonly',
  choice: 'authorHelpChoice',
  choices: 'authorHelpChoices',
  number: 'authorHelpNumber',
  text: 'authorHelpText',
  matching: 'authorHelpMatching',
  file: 'authorHelpFile'
};

const PROBLEMS: Record<LocalCode, Key> = {
  duplicate_id: 'authorDuplicateId',
  invalid_id: 'authorInvalidId',
  no_tests: 'authorNoTests',
  no_points: 'authorNoPoints'
};

export function kindName(kind: Kind | null, t: Translate): string {
  return t(kind ? NAMES[kind] : 'authorOrdinary');
}

export function kindHelp(kind: Kind | null, t: Translate): string {
  return t(kind ? HELP[kind] : 'authorHelpOrdinary');
}

export function problemText({ code, message }: Problem, t: Translate): string {
  return message || (code in PROBLEMS ? t(PROBLEMS[code as LocalCode]) : code);
}

/** "1,5", "2": at most two decimals. */
export function formatNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2, useGrouping: false }).format(value);
}

/** "1 point", "1,5 point", "2 points" (in English "1.5 points"). */
export function formatPoints(value: number, language: Language, t: Translate): string {
  const one = language === 'fr' ? value < 2 : value === 1;
  return t(one ? 'authorOnePoint' : 'authorManyPoints', { points: formatNumber(value, language) });
}

/** A number of at least 0 as people write it; null when it is none. */
export function readAmount(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  return /^(\d+(\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) : null;
}
