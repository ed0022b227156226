"""Who is in a room: awareness states, each owned by the connection that announced it, here or elsewhere.

A state carries a person's name and cursor. The name is the server's word, not the page's: what a page
says about ``user`` is replaced, so nobody appears under another's name.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from candyce.collab import limits
from candyce.collab.protocol import ProtocolError
from candyce.collab.watching import FIRST_CLIENT

CLIENTS_PER_CONNECTION = 4
_FREE_FIELDS = frozenset({"color", "avatar_url", "colorLight"})


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Who announced a state in another process."""

    process: bytes
    user_id: uuid.UUID


class Presence:
    """The states of one room: ``{client id: (clock, state, owner)}``."""

    def __init__(self) -> None:
        self._states: dict[int, tuple[int, Any, object]] = {}

    def update(
        self, owner: object, identity: dict[str, Any], states: dict[int, tuple[int, Any]]
    ) -> dict[int, tuple[int, Any]]:
        """Take in what a connection announces; gives what the others should hear of it.

        Of another's states a page may say nothing; raises :class:`ProtocolError` when it says too much.
        """
        news: dict[int, tuple[int, Any]] = {}
        for client, (clock, state) in states.items():
            if client >= FIRST_CLIENT:
                continue  # only the server speaks for watchers
            known = self._states.get(client)
            if known is not None and (not _may_speak(owner, known[2]) or known[0] > clock):
                continue
            if state is None:
                if known is not None:
                    del self._states[client]
                    news[client] = (clock, None)
                continue
            if not isinstance(state, dict):
                raise ProtocolError("a presence is an object")
            named = _name(state, identity)
            if known is None and self._count(owner) >= CLIENTS_PER_CONNECTION:
                raise ProtocolError("too many presences")
            self._states[client] = (clock, named, owner)
            news[client] = (clock, named)
        return news

    def _count(self, owner: object) -> int:
        return sum(1 for state in self._states.values() if state[2] is owner)

    def all(self) -> dict[int, tuple[int, Any]]:
        return {client: (clock, state) for client, (clock, state, _owner) in self._states.items()}

    def local(self) -> list[tuple[int, int, Any, uuid.UUID]]:
        """``(client id, clock, state, person)`` of those who are connected here."""
        return [
            (client, clock, state, owner.user_id)  # type: ignore[attr-defined]
            for client, (clock, state, owner) in self._states.items()
            if not isinstance(owner, Elsewhere)
        ]

    def take_in(
        self, process: bytes, rows: Iterable[list[Any]], *, whole: bool = False
    ) -> dict[int, tuple[int, Any]]:
        """What another process says of its people: ``[client id, clock, state or None, person]``.

        ``whole``: it has no others. Gives what the pages here should hear of it. That process named the
        people; a state that somebody else holds is left alone all the same.
        """
        news: dict[int, tuple[int, Any]] = {}
        said = set()
        for client, clock, state, person in rows:
            owner = Elsewhere(process, uuid.UUID(person))
            said.add(client)
            known = self._states.get(client)
            if known is not None and (not _may_speak(owner, known[2]) or known[0] > clock):
                continue
            if state is not None:
                self._states[client] = (clock, state, owner)
                news[client] = (clock, state)
            elif known is not None and getattr(known[2], "process", None) == process:
                del self._states[client]
                news[client] = (clock, None)
        if whole:
            news |= self._forget(
                client
                for client, (_clock, _state, owner) in self._states.items()
                if getattr(owner, "process", None) == process and client not in said
            )
        return news

    def _forget(self, clients: Iterable[int]) -> dict[int, tuple[int, Any]]:
        gone = {client: self._states[client] for client in clients}
        for client in gone:
            del self._states[client]
        return {client: (clock + 1, None) for client, (clock, _state, _owner) in gone.items()}

    def leave(self, owner: object) -> dict[int, tuple[int, Any]]:
        """Forget a connection's states; gives the farewell for the others."""
        return self._forget(client for client, held in self._states.items() if held[2] is owner)


def _may_speak(owner: object, holder: object) -> bool:
    """One's own states, also those that a lost connection of the same person still holds."""
    user = getattr(owner, "user_id", None)
    return holder is owner or (user is not None and getattr(holder, "user_id", None) == user)


def _name(state: dict[str, Any], identity: dict[str, Any]) -> dict[str, Any]:
    user = state.get("user")
    free = {}
    if isinstance(user, dict):
        free = {key: value for key, value in user.items() if key in _FREE_FIELDS}
        if len(json.dumps(free)) > limits.AWARENESS // 8:
            free = {}
    return state | {"user": free | identity}
