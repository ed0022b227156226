"""From anywhere to the rooms, wherever they are: something happened, look.

Rings on the event loops of this process at once, and in other processes through Redis where there is
one. Without it, or while it is away, the others notice by asking the database (see :mod:`.hub`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Protocol

from django.conf import settings
from redis import Redis, exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from candyce.collab import relay_messages as messages
from candyce.collab.watching import Watch

logger = logging.getLogger(__name__)
ANSWER = 1.0  # seconds that whoever rings waits for Redis at most
PAUSE = 5.0  # after a failure Redis is left alone for so long


class Poster(Protocol):
    """The part of :class:`candyce.collab.relay.Relay` that rings elsewhere."""

    def post(
        self, document_id: int | None, kind: int, body: bytes = b"", *, keep: bool = False
    ) -> None: ...


class Listener(Protocol):
    """What hears the bell, on its own event loop."""

    @property
    def relay(self) -> Poster | None: ...

    def on_grown(self, document_id: int) -> None: ...
    def on_gone(self, document_id: int) -> None: ...
    def on_access(self, project_ids: set[uuid.UUID]) -> None: ...
    def on_watch(self, watch: Watch) -> None: ...
    def on_people(self, user_ids: set[uuid.UUID]) -> None: ...


listeners: dict[asyncio.AbstractEventLoop, Listener] = {}


def poke(document_id: int) -> None:
    """The document's log has grown: its pages should see it now."""
    _ring(lambda listener: listener.on_grown(document_id))
    _ring_elsewhere(document_id, messages.GROWN)


def drop(document_id: int) -> None:
    """The document is gone: its pages are told."""
    _ring(lambda listener: listener.on_gone(document_id))
    _ring_elsewhere(document_id, messages.GONE)


def recheck(project_ids: Iterable[uuid.UUID]) -> None:
    """Someone's rights in these projects may have changed: ask again at once."""
    wanted = set(project_ids)
    _ring(lambda listener: listener.on_access(wanted))
    for body in messages.write_ids(wanted):
        _ring_elsewhere(None, messages.ACCESS, body)


def watch(watch_: Watch) -> None:
    """Somebody looks at these projects from outside: their pages say so."""
    _ring(lambda listener: listener.on_watch(watch_))
    _ring_elsewhere(None, messages.WATCH, messages.write_watch(watch_))


def recheck_users(user_ids: Iterable[uuid.UUID]) -> None:
    """These persons may no longer be signed in: ask for their rights again at once."""
    wanted = set(user_ids)
    _ring(lambda listener: listener.on_people(wanted))
    for body in messages.write_ids(wanted):
        _ring_elsewhere(None, messages.PEOPLE, body)


def _ring(message: Callable[[Listener], None]) -> None:
    for loop, listener in list(listeners.items()):
        with contextlib.suppress(RuntimeError):  # the loop has just ended
            loop.call_soon_threadsafe(message, listener)


def _ring_elsewhere(document_id: int | None, kind: int, body: bytes = b"") -> None:
    """Through a relay of this process, which waits for nobody, or else by ourselves."""
    if not settings.CANDYCE_REDIS_URL:
        return
    for loop, listener in list(listeners.items()):
        relay = listener.relay
        if relay is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_post, relay, document_id, kind, body)
                return
    _line.publish(document_id, kind, body)


def _post(relay: Poster, document_id: int | None, kind: int, body: bytes) -> None:
    relay.post(document_id, kind, body, keep=True)


class _Line:
    """Redis for who has no event loop: the background worker, a management command, a first request."""

    def __init__(self) -> None:
        self._client: Redis | None = None
        self._made_for: tuple[int, str] | None = None
        self._sender = secrets.token_bytes(8)
        self._not_before = 0.0

    def publish(self, document_id: int | None, kind: int, body: bytes) -> None:
        """Ring, or give up within a second: what is rung for is in the database."""
        if time.monotonic() < self._not_before:
            return
        channel = messages.get_channel(document_id)
        data = messages.write_message(channel, kind, self._sender, body)
        try:
            self._connect().publish(channel, data)
        except (exceptions.RedisError, OSError) as error:
            self._not_before = time.monotonic() + PAUSE
            logger.warning("Redis does not answer: %s", error)

    def _connect(self) -> Redis:
        # A forked process must not speak on its parent's line.
        wanted = os.getpid(), settings.CANDYCE_REDIS_URL
        if self._client is None or self._made_for != wanted:
            self._client = Redis.from_url(
                wanted[1],
                protocol=2,
                socket_timeout=ANSWER,
                socket_connect_timeout=ANSWER,
                retry=Retry(NoBackoff(), 0),
            )
            self._made_for = wanted
        return self._client


_line = _Line()
