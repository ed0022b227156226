"""Messages with a process that is not trusted: JSON, one a line, each with its deadline and its bounds."""

from __future__ import annotations

import json
import os
import selectors
import time
from typing import Any, NoReturn

from candyce.compute.sandbox import limits

Message = dict[str, Any]


class Gone(Exception):
    """The process does not answer any more. ``why``: timeout, crash, output."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Channel:
    """The two ends of a process's messages; ``close`` ends the process."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, out
        os.set_blocking(into, False)
        os.set_blocking(out, False)
        self._buffer = bytearray()
        self._traffic = self._count = 0

    def close(self) -> None:
        raise NotImplementedError

    def forget_traffic(self) -> None:
        self._traffic = self._count = 0

    def send(self, message: Message, deadline: float) -> None:
        """Raises :class:`Gone` when the process does not take it in time."""
        view = memoryview(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        try:
            view = view[os.write(self._into, view) :]
        except BlockingIOError:
            pass
        except OSError:
            self._end("crash")
        if view:
            self._send_slowly(view, deadline)

    def _send_slowly(self, view: memoryview, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._into, selectors.EVENT_WRITE)
            while view:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self._end("timeout")
                try:
                    view = view[os.write(self._into, view) :]
                except BlockingIOError:
                    continue
                except OSError:
                    self._end("crash")

    def receive(self, deadline: float) -> Message:
        """The next message; raises :class:`Gone` for silence, death, or what is no message of ours."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            while (end := self._buffer.find(b"\n")) < 0:
                if len(self._buffer) > limits.LINE:
                    self._end("output")
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self._end("timeout")
                data = os.read(self._out, 262_144)
                if not data:
                    self._end("crash")
                self._buffer += data
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._traffic += len(line)
        self._count += 1
        if (
            len(line) > limits.LINE
            or self._traffic > limits.TRAFFIC
            or self._count > limits.MESSAGES
        ):
            self._end("output")
        return self._parse(line)

    def read_to_end(self, deadline: float) -> bytes | None:
        """Everything that is written until the process ends; None when it does not end in time."""
        parts: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            while selector.select(max(0.0, deadline - time.monotonic())):
                data = os.read(self._out, 1_048_576)
                if not data:
                    return b"".join(parts)
                parts.append(data)
        return None

    def _parse(self, line: bytes) -> Message:
        try:
            message = json.loads(line)
            good = isinstance(message, dict) and get_depth(message) <= limits.DEPTH
        except (ValueError, RecursionError):
            good = False
        if not good:
            self._end("crash")
        return message

    def _end(self, why: str) -> NoReturn:
        self.close()
        raise Gone(why)


def get_depth(value: object) -> int:
    """How deep lists and objects are nested."""
    depth, level = 0, [value]
    while level:
        depth += 1
        deeper: list[object] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(item.values())
            elif isinstance(item, list):
                deeper.extend(item)
        level = deeper
    return depth
