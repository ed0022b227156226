"""Looking at a class is seen by the class: a presence without a page, for as long as somebody looks.

The board of an assignment shows many documents and opens none. So that pupils know, each look announces
the watcher in the rooms of those documents, in every process, for ``LIFETIME`` seconds; in return the
rooms tell who is connected. Hints only: nothing here is stored, and nothing depends on it.
"""

from __future__ import annotations

import time
import uuid
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LIFETIME = 15.0  # seconds without renewal
REPEAT = 10.0  # pages forget a presence that is not repeated within 30 s
# Pages number themselves within 32 bits: no page can speak for a watcher.
FIRST_CLIENT = 1 << 32


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody (``user``, as in a presence) looks at these projects now."""

    project_ids: frozenset[uuid.UUID]
    user: dict[str, Any]

    @property
    def client(self) -> int:
        return FIRST_CLIENT + zlib.crc32(str(self.user["username"]).encode())


@dataclass(slots=True)
class _Seen:
    clock: int
    until: float
    said: float
    state: dict[str, Any]


States = dict[int, tuple[int, Any]]


class Watchers:
    """Who looks at one room without being in it. States are those of awareness: ``{client: (clock, state)}``."""

    __slots__ = ("_clock", "_seen")

    def __init__(self) -> None:
        self._seen: dict[int, _Seen] = {}
        # A watcher who comes back must go on past what pages remember of the last time.
        self._clock = int(time.time())

    def look(self, watch: Watch, now: float) -> States:
        """Note a look; gives what the room's pages should hear of it, if anything."""
        seen = self._seen.get(watch.client)
        state = {"user": watch.user | {"watching": True}}
        if seen is not None and seen.state == state and now - seen.said < REPEAT:
            seen.until = now + LIFETIME
            return {}
        self._clock += 1
        self._seen[watch.client] = _Seen(self._clock, now + LIFETIME, now, state)
        return {watch.client: (self._clock, state)}

    def expire(self, now: float) -> States:
        """Farewells of those who look no more."""
        gone = [client for client, seen in self._seen.items() if seen.until <= now]
        farewells: States = {}
        for client in gone:
            del self._seen[client]
            self._clock += 1
            farewells[client] = (self._clock, None)
        return farewells

    def all(self) -> States:
        return {client: (seen.clock, seen.state) for client, seen in self._seen.items()}

    def __bool__(self) -> bool:
        return bool(self._seen)


# Who is in a project's rooms, as each room last told: {project: {room: (when, users)}}
_people: dict[uuid.UUID, dict[str, tuple[float, frozenset[uuid.UUID]]]] = {}


def note_people(project_id: uuid.UUID, room: str, people: Iterable[uuid.UUID]) -> None:
    """A room (its path; another process adds its own name) tells who is connected."""
    told = _people.setdefault(project_id, {})
    told[room] = (time.monotonic(), frozenset(people))


def get_people(project_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, frozenset[uuid.UUID]]:
    """``{project: people connected}``, as told since the last looks; forgets what is old."""
    limit = time.monotonic() - LIFETIME
    for project_id, told in list(_people.items()):
        fresh = {name: entry for name, entry in told.items() if entry[0] > limit}
        if fresh:
            _people[project_id] = fresh
        else:
            _people.pop(project_id, None)
    nobody: frozenset[uuid.UUID] = frozenset()
    return {
        project_id: nobody.union(*(users for _at, users in _people.get(project_id, {}).values()))
        for project_id in project_ids
    }
