/**
 * Candyce's own words in the editor, in French and English.
 *
 * Few enough for one page, typed so that a missing or misspelt key does not compile.
 * Sentences about a refusal come from the server, already in the reader's language; those
 * here are for what only the page knows, and for when the server cannot speak.
 */
import type { Language } from './tokens';

const fr = {
  bar: 'Candyce',
  back: 'Retour à Candyce',
  backShort: 'Candyce',
  fullInterface: 'Interface complète',
  instructions: 'Consignes',
  noInstructions: 'Pas de consigne particulière.',
  appraisal: 'Appréciation',
  result: 'Résultat',
  copyOf: 'Copie de {name}',
  resource: 'Ressource de la bibliothèque',
  presence: '{name} est dans votre copie',
  presenceOther: '{name} est aussi dans ce document',
  and: 'et',
  areInCopy: '{names} sont dans votre copie',
  areInOther: '{names} sont aussi dans ce document',

  saved: 'Enregistré',
  saving: 'Enregistrement…',
  opening: 'Ouverture…',
  offline: 'Hors ligne',
  offlineUnsaved: 'Hors ligne\u00a0: vos modifications sont gardées sur cette page',
  readOnly: 'Lecture seule',
  cannotSave: 'Non enregistré',

  timeLeft: 'Reste {time}',
  closesAt: 'À rendre avant\u00a0: {moment}',
  timeUp: 'Temps écoulé',
  minutesLeft: 'Il reste {count} minutes.',
  minuteLeft: 'Il reste une minute.',
  handedInAt: 'Rendu à {moment}',
  handedIn: 'Rendu',
  returned: 'Restitué',
  mark: 'Note\u00a0: {mark}',
  markOf: 'Note\u00a0: {mark} sur {max}',

  handIn: 'Rendre',
  handInTitle: 'Rendre votre travail\u00a0?',
  handInBody:
    'Votre professeur recevra votre copie telle qu’elle est maintenant. Vous pourrez la reprendre tant que le devoir reste ouvert.',
  handInDone: 'Votre copie est rendue.',
  takeBack: 'Reprendre',
  takeBackTitle: 'Reprendre votre copie\u00a0?',
  takeBackBody:
    'Vous pourrez de nouveau la modifier. N’oubliez pas de la rendre ensuite avant la fin.',
  takeBackDone: 'Vous avez repris votre copie.',
  cancel: 'Annuler',
  close: 'Fermer',
  stay: 'Rester',
  leave: 'Quitter quand même',
  leaveTitle: 'Tout n’est pas encore enregistré',
  leaveBody:
    'Vos dernières modifications n’ont pas pu être enregistrées. Si vous quittez cette page, elles seront perdues.',
  notSavedTitle: 'Votre travail n’est pas encore enregistré',
  notSavedBody:
    'La copie ne peut être rendue qu’une fois entièrement enregistrée. Vérifiez votre connexion, puis recommencez. Votre travail est toujours là.',
  failedTitle: 'Cela n’a pas marché',
  failedBody: 'Vérifiez votre connexion, puis recommencez.',

  download: 'Télécharger ma copie',
  reconnect: 'Se reconnecter',
  dismiss: 'Masquer',
  work: 'Votre travail est toujours sur cette page.',

  endedTitle: 'Votre session est terminée.',
  endedBody:
    'Reconnectez-vous dans un nouvel onglet\u00a0: cette page reprendra d’elle-même.',
  noTokenTitle: 'Ouvrez ce projet depuis Candyce.',
  noTokenBody: 'Cette page ne sait pas qui vous êtes.',
  forbiddenTitle: 'Vous n’avez plus accès à ce projet.',
  forbiddenBody: 'Demandez à la personne qui le partage de vous l’ouvrir à nouveau.',
  goneTitle: 'Ce projet ou ce fichier n’existe plus.',
  goneBody: 'Il a peut-être été supprimé. Son propriétaire peut le rétablir depuis Candyce.',
  closedTitle: 'Le devoir est fermé.',
  closedBody: 'Vous pouvez relire et exécuter votre copie, mais plus la modifier.',
  notOpenTitle: 'Le devoir n’est pas encore ouvert.',
  handedInTitle: 'Vous avez rendu cette copie.',
  handedInBody: 'Elle ne peut plus être modifiée. Reprenez-la si le devoir est encore ouvert.',
  readOnlyTitle: 'Ce document est en lecture seule.',
  readOnlyBody: 'Vous pouvez l’exécuter, mais vos changements ne seront pas gardés.',
  quotaTitle: 'L’espace de ce projet est plein.',
  quotaBody:
    'Effacez de gros résultats ou des fichiers dont vous n’avez plus besoin\u00a0: l’enregistrement reprendra.',
  tooLargeTitle: 'Ce document est trop gros pour être enregistré.',
  tooLargeBody: 'Effacez les plus gros résultats, puis réessayez.',
  invalidTitle: 'Une modification n’a pas été acceptée.',
  invalidBody: 'Téléchargez votre copie, puis rechargez la page.',
  replacedTitle: 'Ce fichier a été remplacé par un autre.',
  replacedBody: 'Téléchargez votre copie si vous en avez besoin, puis rechargez la page.',
  slowDownTitle: 'Trop de modifications d’un coup.',
  slowDownBody: 'L’enregistrement reprendra dans un instant.',
  unknownTitle: 'L’enregistrement ne se fait pas.',
  serverOffline: 'Le serveur ne répond pas. Vérifiez votre connexion.',

  codeCell: 'Cellule de code {index}',
  markdownCell: 'Cellule de texte {index}',
  rawCell: 'Cellule brute {index}',
  cell: 'Cellule {index}',
  cellHint: 'Entrée pour modifier, Échap pour quitter la cellule.',
  collapse: 'Replier ou déplier la section',
  notebook: 'Notebook',
  skip: 'Aller au notebook'
};

