/** Threads of comments in the page: read, shown, written. */
import { describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';

import { CommentsPanel, type PanelActions, type PanelFacts } from '../src/comments/panel';
import { findRange } from '../src/comments/passages';
import { ThreadStore } from '../src/comments/store';
import { readThread, type Thread } from '../src/comments/thread';
import { speaker } from '../src/comments/words';
import type { Status } from '../src/live/protocol';

const raw = (text = 'Relisez.', more: object = {}, message: object = {}) => ({
  cell: 'a',
  anchor: null,
  quote: '',
  created: '2026-11-21T08:00:00+00:00',
  resolved: null,
  messages: [
    { id: `m-${text}`, by: 'Marc', username: 'marc', role: 'teacher', at: '2026-11-21T08:00:00+00:00', text, edited: null, deleted: false, ...message }
  ],
  ...more
});
const thread = (id: string, ...rest: Parameters<typeof raw>): Thread => readThread(id, raw(...rest))!;
const told = (hidden: object = {}) => ({ hidden, may_comment: true, manages: true, may_hide: true, hide: true });

describe('the threads of a notebook', () => {
  function setUp(first: object = told()) {
    const shared = new Y.Doc().getMap<unknown>('comments');
    let answer: unknown = first;
    const json = vi.fn(async (_method: string, _path: string, _body?: unknown): Promise<unknown> => answer);
    const room = { status: null as Status | null };
    const store = new ThreadStore({ json: json as never }, { path: 'a b.ipynb', room }, shared);
    const tell = (comments: string, scopes = ['read']): void => {
      room.status = { scopes, comments } as Status;
      store.look();
    };
    const texts = (): string[] => store.threads.map(({ messages }) => messages[0].text);
    return { shared, json, store, tell, texts, serve: (next: unknown) => (answer = next) };
  }

  it('are the document’s, and those that only who leads is told', async () => {
    const { shared, json, store, tell, texts, serve } = setUp(told({ h: raw('Caché') }));
    expect(json).not.toHaveBeenCalled();
    shared.set('s', raw('Vu', { created: '2026-11-21T07:00:00+00:00' }));
    tell('1');
    await vi.waitFor(() => expect(texts()).toEqual(['Vu', 'Caché']));
    expect(json).toHaveBeenCalledWith('GET', '/api/comments?path=a%20b.ipynb');
    expect(store.threads.map(({ hidden }) => hidden)).toEqual([false, true]);
    tell('1');
    expect(json).toHaveBeenCalledTimes(1);
    // returned: the document has it, the API no longer
    serve(told());
    shared.set('h', raw('Caché'));
    tell('0');
    await vi.waitFor(() => expect(store.threads.map(({ hidden }) => hidden)).toEqual([false, false]));
    store.dispose();
  });

  it('survive a document that holds junk', () => {
    const { shared, store } = setUp();
    for (const [key, junk] of Object.entries({ a: 1, b: null, c: [], d: {}, e: { messages: [] }, f: { messages: [3] }, g: raw('Bon') })) {
      shared.set(key, junk);
    }
    shared.set('h', { ...raw('Mauvais'), anchor: 'x', resolved: 4, quote: {}, messages: [{ text: 5 }] });
    expect(store.threads.map(({ id }) => id)).toEqual(['g', 'h']);
    store.dispose();
  });

  it('show what was just sent at once, and then the document’s own word', async () => {
    const { shared, store, texts, serve } = setUp();
    serve({ id: 'n', hidden: false, thread: raw('Neuf') });
    await store.start({ cell: 'a', text: 'Neuf', anchor: null, quote: '', hidden: false });
    expect(texts()).toEqual(['Neuf']);
    shared.set('n', raw('Corrigé depuis'));
    expect(texts()).toEqual(['Corrigé depuis']);
    store.dispose();
  });

  it('stay as they were when nobody answers', async () => {
    vi.useFakeTimers();
    const { shared, json, store, tell, texts } = setUp();
    shared.set('s', raw('Vu'));
    json.mockRejectedValueOnce(new Error('offline'));
    tell('1');
    await vi.advanceTimersByTimeAsync(1);
    expect(texts()).toEqual(['Vu']);
    expect(store.abilities.mayComment).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(store.abilities.mayComment).toBe(true);
    store.dispose();
    vi.useRealTimers();
  });
});

describe('the panel', () => {
  function make(threads: Thread[], me = 'marc', more: Partial<PanelFacts['abilities']> = {}) {
    const done = (): Promise<void> => Promise.resolve();
    const actions: PanelActions = {
      say: speaker('en'),
      when: () => '8:00',
      explain: () => 'Not sent',
      go: vi.fn(),
      reply: vi.fn(done),
      resolve: vi.fn(done),
      show: vi.fn(done),
      edit: vi.fn(done),
      remove: vi.fn(done),
      close: vi.fn(),
      leave: vi.fn(),
      step: vi.fn(),
      comment: vi.fn()
    };
    const panel = new CommentsPanel(speaker('en'), actions);
    panel.node.hidden = false;
    document.body.replaceChildren(panel.node);
    const update = (now: Thread[]): void =>
      panel.update({
        threads: now.map(one => ({ thread: one, place: { index: one.cell ? 0 : -1, span: null, lost: one.cell ? null : 'cell' } })),
        abilities: { mayComment: true, manages: false, mayHide: true, hides: true, ...more },
        me,
        cell: 'a',
        cells: ['a']
      });
    update(threads);
    const button = (name: string): HTMLButtonElement =>
      [...panel.node.querySelectorAll('button')].find(one => one.textContent === name && !one.hidden)!;
    return { panel, actions, update, button };
  }

  it('shows what was typed as it was typed', () => {
    const { panel } = make([thread('t', '<img src=x onerror=alert(1)> **gras**', { quote: '<b>', cell: '' })]);
    expect(panel.node.querySelector('img, b, script')).toBeNull();
    expect(panel.node.textContent).toContain('<img src=x onerror=alert(1)> **gras**');
    expect(panel.node.querySelector('blockquote')!.textContent).toBe('<b>');
    expect(panel.node.textContent).toContain('The cell that was commented on is gone.');
  });

  it('lets one change one’s own messages, and who manages delete any', () => {
    expect(make([thread('t')]).button('Edit')).toBeDefined();
    const other = make([thread('t')], 'ines');
    expect([other.button('Edit'), other.button('Delete')]).toEqual([undefined, undefined]);
    const manager = make([thread('t')], 'ines', { manages: true });
    expect([manager.button('Edit'), manager.button('Delete')].map(Boolean)).toEqual([false, true]);
    const reader = make([thread('t')], 'marc', { mayComment: false });
    expect(reader.button('Delete')).toBeUndefined();
    expect(reader.panel.node.querySelector<HTMLElement>('.cy-comment-actions')!.hidden).toBe(true);
  });

  it('keeps a reply that is being typed, whatever comes in, and when it could not be sent', async () => {
    const { panel, actions, update, button } = make([thread('t')]);
    button('Reply').click();
    const field = panel.node.querySelector('textarea')!;
    expect(document.activeElement).toBe(field);
    field.value = 'Je ne comprends pas';
    update([thread('u', 'Autre'), thread('t', 'Relisez.', { resolved: { by: 'Marc', at: '' } })]);
    expect(panel.node.querySelector('textarea')).toBe(field);
    expect(document.activeElement).toBe(field);
    vi.mocked(actions.reply).mockRejectedValueOnce(new Error('offline'));
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true }));
    await vi.waitFor(() => expect(panel.node.textContent).toContain('Not sent'));
    expect(field.value).toBe('Je ne comprends pas');
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true }));
    await vi.waitFor(() => expect(panel.node.querySelector('textarea')).toBeNull());
    expect(vi.mocked(actions.reply).mock.calls[1][1]).toBe('Je ne comprends pas');
  });

  it('puts resolved threads away until they are asked for', () => {
    const { panel, button } = make([thread('t'), thread('r', 'Fait', { resolved: { by: 'Marc', at: '' } })]);
    expect(panel.shown.map(({ id }) => id)).toEqual(['t']);
    button('Show 1 resolved comment').click();
    expect(panel.shown.map(({ id }) => id)).toEqual(['t', 'r']);
    expect(panel.node.textContent).toContain('Resolved by Marc, 8:00');
  });

  it('begins a comment that waits for the return, and goes back with Escape', async () => {
    const { panel, actions } = make([]);
    const store = vi.fn(async () => undefined);
    panel.write({ index: 1, quote: 'g * t', isPassage: true }, true, store);
    const field = panel.node.querySelector('textarea')!;
    field.value = 'Pourquoi ?';
    expect(panel.node.querySelector<HTMLInputElement>('input[type=checkbox]')!.checked).toBe(true);
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(actions.leave).toHaveBeenCalledTimes(1);
    // what was typed is still there for another cell
    panel.write({ index: 2, quote: '', isPassage: false }, true, store);
    expect(panel.node.querySelector('textarea')!.value).toBe('Pourquoi ?');
    field.form!.requestSubmit();
    await vi.waitFor(() => expect(store).toHaveBeenCalledWith('Pourquoi ?', true));
    await vi.waitFor(() => expect(panel.node.querySelector('textarea')).toBeNull());
  });
});

it('finds a passage in drawn Markdown where it stands once', () => {
  const node = document.createElement('div');
  node.innerHTML = '<p>La <em>Terre</em> attire la pomme.</p>';
  expect(findRange(node, 'Terre attire')?.toString()).toBe('Terre attire');
  expect(findRange(node, 'la')?.toString()).toBe('la');
  expect(findRange(node, 'a')).toBeNull();
  expect(findRange(node, 'Lune')).toBeNull();
});
