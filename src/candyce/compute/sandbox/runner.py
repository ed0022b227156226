"""The one interface of everything that executes a copy to mark it.

``open_bench`` for an author's notebook, ``Bench.mark`` for each copy of it. There are two answers: Python of the
browser (``browser``) and Python of a server environment (``native``); both are a way to start the two interpreters
between which ``bench`` carries messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from candyce.compute.sandbox.box import NoSandbox

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


class NoEnvironment(Exception):
    """The server environment that a notebook asks for is not on this server."""


def name_runner(environment: str) -> str:
    """What a sheet says of who ran it."""
    return f"server:{environment}" if environment else "browser-python"


def get_runner(environment: str = "") -> Runner:
    """The runner of this installation; ``environment``: a server environment's, by its name.

    Raises :class:`NoEnvironment`.
    """
    from django.conf import settings

    from candyce.compute.sandbox.browser import BrowserPython
    from candyce.compute.sandbox.native import NativePython

    if environment:
        folder = settings.CANDYCE_ENVIRONMENTS.get(environment)
        if folder is None:
            raise NoEnvironment(environment)
        return NativePython(environment, folder)
    pyodide = settings.ROOT / "node_modules" / "pyodide"
    return BrowserPython(pyodide, settings.DATA / "marking", settings.PACKAGES_DIR)


__all__ = [
    "Bench",
    "NoEnvironment",
    "NoSandbox",
    "Outcome",
    "Runner",
    "Step",
    "get_runner",
    "name_runner",
]
