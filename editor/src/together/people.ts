/**
 * Who is here: the states of all open documents, gathered into people.
 *
 * A person with two tabs is one person, where they were last active. One's own other tabs
 * are oneself, not somebody else.
 */
import type { Language } from '../tokens';
import { readState, type Presence, type Role, type View } from './states';

/** A document with people in it, as small as an `OpenRoom`'s useful part. */
export interface Place {
  readonly path: string;
  readonly awareness: { readonly clientID: number; getStates(): Map<number, unknown> };
  /** When each client last did something, as a growing number. Not the awareness' own
   *  `lastUpdated`: a forgotten tab says every 15 s that it is still there. */
  readonly moved?: ReadonlyMap<number, number>;
}

export interface Person {
  username: string;
  name: string;
  initials: string;
  color: string;
  role: Role;
  watching: boolean;
  /** Where they are; null for who only watches. */
  path: string | null;
  cell: string | null;
  view: View | null;
}

/** The others in these documents: teachers first, then by name. */
export function gather(places: readonly Place[], me: string | undefined, language: Language): Person[] {
  const found = new Map<string, { person: Person; at: number }>();
  for (const { path, awareness, moved } of places) {
    for (const [client, state] of awareness.getStates()) {
      const presence = client === awareness.clientID ? null : readState(client, state);
      if (presence && presence.username !== me) {
        const at = moved?.get(client) ?? 0;
        take(found, presence, path, at);
      }
    }
  }
  const collator = new Intl.Collator(language);
  return [...found.values()]
    .map(({ person }) => person)
    .sort((a, b) => rank(a) - rank(b) || collator.compare(a.name, b.name));
}

function take(
  found: Map<string, { person: Person; at: number }>,
  presence: Presence,
  path: string,
  at: number
): void {
  const known = found.get(presence.username);
  // a page in the document says more than a glance from the portal, a newer one more than an older
  const better = !known || (known.person.watching && !presence.watching) || (known.at < at && !presence.watching);
  if (better) {
    const { username, name, initials, color, role, watching, cell, view } = presence;
    found.set(username, {
      person: { username, name, initials, color, role, watching, path: watching ? null : path, cell, view },
      at
    });
  }
}

function rank({ role }: Person): number {
  return role === 'teacher' ? 0 : 1;
}
