import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { ApiError, type AssignmentInfo, type ProjectInfo } from '../src/api';
import { describe as words, type Facts } from '../src/bar/describe';
import { catalogues, translator } from '../src/i18n';
import type { SaveValue } from '../src/live/saveState';
import { worst } from '../src/live/saveState';
import { announcement, formatLeft, formatMoment, nextTick } from '../src/time';

const MINUTE = 60_000;
const NOW = Date.parse('2026-03-02T09:00:00Z');

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : [readFileSync(path, 'utf8')];
  });
}

describe('the catalogue', () => {
  it('has no key that two of its parts say, where one would hide the other', () => {
    // comments keep a catalogue of their own, with plurals: nothing there hides a word here
    const parts = Object.values(
      import.meta.glob<Record<string, { fr: Record<string, string> }>>(
        ['../src/*/catalogue.ts', '!../src/comments/catalogue.ts'],
        { eager: true }
      )
    ).flatMap(Object.values);
    expect(parts.length).toBeGreaterThan(5);
    for (const { fr } of parts) {
      expect(catalogues.fr).toMatchObject(fr);
    }
    const keys = parts.flatMap(({ fr }) => Object.keys(fr));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('has the same keys in both languages, none empty, with the same holes', () => {
    expect(Object.keys(catalogues.en)).toEqual(Object.keys(catalogues.fr));
    const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const [key, text] of Object.entries(catalogues.fr)) {
      const english = catalogues.en[key as keyof typeof catalogues.en];
      expect(text.length * english.length, key).toBeGreaterThan(0);
      expect(holes(english), key).toEqual(holes(text));
    }
  });

  it('has no key that nobody uses', () => {
    const code = sources(join(__dirname, '../src'))
      .filter(text => !text.includes('const fr = {'))
      .join('\n');
    const unused = Object.keys(catalogues.fr).filter(key => !new RegExp(`'${key}'`).test(code));
    expect(unused).toEqual([]);
  });

  it('sets French double punctuation with a no-break space', () => {
    for (const [key, text] of Object.entries(catalogues.fr)) {
      expect(text, key).not.toMatch(/[ a-zé][?!;:](\s|$)/);
    }
  });

  it('fills the holes', () => {
    expect(translator('fr')('copyOf', { name: 'Zoé' })).toBe('Copie de Zoé');
  });
});

describe('time left', () => {
  it.each([
    [3 * 24 * 60 * MINUTE + 4 * 60 * MINUTE, '3 j 4 h', '3 d 4 h'],
    [24 * 60 * MINUTE, '1 j', '1 d'],
    [125 * MINUTE, '2 h 05 min', '2 h 05 min'],
    [11.2 * MINUTE, '12 min', '12 min'],
    [5 * MINUTE, '5 min 00 s', '5 min 00 s'],
    [65_999, '1 min 05 s', '1 min 05 s'],
    [9_100, '9 s', '9 s'],
    [-5, '0 s', '0 s']
  ])('%d ms', (ms, french, english) => {
    expect(formatLeft(ms, 'fr')).toBe(french);
    expect(formatLeft(ms, 'en')).toBe(english);
  });

  it('wakes up each minute, then each second', () => {
    expect(nextTick(20.5 * MINUTE)).toBeLessThanOrEqual(MINUTE);
    expect(nextTick(20.5 * MINUTE)).toBeGreaterThan(20_000);
    expect(nextTick(3 * MINUTE + 400)).toBeLessThanOrEqual(1_020);
    expect(nextTick(5.1 * MINUTE)).toBeLessThanOrEqual(7_000);
  });

  it('announces ten, five and one minute once each', () => {
    expect(announcement(10.01 * MINUTE, 10 * MINUTE)).toBe(10);
    expect(announcement(10 * MINUTE, 9.9 * MINUTE)).toBeNull();
    expect(announcement(5.01 * MINUTE, 4.99 * MINUTE)).toBe(5);
    expect(announcement(60_500, 59_900)).toBe(1);
  });

  it('says the hour, and the day when it is another', () => {
    const at = new Date(2026, 2, 2, 10, 42);
    expect(formatMoment(at.toISOString(), 'fr', at)).toBe('10 h 42');
    expect(formatMoment(at.toISOString(), 'en', at)).toBe('10:42');
    expect(formatMoment(at.toISOString(), 'fr', new Date(2026, 2, 3))).toBe('2 mars, 10 h 42');
    expect(formatMoment('', 'fr')).toBe('');
  });
});

const assignment: AssignmentInfo = {
  id: 'a',
  title: 'Chute libre',
  instructions_html: '',
  class_name: '2de 4',
  opens_at: null,
  closes_at: new Date(NOW + 8 * MINUTE).toISOString(),
  state: 'working',
  handed_in_at: null,
  can_hand_in: true,
  can_take_back: false,
  mark: null,
  mark_max: '20',
  appraisal_html: '',
  pupil_name: 'Zoé Martin'
};

function info(extra: Partial<ProjectInfo> = {}, work: Partial<AssignmentInfo> | null = {}): ProjectInfo {
  return {
    id: 'p',
    title: 'Projet',
    kind: 'copy',
    language: 'fr',
    theme: 'light',
    user: { id: '1', username: 'zoe', name: 'Zoé Martin', initials: 'ZM', color: '#123456' },
    scopes: ['read', 'write', 'submit'],
    read_only_reason: null,
    assignment: work && { ...assignment, ...work },
    quota: { used: 0, limit: 1 },
    back_url: 'http://p/',
    full_url: 'http://p/full',
    reconnect_url: 'http://p/again',
    server_time: new Date(NOW).toISOString(),
    files: [],
    ...extra
  };
}

const saved: SaveValue = { kind: 'saved', unsaved: false, code: null, message: '' };

function bar(facts: Partial<Facts> = {}) {
  return words({
    info: info(),
    save: saved,
    session: 'ok',
    ended: null,
    canReconnect: true,
    now: NOW,
    language: 'fr',
    t: translator('fr'),
    ...facts
  });
}

describe('the bar', () => {
  it('counts down to the time to hand in, then says that the copy is late', () => {
    const due_at = new Date(NOW + 3 * MINUTE).toISOString();
    expect(bar({ info: info({}, { due_at }) }).time?.text).toBe('Reste 3 min 00 s');
    const late = { word: 'En retard', text: 'En retard de 1 min : −1 point' };
    const passed = info({}, { due_at: new Date(NOW - MINUTE).toISOString(), late });
    expect(bar({ info: passed }).time).toMatchObject({ text: 'En retard · Reste 8 min', urgent: true });
    expect(bar({ info: passed }).time?.title).toContain('−1 point');
    passed.assignment!.closes_at = null;
    expect(bar({ info: passed }).time?.text).toBe('En retard');
  });

  it('tells a pupil what, for whom, how long, and that it is safe', () => {
    expect(bar()).toMatchObject({
      title: 'Chute libre',
      subtitle: '2de 4',
      save: { text: 'Enregistré', tone: 'good' },
      time: { text: 'Reste 8 min', urgent: true },
      canHandIn: true,
      canTakeBack: false,
      notice: null
    });
  });

  it('shows a teacher whose copy it is and offers no hand-in', () => {
    const teacher = info({ scopes: ['read', 'write', 'comment'] }, { can_hand_in: true });
    expect(bar({ info: teacher })).toMatchObject({
      subtitle: 'Copie de Zoé Martin · 2de 4',
      canHandIn: false
    });
  });

  it('names the group that shares the copy, to its members and to who looks in', () => {
    const members = ['Inès Moreau', 'Bilal Simon'];
    const group = { name: 'Les Boussoles', members, handed_in_by: 'Bilal Simon' };
    expect(bar({ info: info({}, { group }) }).subtitle).toBe(
      'Les Boussoles (Inès Moreau, Bilal Simon) · 2de 4'
    );
    const teacher = info(
      { scopes: ['read', 'comment'] },
      { group, pupil_name: 'Inès Moreau, Bilal Simon' }
    );
    expect(bar({ info: teacher }).subtitle).toBe(
      'Copie de Inès Moreau, Bilal Simon · Les Boussoles · 2de 4'
    );
    const save: SaveValue = { kind: 'read_only', unsaved: false, code: 'handed_in', message: '' };
    const titles = [group, { ...group, handed_in_by: null }, null].map(
      one => bar({ info: info({}, { state: 'handed_in', group: one }), save }).notice?.title
    );
    expect(titles).toEqual([
      'Bilal Simon a rendu la copie de votre groupe.',
      'Vous avez rendu cette copie.',
      'Vous avez rendu cette copie.'
    ]);
  });

  it('says when it was handed in, and the mark once returned', () => {
    const at = new Date(NOW);
    const handed = info({}, { state: 'handed_in', handed_in_at: at.toISOString() });
    expect(bar({ info: handed }).state).toBe(`Rendu à ${formatMoment(at.toISOString(), 'fr', at)}`);
    expect(bar({ info: handed }).time).toBeNull();
    const returned = info({}, { state: 'returned', mark: '14,5' });
    expect(bar({ info: returned }).mark).toBe('Note\u00a0: 14,5 sur 20');
  });

  it('keeps to the title and the saving in a plain project', () => {
    expect(bar({ info: info({ kind: 'project' }, null) })).toMatchObject({
      title: 'Projet',
      subtitle: '',
      time: null,
      hasPanel: false,
      canHandIn: false
    });
  });

  it('offers a way out whenever saving stops', () => {
    const stopped = (code: string, message = ''): SaveValue => ({
      kind: 'cannot_save',
      unsaved: true,
      code,
      message
    });
    const full = bar({ save: stopped('quota_full', 'Plus de place.') }).notice;
    expect(full).toMatchObject({ tone: 'bad', download: true, reconnect: false });
    expect(full?.body).toContain('Votre travail est toujours sur cette page.');
    expect(full?.body).not.toContain('Plus de place.');
    expect(bar({ save: stopped('nouveau', 'Une raison neuve.') }).notice?.body).toContain('Une raison neuve.');
    for (const code of ['forbidden', 'project_deleted', 'window_closed', 'too_large', 'inconnu']) {
      const notice = bar({ save: stopped(code) }).notice;
      expect(notice?.title.length, code).toBeGreaterThan(5);
      expect(notice?.download, code).toBe(true);
    }
  });

  it('says in plain words where the work is', () => {
    const said = (kind: SaveValue['kind'], more: Partial<SaveValue> = {}): string =>
      bar({ save: { ...saved, kind, ...more } }).save.text;
    expect(said('saved')).toBe('Enregistré');
    expect(said('merging', { unsaved: true })).toBe('Synchronisation…');
    expect(said('offline', { unsaved: true, onDevice: true })).toBe('Enregistré sur cet appareil seulement');
    expect(said('offline', { unsaved: true })).toContain('gardez cette page ouverte');
    expect(said('cannot_save', { unsaved: true, code: 'window_closed' })).toBe(
      'Impossible d’enregistrer\u00a0: le devoir est fermé'
    );
  });

  it('offers to give up only what waiting will not save, and only when the device has it', () => {
    const notice = (code: string, onDevice: boolean) =>
      bar({ save: { kind: 'cannot_save', unsaved: true, onDevice, code, message: '' } }).notice;
    expect(notice('window_closed', true)).toMatchObject({ download: true, discard: true });
    expect(notice('window_closed', true)?.body).toContain('gardé sur cet appareil');
    expect(notice('window_closed', false)).toMatchObject({ download: true, discard: false });
    expect(notice('quota_full', true)).toMatchObject({ discard: false });
  });

  it('offers to sign in again when the session ended, but not when the project is gone', () => {
    const ended = (code: string) =>
      bar({ session: 'ended', ended: new ApiError(code, 401, '') }).notice;
    expect(ended('session_ended')).toMatchObject({ reconnect: true, download: true });
    expect(ended('token_invalid')).toMatchObject({ reconnect: true, title: 'Votre session est terminée.' });
    expect(ended('project_deleted')).toMatchObject({ reconnect: false });
    const lost = bar({ session: 'ended', ended: new ApiError('no_token', 0, ''), canReconnect: false, save: null });
    expect(lost.notice).toMatchObject({ reconnect: false, download: false });
    expect(lost.save.text).toBe('');
  });

  it('explains a read-only document without alarm', () => {
    const save: SaveValue = { kind: 'read_only', unsaved: false, code: 'handed_in', message: '' };
    expect(bar({ save }).notice).toMatchObject({ tone: 'info', download: false });
  });

  it('says the gravest of several documents', () => {
    expect(worst([])).toBeNull();
    expect(worst([saved, { ...saved, kind: 'saving', unsaved: true }])?.kind).toBe('saving');
    const mixed = worst([
      { ...saved, kind: 'offline', unsaved: false },
      { ...saved, kind: 'saving', unsaved: true }
    ]);
    expect(mixed).toMatchObject({ kind: 'offline', unsaved: true });
    const waiting = { ...saved, kind: 'offline', unsaved: true } as const;
    expect(worst([{ ...waiting, onDevice: true }, waiting])?.onDevice).toBe(false);
    expect(worst([{ ...waiting, onDevice: true }, saved])?.onDevice).toBe(true);
  });
});
