"""The one interface of everything that executes a copy to mark it, and its first answer: Python of the browser.

Another runner (a server environment's kernel, say) has the same two calls: ``open_bench`` for an author's notebook,
``Bench.mark`` for each copy of it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from candyce.grading.sandbox import limits
from candyce.grading.sandbox.box import HERE, Box, Gone, Message, NoSandbox

STATUSES = {"passed", "failed", "error", "timeout", "not_run"}


class Step(Protocol):
    """What is executed, in order; see ``candyce.exercises.restore.prepare``."""

    @property
    def cell_id(self) -> str: ...
    @property
    def grade_id(self) -> str | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def source(self) -> str: ...


@dataclass
class CellError:
    """A cell of the pupil's that stopped: class of the error (or timeout, crash), its words, its line."""

    cell_id: str
    grade_id: str | None
    error: str
    message: str
    line: int | None


@dataclass
class Outcome:
    """What a marking found: the tests of each tests cell, and the pupil's cells that stopped.

    ``reason``: empty, or why the marking could not be carried through (``sandbox_failed``, ``too_long``).
    """

    tests: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)
    reason: str = ""


class Bench(Protocol):
    """Marks copies of one author's notebook, one after the other."""

    def mark(self, steps: Iterable[Step], files: Path | None = None) -> Outcome: ...
    def close(self) -> None: ...


class Runner(Protocol):
    name: str

    def open_bench(
        self, author: list[dict[str, str]], files: Path | None = None, folder: str = ""
    ) -> Bench:
        """``author``: role (``solution`` or ``given``) and source of each code cell of the author's notebook.

        ``files``: the author's files; ``folder``: where among them the notebook stands.
        """
        ...


class BrowserPython:
    """The Pyodide that the editor serves, in Node, in a sandbox; see docs/decisions/trusted-marking.md."""

    name = "browser-python"

    def __init__(self, pyodide: Path, cache: Path, packages: Path | None = None) -> None:
        self._pyodide, self._cache = pyodide, cache
        self._packages = packages if packages and (packages / "index.json").exists() else None

    def open_bench(
        self, author: list[dict[str, str]], files: Path | None = None, folder: str = ""
    ) -> BrowserBench:
        return BrowserBench(self, author, files, folder)

    def start(self, role: str, files: Path | None) -> Box:
        binds = {"/snapshot": self.get_snapshot()}
        if self._packages is not None:
            binds["/packages"] = self._packages
        if files is not None:
            binds["/files"] = files
        return Box(self._pyodide, binds, role)

    @property
    def has_packages(self) -> bool:
        return self._packages is not None

    def get_snapshot(self) -> Path:
        """The memory of a started interpreter; made once for each version of Pyodide and of this room."""
        digest = hashlib.sha256((self._pyodide / "package.json").read_bytes())
        for path in sorted([*(HERE / "node").glob("*.mjs"), *(HERE / "python").glob("*.py")]):
            digest.update(path.read_bytes())
        path = self._cache / f"python-{digest.hexdigest()[:16]}.snapshot"
        if not path.exists():
            self._cache.mkdir(parents=True, exist_ok=True)
            data = Box(self._pyodide, {}, "make").read_all(time.monotonic() + 60)
            with tempfile.NamedTemporaryFile(dir=self._cache, delete=False) as target:
                target.write(data)
            os.replace(target.name, path)
            for old in self._cache.glob("python-*.snapshot"):
                if old != path:
                    old.unlink(missing_ok=True)
        return path