export type Key = keyof typeof fr;

const en: Record<Key, string> = {
  bar: 'Candyce',
  back: 'Back to Candyce',
  backShort: 'Candyce',
  fullInterface: 'Full interface',
  instructions: 'Instructions',
  noInstructions: 'No particular instructions.',
  appraisal: 'Appraisal',
  result: 'Result',
  copyOf: 'Copy of {name}',
  resource: 'Library resource',
  presence: '{name} is in your copy',
  presenceOther: '{name} is also in this document',
  and: 'and',
  areInCopy: '{names} are in your copy',
  areInOther: '{names} are also in this document',

  saved: 'Saved',
  saving: 'Saving…',
  opening: 'Opening…',
  offline: 'Offline',
  offlineUnsaved: 'Offline: your changes are kept on this page',
  readOnly: 'Read only',
  cannotSave: 'Not saved',

  timeLeft: '{time} left',
  closesAt: 'Hand in before {moment}',
  timeUp: 'Time is up',
  minutesLeft: '{count} minutes left.',
  minuteLeft: 'One minute left.',
  handedInAt: 'Handed in at {moment}',
  handedIn: 'Handed in',
  returned: 'Returned',
  mark: 'Mark: {mark}',
  markOf: 'Mark: {mark} out of {max}',

  handIn: 'Hand in',
  handInTitle: 'Hand in your work?',
  handInBody:
    'Your teacher will receive your copy as it is now. You can take it back as long as the assignment is open.',
  handInDone: 'Your copy is handed in.',
  takeBack: 'Take back',
  takeBackTitle: 'Take your copy back?',
  takeBackBody: 'You can then change it again. Remember to hand it in before the end.',
  takeBackDone: 'You have taken your copy back.',
  cancel: 'Cancel',
  close: 'Close',
  stay: 'Stay',
  leave: 'Leave anyway',
  leaveTitle: 'Not everything is saved yet',
  leaveBody: 'Your latest changes could not be saved. If you leave this page, they will be lost.',
  notSavedTitle: 'Your work is not saved yet',
  notSavedBody:
    'The copy can only be handed in once all of it is saved. Check your connection, then try again. Your work is still here.',
  failedTitle: 'That did not work',
  failedBody: 'Check your connection, then try again.',

  download: 'Download my copy',
  reconnect: 'Sign in again',
  dismiss: 'Hide',
  work: 'Your work is still on this page.',

  endedTitle: 'Your session has ended.',
  endedBody: 'Sign in again in a new tab: this page will carry on by itself.',
  noTokenTitle: 'Open this project from Candyce.',
  noTokenBody: 'This page does not know who you are.',
  forbiddenTitle: 'You no longer have access to this project.',
  forbiddenBody: 'Ask the person who shares it to open it to you again.',
  goneTitle: 'This project or file no longer exists.',
  goneBody: 'It may have been deleted. Its owner can restore it from Candyce.',
  closedTitle: 'The assignment is closed.',
  closedBody: 'You can read and run your copy, but no longer change it.',
  notOpenTitle: 'The assignment is not open yet.',
  handedInTitle: 'You have handed in this copy.',
  handedInBody: 'It can no longer be changed. Take it back if the assignment is still open.',
  readOnlyTitle: 'This document is read-only.',
  readOnlyBody: 'You can run it, but your changes will not be kept.',
  quotaTitle: 'This project’s space is full.',
  quotaBody: 'Clear large outputs or delete files that you no longer need: saving will resume.',
  tooLargeTitle: 'This document is too large to be saved.',
  tooLargeBody: 'Clear the largest outputs, then try again.',
  invalidTitle: 'A change was not accepted.',
  invalidBody: 'Download your copy, then reload the page.',
  replacedTitle: 'This file was replaced by another one.',
  replacedBody: 'Download your copy if you need it, then reload the page.',
  slowDownTitle: 'Too many changes at once.',
  slowDownBody: 'Saving will resume in a moment.',
  unknownTitle: 'Saving does not work.',
  serverOffline: 'The server does not answer. Check your connection.',

  codeCell: 'Code cell {index}',
  markdownCell: 'Text cell {index}',
  rawCell: 'Raw cell {index}',
  cell: 'Cell {index}',
  cellHint: 'Enter to edit, Escape to leave the cell.',
  collapse: 'Fold or unfold the section',
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
