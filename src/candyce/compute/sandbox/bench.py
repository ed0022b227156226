"""Marking one copy after another: two interpreters, and the messages between them.

How the interpreters are started is the runner's (:class:`Starter`); that the one with the tests never runs the
pupil's code, and that nothing of a copy is left for the next, is seen to here.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from candyce.compute.sandbox import limits
from candyce.compute.sandbox.box import Box
from candyce.compute.sandbox.channel import Channel, Gone, Message
from candyce.compute.sandbox.forks import ForkServer, NoFork
from candyce.compute.sandbox.runner import CellError, Outcome, Step


class Starter(Protocol):
    """How a runner starts an interpreter: ``role`` is ``pupil`` or ``tests``."""

    @property
    def has_packages(self) -> bool: ...
    def start(self, role: str) -> Box: ...
    def start_server(self, role: str) -> ForkServer | None: ...
    def stop_dividing(self) -> None: ...


class Source:
    """Interpreters of one role, each as new: divided from one that is kept ready, else started.

    ``prepare``: messages that each is to have answered before it is given out.
    """

    def __init__(self, starter: Starter, role: str, prepare: list[Message]) -> None:
        self._starter, self._role, self._prepare = starter, role, prepare
        self._server: ForkServer | None = None
        self._given = -1  # how many the server gave; less than 0: it is not prepared

    def open(self) -> None:
        """Start what is kept ready, and do not wait for it."""
        if self._server is None or self._server.closed:
            self._given = -1
            self._server = self._starter.start_server(self._role)

    def get(self) -> Channel:
        """Raises :class:`Gone` when none can be had."""
        for last in (False, True):
            self.open()
            if self._server is None:
                break
            try:
                return self._divide(self._server)
            except (NoFork, Gone) as error:
                self.close()
                # Two servers that end over it: there are parts that never speak (another Node).
                if last or isinstance(error, NoFork):
                    self._starter.stop_dividing()
                    break
        box = self._starter.start(self._role)
        prepare(box, self._prepare)
        return box

    def _divide(self, server: ForkServer) -> Channel:
        if self._given < 0:
            prepare(server, self._prepare)
        elif self._given == 1:  # not for one copy alone: it takes longer than that is worth
            prepare(server, [{"do": "warm"}])
        self._given = max(self._given, 0) + 1
        return server.fork(time.monotonic() + limits.START_SECONDS)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def prepare(side: Channel | ForkServer, messages: Iterable[Message]) -> None:
    for message in messages:
        deadline = time.monotonic() + limits.START_SECONDS
        side.send(message, deadline)
        side.receive(deadline)


def read_files(folder: Path | None) -> Iterator[Message]:
    """The messages that give a side the files of a folder, piece by piece."""
    if folder is None:
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            for start in range(0, max(len(data), 1), limits.PIECE):
                piece = base64.b64encode(data[start : start + limits.PIECE]).decode()
                yield {"do": "file", "path": str(path.relative_to(folder)), "data": piece}


class TwoSides:
    """The bench of an author's notebook: its two sources of interpreters."""

    def __init__(
        self,
        starter: Starter,
        author: list[dict[str, str]],
        files: Path | None,
        folder: str,
    ) -> None:
        self.starter, self.folder = starter, folder
        start: Message = {"do": "start", "author": author, "folder": folder}
        load: list[Message] = []
        if starter.has_packages:
            load = [{"do": "load", "sources": [cell["source"] for cell in author]}]
        self.pupils = Source(starter, "pupil", load)
        self.tests = Source(starter, "tests", [*load, *read_files(files), start])

    def close(self) -> None:
        self.pupils.close()
        self.tests.close()

    def mark(self, steps: Iterable[Step], files: Path | None = None) -> Outcome:
        """Run one copy. Whatever its code does, this returns in bounded time.

        Raises :class:`NoSandbox` where nothing can be isolated.
        """
        self.pupils.open()
        self.tests.open()
        deadline = time.monotonic() + limits.COPY_SECONDS
        pupil = Pupil(self, files, deadline)
        marking = Marking(self, pupil, list(steps), deadline)
        try:
            return marking.run()
        finally:
            pupil.close()
            marking.close()


