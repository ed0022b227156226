"""Executing a resource: every notebook of its tree, from top to bottom, each in a kernel that starts empty.

What one's browser does, done here: the same Python, the tree's other files at hand, solutions and hidden tests
as they stand in the tree. Tags of cells mean what they mean elsewhere: ``raises-exception`` may fail,
``skip-execution`` is passed over. What a cell asks for (``input``) is answered from the notebook's
``metadata.candyce.test_answers``; without an answer the notebook waits, which is neither a success nor a fault.
"""

from __future__ import annotations

import copy
import json
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from candyce.compute.files import unpack
from candyce.compute.kernels import describe_kernel, get_environment
from candyce.compute.sandbox import limits
from candyce.compute.sandbox.box import Gone, NoSandbox
from candyce.compute.sandbox.execute import Session, open_session
from candyce.compute.sandbox.runner import NoEnvironment
from candyce.exercises import format as notebooks
from candyce.library.models import Execution
from candyce.projects.blobs import read_blob
from candyce.projects.paths import is_notebook

Result = Execution.Result
Notebook = dict[str, Any]

NOTEBOOKS = 40  # of one tree that are executed
NOTEBOOK_SIZE = 30 * limits.MEGABYTE
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
SKIP, RAISES = "skip-execution", "raises-exception"


@dataclass
class Report:
    """What an execution found.

    ``result``: a :class:`Execution.Result`. ``message``: the error's last line, or one of ``no_sandbox``,
    ``no_environment``, ``no_kernel``, ``no_notebook``, ``unreadable``, ``crash``, ``output``, or of ``Execution.NOT_WHOLE``.
    ``notebooks``: each that was executed, by path, with the outputs it gave here, as far as it went.
    """

    result: str = Result.PASSED
    notebooks: dict[str, Notebook] = field(default_factory=dict)
    path: str = ""
    cell: int | None = None
    message: str = ""
    seconds: float = 0
    kernel: str = ""
    environment: str = ""


class Stopped(Exception):
    """A notebook that does not come to its end."""

    def __init__(self, result: str, message: str = "", cell: int | None = None) -> None:
        self.result, self.message, self.cell = result, message, cell
        super().__init__(message)


@dataclass
class Run:
    """One execution on its way. ``deadline``: no cell begins after it.

    ``executed``, ``skipped``: cells of code, so far.
    """

    tree: Mapping[str, list]
    language: str
    past_errors: bool
    deadline: float
    files: Path | None = None
    executed: int = 0
    skipped: int = 0
    report: Report = field(default_factory=Report)


def run_tree(
    tree: Mapping[str, list], *, language: str = "fr", past_errors: bool = False
) -> Report:
    """Execute all notebooks of a tree, those on top first; the first that fails ends it.

    It passed only where all was executed: cells passed over by their tag, notebooks beyond ``NOTEBOOKS`` or no
    code at all make it ``unavailable``, with a message of ``Execution.NOT_WHOLE``.
    ``past_errors``: go on after a cell that fails, for what exercises without answers show. Whatever the code does,
    this returns in bounded time (``limits.RUN_TREE_SECONDS``). It reads contents and writes nothing.
    """
    started = time.monotonic()
    run = Run(tree, language, past_errors, started + limits.RUN_TREE_SECONDS)
    report = run.report
    try:
        with unpack(dict(tree)) as run.files:
            paths = find_notebooks(tree)
            for path in paths[:NOTEBOOKS]:
                report.path = path
                _run_notebook(run, path, _read(tree, path))
        report.path = ""
        _check_whole(run, len(paths))
    except Stopped as stop:
        report.result, report.message, report.cell = stop.result, stop.message, stop.cell
    report.seconds = round(time.monotonic() - started, 1)
    return report


def find_notebooks(tree: Mapping[str, list]) -> list[str]:
    """All notebooks in the order of their execution; raises :class:`Stopped` without any."""
    paths = sorted((path.count("/"), path) for path in tree if is_notebook(path))
    if not paths:
        raise Stopped(Result.UNAVAILABLE, "no_notebook")
    return [path for _depth, path in paths]


def _check_whole(run: Run, notebooks_found: int) -> None:
    """Raise :class:`Stopped` where what went well is not everything."""
    if notebooks_found > NOTEBOOKS:
        raise Stopped(Result.UNAVAILABLE, "too_many")
    if run.skipped:
        raise Stopped(Result.UNAVAILABLE, "skipped")
    if not run.executed:
        raise Stopped(Result.UNAVAILABLE, "nothing")


