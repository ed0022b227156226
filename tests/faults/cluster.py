"""Several web processes of one Candyce: one database, one folder, one Redis, a port each.

    with cluster(tmp_path, database_url, processes=2) as parts:
        prepared = parts[0].prepare(NAMES, LESSON)      # people, a project, tokens: valid at each process
        parts.start()                                   # all; or parts[0].start()
        await parts.wait()
        ...                                             # clients join parts[0].base and parts[1].base
        parts[1].kill()                                 # kill -9 of one; .start() brings it back
        parts.redis.kill()                              # kill -9 of Redis; .start() brings it back
        parts.pause(parts[0]); parts.resume(parts[0])   # SIGSTOP and SIGCONT, also of parts.redis

Each process is a :class:`Server` with two addresses of its own, as if a proxy that knows no sticky sessions
had chosen it for this client.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from candyce.launch.redis import RedisServer, throw_away_redis

from .server import Server


@dataclass
class Cluster:
    """``redis`` is None where the processes have only the database between them."""

    servers: list[Server]
    redis: RedisServer | None

    def __getitem__(self, index: int) -> Server:
        return self.servers[index]

    def __len__(self) -> int:
        return len(self.servers)

    def start(self) -> None:
        """Start the processes that do not run."""
        for server in self.servers:
            if server.process is None:
                server.start()

    async def wait(self) -> None:
        """Wait until all accept connections."""
        await asyncio.gather(*(server.wait() for server in self.servers))

    def kill(self) -> None:
        for server in self.servers:
            server.kill()

    @staticmethod
    def pause(part: Server | RedisServer) -> None:
        """SIGSTOP: it holds its connections and says nothing."""
        assert part.process is not None
        os.kill(part.process.pid, signal.SIGSTOP)

    @staticmethod
    def resume(part: Server | RedisServer) -> None:
        assert part.process is not None
        os.kill(part.process.pid, signal.SIGCONT)


@contextlib.contextmanager
def cluster(
    folder: Path, database: str | None = None, *, processes: int = 2, redis: bool = True
) -> Iterator[Cluster]:
    """Make the processes (not started) and a running Redis; everything is killed in the end.

    ``database`` is a PostgreSQL URL; without it the processes share an SQLite file in ``folder``.
    """
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(throw_away_redis()) if redis else None
        servers = []
        for _ in range(processes):
            one = Server(folder, database)
            one.environment["CANDYCE_REDIS_URL"] = server.url if server else ""
            servers.append(one)
        parts = Cluster(servers, server)
        stack.callback(parts.kill)
        yield parts