class Pupil:
    """The pupil's interpreter: started when needed, and again (its cells replayed) when it ended.

    ``deadline``: the whole copy's; no cell is run past it, replayed or not.
    """

    def __init__(self, bench: TwoSides, files: Path | None, deadline: float) -> None:
        self._bench, self._files, self._deadline = bench, files, deadline
        self._box: Channel | None = None
        self._done: list[str] = []
        self._lives = 0
        self.gone = ""

    def close(self) -> None:
        if self._box is not None:
            self._box.close()
            self._box = None

    def begin(self) -> None:
        """Have the process ahead of its first cell; raises :class:`Gone` when there is none to be had."""
        if self._box is None and self._lives <= limits.RESTARTS:
            self._lives += 1
            self.gone = ""
            self._box = self._bench.pupils.get()
            prepare(self._box, read_files(self._files))
            base = self._lives * 10_000_000
            begin = {"do": "begin", "base": base, "folder": self._bench.folder}
            self._box.send(begin, time.monotonic() + limits.START_SECONDS)
            self._started = False

    def _wait_started(self) -> None:
        if self._box is not None and not self._started:
            self._box.receive(time.monotonic() + limits.START_SECONDS)
            self._started = True

    def revive(self) -> None:
        """After an end: a new process in which the cells that ended well are run again."""
        if self._box is not None or self._lives > limits.RESTARTS:
            return
        if time.monotonic() > self._deadline:
            self._lose("timeout")
            return
        try:
            self.begin()
            self._wait_started()
            for source in self._done:
                self._run(source)
        except Gone as error:
            self._lose(error.why)

    def run_cell(self, source: str) -> Message:
        """What running a cell gave: ``ok``, ``error`` or ``gone``."""
        self.revive()
        if self._box is None:
            return {"gone": self.gone}
        try:
            self._wait_started()
            answer = self._run(source)
        except Gone as error:
            self._lose(error.why)
            return {"gone": error.why}
        self._done.append(source)
        return answer

    def _run(self, source: str) -> Message:
        assert self._box is not None
        if self._bench.starter.has_packages and "import" in source:
            late = min(time.monotonic() + limits.START_SECONDS, self._deadline)
            self._box.send({"do": "load", "sources": [source]}, late)
            self._box.receive(late)
        # A cell that returned at once may take its time when it is replayed.
        deadline = min(time.monotonic() + limits.CELL_SECONDS, self._deadline)
        self._box.send({"do": "cell", "source": source}, deadline)
        return self._box.receive(deadline)

    def ask(self, question: Message, deadline: float) -> Message:
        """One question of the tests' side, answered by the pupil's code or by its end."""
        if self._box is None:
            return {"gone": self.gone or "crash"}
        try:
            self._wait_started()
            deadline = min(deadline, time.monotonic() + limits.TEST_SECONDS)
            self._box.send(question, deadline)
            answer = self._box.receive(deadline)
        except Gone as error:
            self._lose(error.why)
            return {"gone": error.why}
        if not ({"ok", "error", "callback"} & answer.keys() or answer.get("do") == "callback"):
            self.close()
            self._lose("crash")
            return {"gone": "crash"}
        return answer

    def _lose(self, why: str) -> None:
        self.close()
        self.gone = why


