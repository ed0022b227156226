import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ApiError } from '../src/api';
import { Device } from '../src/offline/device';
import { OfflineStore } from '../src/offline/store';
import { EditorSession } from '../src/session';
import { decodeToken, type Surroundings } from '../src/surroundings';
import { MemoryBox, MemoryLooks } from './memoryBox';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

function makeToken(overrides: Record<string, unknown> = {}): string {
  const payload = { p: 'projet-1', u: 7, s: ['read'], i: NOW / 1000, t: NOW / 1000, ...overrides };
  const body = JSON.stringify({ e: (Date.now() + 15 * MINUTE) / 1000, ...payload });
  return `${btoa(body).replace(/=+$/, '').replace(/\+/g, '-').replace(/\//g, '_')}.signature`;
}

type Reply = { status: number; body?: unknown } | 'no network';

/** A browser with one tab, and a server that answers from a list of rules. */
class World {
  href = '';
  stored = new Map<string, string>();
  calls: { path: string; method: string; headers: Headers; body: unknown }[] = [];
  rules: Record<string, Reply | ((call: number) => Reply)> = {};

  device: Device | null = null;
  reloaded = false;
  reloads = 0;

  open(href: string): EditorSession {
    this.href = href;
    const world = this;
    const around: Surroundings = {
      get location() {
        const url = new URL(world.href);
        return { href: url.href, hash: url.hash, search: url.search };
      },
      history: { state: null, replaceState: (_s, _t, url) => (this.href = String(url)) },
      storage: {
        getItem: key => this.stored.get(key) ?? null,
        setItem: (key, value) => void this.stored.set(key, value),
        removeItem: key => void this.stored.delete(key),
        key: index => [...this.stored.keys()][index] ?? null,
        get length() {
          return world.stored.size;
        }
      },
      fetch: (async (path: string, init: RequestInit) => {
        const method = init.method ?? 'GET';
        const key = `${method} ${path}`;
        this.calls.push({ path, method, headers: new Headers(init.headers), body: init.body });
        const rule = this.rules[key];
        const count = this.calls.filter(call => `${call.method} ${call.path}` === key).length;
        const reply = typeof rule === 'function' ? rule(count) : rule;
        if (!reply || reply === 'no network') {
          throw new TypeError('Failed to fetch');
        }
        return new Response(reply.status === 204 ? null : JSON.stringify(reply.body ?? {}), {
          status: reply.status
        });
      }) as typeof fetch,
      now: () => Date.now(),
      languages: ['fr-FR'],
      prefersDark: false,
      reloaded: this.reloaded,
      reload: () => (this.reloads += 1)
    };
    return (this.session = new EditorSession(around, this.device));
  }

  session: EditorSession | null = null;
  count(key: string): number {
    return this.calls.filter(call => `${call.method} ${call.path}` === key).length;
  }
}

const EDITOR = 'http://127.0.0.1:8000/edit/notebooks/index.html';
const fresh = (): Reply => ({ status: 200, body: { token: makeToken({ t: Date.now() / 1000 }) } });
const refusal = (status: number, code: string): Reply => ({
  status,
  body: { error: { code, message: 'Raison', fields: {} } }
});

let world: World;
beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  world = new World();
});
afterEach(() => {
  world.session?.dispose();
  vi.useRealTimers();
});

describe('the fragment', () => {
  it('is read once, dropped from the address and kept for a reload', () => {
    const token = makeToken();
    const session = world.open(`${EDITOR}?path=cours.ipynb#token=${token}&lang=en&theme=dark`);
    expect(session.token).toBe(token);
    expect(session.projectId).toBe('projet-1');
    expect(session.language).toBe('en');
    expect(session.theme).toBe('dark');
    expect(world.href).toBe(`${EDITOR}?path=cours.ipynb&project=projet-1`);
    session.dispose();
    const again = world.open(world.href);
    expect(again.token).toBe(token);
    expect(again.language).toBe('en');
    expect(again.theme).toBe('dark');
  });

  it('says that nobody is known when there is no token', async () => {
    const session = world.open(`${EDITOR}?path=cours.ipynb`);
    expect(session.state).toBe('ended');
    expect(session.ended?.code).toBe('no_token');
    await expect(session.info).rejects.toMatchObject({ code: 'no_token' });
    expect(world.calls).toEqual([]);
  });

  it("forgets the other projects' tokens: this page runs strangers' code", () => {
    const other = world.open(`${EDITOR}?path=a.ipynb#token=${makeToken({ p: 'autre' })}`);
    other.dispose();
    world.open(`${EDITOR}?path=b.ipynb#token=${makeToken()}`);
    expect([...world.stored.keys()]).toEqual(['candyce:projet-1']);
  });

  it('survives a token that is none', () => {
    expect(decodeToken('')).toBeNull();
    expect(decodeToken('abc')).toBeNull();
    expect(decodeToken(`${btoa('{}')}.x`)).toBeNull();
    expect(world.open(`${EDITOR}#token=%00%00`).state).toBe('ended');
  });
});

