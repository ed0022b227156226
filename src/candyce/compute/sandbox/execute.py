"""Executing one notebook cell by cell in a kernel that starts empty, in a sandbox, and keeping what it shows.

The kernel is the one that browsers get, or IPython of a server environment. What the process says is a stranger's
word: of it only outputs of the right shape and size are kept.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from candyce.compute.kernels import get_distribution, get_mirror
from candyce.compute.sandbox import limits
from candyce.compute.sandbox.box import HERE, Box, Gone, Message, Program
from candyce.compute.sandbox.browser import show_node
from candyce.compute.sandbox.native import find_parts
from candyce.compute.sandbox.runner import NoEnvironment

FORMS = 20  # of one display
MIMETYPE = re.compile(r"[a-z]+/[\w.+-]{1,100}")
TEXT = 300_000  # characters of one stream


@dataclass
class Ran:
    """How a cell ended: ``ok``, ``error`` or ``waiting`` (it asked, and there was no answer)."""

    status: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    name: str = ""  # the error's class
    message: str = ""


class Session:
    """A kernel in its sandbox. Every method raises :class:`Gone` when the process ends or is silent for too long."""

    def __init__(
        self, program: Program, *, folder: str, language: str, answers: list[str], deadline: float
    ) -> None:
        self._box = Box(program)
        late = min(deadline, time.monotonic() + limits.KERNEL_SECONDS)
        start = {"folder": folder, "language": language, "answers": answers}
        self._box.send(start, late)
        if self._box.receive(late).get("do") != "ready":
            self.close()
            raise NoEnvironment("this environment has no kernel for notebooks")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._box.close()

    def run(self, source: str, deadline: float) -> Ran:
        """Execute one cell."""
        if len(source) > limits.SOURCE:
            raise Gone("output")
        late = min(deadline, time.monotonic() + limits.RUN_CELL_SECONDS)
        self._box.send({"do": "cell", "source": source}, late)
        outputs: list[dict[str, Any]] = []
        while True:
            said = self._box.receive(late)
            if said.get("do") == "done":
                return _read_end(said, outputs)
            output = clean_output(said.get("output"))
            if output is not None and len(outputs) < limits.CELLS:
                outputs.append(output)


def open_session(
    environment: str,
    files: Path | None,
    *,
    folder: str = "",
    language: str = "fr",
    answers: list[str] | None = None,
    deadline: float | None = None,
) -> Session:
    """A kernel for a notebook in ``folder`` of ``files``; ``answers``: to what its cells ask (``input``), in order.

    Raises :class:`NoEnvironment`, :class:`NoSandbox`, and :class:`Gone` when it does not start.
    """
    program = _make_native(environment, files) if environment else _make_browser(files)
    return Session(
        program,
        folder=folder,
        language=language,
        answers=answers or [],
        deadline=deadline or time.monotonic() + limits.RUN_NOTEBOOK_SECONDS,
    )


def _make_browser(files: Path | None) -> Program:
    from django.conf import settings

    site, mirror = get_distribution(), get_mirror()
    if site is None:
        raise NoEnvironment("the editor is not built")
    shown = {
        "/site": site,
        "/pyodide": settings.ROOT / "node_modules" / "pyodide",
        "/worker": HERE / "node",
        "/kernel": HERE / "kernel",
    }
    if mirror is not None:
        shown["/mirror"] = mirror
    if files is not None:
        shown["/files"] = files
    flags = [f"--wasm-max-mem-pages={limits.PYTHON_PAGES}", "--max-old-space-size=256"]
    return Program((show_node(shown), *flags, "/kernel/execute.mjs"), shown)


def _make_native(environment: str, files: Path | None) -> Program:
    from django.conf import settings

    folder = settings.CANDYCE_ENVIRONMENTS.get(environment)
    if folder is None:
        raise NoEnvironment(environment)
    shown = {**find_parts(folder), "/python": HERE / "python", "/kernel": HERE / "kernel"}
    if files is not None:
        shown["/files"] = files
    command = (str(folder / "bin/python"), "-IB", "/kernel/candyce_execute.py")
    return Program(command, shown, folders=("/drive",), native=True)


def _read_end(said: Message, outputs: list[dict[str, Any]]) -> Ran:
    status = said.get("status")
    if status == "error":
        name, message = _text(said.get("ename"), 200), _text(said.get("evalue"), 2000)
        lines = said.get("traceback")
        traceback = [_text(line, 4000) for line in lines[:40]] if isinstance(lines, list) else []
        error = {"output_type": "error", "ename": name, "evalue": message, "traceback": traceback}
        return Ran("error", [*outputs, error], name, message)
    return Ran("waiting" if status == "waiting" else "ok", outputs)


def clean_output(found: Any) -> dict[str, Any] | None:
    """An output of nbformat made of what a process said; None for what is none."""
    if not isinstance(found, dict):
        return None
    kind = found.get("output_type")
    if kind == "stream":
        name = "stderr" if found.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": _text(found.get("text"), TEXT)}
    data = found.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    forms = {
        name: value
        for name, value in list(data.items())[:FORMS]
        if MIMETYPE.fullmatch(name) and isinstance(value, str | dict | list)
    }
    # A result's number changes with every cell that is put before it; a display needs none.
    return {"output_type": "display_data", "data": forms, "metadata": {}}


def _text(value: Any, limit: int) -> str:
    return value[:limit] if isinstance(value, str) else ""
