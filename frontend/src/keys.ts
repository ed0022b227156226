/**
 * What this browser can open without a network, and the keys to it: one record in the IndexedDB of the portal's
 * origin, where no notebook's code runs. Shared by the portal's pages and its service worker.
 */
export interface OfflineProject {
  id: string;
  title: string;
  address: string;
  key: string;
  /** Milliseconds since the epoch, by this device's clock. */
  until: number;
}

export interface Keys {
  person: string;
  name: string;
  language: string;
  theme: string;
  /** When the server last confirmed them. */
  at: number;
  projects: OfflineProject[];
}

/** `GET /offline/keys.json`. */
interface Answer extends Omit<Keys, "at" | "projects" | "person"> {
  person: string | null;
  days: number;
  projects: Omit<OfflineProject, "until">[];
}

const DATABASE = "candyce-keys";
const STORE = "keys";
const DAY = 24 * 3600 * 1000;

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function work<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Null when there are none; what has expired is left out. */
export async function readKeys(now = Date.now()): Promise<Keys | null> {
  const keys = (await work("readonly", (store) => store.get(STORE))) as Keys | undefined;
  return keys ? { ...keys, projects: keys.projects.filter(({ until }) => until > now) } : null;
}

export async function forgetKeys(): Promise<void> {
  await work("readwrite", (store) => store.clear());
}

/** Ask the server for the keys of what was opened here; nobody signed in, or nothing to keep: forget. */
export async function refreshKeys(address: string): Promise<void> {
  const old = await readKeys();
  const query = (old?.projects ?? []).map(({ id }) => `id=${encodeURIComponent(id)}`).join("&");
  const response = await fetch(query ? `${address}?${query}` : address, { redirect: "error" });
  if (!response.ok) {
    return;
  }
  const answer = (await response.json()) as Answer;
  const keys = makeKeys(answer, Date.now());
  if (keys) {
    await work("readwrite", (store) => store.put(keys, STORE));
  } else {
    await forgetKeys();
  }
}

export function makeKeys(answer: Answer, now: number): Keys | null {
  if (!answer.person || answer.days <= 0) {
    return null;
  }
  const { person, name, language, theme } = answer;
  const until = now + answer.days * DAY;
  const projects = answer.projects.map(({ id, title, address, key }) => ({ id, title, address, key, until }));
  return { person, name, language, theme, at: now, projects };
}

/** The editor's address with what it needs to open without a server: in the fragment, which no server sees. */
export function makeAddress(project: OfflineProject, keys: Keys, path: string | null): string {
  const url = new URL(project.address);
  if (path) {
    url.searchParams.set("path", path);
    if (!path.endsWith(".ipynb")) {
      url.pathname = url.pathname.replace("/notebooks/", "/lab/");
    }
  }
  const fragment = new URLSearchParams({ key: project.key, lang: keys.language });
  if (keys.theme) {
    fragment.set("theme", keys.theme);
  }
  url.hash = fragment.toString();
  return url.href;
}
