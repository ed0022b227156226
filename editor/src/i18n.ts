/**
 * Candyce's own words in the editor, in French and English.
 *
 * Each part keeps its own words beside its code; those that several parts say are here. Typed,
 * so that a missing or misspelt key does not compile.
 * Sentences about a refusal come from the server, already in the reader's language; those
 * here are for what only the page knows, and for when the server cannot speak.
 */
import { authorCatalogue } from './author/catalogue';
import { barCatalogue } from './bar/catalogue';
import { conductCatalogue } from './conduct/catalogue';
import { filesCatalogue } from './files/catalogue';
import { noticesCatalogue } from './notices/catalogue';
import { savingCatalogue } from './live/catalogue';
import { togetherCatalogue } from './together/catalogue';
import type { Language } from './tokens';

const fr = {
  ...authorCatalogue.fr,
  ...barCatalogue.fr,
  ...conductCatalogue.fr,
  ...filesCatalogue.fr,
  ...noticesCatalogue.fr,
  ...savingCatalogue.fr,
  ...togetherCatalogue.fr,
  bar: 'Candyce',
  and: 'et',
  cancel: 'Annuler',
  close: 'Fermer',
  failedTitle: 'Cela n’a pas marché',
  failedBody: 'Vérifiez votre connexion, puis recommencez.',
  dismiss: 'Masquer',
  later: 'Plus tard',
  colon: '\u00a0:',
  codeCell: 'Cellule de code {index}',
  markdownCell: 'Cellule de texte {index}',
  rawCell: 'Cellule brute {index}',
  cell: 'Cellule {index}',
  cellHint: 'Entrée pour modifier, Échap pour quitter la cellule.',
  collapse: 'Replier ou déplier la section',
  taskBox: 'Case',
  notebook: 'Notebook',
  skip: 'Aller au notebook'
};

export type Key = keyof typeof fr;

const en: Record<Key, string> = {
  ...authorCatalogue.en,
  ...barCatalogue.en,
  ...conductCatalogue.en,
  ...filesCatalogue.en,
  ...noticesCatalogue.en,
  ...savingCatalogue.en,
  ...togetherCatalogue.en,
  bar: 'Candyce',
  and: 'and',
  cancel: 'Cancel',
  close: 'Close',
  failedTitle: 'That did not work',
  failedBody: 'Check your connection, then try again.',
  dismiss: 'Hide',
  later: 'Later',
  colon: ':',
  codeCell: 'Code cell {index}',
  markdownCell: 'Text cell {index}',
  rawCell: 'Raw cell {index}',
  cell: 'Cell {index}',
  cellHint: 'Enter to edit, Escape to leave the cell.',
  collapse: 'Fold or unfold the section',
  taskBox: 'Box',
  notebook: 'Notebook',
  skip: 'Skip to the notebook'
};

export const catalogues: Record<Language, Record<Key, string>> = { fr, en };

export type Translate = (key: Key, values?: Record<string, string | number>) => string;

/** The words of one language. `{name}` is replaced by `values.name`. */
export function translator(language: Language): Translate {
  return (key, values = {}) =>
    catalogues[language][key].replace(/\{(\w+)\}/g, (hole, name) =>
      name in values ? String(values[name]) : hole
    );
}
