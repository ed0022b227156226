"""Several copies at once: as many threads as processors, each with the interpreters it needs.

A thread only waits for its sandboxed processes; it touches no database. The tests' interpreter of an author's
notebook is kept for the next copy of the same notebook, and as new for it.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Protocol, Self

from candyce.compute.sandbox.runner import (
    Bench,
    NoEnvironment,
    Outcome,
    Runner,
    Step,
    get_runner,
)


class Author(Protocol):
    """The author's notebook, as far as a runner must know it."""

    @property
    def path(self) -> str: ...
    @property
    def code(self) -> list[dict[str, str]]: ...
    @property
    def environment(self) -> str: ...
    def unpack(self, stack: ExitStack) -> Path | None: ...


class Pool:
    """Runs copies; ``submit`` gives a future of the outcome, or of :class:`NoSandbox` or :class:`NoEnvironment`.

    ``runner``: for all, whatever their notebooks ask for.
    """

    def __init__(self, workers: int | None = None, runner: Runner | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._runner = runner
        self._runners: dict[str, Runner] = {}
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="marking")
        self._stack = ExitStack()
        self._folders: dict[str, Path | None] = {}
        self._free: dict[str, queue.SimpleQueue[Bench]] = {}
        self._lock = Lock()
        self._open = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._threads.shutdown()
        for free in self._free.values():
            with suppress(queue.Empty):
                while True:
                    free.get_nowait().close()
        self._stack.close()

    def submit(self, author: Author, steps: Iterable[Step], files: Path | None) -> Future[Outcome]:
        try:
            runner = self._runner or self._get_runner(author.environment)
        except NoEnvironment as error:
            missing: Future[Outcome] = Future()
            missing.set_exception(error)
            return missing
        if author.path not in self._folders:
            self._folders[author.path] = author.unpack(self._stack)
            self._free[author.path] = queue.SimpleQueue()
        folder = self._folders[author.path]
        open_bench = partial(runner.open_bench, author.code, folder, os.path.dirname(author.path))
        return self._threads.submit(self._run, author.path, open_bench, list(steps), files)

    def _get_runner(self, environment: str) -> Runner:
        if environment not in self._runners:
            self._runners[environment] = get_runner(environment)
        return self._runners[environment]

    def _run(
        self,
        path: str,
        open_bench: Callable[[], Bench],
        steps: list[Step],
        files: Path | None,
    ) -> Outcome:
        try:
            bench = self._free[path].get_nowait()
        except queue.Empty:
            self._make_room()
            bench = open_bench()
        try:
            return bench.mark(steps, files)
        finally:
            self._free[path].put(bench)

    def _make_room(self) -> None:
        """Count a bench that is to be opened; an idle one of another notebook is closed when there are enough."""
        with self._lock:
            self._open += 1
            if self._open <= self.workers:
                return
            for free in list(self._free.values()):
                with suppress(queue.Empty):
                    free.get_nowait().close()
                    self._open -= 1
                    return
