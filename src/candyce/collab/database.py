"""Database work off the event loop: a few threads with connections of their own.

Django's own ``sync_to_async`` shares its threads with the pages; a slow page must not hold up the
class's typing. The log has one thread to itself: one writer, one commit at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connection, connections

P = ParamSpec("P")
R = TypeVar("R")


SIZES = {"run": 3, "write": 1, "slow": 1}


class DatabaseThreads:
    """``run`` for reading and rare writes, ``write`` for the log, ``slow`` for materialising."""

    def __init__(self) -> None:
        self._pools = {
            name: ThreadPoolExecutor(size, f"collab-{name}", initializer=_prepare_thread)
            for name, size in SIZES.items()
        }

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._submit("run", function, args, kwargs)

    async def write(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._submit("write", function, args, kwargs)

    async def slow(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._submit("slow", function, args, kwargs)

    async def _submit(self, pool, function, args, kwargs):  # type: ignore[no-untyped-def]
        def work():  # type: ignore[no-untyped-def]
            _keep_connections()
            return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pools[pool], work)

    def close(self) -> None:
        """Close the threads' connections and end the threads."""
        for name, pool in self._pools.items():
            # Each thread must come once: none goes on before all have.
            together = threading.Barrier(SIZES[name])

            def leave(together: threading.Barrier = together) -> None:
                together.wait(5)
                connections.close_all()

            for _ in range(SIZES[name]):
                pool.submit(leave)
            pool.shutdown()


def _prepare_thread() -> None:
    """SQLite's cache is per connection, and these threads keep theirs: a small one is enough, for reads
    come from the mapped file. It saves 150 kB a pupil in bench/classroom.
    """
    with contextlib.suppress(DatabaseError):
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA cache_size=-2000")


def _keep_connections() -> None:
    """Keep this thread's connections, but not one that failed and does not answer any more."""
    for known in connections.all(initialized_only=True):
        known.close_at = None
        known.close_if_unusable_or_obsolete()
