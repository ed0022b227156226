"""A network line between pages and a server: TCP relayed, and hurt on demand."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Literal

CHUNK = 4096
Mood = Literal["good", "slow", "lossy", "halving", "silent", "down"]


class Line:
    """Relays a free port of the loopback to ``target``; ``mood`` says how well.

    ``slow``: up to half a second late and 40 kB/s. ``lossy``: one chunk in eight ends the
    connection. ``halving``: the same, after half of the chunk, that is in the middle of a frame. ``silent``:
    nothing passes, nothing is closed. ``down``: refused.
    """

    def __init__(self, target: int, chance: random.Random) -> None:
        self.target = target
        self.port = 0
        self._mood: Mood = "good"
        self._chance = chance
        self._good = asyncio.Event()
        self._good.set()
        self._server: asyncio.Server | None = None
        self._lines: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def mood(self) -> Mood:
        return self._mood

    @mood.setter
    def mood(self, mood: Mood) -> None:
        self._mood = mood
        if mood == "silent":
            self._good.clear()
        else:
            self._good.set()
        if mood == "down":
            self.cut()

    def cut(self) -> None:
        """End all connections without a farewell."""
        for near, far in list(self._lines):
            near.transport.abort()
            far.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self._mood == "down":
                return
            await self._relay(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        pair = (writer, far_writer)
        self._lines.add(pair)
        pumps = [
            asyncio.ensure_future(self._pump(reader, far_writer)),
            asyncio.ensure_future(self._pump(far_reader, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            # What the other side still has to say (a close frame) may follow for a moment.
            await asyncio.wait(pumps, timeout=0.2)
        finally:
            self._lines.discard(pair)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            far_writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                await self._good.wait()
                if self._mood == "slow":
                    await asyncio.sleep(self._chance.uniform(0, 0.5) + len(chunk) / 40_000)
                elif self._mood in {"lossy", "halving"} and self._chance.random() < 0.12:
                    if self._mood == "halving":
                        writer.write(chunk[: len(chunk) // 2])
                        await writer.drain()
                        await asyncio.sleep(0)
                    return
                writer.write(chunk)
                await writer.drain()
