import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';

import { place, RemoteCursors, resolve } from '../src/together/cursors';
import { PAUSE, Teller } from '../src/together/tell';

const position = (text: Y.Text, index: number): unknown =>
  Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index));

/** Two people in one document. */
function pair() {
  const docs = [new Y.Doc(), new Y.Doc()];
  docs.forEach((doc, i) => doc.on('update', update => Y.applyUpdate(docs[1 - i], update)));
  const [ada, bob] = docs.map(doc => ({ text: doc.getText('t'), awareness: new Awareness(doc) }));
  bob.awareness.on('update', ({ added, updated, removed }: Record<string, number[]>) => {
    const all = [...added, ...updated, ...removed];
    applyAwarenessUpdate(ada.awareness, encodeAwarenessUpdate(bob.awareness, all), 'net');
  });
  bob.awareness.setLocalState({ user: { username: 'bob', name: 'Bob', color: '#0f766e' } });
  return { ada, bob };
}

describe('a cursor', () => {
  it('stays with its letters whatever is typed before it, and vanishes with another text', () => {
    const { ada, bob } = pair();
    bob.text.insert(0, 'bonjour');
    const at = position(bob.text, 3);
    ada.text.insert(0, 'Salut, ');
    expect(resolve(at, ada.text)).toBe(10);
    expect(resolve(at, new Y.Doc().getText('t'))).toBeNull();
    expect(resolve({ item: { client: 99, clock: 7 } }, ada.text)).toBeNull();
    expect(resolve({ type: { client: 99, clock: 7 } }, ada.text)).toBeNull();
    expect(resolve('nonsense', ada.text)).toBeNull();
  });

  it('is found by its text, once a frame, and only its text is told', () => {
    const { ada, bob } = pair();
    bob.text.insert(0, 'bonjour');
    const later: (() => void)[] = [];
    const cursors = new RemoteCursors(ada.awareness, () => 'ada', act => later.push(act));
    const told = { here: vi.fn(), there: vi.fn() };
    cursors.watch('here', told.here);
    const unwatch = cursors.watch('there', told.there);
    for (let index = 0; index < 5; index++) {
      const anchor = position(bob.text, index);
      bob.awareness.setLocalStateField('cursor', { in: 'here', anchor, head: anchor });
    }
    expect(later).toHaveLength(1);
    later.pop()?.();
    expect(told.here).toHaveBeenCalledOnce();
    expect(told.there).not.toHaveBeenCalled();
    const [found] = place(cursors.in('here'), ada.text);
    expect(found).toMatchObject({ anchor: 4, head: 4, cursor: { name: 'Bob', color: '#0f766e' } });
    unwatch();
    bob.awareness.setLocalStateField('cursor', null);
    later.pop()?.();
    expect(cursors.in('here')).toEqual([]);
    expect(told.here).toHaveBeenCalledTimes(2);
  });

  it('of one’s own other tab is not drawn', () => {
    const { ada, bob } = pair();
    const anchor = position(bob.text, 0);
    bob.awareness.setLocalStateField('cursor', { in: 'x', anchor, head: anchor });
    expect(new RemoteCursors(ada.awareness, () => 'bob').in('x')).toEqual([]);
    expect(new RemoteCursors(ada.awareness, () => 'ada').in('x')).toHaveLength(1);
  });
});

describe('telling', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function tab() {
    const listeners: (() => void)[] = [];
    const page = {
      visibilityState: 'visible' as DocumentVisibilityState,
      addEventListener: (_: string, act: () => void) => listeners.push(act),
      removeEventListener: () => undefined
    };
    const awareness = new Awareness(new Y.Doc());
    awareness.setLocalState({ user: { name: 'Ada' } });
    const sent = vi.fn();
    awareness.on('update', sent);
    const look = (state: DocumentVisibilityState) => {
      page.visibilityState = state;
      listeners.forEach(act => act());
    };
    return { awareness, sent, look, teller: new Teller(awareness, page as never) };
  }

  it('says a hundred moves in a second in ten messages, the last one true', () => {
    const { awareness, sent, teller } = tab();
    for (let move = 0; move < 100; move++) {
      teller.set('cell', `c${move}`);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(PAUSE);
    expect(sent.mock.calls.length).toBeGreaterThan(5);
    expect(sent.mock.calls.length).toBeLessThanOrEqual(12);
    expect(awareness.getLocalState()).toMatchObject({ cell: 'c99', user: { name: 'Ada' } });
  });

  it('sends nothing from a hidden tab, nothing twice, and catches up when looked at', () => {
    const { awareness, sent, teller, look } = tab();
    look('hidden');
    teller.set('cell', 'a');
    teller.set('view', { cell: 'a', at: 0.5 });
    vi.advanceTimersByTime(5_000);
    expect(sent).not.toHaveBeenCalled();
    look('visible');
    expect(sent).toHaveBeenCalledOnce();
    expect(awareness.getLocalState()).toMatchObject({ cell: 'a', view: { cell: 'a', at: 0.5 } });
    teller.set('view', { cell: 'a', at: 0.5 });
    vi.advanceTimersByTime(5_000);
    expect(sent).toHaveBeenCalledOnce();
  });

  it('does not bring somebody back who has left', () => {
    const { awareness, teller } = tab();
    awareness.setLocalState(null);
    teller.set('cell', 'a');
    vi.advanceTimersByTime(1_000);
    expect(awareness.getLocalState()).toBeNull();
  });
});
