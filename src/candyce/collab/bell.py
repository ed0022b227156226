"""From any thread of this process to the rooms on its event loop: something happened, look."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Iterable
from typing import Protocol

from candyce.collab.watching import Watch


class Listener(Protocol):
    """What hears the bell, on its own event loop."""

    def on_grown(self, document_id: int) -> None: ...
    def on_gone(self, document_id: int) -> None: ...
    def on_access(self, project_ids: set[uuid.UUID]) -> None: ...
    def on_watch(self, watch: Watch) -> None: ...


listeners: dict[asyncio.AbstractEventLoop, Listener] = {}


def poke(document_id: int) -> None:
    """The document's log has grown: its pages should see it now."""
    _ring(lambda listener: listener.on_grown(document_id))


def drop(document_id: int) -> None:
    """The document is gone: its pages are told."""
    _ring(lambda listener: listener.on_gone(document_id))


def recheck(project_ids: Iterable[uuid.UUID]) -> None:
    """Someone's rights in these projects may have changed: ask again at once."""
    wanted = set(project_ids)
    _ring(lambda listener: listener.on_access(wanted))


def watch(watch_: Watch) -> None:
    """Somebody looks at these projects from outside: their pages say so."""
    _ring(lambda listener: listener.on_watch(watch_))


def _ring(message) -> None:  # type: ignore[no-untyped-def]
    for loop, listener in list(listeners.items()):
        with contextlib.suppress(RuntimeError):  # the loop has just ended
            loop.call_soon_threadsafe(message, listener)