describe('renewal', () => {
  it('happens before the end, again and again', async () => {
    world.rules['POST /api/token'] = fresh;
    const session = world.open(`${EDITOR}#token=${makeToken()}`);
    const changed = vi.fn();
    session.tokenChanged.connect(changed);
    await vi.advanceTimersByTimeAsync(30 * MINUTE);
    expect(changed.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(decodeToken(session.token)!.e * 1000).toBeGreaterThan(Date.now());
    expect(session.state).toBe('ok');
  });

  it('is tried until the network is back, and says expired meanwhile', async () => {
    world.rules['POST /api/token'] = 'no network';
    const session = world.open(`${EDITOR}#token=${makeToken()}`);
    await vi.advanceTimersByTimeAsync(20 * MINUTE);
    expect(session.state).toBe('expired');
    world.rules['POST /api/token'] = fresh;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(session.state).toBe('ok');
  });

  it('happens at once when the machine wakes up late', async () => {
    world.rules['POST /api/token'] = fresh;
    const session = world.open(`${EDITOR}#token=${makeToken()}`);
    vi.setSystemTime(NOW + 3 * 60 * MINUTE);
    session.wake();
    await vi.advanceTimersByTimeAsync(1);
    expect(decodeToken(session.token)!.e * 1000).toBeGreaterThan(Date.now());
  });

  it('is shared by all who ask at the same time', async () => {
    world.rules['POST /api/token'] = fresh;
    const session = world.open(`${EDITOR}#token=${makeToken()}`);
    await Promise.all([session.renew(), session.renew(), session.renew()]);
    expect(world.count('POST /api/token')).toBe(1);
  });

  it('carries on by itself once the person has signed in again', async () => {
    world.rules['POST /api/token'] = refusal(401, 'session_ended');
    const session = world.open(`${EDITOR}#token=${makeToken()}`);
    await session.renew();
    expect(session.state).toBe('ended');
    expect(session.ended?.code).toBe('session_ended');
    world.rules['POST /api/token'] = fresh;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(session.state).toBe('ok');
    expect(session.ended).toBeNull();
  });
});

describe('calls', () => {
  it('carry the token and the language, and no cookie', async () => {
    world.rules['GET /api/tree'] = { status: 200, body: { files: [] } };
    const session = world.open(`${EDITOR}#token=${makeToken()}&lang=en`);
    expect(await session.json('GET', '/api/tree')).toEqual({ files: [] });
    expect(world.calls[0].headers.get('Authorization')).toBe(`Bearer ${session.token}`);
    expect(world.calls[0].headers.get('Accept-Language')).toBe('en');
  });

  it('renew the token once and repeat when it was too old', async () => {
    world.rules['POST /api/token'] = fresh;
    world.rules['GET /api/tree'] = call =>
      call === 1 ? refusal(401, 'token_expired') : { status: 200, body: { files: [1] } };
    const session = world.open(`${EDITOR}#token=${makeToken()}`);
    expect(await session.json('GET', '/api/tree')).toEqual({ files: [1] });
    expect(world.count('GET /api/tree')).toBe(2);
  });

  it('end the session when the server says so', async () => {
    world.rules['GET /api/tree'] = refusal(401, 'session_ended');
    const session = world.open(`${EDITOR}#token=${makeToken()}`);
    await expect(session.json('GET', '/api/tree')).rejects.toMatchObject({ code: 'session_ended' });
    expect(session.state).toBe('ended');
  });

  it('turn refusals and silence into typed errors', async () => {
    world.rules['PUT /api/files/a.txt'] = refusal(507, 'quota_full');
    const session = world.open(`${EDITOR}#token=${makeToken()}`);
    const error = await session.json('PUT', '/api/files/a.txt', {}).catch(e => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'quota_full', status: 507, message: 'Raison' });
    expect(error.response.status).toBe(507);
    await expect(session.json('GET', '/nowhere')).rejects.toMatchObject({ code: 'offline', status: 0 });
  });

  it('keep the server clock and the address to sign in again', async () => {
    world.rules['GET /api/project'] = {
      status: 200,
      body: { server_time: new Date(NOW + 90_000).toISOString(), reconnect_url: 'http://p/x' }
    };
    const session = world.open(`${EDITOR}#token=${makeToken()}`);
    await session.info;
    expect(session.clockOffset).toBe(90_000);
    session.dispose();
    expect(world.open(world.href).reconnectUrl).toBe('http://p/x');
  });
});