def _read(tree: Mapping[str, list], path: str) -> Notebook:
    entry = tree[path]
    try:
        found = json.loads(read_blob(entry[0])) if entry[1] <= NOTEBOOK_SIZE else None
    except (OSError, ValueError, RecursionError) as error:
        raise Stopped(Result.FAILED, "unreadable") from error
    if not isinstance(found, dict):
        raise Stopped(Result.FAILED, "unreadable")
    return found


def _run_notebook(run: Run, path: str, notebook: Notebook) -> None:
    """Execute one notebook, and put it with its outputs in the report; raises :class:`Stopped`."""
    executed = copy.deepcopy(notebook)
    todo = list(_find_code(run, executed))
    environment = get_environment(executed)
    _name_kernel(run.report, executed, environment)
    run.report.notebooks[path] = executed
    deadline = min(run.deadline, time.monotonic() + limits.RUN_NOTEBOOK_SECONDS)
    place: int | None = None
    try:
        with open_session(
            environment,
            run.files,
            folder=os.path.dirname(path),
            language=run.language,
            answers=_read_answers(executed),
            deadline=deadline,
        ) as session:
            for place, cell in todo:
                _run_cell(session, place, cell, deadline, past_errors=run.past_errors)
                run.executed += 1
    except NoSandbox as error:
        raise Stopped(Result.UNAVAILABLE, "no_sandbox") from error
    except NoEnvironment as error:
        raise Stopped(Result.UNAVAILABLE, "no_environment") from error
    except Gone as error:
        if place is None:  # the kernel did not start: no fault of the notebook's
            raise Stopped(Result.UNAVAILABLE, "no_kernel") from error
        if error.why == "timeout":
            raise Stopped(Result.TOO_LONG, "", place) from error
        raise Stopped(Result.FAILED, error.why, place) from error


def _name_kernel(report: Report, notebook: Notebook, environment: str) -> None:
    """Which kernel it is, in the report; raises :class:`Stopped` where it is not here."""
    language = notebooks.get_metadata(notebook).get("language_info")
    name = language.get("name") if isinstance(language, dict) else None
    kernel = describe_kernel(environment)
    if kernel is None or name not in {None, "", "python", "ipython"}:
        raise Stopped(Result.UNAVAILABLE, "no_environment")
    names = [report.kernel] if report.kernel else []
    locks = [report.environment] if report.environment else []
    if kernel.lock not in locks:
        report.kernel = ", ".join([*names, kernel.name])[:100]
        report.environment = ", ".join([*locks, kernel.lock])[:200]


def _find_code(run: Run, notebook: Notebook) -> Iterator[tuple[int, dict[str, Any]]]:
    """The cells to execute with their places; outputs that others stored are taken away from all."""
    for place, cell in enumerate(notebooks.get_cells(notebook)):
        if notebooks.get_type(cell) != "code":
            continue
        filled = bool(notebooks.get_source(cell).strip())
        if SKIP in _get_tags(cell):
            run.skipped += filled
            continue
        cell["outputs"], cell["execution_count"] = [], None
        if filled:
            yield place, cell


def _run_cell(
    session: Session, place: int, cell: dict[str, Any], deadline: float, *, past_errors: bool
) -> None:
    if time.monotonic() > deadline:
        raise Stopped(Result.TOO_LONG, "", place)
    ran = session.run(notebooks.get_source(cell), deadline)
    cell["outputs"] = ran.outputs
    if ran.status == "waiting":
        raise Stopped(Result.WAITING, "", place)
    if ran.status == "error" and not past_errors and RAISES not in _get_tags(cell):
        raise Stopped(Result.FAILED, say_error(ran.name, ran.message), place)


def say_error(name: str, message: str) -> str:
    """The last line of a traceback, as a person reads it."""
    first = ANSI.sub("", message).strip().split("\n")[0]
    return f"{name}: {first}"[:400] if first else name[:400]


def _get_tags(cell: dict[str, Any]) -> Iterable[Any]:
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tags if isinstance(tags, list) else ()


def _read_answers(notebook: Notebook) -> list[str]:
    """What is typed where the notebook asks, as its author wrote it down."""
    ours = notebooks.get_metadata(notebook).get("candyce")
    answers = ours.get("test_answers") if isinstance(ours, dict) else None
    return [str(one)[:1000] for one in answers[:200]] if isinstance(answers, list) else []
