"""A line between browser and server: counts bytes, and can be as slow as a school's."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field

CHUNK = 16_384


@dataclass
class Line:
    """A TCP relay to `port`; `megabits` (None: no limit) is shared by all connections, downwards."""

    port: int = 0
    megabits: float | None = None
    delay: float = 0.0
    received: int = 0
    listening: int = 0
    _free_at: float = 0.0
    _ready: threading.Event = field(default_factory=threading.Event)

    def start(self) -> int:
        """Start relaying in a thread; return the port to connect to."""
        threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True).start()
        self._ready.wait()
        return self.listening

    async def _run(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=2**20)
        self.listening = server.sockets[0].getsockname()[1]
        self._ready.set()
        await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(
            self._up(reader, far_writer), self._down(far_reader, writer), return_exceptions=True
        )

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            if self.delay:
                await asyncio.sleep(self.delay)
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK):
            self.received += len(chunk)
            if self.megabits:
                now = time.monotonic()
                self._free_at = max(self._free_at, now) + len(chunk) * 8 / (self.megabits * 1e6)
                await asyncio.sleep(max(0.0, self._free_at - now))
            writer.write(chunk)
            await writer.drain()
        writer.close()