class BrowserBench:
    """The tests' interpreter of one author's notebook, and for each copy a process of its own."""

    def __init__(
        self,
        runner: BrowserPython,
        author: list[dict[str, str]],
        files: Path | None,
        folder: str,
    ) -> None:
        self._runner, self._author, self._files = runner, author, files
        self.folder = folder
        self._tests: Box | None = None
        self._used = False

    def close(self) -> None:
        if self._tests is not None:
            self._tests.close()
            self._tests = None

    def mark(self, steps: Iterable[Step], files: Path | None = None) -> Outcome:
        """Run one copy. Whatever its code does, this returns in bounded time.

        Raises :class:`NoSandbox` where nothing can be isolated.
        """
        pupil = Pupil(self._runner, files, self.folder)
        try:
            return Marking(self, pupil, list(steps)).run()
        finally:
            pupil.close()

    def get_tests(self) -> Box:
        """The tests' interpreter, fresh for this copy: nothing of the copy before is left in it."""
        deadline = time.monotonic() + limits.START_SECONDS
        if self._tests is not None and self._used:
            self._tests.forget_traffic()
            try:
                self._tests.send({"do": "reset"}, deadline)
                if self._tests.receive(deadline).get("started"):
                    return self._tests
            except Gone:
                self._tests = None
        if self._tests is None:
            self._tests = self._runner.start("tests", self._files)
        self._used = True
        if self._runner.has_packages:
            sources = [cell["source"] for cell in self._author]
            self._tests.send({"do": "load", "sources": sources}, deadline)
            self._tests.receive(deadline)
        start = {"do": "start", "author": self._author, "folder": self.folder}
        self._tests.send(start, deadline)
        self._tests.receive(deadline)
        return self._tests

    def lose_tests(self) -> None:
        self.close()


class Pupil:
    """The pupil's interpreter: started when needed, and again (its cells replayed) when it ended."""

    def __init__(self, runner: BrowserPython, files: Path | None, folder: str) -> None:
        self._runner, self._files, self._folder = runner, files, folder
        self._box: Box | None = None
        self._done: list[str] = []
        self._lives = 0
        self.gone = ""

    def close(self) -> None:
        if self._box is not None:
            self._box.close()
            self._box = None

    def begin(self) -> None:
        """Start the process ahead of its first cell, so that both interpreters start at once."""
        if self._box is None and self._lives <= limits.RESTARTS:
            self._lives += 1
            self.gone = ""
            self._box = self._runner.start("pupil", self._files)
            base = self._lives * 10_000_000
            begin = {"do": "begin", "base": base, "folder": self._folder}
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
        deadline = time.monotonic() + limits.CELL_SECONDS
        if self._runner.has_packages and "import" in source:
            late = time.monotonic() + limits.START_SECONDS
            self._box.send({"do": "load", "sources": [source]}, late)
            self._box.receive(late)
            deadline = time.monotonic() + limits.CELL_SECONDS
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

    def __init__(self, bench: BrowserBench, pupil: Pupil, steps: list[Step]) -> None:
        self._bench, self._pupil, self._steps = bench, pupil, steps
        self._deadline = time.monotonic() + limits.COPY_SECONDS
        self._outcome = Outcome()
        self._given: list[str] = []
        self._tests: Box | None = None

    def run(self) -> Outcome:
        try:
            self._pupil.begin()
            self._tests = self._bench.get_tests()
        except Gone:
            self._bench.lose_tests()
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
            self._given.append(step.source)
            self._converse({"do": "given", "source": step.source})

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
        """Give the tests' side something to do, and carry its questions to the pupil's until it is done."""
        deadline = min(self._deadline + 1, time.monotonic() + limits.TESTS_SECONDS)
        try:
            if self._tests is None:
                self._restart_tests()
            assert self._tests is not None
            self._tests.send(message, deadline)
            while True:
                reply = self._tests.receive(deadline)
                if reply.get("do") == "done":
                    return reply
                if reply.get("do") == "test":
                    self._pupil.revive()
                    answer: Message = {"ok": None}
                else:
                    answer = self._pupil.ask(reply, deadline)
                self._tests.send(answer, deadline)
        except Gone as error:
            self._bench.lose_tests()
            self._tests = None
            return {"gone": error.why}

    def _restart_tests(self) -> None:
        self._tests = self._bench.get_tests()
        given, self._given = self._given, []
        for source in given:
            self._given.append(source)
            self._converse({"do": "given", "source": source})


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


def get_runner() -> Runner:
    """The runner of this installation."""
    from django.conf import settings

    pyodide = settings.ROOT / "node_modules" / "pyodide"
    return BrowserPython(pyodide, settings.DATA / "marking", settings.PACKAGES_DIR)


__all__ = ["Bench", "BrowserPython", "NoSandbox", "Outcome", "Runner", "Step", "get_runner"]
