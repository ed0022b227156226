/// <reference lib="webworker" />
/**
 * The editor's service worker: the network first, and what this browser kept when there is none.
 *
 * Every notebook of the origin can write into its caches. So what is kept is bytes only: a
 * file is given out when its SHA-256 is the one written into this script, with the headers
 * written into this script. It takes no message and holds no key. The server writes
 * `self.CANDYCE` before this code; the build bundles it on its own.
 */
export {};

declare const self: ServiceWorkerGlobalScope & { CANDYCE: Build };

interface Build {
  version: string;
  /** Path below the scope -> SHA-256 in hexadecimal. */
  files: Record<string, string>;
  /** Those without which a notebook does not open and run. */
  first: string[];
  /** Response headers: of pages, and of everything else. */
  page: Record<string, string>;
  file: Record<string, string>;
}

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  mjs: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  ttf: 'font/ttf',
  wasm: 'application/wasm',
  whl: 'application/zip',
  woff: 'font/woff',
  woff2: 'font/woff2',
  zip: 'application/zip'
};
/** What a gateway says when the server behind it is away. */
const AWAY = [502, 503, 504];
/** How long a network that swallows everything is waited for. */
const PATIENCE = 5_000;
const AT_ONCE = 6;

const { version, files, first, page, file } = self.CANDYCE;
/** Paths that are kept already, as far as this run of the script knows. */
const known = new Set<string>();
const BASE = new URL('./', self.location.href).pathname;
const CACHE = `candyce-${version}`;

self.addEventListener('install', event => event.waitUntil(fill()));
self.addEventListener('activate', event => event.waitUntil(settle()));
self.addEventListener('fetch', event => {
  const path = event.request.method === 'GET' ? find(event.request.url) : null;
  if (path !== null) {
    event.respondWith(answer(event, path));
  }
});

/** The file that an address names; null when it is none of ours. */
function find(address: string): string | null {
  const url = new URL(address);
  if (url.origin !== self.location.origin || !url.pathname.startsWith(BASE)) {
    return null;
  }
  let path = url.pathname.slice(BASE.length);
  if (path.endsWith('/')) {
    path += 'index.html';
  }
  return Object.hasOwn(files, path) ? path : null;
}

async function answer(event: FetchEvent, path: string): Promise<Response> {
  const network = fetch(event.request).then(response => {
    if (AWAY.includes(response.status)) {
      throw new TypeError('the server is away');
    }
    if (response.status === 200) {
      const copy = response.clone();
      event.waitUntil(keep(path, copy).catch(() => undefined));
    }
    return response;
  });
  const late = new Promise<null>(resolve => setTimeout(() => resolve(null), PATIENCE));
  try {
    return (await Promise.race([network, late])) ?? (await kept(path)) ?? (await network);
  } catch (error) {
    const response = await kept(path);
    if (response) {
      return response;
    }
    throw error;
  }
}

/** What was kept, if it still is what the build made. */
async function kept(path: string): Promise<Response | null> {
  const cache = await caches.open(CACHE);
  const bytes = await (await cache.match(BASE + path))?.arrayBuffer();
  if (!bytes) {
    return null;
  }
  if ((await hash(bytes)) !== files[path]) {
    // somebody wrote here: the next visit with a network brings the right one
    known.delete(path);
    await cache.delete(BASE + path);
    return null;
  }
  const extension = path.slice(path.lastIndexOf('.') + 1);
  const headers = {
    ...(extension === 'html' ? page : file),
    'Content-Type': TYPES[extension] ?? 'application/octet-stream',
    'Content-Length': String(bytes.byteLength)
  };
  return new Response(bytes, { headers });
}

/** Keep a copy that the network gave, once. */
async function keep(path: string, response: Response): Promise<void> {
  if (known.has(path)) {
    await response.body?.cancel();
    return;
  }
  known.add(path);
  const cache = await caches.open(CACHE);
  if (await cache.match(BASE + path)) {
    await response.body?.cancel();
  } else {
    await put(cache, path, response);
  }
}

/** False when it is not what the build made: another build is on the server. */
async function put(cache: Cache, path: string, response: Response): Promise<boolean> {
  const bytes = await response.arrayBuffer();
  if ((await hash(bytes)) !== files[path]) {
    return false;
  }
  await cache.put(BASE + path, new Response(bytes));
  return true;
}

/** All that is needed, or nothing: a half-filled cache never becomes the one that answers. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  const waiting = [...first];
  const work = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (!(await kept(path))) {
        // content-addressed names are in the browser's cache already: nothing travels twice
        const response = await fetch(BASE + path, { cache: path.endsWith('.html') ? 'no-cache' : 'default' });
        if (!response.ok || !(await put(cache, path, response))) {
          throw new Error(`${path} is not of this build`);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** One build only: every other cache of this origin goes, whoever made it. */
async function settle(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter(name => name !== CACHE).map(name => caches.delete(name)));
  await self.clients.claim();
}

async function hash(bytes: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('');
}
