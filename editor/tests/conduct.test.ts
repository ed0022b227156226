import { Signal } from '@lumino/signaling';
import { describe, expect, it, vi } from 'vitest';

import type { ProjectInfo, RoomConduct } from '../src/api';
import { describe as words } from '../src/bar/describe';
import { findLocked, guardLocked, isTyping, type LockRules, setLock } from '../src/conduct/locks';
import { ConductMenu } from '../src/conduct/menu';
import { Conduct } from '../src/conduct/state';
import { fact, news } from '../src/conduct/words';
import { translator } from '../src/i18n';

const t = translator('fr');
const ROOM: RoomConduct = { held: false, pen: null, pen_name: null, outputs: 'shared', keeps_outputs: true };

function world(scopes: string[], kind = 'project', username = 'ines') {
  const owner = {};
  const info = { kind, scopes, user: { username }, room: ROOM } as unknown as ProjectInfo;
  const infoChanged = new Signal<object, ProjectInfo>(owner);
  const changed = new Signal<object, void>(owner);
  const states = new Map<number, unknown>([[1, { user: { username, name: 'Inès' } }]]);
  const open = {
    room: { status: null as unknown },
    model: { awareness: { clientID: 1, getStates: () => states } }
  };
  const asked: unknown[] = [];
  const session = {
    current: info,
    infoChanged,
    json: vi.fn(async (_method: string, path: string, body: { held?: boolean; username?: string }) => {
      asked.push([path, body]);
      const room = { ...ROOM, held: true, pen: body.username ?? null };
      return { room };
    })
  };
  const conduct = new Conduct(session as never, { rooms: [open], changed } as never);
  const say = (room: Partial<RoomConduct>, now = scopes): void => {
    open.room.status = { scopes: now, code: null, message: '', document: null, room: { ...ROOM, ...room } };
    changed.emit();
  };
  return { conduct, states, asked, say, infoChanged, info };
}

describe('how a room is led', () => {
  it('is heard from the room at once, whatever was read before', () => {
    const { conduct, say, infoChanged, info } = world(['read', 'write']);
    say({ held: true }, ['read']);
    expect(conduct.isHeld).toBe(true);
    say({ held: true, pen: 'ines', pen_name: 'Inès' });
    expect([conduct.isHeld, conduct.hasPen]).toEqual([false, true]);
    infoChanged.emit({ ...info, room: { ...ROOM } });
    expect([conduct.isHeld, conduct.hasPen]).toEqual([false, false]);
  });

  it('offers the pen to those who are here and do not lead', () => {
    const { conduct, states } = world(['read', 'write', 'manage'], 'project', 'nadia');
    states.set(2, { user: { username: 'ines', name: 'Inès', role: 'member' } });
    states.set(3, { user: { username: 'ines', name: 'Inès', role: 'member' } });
    states.set(4, { user: { username: 'marc', name: 'Marc', role: 'teacher' } });
    states.set(5, { user: { username: 'bilal', name: 'Bilal', watching: true } });
    states.set(6, { user: { username: 7, name: {} } });
    states.set(7, null);
    expect(conduct.candidates()).toEqual([{ username: 'ines', name: 'Inès' }]);
  });

  it('shows the means to lead to who may, where somebody is to be led', () => {
    const { conduct, states } = world(['read', 'write', 'manage'], 'project', 'nadia');
    expect(conduct.leads).toBe(false);
    states.set(2, { user: { username: 'ines', name: 'Inès' } });
    expect(conduct.leads).toBe(true);
    expect(world(['read', 'write', 'manage'], 'copy').conduct.leads).toBe(true);
    expect(world(['read', 'write'], 'copy').conduct.leads).toBe(false);
  });

  it('holds the others before it hands the pen', async () => {
    const { conduct, asked } = world(['read', 'write', 'manage'], 'copy');
    await conduct.givePen('ines');
    expect(asked).toEqual([
      ['/api/room/hold', { held: true }],
      ['/api/room/pen', { username: 'ines' }]
    ]);
    expect(conduct.room?.pen).toBe('ines');
  });
});

describe('the words', () => {
  const free = { room: ROOM, manages: false, hasPen: false, isHeld: false };
  const held = { ...free, room: { ...ROOM, held: true }, isHeld: true };
  const mine = { ...held, room: { ...held.room, pen: 'ines', pen_name: 'Inès' }, hasPen: true, isHeld: false };

  it('say once what changed', () => {
    expect(news(free, held, t)).toBe('');
    expect(news(held, mine, t)).toContain('Vous avez la main');
    expect(news(mine, mine, t)).toBe('');
    expect(news(mine, free, t)).toBe('Vous pouvez de nouveau écrire.');
    expect(news(held, free, t)).toBe('Vous pouvez de nouveau écrire.');
  });

  it('tell who leads how things stand', () => {
    const lead = { ...held, manages: true, isHeld: false };
    expect(fact(lead, t)).toBe('Carnet verrouillé');
    expect(fact({ ...lead, room: mine.room }, t)).toBe('Inès a la main');
    expect(news(lead, { ...lead, room: ROOM }, t)).toBe('Chacun peut de nouveau écrire.');
    expect(fact(free, t)).toBe('');
  });

  it('are calm in the bar, also when letters were on their way', () => {
    const facts = {
      info: { kind: 'project', scopes: ['read'], room: mine.room } as unknown as ProjectInfo,
      session: 'ok' as const,
      ended: null,
      canReconnect: false,
      now: 0,
      language: 'fr' as const,
      t
    };
    const save = { kind: 'read_only' as const, unsaved: false, code: 'held', message: '' };
    const notice = words({ ...facts, save }).notice;
    expect(notice?.title).toContain('Votre professeur a verrouillé le carnet');
    expect(notice?.body).toContain('Inès a la main. Ce que vous avez écrit est gardé.');
    const late = words({ ...facts, save: { ...save, kind: 'cannot_save', unsaved: true, code: 'frozen' } });
    expect(late.notice?.tone).toBe('info');
    expect(late.save).toEqual({ text: 'Gardé sur cette page', tone: 'warn' });
  });
});

