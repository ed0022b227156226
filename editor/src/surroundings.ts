/**
 * The browser around a session: its address, this tab's storage, what a token says.
 */
import type { Language, Theme } from './tokens';

/** The parts of the browser that a session needs; a test passes its own. */
export interface Surroundings {
  location: Pick<Location, 'href' | 'hash' | 'search'>;
  history: Pick<History, 'replaceState' | 'state'>;
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;
  fetch: typeof fetch;
  now: () => number;
  languages: readonly string[];
  prefersDark: boolean;
  /** The person reloaded this page, rather than came to it. */
  reloaded?: boolean;
  reload?: () => void;
}

/** What the payload of a token says. Read, never trusted: the server checks the signature. */
export interface TokenPayload {
  p: string;
  u: string | number;
  s: string[];
  i: number;
  t: number;
  e: number;
}

/** What a tab keeps of its project. */
export interface Kept {
  token: string;
  key?: string;
  language?: Language;
  theme?: Theme;
  reconnectUrl?: string;
}

/** Decode a token's payload; null when it is none. */
export function decodeToken(token: string): TokenPayload | null {
  const [body] = token.split('.');
  try {
    const text = atob(body.replace(/-/g, '+').replace(/_/g, '/'));
    const bytes = Uint8Array.from(text, c => c.charCodeAt(0));
    const payload = JSON.parse(new TextDecoder().decode(bytes));
    return typeof payload?.p === 'string' && typeof payload?.e === 'number' ? payload : null;
  } catch {
    return null;
  }
}

/** The real browser. */
export function browserSurroundings(): Surroundings {
  return {
    location: window.location,
    history: window.history,
    storage: window.sessionStorage,
    fetch: window.fetch.bind(window),
    now: () => Date.now(),
    languages: navigator.languages ?? [navigator.language],
    prefersDark: window.matchMedia?.('(prefers-color-scheme: dark)').matches ?? false,
    reloaded: (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming)?.type === 'reload',
    reload: () => window.location.reload()
  };
}

export function readTab(storage: Surroundings['storage'], projectId: string): Kept | null {
  try {
    return JSON.parse(storage.getItem(`candyce:${projectId}`) ?? 'null');
  } catch {
    return null;
  }
}

export function writeTab(storage: Surroundings['storage'], projectId: string, kept: Kept): void {
  try {
    storage.setItem(`candyce:${projectId}`, JSON.stringify(kept));
  } catch {
    // storage may be forbidden: then only a reload is lost
  }
}

/** A tab goes from project to project; the code of this one must not find the token of
 *  the last. */
export function forgetOtherTabs(storage: Surroundings['storage'], projectId: string): void {
  try {
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
    for (const key of keys) {
      if (key?.startsWith('candyce:') && key !== `candyce:${projectId}`) {
        storage.removeItem(key);
      }
    }
  } catch {
    // no storage, nothing to forget
  }
}
