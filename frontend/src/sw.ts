/**
 * The portal's service worker. Pages come from the network; without one, a page that lists what can be opened on
 * this device. It keeps that page and its looks, nothing of anybody, and after a project was opened it fetches the
 * key under which the editor keeps it. The server writes `self.CANDYCE` before this code.
 */
import { readKeys, refreshKeys } from "./keys";

interface Shell {
  version: string;
  days: number;
  /** Language -> address of the page. */
  pages: Record<string, string>;
  files: string[];
  keys: string;
}

interface Extendable extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  readonly request: Request;
  readonly preloadResponse: Promise<Response | undefined>;
  respondWith(response: Promise<Response>): void;
}
interface Worker {
  CANDYCE: Shell;
  registration: ServiceWorkerRegistration;
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
}

const worker = self as unknown as Worker;
const { version, days, pages, files, keys } = worker.CANDYCE;
const CACHE = `candyce-portal-${version}`;
const AWAY = [502, 503, 504];
/** Links that lead to the editor; by them a project is opened in this browser. */
const OPENS = /^\/(projects\/[0-9a-f-]{36}\/open\/|c\/[^/]+\/)$/;
/** Pages that answer at once; others may work for long (a class's copies as one archive). */
const QUICK = /^\/($|my-work\/|projects\/($|[0-9a-f-]{36}\/(open\/)?$)|c\/)/;
/** After the redirection to the editor has been answered. */
const AFTER_OPENING = 1500;
const PATIENCE = 8000;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method === "GET" && origin === self.location.origin && days > 0) {
    if (mode === "navigate") {
      event.respondWith(visit(event));
      if (OPENS.test(pathname)) {
        event.waitUntil(wait(AFTER_OPENING).then(() => refreshKeys(keys)).catch(() => undefined));
      }
    } else if (files.includes(pathname)) {
      event.respondWith(fetch(event.request).catch(() => getKept(pathname)));
    }
  }
});

async function install(): Promise<void> {
  if (days > 0) {
    const cache = await caches.open(CACHE);
    // without cookies: the page is nobody's
    const requests = [...Object.values(pages), ...files].map((url) => new Request(url, { credentials: "omit" }));
    await cache.addAll(requests);
  }
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  if (days > 0) {
    // the page is fetched while this script starts
    await worker.registration.navigationPreload?.enable();
    await worker.clients.claim();
  } else {
    await worker.registration.unregister();
  }
}

async function visit(event: Fetching): Promise<Response> {
  const network = (async () => (await event.preloadResponse) ?? (await fetch(event.request)))();
  const quick = QUICK.test(new URL(event.request.url).pathname);
  const late = quick ? wait(PATIENCE).then(() => null) : network;
  try {
    const response = (await Promise.race([network, late])) ?? (await getPage().catch(() => network));
    return AWAY.includes(response.status) ? await getPage().catch(() => response) : response;
  } catch {
    return getPage();
  }
}

async function getPage(): Promise<Response> {
  const known = await readKeys().catch(() => null);
  const language = known?.language ?? navigator.language.slice(0, 2);
  return getKept(pages[language] ?? pages.fr);
}

async function getKept(address: string): Promise<Response> {
  const response = await (await caches.open(CACHE)).match(address);
  if (!response) {
    throw new TypeError("nothing is kept");
  }
  return response;
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