function cell(id: string, locked = false) {
  const metadata = new Map<string, unknown>(locked ? [['editable', false]] : []);
  const model = {
    id,
    getMetadata: (key: string) => metadata.get(key),
    setMetadata: (key: string, value: unknown) => void metadata.set(key, value),
    deleteMetadata: (key: string) => void metadata.delete(key),
    sharedModel: { transact: (change: () => void) => change() }
  };
  return { model, metadata };
}

describe('locked cells', () => {
  const [first, locked, last] = [cell('a'), cell('b', true), cell('c')];
  const view = (index: number, ...selected: unknown[]) => ({
    widgets: [first, locked, last] as never,
    activeCellIndex: index,
    isSelectedOrActive: (one: unknown) => one === [first, locked, last][index] || selected.includes(one)
  });

  it('are locked and unlocked with both of the marks of Jupyter', () => {
    const one = cell('x');
    setLock(one.model, true);
    expect([...one.metadata]).toEqual([['editable', false], ['deletable', false]]);
    setLock(one.model, false);
    expect([...one.metadata]).toEqual([]);
  });

  it('keep the commands that would change them, and no others', () => {
    expect(findLocked('deleteCells', view(0))).toBeNull();
    expect(findLocked('deleteCells', view(0, locked))).toBe(locked);
    expect(findLocked('changeCellType', view(1))).toBe(locked);
    expect(findLocked('mergeCells', view(0))).toBe(locked);
    expect(findLocked('mergeCells', view(2), [true])).toBe(locked);
    expect(findLocked('mergeCells', view(2))).toBeNull();
    expect(findLocked('paste', view(1), ['below'])).toBeNull();
    expect(findLocked('paste', view(1), ['replace'])).toBe(locked);
  });

  it('answer a pupil with a reason, and let who leads through', () => {
    const said: string[] = [];
    let manages = false;
    const rules: LockRules = { manages: () => manages, isReadOnly: () => false, say: text => said.push(text), t };
    const done: string[] = [];
    const actions: Record<string, unknown> = {};
    for (const name of ['deleteCells', 'moveUp', 'run']) {
      actions[name] = () => done.push(name);
    }
    guardLocked(rules, actions);
    const call = (name: string, where: number) =>
      (actions[name] as (notebook: unknown) => void)({ ...view(where), model: {} });
    call('deleteCells', 1);
    call('moveUp', 1);
    call('moveUp', 0);
    call('run', 1);
    expect(done).toEqual(['moveUp', 'run']);
    expect(said).toEqual([t('lockedCannot'), t('lockedCannot')]);
    manages = true;
    call('moveUp', 1);
    call('deleteCells', 1);
    expect(done).toEqual(['moveUp', 'run', 'moveUp']);
    expect(said[2]).toBe(t('unlockFirst'));
  });

  it('know typing from running and moving about', () => {
    const key = (name: string, more = {}) => isTyping({ key: name, ctrlKey: false, metaKey: false, altKey: false, ...more });
    expect(['a', 'É', 'Backspace', ' '].map(name => key(name))).toEqual([true, true, true, true]);
    expect(['ArrowUp', 'Escape', 'Shift', 'Enter'].map(name => key(name))).toEqual([false, false, false, false]);
    expect(key('Enter', { ctrlKey: true }) || key('c', { ctrlKey: true })).toBe(false);
  });
});

describe('the menu', () => {
  it('opens, says how things stand, closes with Escape and gives the focus back', () => {
    const given: string[] = [];
    const actions = { hold: vi.fn(), givePen: (name: string) => given.push(name), takePen: vi.fn(), lockCell: vi.fn() };
    const menu = new ConductMenu(t, actions);
    document.body.append(menu.node);
    const base = { visible: true, held: true, pen: null, boardUrl: null, frozen: false, cellLocked: false };
    const people = [{ username: 'ines', name: 'Inès <b>' }];
    menu.update({ ...base, people });
    const button = menu.node.querySelector('button')!;
    button.click();
    const panel = menu.node.querySelector<HTMLElement>('#cy-conduct')!;
    expect([panel.hidden, button.getAttribute('aria-expanded')]).toEqual([false, 'true']);
    expect(panel.querySelector('[role=switch]')?.getAttribute('aria-checked')).toBe('true');
    const pen = panel.querySelector<HTMLButtonElement>('[data-username]')!;
    expect(pen.textContent).toBe('Donner la main à Inès <b>');
    pen.click();
    expect(given).toEqual(['ines']);
    menu.update({ ...base, people: [], pen: people[0] });
    expect(panel.querySelector('[data-username]')?.getAttribute('aria-pressed')).toBe('true');
    panel.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(panel.hidden).toBe(true);
    expect(document.activeElement).toBe(button);
    menu.dispose();
  });
});