describe('without a network', () => {
  const KEY = 'A'.repeat(42) + 'E';
  const OTHER = 'B'.repeat(42) + 'E';
  const info = (key: string) => ({
    id: 'projet-1',
    title: 'Tri',
    reconnect_url: 'http://portal/reconnect',
    server_time: new Date(NOW).toISOString(),
    offline_key: key
  });
  const box = { current: new MemoryBox() };
  const makeDevice = (): Device =>
    new Device(
      key => OfflineStore.open(key, async () => box.current),
      new MemoryLooks().make
    );

  beforeEach(() => {
    // WebCrypto answers in real time
    vi.useRealTimers();
    box.current = new MemoryBox();
    world.device = makeDevice();
  });

  async function visitOnline(token: string): Promise<void> {
    world.rules['GET /api/project'] = { status: 200, body: info(KEY) };
    world.rules['GET /api/tree'] = { status: 200, body: { files: [] } };
    const session = world.open(`${EDITOR}?path=a.ipynb#token=${token}`);
    await session.info;
    await session.json('GET', '/api/tree');
    await vi.waitFor(() => expect(box.current.rows.size).toBe(3));
    session.dispose();
    world.rules = {};
    world.stored.clear();
    world.device = makeDevice();
  }

  it('is opened by the key alone, with the last token, which is renewed on return', async () => {
    const token = makeToken();
    await visitOnline(token);
    const session = world.open(`${EDITOR}?path=a.ipynb&project=projet-1#key=${KEY}`);
    expect(world.href).not.toContain(KEY);
    expect(session.state).toBe('expired');
    expect((await session.info).title).toBe('Tri');
    expect(await session.json('GET', '/api/tree')).toEqual({ files: [] });
    expect(session.away).toBe(true);
    await expect(session.json('PUT', '/api/files/a.txt', {})).rejects.toMatchObject({ code: 'offline' });
    expect(session.token).toBe(token);
    world.rules['POST /api/token'] = fresh;
    expect(await session.renew()).toBe(true);
    expect(session.state).toBe('ok');
  });

  it('asks to sign in again after too many days, and keeps the work', async () => {
    await visitOnline(makeToken());
    const session = world.open(`${EDITOR}?path=a.ipynb&project=projet-1#key=${KEY}`);
    await session.info;
    world.rules['POST /api/token'] = refusal(401, 'session_ended');
    await session.renew();
    expect(session.state).toBe('ended');
    expect(session.reconnectUrl).toBe('http://portal/reconnect');
    expect([...world.stored.values()].join()).not.toContain(KEY);
  });

  it('opens nothing when the server answers that the person has gone', async () => {
    await visitOnline(makeToken());
    world.rules['GET /api/project'] = refusal(401, 'session_ended');
    const session = world.open(`${EDITOR}?path=a.ipynb&project=projet-1#key=${KEY}`);
    await expect(session.info).rejects.toMatchObject({ code: 'session_ended' });
  });

  it('takes a key from the tab for a reload of the same person only', async () => {
    await visitOnline(makeToken());
    const address = `${EDITOR}?path=a.ipynb&project=projet-1`;
    world.open(`${address}#key=${KEY}`);
    world.device = makeDevice();
    world.reloaded = true;
    expect(world.open(address).key).toBe(KEY);
    world.device = makeDevice();
    expect(world.open(`${address}#token=${makeToken({ u: 8 })}`).key).toBe('');
    world.stored.set('candyce:projet-1', JSON.stringify({ token: '', key: KEY }));
    world.reloaded = false;
    expect(world.open(address).key).toBe('');
  });

  it("keeps nothing under a key that is not the server's", async () => {
    world.rules['GET /api/project'] = { status: 200, body: info(KEY) };
    const session = world.open(`${EDITOR}?path=a.ipynb#token=${makeToken()}&key=${OTHER}`);
    await session.info;
    expect(world.reloads).toBe(1);
    expect(session.key).toBe(KEY);
  });
});
