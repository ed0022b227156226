"""A process that is started once and divided for each copy; each copy has a process of its own all the same.

The server runs no pupil's code: what is divided from it is as new as at its start. Its parts follow one another:
the next is made when the one before is dead to its last thread. None can leave anything behind: they write in
no file, share no descriptor that is read again, and may not signal the server (see ``seccomp``). A part's
messages go through two pipes of its own, whose names are gone before the pupil's code runs.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from candyce.compute.sandbox import limits
from candyce.compute.sandbox.box import Box, Program
from candyce.compute.sandbox.channel import Channel, Gone, Message
from candyce.compute.sandbox.scratch import get_scratch


class NoFork(Exception):
    """The process cannot be divided on this machine."""


class ForkServer:
    """``send`` and ``receive`` speak with the server itself, before the first ``fork``."""

    def __init__(self, program: Program) -> None:
        # Its name goes with the object, whatever becomes of the process.
        self._folder = tempfile.TemporaryDirectory(prefix="pipes-", dir=get_scratch())
        self._pipes = Path(self._folder.name)
        shown = {**program.shown, "/pipes": self._pipes}
        self._box = Box(replace(program, shown=shown, divides=True))
        self._fork: Fork | None = None
        self._count = 0
        self.closed = False

    def send(self, message: Message, deadline: float) -> None:
        self._box.send(message, deadline)

    def receive(self, deadline: float) -> Message:
        return self._box.receive(deadline)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            if self._fork is not None:
                self._fork.close_ends()
            self._box.close()
            self._folder.cleanup()

    def fork(self, deadline: float) -> Fork:
        """A new process; the one before it must be closed. Raises :class:`Gone`, and :class:`NoFork`."""
        assert self._fork is None
        self._count += 1
        into, out = self._pipes / f"{self._count}.in", self._pipes / f"{self._count}.out"
        os.mkfifo(into, 0o600)
        os.mkfifo(out, 0o600)
        reads = os.open(out, os.O_RDONLY | os.O_NONBLOCK)
        both = os.open(into, os.O_RDWR | os.O_NONBLOCK)  # lets the other side open it
        fork = Fork(self, both, reads)
        self._fork = fork
        try:
            divided = self._divide(deadline)
            if divided:
                fork.receive(deadline)
                # From here on its end is seen as the end of what reads there.
                fork.take_over(os.open(into, os.O_WRONLY | os.O_NONBLOCK))
        except (Gone, OSError) as error:
            self.close()
            raise Gone("crash") from error
        if not divided:
            self.close()
            raise NoFork
        into.unlink()
        out.unlink()
        return fork

    def _divide(self, deadline: float) -> bool:
        self._box.forget_traffic()
        self._box.send({"do": "fork", "place": f"/pipes/{self._count}"}, deadline)
        pid = self._box.receive(deadline).get("pid")
        return isinstance(pid, int) and pid > 0

    def end(self, fork: Fork) -> None:
        """Kill a part, and wait until it is dead; when that does not show, all goes."""
        self._fork = None
        if self.closed:
            return
        deadline = time.monotonic() + limits.END_SECONDS
        try:
            self._box.send({"do": "end"}, deadline)
            self._box.receive(deadline)
            if fork.read_to_end(deadline) is None:
                self.close()
        except Gone:
            self.close()


class Fork(Channel):
    """A process of one copy, divided from a server."""

    def __init__(self, server: ForkServer, into: int, out: int) -> None:
        super().__init__(into, out)
        self._server = server
        self._open = True

    def take_over(self, into: int) -> None:
        os.close(self._into)
        self._into = into

    def close(self) -> None:
        if self._open:
            self._server.end(self)
            self.close_ends()

    def close_ends(self) -> None:
        if self._open:
            self._open = False
            with suppress(OSError):
                os.close(self._into)
            with suppress(OSError):
                os.close(self._out)
