"""Several copies at once: as many threads as processors, each with the interpreters it needs.

A thread only waits for its sandboxed processes; it touches no database. The tests' interpreter of an author's
notebook is kept for the next copy of the same notebook, and as new for it.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol, Self

from candyce.grading.sandbox.runner import Bench, Outcome, Runner, Step, get_runner


class Author(Protocol):
    """The author's notebook, as far as a runner must know it."""

    @property
    def path(self) -> str: ...
    @property
    def code(self) -> list[dict[str, str]]: ...
    def unpack(self, stack: ExitStack) -> Path | None: ...


class Pool:
    """Runs copies; ``submit`` gives a future of the outcome, which may raise :class:`NoSandbox`."""

    def __init__(self, workers: int | None = None, runner: Runner | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        self._runner = runner or get_runner()
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="marking")
        self._stack = ExitStack()
        self._folders: dict[str, Path | None] = {}
        self._free: dict[str, queue.SimpleQueue[Bench]] = {}

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
        if author.path not in self._folders:
            self._folders[author.path] = author.unpack(self._stack)
            self._free[author.path] = queue.SimpleQueue()
        code, folder = author.code, self._folders[author.path]
        return self._threads.submit(self._run, author.path, code, folder, list(steps), files)

    def _run(
        self,
        path: str,
        code: list[dict[str, str]],
        folder: Path | None,
        steps: list[Step],
        files: Path | None,
    ) -> Outcome:
        try:
            bench = self._free[path].get_nowait()
        except queue.Empty:
            bench = self._runner.open_bench(code, folder, os.path.dirname(path))
        try:
            return bench.mark(steps, files)
        finally:
            self._free[path].put(bench)
