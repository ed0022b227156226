"""One person in a document, speaking y-protocols to any of the servers compared."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

from pycrdt import Array, Doc
from websockets.asyncio.client import ClientConnection, connect

from candyce.collab.protocol import (
    EMPTY_UPDATE,
    SAVED,
    SYNC,
    read_bytes,
    read_uint,
    sync_message,
    write_uint,
)

STEP1, STEP2, UPDATE = 0, 1, 2


@dataclass(slots=True)
class Address:
    """Where a document is, and how its server wants to be greeted."""

    url: str
    protocols: list[str] = field(default_factory=list)


class Clock:
    """When each keystroke was sent, and how long it took to reach another person (seconds)."""

    def __init__(self) -> None:
        self.sent: dict[tuple[int, int], float] = {}
        self.latencies: list[float] = []
        self.acknowledged: list[float] = []

    def send(self, client: int, clock: int) -> None:
        self.sent[client, clock] = time.perf_counter()

    def hear(self, client: int, clock: int) -> None:
        at = self.sent.get((client, clock))
        if at is not None:
            self.latencies.append(time.perf_counter() - at)


class Person:
    """Joins a document; each keystroke is a letter that continues the person's own text in the first cell.

    The updates are written by hand (Yjs update format 1), so that the load generator costs little.
    """

    def __init__(self, address: Address, clock: Clock, seed: bytes | None = None) -> None:
        self.address, self.clock, self.seed = address, clock, seed
        self.client = random.getrandbits(31) | 1
        self.typed = self.answered = 0
        self._first = b""
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._there = asyncio.Event()

    async def join(self) -> None:
        """Connect and wait for the document; ``seed`` is put into a document that is empty."""
        self._socket = await connect(
            self.address.url,
            subprotocols=self.address.protocols or None,  # type: ignore[arg-type]
            compression=None,
            max_size=None,
            ping_interval=None,
        )
        self._reader = asyncio.create_task(self._read())
        await self._socket.send(sync_message(STEP1, b"\x00"))
        async with asyncio.timeout(120):
            await self._there.wait()

    async def leave(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def type(self) -> None:
        """One keystroke."""
        assert self._socket is not None
        self.typed += 1
        if self.typed == 1:
            update = self._first
        else:
            client, at = write_uint(self.client), write_uint(self.typed - 1)
            left = client + write_uint(self.typed - 2)
            update = b"\x01\x01" + client + at + b"\x84" + left + b"\x01a\x00"
        self.clock.send(self.client, self.typed - 1)
        await self._socket.send(sync_message(UPDATE, update))

    async def _read(self) -> None:
        assert self._socket is not None
        async for data in self._socket:
            if not isinstance(data, bytes):
                continue
            if data[0] == SYNC:
                await self._sync(data)
            elif data[0] == SAVED:
                self._saved(read_uint(data, 1)[0])

    async def _sync(self, data: bytes) -> None:
        assert self._socket is not None
        payload, _end = read_bytes(data, 2)
        if data[1] == STEP1:
            if not self._there.is_set():
                await self._socket.send(sync_message(STEP2, EMPTY_UPDATE))
        elif data[1] == STEP2 and not self._there.is_set():
            await self._prepare(payload)
        else:
            self._hear(payload)

    async def _prepare(self, update: bytes) -> None:
        """Make the first keystroke with a real replica; the next ones continue it."""
        assert self._socket is not None
        doc = Doc(client_id=self.client)
        doc.apply_update(update)
        cells: Array = doc.get("cells", type=Array)
        if not len(cells):
            if self.seed is None:
                return  # the document is still on its way
            doc.apply_update(self.seed)
            await self._socket.send(sync_message(UPDATE, self.seed))
        news: list[bytes] = []
        doc.observe(lambda event: news.append(event.update))
        source = cells[0]["source"]
        source.insert(len(source), "a")
        self._first = news[0]
        self._there.set()

    def _hear(self, update: bytes) -> None:
        """Somebody's keystroke: one client, one struct."""
        if len(update) > 4 and update[0] == 1:
            client, at = read_uint(update, 2)
            clock, _at = read_uint(update, at)
            self.clock.hear(client, clock)
        elif not self._there.is_set():
            return

    def _saved(self, count: int) -> None:
        now = time.perf_counter()
        for clock in range(self.answered, min(count, self.typed)):
            at = self.clock.sent.get((self.client, clock))
            if at is not None:
                self.clock.acknowledged.append(now - at)
        self.answered = count