class Marking:
    """One copy: its steps in order, the pupil's in the one interpreter, the tests' in the other."""

    def __init__(self, bench: TwoSides, pupil: Pupil, steps: list[Step], deadline: float) -> None:
        self._bench, self._pupil, self._steps = bench, pupil, steps
        self._deadline = deadline
        self._outcome = Outcome()
        self._given: list[str] = []
        self._ended_by: set[int] = set()  # the places of given cells that ended the tests' side
        self._lost = ""  # why there is no tests' side any more
        self._tests: Channel | None = None

    def close(self) -> None:
        if self._tests is not None:
            self._tests.close()
            self._tests = None

    def _start_tests(self) -> Channel:
        self._tests = self._bench.tests.get()
        prepare(self._tests, [{"do": "fresh"}])
        return self._tests

    def run(self) -> Outcome:
        try:
            self._pupil.begin()
            self._start_tests()
        except Gone:
            return Outcome(reason="sandbox_failed")
        last = max((n for n, step in enumerate(self._steps) if step.kind == "tests"), default=-1)
        run = 0
        for step in self._steps[: last + 1]:
            if step.kind == "tests":
                self._outcome.tests[step.grade_id or step.cell_id] = self._run_tests(step)
            elif time.monotonic() > self._deadline or run >= limits.CELLS:
                self._outcome.reason = "too_long"
            elif step.source.strip():
                run += 1
                self._run_cell(step)
        return self._outcome

    def _run_cell(self, step: Step) -> None:
        if len(step.source) > limits.SOURCE:
            answer: Message = {"gone": "output"}
        else:
            answer = self._pupil.run_cell(step.source)
        error = describe_error(step, answer)
        if error is not None:
            self._outcome.errors.append(error)
        if step.kind == "given":
            if "gone" in self._converse({"do": "given", "source": step.source}):
                self._ended_by.add(len(self._given))
            self._given.append(step.source)

    def _run_tests(self, step: Step) -> list[dict[str, Any]]:
        """The verdicts of a tests cell; one of status ``timeout`` when the tests' side itself ends."""
        if time.monotonic() > self._deadline:
            self._outcome.reason = "too_long"
            return [make_verdict("not_run", "too_long")]
        self._pupil.revive()
        done = self._converse({"do": "tests", "source": step.source})
        tests = done.get("tests")
        if not isinstance(tests, list):
            why = str(done.get("gone", "crash"))
            return [make_verdict("timeout" if why == "timeout" else "error", why)]
        return tests

    def _converse(self, message: Message) -> Message:
        """What the tests' side says when it has done something; ``gone`` when it ended over it."""
        if self._lost:
            return {"gone": self._lost}
        try:
            return self._carry(self._tests or self._restart_tests(), message)
        except Gone as error:
            self.close()
            return {"gone": error.why}

    def _carry(self, tests: Channel, message: Message, *, alone: bool = False) -> Message:
        """Give the tests' side something to do, and carry its questions to the pupil's until it is done.

        ``alone``: the pupil's side answers nothing. Raises :class:`Gone` when the tests' side ends.
        """
        deadline = min(self._deadline + 1, time.monotonic() + limits.TESTS_SECONDS)
        tests.send(message, deadline)
        while True:
            reply = tests.receive(deadline)
            if reply.get("do") == "done":
                return reply
            if reply.get("do") == "test":
                self._pupil.revive()
                answer: Message = {"ok": None}
            elif alone:
                answer = {"gone": "timeout"}
            else:
                answer = self._pupil.ask(reply, deadline)
            tests.send(answer, deadline)

    def _restart_tests(self) -> Channel:
        """A new tests' side that knows the given cells; raises :class:`Gone` when it ends over one of them.

        A cell that ended one before is run without the pupil's answers, which may have been what was slow. When it
        ends this one too, no tests are run any more: without it, its names would be those of the pupil's.
        """
        tests = self._start_tests()
        for place, source in enumerate(self._given):
            alone = place in self._ended_by
            try:
                self._carry(tests, {"do": "given", "source": source}, alone=alone)
            except Gone as error:
                self._ended_by.add(place)
                self._lost = error.why if alone else ""
                raise
        return tests


def describe_error(step: Step, answer: Message) -> CellError | None:
    """What stopped a pupil's cell, by the pupil's side's word: for people to read, never for the mark."""
    if "gone" in answer:
        return CellError(step.cell_id, step.grade_id, str(answer["gone"]), "", None)
    found = answer.get("error")
    if not isinstance(found, dict):
        return None
    kind = found.get("cls")
    name = kind.get("name") if isinstance(kind, dict) else ""
    line = found.get("line")
    return CellError(
        step.cell_id,
        step.grade_id,
        str(name)[:100],
        str(found.get("message", ""))[:300],
        line if type(line) is int else None,
    )


def make_verdict(status: str, error: str) -> dict[str, Any]:
    fields = {"name": "Test 1", "message": "", "hidden": False, "expected": "", "given": ""}
    return {**fields, "status": status, "error": error}
