/** The teacher's messages in the page: asked for when the server has news, read once, told to the server. */
import { Signal } from '@lumino/signaling';
import { describe, expect, it, vi } from 'vitest';

import type { ProjectInfo } from '../src/api';
import { translator } from '../src/i18n';
import type { Status } from '../src/live/protocol';
import { type Answer, Inbox, type Notice } from '../src/notices/inbox';
import { NoticesView } from '../src/notices/view';

const notice = (id: string, more: Partial<Notice> = {}): Notice => ({
  id,
  kind: 'message',
  html: `<p>${id}</p>`,
  author: 'Mme Diaz',
  sent_at: '2026-11-21T08:00:00Z',
  seen_at: null,
  question: null,
  ...more
});

function setUp(first: Notice[], kind = 'copy') {
  let answer: Answer = { news: 0, mine: true, notices: first };
  const infoChanged = new Signal<object, ProjectInfo>({});
  const changed = new Signal<object, void>({});
  const room = { status: null as Status | null };
  const json = vi.fn(async (_method: string, _path: string, _body?: unknown): Promise<unknown> => answer);
  const current = { kind, assignment: { news: 0 } } as unknown as ProjectInfo;
  const inbox = new Inbox({ current, infoChanged, json: json as never }, { rooms: [{ room }], changed });
  const tell = (news: number): void => {
    room.status = { news } as Status;
    changed.emit();
  };
  return { inbox, json, tell, changed, serve: (next: Partial<Answer>) => (answer = { ...answer, ...next }) };
}

describe('the inbox', () => {
  it('asks when the server has news, and only then', async () => {
    const { inbox, json, tell, changed, serve } = setUp([]);
    await vi.waitFor(() => expect(json).toHaveBeenCalledTimes(1));
    await Promise.resolve();
    changed.emit();
    changed.emit();
    expect(json).toHaveBeenCalledTimes(1);
    serve({ notices: [notice('b'), notice('a')] });
    tell(1);
    await vi.waitFor(() => expect(inbox.unread.map(({ id }) => id)).toEqual(['a', 'b']));
    tell(1);
    expect(json).toHaveBeenCalledTimes(2);
    // withdrawn
    serve({ notices: [] });
    tell(2);
    await vi.waitFor(() => expect(inbox.notices).toEqual([]));
  });

  it('asks nothing where there is no copy', async () => {
    const { json, tell } = setUp([], 'project');
    tell(3);
    expect(json).not.toHaveBeenCalled();
  });

  it('tells what was read, and takes it back when the server did not hear', async () => {
    const { inbox, json } = setUp([notice('a')]);
    await vi.waitFor(() => expect(inbox.unread).toHaveLength(1));
    json.mockRejectedValueOnce(new Error('offline'));
    const asked = inbox.markRead(['a']);
    expect(inbox.unread).toHaveLength(0);
    await asked;
    expect(inbox.unread).toHaveLength(1);
    expect(json).toHaveBeenLastCalledWith('POST', '/api/notices/seen', { ids: ['a'] });
  });

  it('leaves a teacher who looks in nothing to read', async () => {
    const { inbox, serve, tell } = setUp([]);
    serve({ mine: false, notices: [notice('a')] });
    tell(1);
    await vi.waitFor(() => expect(inbox.notices).toHaveLength(1));
    expect(inbox.unread).toHaveLength(0);
  });
});

describe('the card', () => {
  const make = () => {
    const actions = { read: vi.fn(), canGo: (one: Notice) => one.question !== null, go: vi.fn(), sanitize: (html: string) => html, when: () => '8:00' };
    const view = new NoticesView(translator('en'), actions);
    document.body.replaceChildren(view.node, view.card);
    return { view, actions };
  };

  it('shows the oldest first, takes no focus, and goes when all is read', () => {
    const { view, actions } = make();
    const typed = document.body.appendChild(document.createElement('input'));
    typed.focus();
    const all = [notice('b'), notice('a')];
    view.update({ notices: all, unread: [all[1], all[0]], mine: true });
    expect(document.activeElement).toBe(typed);
    expect(view.card.textContent).toContain('Message from Mme Diaz (and 1 to read after it)');
    const [read] = view.card.querySelectorAll('button');
    read.click();
    expect(actions.read).toHaveBeenCalledWith('a');
    view.update({ notices: all, unread: [], mine: true });
    expect(view.card.hidden).toBe(true);
    expect(view.node.hidden).toBe(false);
  });

  it('leads to the question of a hint', () => {
    const { view, actions } = make();
    const hint = notice('h', { kind: 'hint', question: { path: 'a.ipynb', id: 'q', cell_id: 'c', title: 'Moyenne' } });
    view.update({ notices: [hint], unread: [hint], mine: true });
    expect(view.card.textContent).toContain('Hint from Mme Diaz for “Moyenne”');
    view.card.querySelectorAll('button')[0].click();
    expect(actions.go).toHaveBeenCalledWith(hint);
  });

  it('says to a teacher what is not read yet', () => {
    const { view } = make();
    view.update({ notices: [notice('a')], unread: [], mine: false });
    expect(view.node.textContent).toContain('What the pupil was sent');
    expect(view.node.textContent).toContain('not read yet');
  });
});
