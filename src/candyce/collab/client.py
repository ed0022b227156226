"""A program that takes part in a live document: the page's half of the protocol, in Python.

Tests, benchmarks and tools use it. It keeps a replica, sends what is edited, counts what is stored, and
after a lost connection starts again from the state vectors.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import quote

from pycrdt import Array, Doc, TransactionEvent
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from candyce.collab import protocol


class LiveClient:
    """``base`` is the editor's WebSocket origin, ``ws://127.0.0.1:8000`` for one."""

    def __init__(
        self, base: str, project_id: object, path: str, token: str, doc: Doc | None = None
    ) -> None:
        self.url = f"{base}/collab/{project_id}/{quote(path)}"
        self.token = token
        self.doc: Doc = doc if doc is not None else Doc()
        self.cells: Array = self.doc.get("cells", type=Array)
        self.status: dict[str, Any] | None = None
        self.statuses: list[dict[str, Any]] = []
        self.rejected: list[int] = []
        self.sent = self.saved = 0
        self.close_code: int | None = None
        self.synced = asyncio.Event()
        self.changed = asyncio.Condition()
        self.awareness: dict[int, tuple[int, Any]] = {}
        self._caught_up = False
        self._remote = False
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue()
        self._sender: asyncio.Task[None] | None = None
        self._subscription = self.doc.observe(self._on_change)

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    # -- the line ---------------------------------------------------------------------------------

    async def connect(self, **options: Any) -> None:
        """Open a line and say what we have. Raises ``OSError`` or a websockets error."""
        self.sent = self.saved = 0
        self.rejected = []
        self.close_code = None
        self._caught_up = False
        self.synced.clear()
        self._outbox = asyncio.Queue()
        protocols = [protocol.SUBPROTOCOL, f"token.{self.token}"]
        options = {"compression": None, "max_size": None, "subprotocols": protocols} | options
        self._socket = await connect(self.url, **options)
        self._reader = asyncio.create_task(self._read(self._socket))
        self._sender = asyncio.create_task(self._write(self._socket, self._outbox))
        self.send(protocol.sync_message(protocol.STEP1, self.doc.get_state()))

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        for task in (self._reader, self._sender):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    @property
    def connected(self) -> bool:
        return self._reader is not None and not self._reader.done()

    def send(self, message: bytes) -> None:
        self._outbox.put_nowait(message)

    def send_update(self, update: bytes) -> int:
        """Send any bytes as an update; gives its number on this line."""
        self.sent += 1
        self.send(protocol.sync_message(protocol.UPDATE, update))
        return self.sent

    def type(self, cell: int, text: str, at: int | None = None) -> None:
        """Type into a cell; ``at`` is in bytes of UTF-8, the end by default."""
        source = self.cells[cell]["source"]
        source.insert(len(source) if at is None else at, text)

    def source(self, cell: int) -> str:
        return str(self.cells[cell]["source"])

    async def _write(self, socket: ClientConnection, outbox: asyncio.Queue[bytes]) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.send(await outbox.get())

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for data in socket:
                if isinstance(data, bytes):
                    self._hear(data)
                await self._tell()
        except ConnectionClosed:
            pass
        finally:
            self.close_code = socket.close_code
            await self._tell()

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def wait_for(self, condition: Callable[[], bool], patience: float = 10) -> None:
        """Wait until the condition holds; raises ``TimeoutError``."""
        async with asyncio.timeout(patience), self.changed:
            await self.changed.wait_for(condition)

    async def wait_saved(self, patience: float = 10) -> None:
        """Wait until everything sent on this line is stored."""
        await self.wait_for(lambda: self._caught_up and self.saved >= self.sent, patience)

    async def wait_closed(self, patience: float = 10) -> int | None:
        await self.wait_for(lambda: not self.connected or self.close_code is not None, patience)
        return self.close_code

    # -- the protocol -----------------------------------------------------------------------------

    def _hear(self, data: bytes) -> None:
        kind, at = protocol.read_uint(data, 0)
        if kind == protocol.SYNC:
            step, at = protocol.read_uint(data, at)
            payload, _end = protocol.read_bytes(data, at)
            self._sync(step, payload)
        elif kind == protocol.SAVED:
            self.saved, _end = protocol.read_uint(data, at)
        elif kind == protocol.REJECTED:
            self.rejected.append(protocol.read_uint(data, at)[0])
        elif kind == protocol.STATUS:
            self.status = json.loads(protocol.read_bytes(data, at)[0])
            self.statuses.append(self.status)
        elif kind == protocol.AWARENESS:
            message = protocol.read_message(data)
            assert isinstance(message, protocol.Awareness)
            self.awareness.update(message.states)

    def _sync(self, step: int, payload: bytes) -> None:
        if step == protocol.STEP1:
            missing = self.doc.get_update(payload)
            self._caught_up = True
            if missing != protocol.EMPTY_UPDATE:
                self.sent += 1
            self.send(protocol.sync_message(protocol.STEP2, missing))
            return
        self._remote = True
        try:
            self.doc.apply_update(payload)
        finally:
            self._remote = False
        if step == protocol.STEP2:
            self.synced.set()

    def _on_change(self, event: TransactionEvent) -> None:
        if not self._remote and self._caught_up and self.connected:
            self.send_update(event.update)
