"""One page in a room: what it may do, what it sent, what waits to be sent to it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from django.utils import translation

from candyce.collab import limits, protocol, rights

if TYPE_CHECKING:
    from candyce.collab.room import Room


class Closed(Exception):
    """The connection is to end with this code."""

    def __init__(self, code: int, reason: str = "") -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


class Bucket:
    """A token bucket that says how long to wait, instead of refusing."""

    __slots__ = ("_at", "_burst", "_level", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._level, self._at = burst, time.monotonic()

    def take(self, amount: float) -> float:
        """Take ``amount``; gives the seconds to wait before going on."""
        now = time.monotonic()
        self._level = min(self._burst, self._level + (now - self._at) * self._rate) - amount
        self._at = now
        return max(0.0, -self._level / self._rate)

    @property
    def is_calm(self) -> bool:
        return self._level > self._burst / 2


class Connection:
    __slots__ = (
        "_backlog",
        "_queue",
        "_saved_queued",
        "_wake",
        "asked",
        "bytes",
        "check_at",
        "closing",
        "gap",
        "grant",
        "invalid",
        "language",
        "received",
        "resyncs",
        "room",
        "saved",
        "slowed",
        "status",
        "synced",
        "updates",
    )

    def __init__(self, grant: rights.Grant, room: Room, language: str) -> None:
        self.grant = grant
        self.room = room
        self.language = language
        self.received = 0  # updates that this connection sent
        self.saved = 0  # how many of them are on the disk
        self.asked = 0  # the hub's bells when these rights were asked for
        self.gap = False  # an update had to be dropped; the answer to our step 1 will hold it
        self.resyncs = 0
        self.invalid = 0
        self.slowed = 0.0  # seconds it was held back
        self.synced = False  # has had the whole document; from then on every news is sent
        self.status: dict[str, Any] | None = None
        self.plan_check()
        self.updates = Bucket(limits.UPDATES_PER_SECOND, limits.UPDATES_BURST)
        self.bytes = Bucket(limits.BYTES_PER_SECOND, limits.BYTES_BURST)
        self._queue: deque[bytes | None] = deque()  # None stands for the latest `saved`
        self._backlog = 0
        self._saved_queued = False
        self.closing: Closed | None = None
        self._wake = asyncio.Event()

    def plan_check(self) -> None:
        """Rights are asked anew in a while, and at the moment that the clock changes them."""
        pause = limits.RIGHTS_EVERY
        if self.grant.until is not None:
            # A moment that has passed was an answer to an older question.
            pause = min(pause, self.grant.until - time.time())
        self.check_at = time.monotonic() + pause

    @property
    def user_id(self) -> object:
        return self.grant.user_id

    def send(self, message: bytes) -> None:
        """Queue a message. A page that does not read its messages is let go."""
        self._queue.append(message)
        self._backlog += len(message)
        if self._backlog > limits.BACKLOG:
            self.close(protocol.CLOSE_LATER, "slow")
        self._wake.set()

    def send_saved(self, ordinal: int) -> None:
        if ordinal > self.saved:
            self.saved = ordinal
            if not self._saved_queued:
                self._saved_queued = True
                self._queue.append(None)
            self._wake.set()

    def reject(self, ordinal: int, code: str | None) -> None:
        self.send_status(code)
        self.send(protocol.rejected_message(ordinal))

    def send_status(self, code: str | None = None) -> None:
        """Tell scopes and the reason; ``code`` overrides the reason of the rights."""
        code = code or self.grant.code
        with translation.override(self.language):
            status = {
                "scopes": sorted(self.grant.scopes),
                "code": code,
                "message": str(rights.get_message(code)),
                "document": self.room.document_id,
                "room": self.grant.conduct,
                "news": self.grant.news,
            }
        if self.grant.hidden is not None:
            status["comments"] = self.grant.hidden
        if status != self.status:
            self.status = status
            self.send(protocol.status_message(status))

    def close(self, code: int, reason: str = "") -> None:
        if self.closing is None:
            self.closing = Closed(code, reason)
            self._wake.set()

    async def next_messages(self) -> list[bytes]:
        """Wait for messages to send; raises :class:`Closed` when it is time to end."""
        while not self._queue:
            if self.closing is not None:
                raise self.closing
            self._wake.clear()
            await self._wake.wait()
        messages = []
        while self._queue:
            message = self._queue.popleft()
            if message is None:
                self._saved_queued = False
                message = protocol.saved_message(self.saved)
            else:
                self._backlog -= len(message)
            messages.append(message)
        return messages
