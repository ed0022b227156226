/** Sentences about the others, from facts to words. */
import type { ProjectInfo } from '../api';
import { ownWork } from '../bar/describe';
import type { Translate } from '../i18n';
import type { Person } from './people';

/** Is this a pupil in the own copy? Then whoever comes in deserves to be named. */
function isOwnCopy(info: ProjectInfo | null): boolean {
  return info?.kind === 'copy' && ownWork(info);
}

/** Who is here, in one sentence; empty when nobody is. */
export function presence(people: readonly Person[], info: ProjectInfo | null, t: Translate): string {
  const mine = isOwnCopy(info);
  const names = people.filter(({ watching }) => !watching).map(({ name }) => name);
  if (names.length === 0) {
    return '';
  }
  if (names.length === 1) {
    return t(mine ? 'presence' : 'presenceOther', { name: names[0] });
  }
  if (names.length > 4) {
    return t(mine ? 'manyInCopy' : 'manyInOther', { count: names.length });
  }
  const all = `${names.slice(0, -1).join(', ')} ${t('and')} ${names[names.length - 1]}`;
  return t(mine ? 'areInCopy' : 'areInOther', { names: all });
}

/** What a pupil is told of the teachers who are here; null when none is. */
export function teacherWords(
  people: readonly Person[],
  info: ProjectInfo | null,
  t: Translate
): { text: string; meaning: string } | null {
  if (!isOwnCopy(info)) {
    return null;
  }
  const teachers = people.filter(({ role }) => role === 'teacher');
  if (teachers.length === 0) {
    return null;
  }
  const inside = teachers.filter(({ watching }) => !watching);
  if (inside.length === 0) {
    const name = teachers[0].name;
    return { text: t('teacherWatches', { name }), meaning: t('teacherWatchesMeans') };
  }
  const names = inside.map(({ name }) => name).join(', ');
  const key = inside.length === 1 ? 'teacherHere' : 'teachersHere';
  return { text: t(key, { name: names }), meaning: t('teacherMeans') };
}

/** Where somebody is: "cellule 3", "dans notes.ipynb", "regarde la classe". */
export function whereWords(
  person: Person,
  indexOf: (path: string, cell: string) => number,
  current: string | null,
  t: Translate
): string {
  if (person.watching) {
    return t('watching');
  }
  const { path, cell } = person;
  const index = path && cell ? indexOf(path, cell) : -1;
  const place = index >= 0 ? t('atCell', { index: index + 1 }) : '';
  const elsewhere = path && path !== current ? t('inFile', { name: path.split('/').pop() ?? path }) : '';
  return [place, elsewhere].filter(Boolean).join(', ') || t('reading');
}

/** "professeur", or nothing: that somebody is a pupil or a member needs no saying. */
export function roleWords({ role }: Person, t: Translate): string {
  return role === 'teacher' ? t('roleTeacher') : '';
}
