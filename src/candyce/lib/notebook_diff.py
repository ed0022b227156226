"""What differs between two notebooks or two texts, for people to read.

Cells are matched by nbdime, lines and words by difflib. All of it runs in a process of its own
(``python -m candyce.lib.notebook_diff``) with bounded time and memory: the notebooks are strangers', and such
comparisons take quadratic time on input that is made for it. This module imports nothing of ours, nor nbdime
before it is needed.

A *row* is ``{"kind", "a", "b", "lines", "parts"}``: kind ``same``, ``added``, ``removed`` or ``changed``; ``a`` and
``b`` the cell's index before and after (or None); ``lines`` of a changed source, each ``[sign, [[text, changed]]]``
with sign `` ``, ``+``, ``-`` or ``…`` (lines left out); ``parts`` what else changed: ``outputs``, ``metadata``,
``attachments``, ``cell_type``, ``execution_count``.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any

SECONDS = 8  # of the processor that a comparison may take
PATIENCE = 30  # seconds until it is given up on a busy machine
MEMORY = 1024**3  # bytes of address space
SIZE = 4 * 1024 * 1024  # characters of both sources together
CONTEXT = 3  # unchanged lines shown around a change
WORDS = 400  # of a line that is compared word by word
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")

Row = dict[str, Any]
Line = list[Any]


class TooDifferent(Exception):
    """The comparison would take too long."""


def compare_notebooks(before: dict[str, Any], after: dict[str, Any]) -> list[Row]:
    """Rows for the cells of both notebooks (nbformat 4), in order; raises :class:`TooDifferent`."""
    sides = [_reduce(before), _reduce(after)]
    if sides[0] == sides[1]:
        return [_row("same", n, n) for n in range(len(sides[0]["cells"]))]
    return _run({"kind": "notebook", "before": sides[0], "after": sides[1]})


def compare_texts(before: str, after: str) -> list[Line]:
    """The lines of a text's difference; raises :class:`TooDifferent`."""
    return _run({"kind": "text", "before": before, "after": after})


def match_by_id(before: dict[str, Any], after: dict[str, Any]) -> list[Row]:
    """Rows without lines, quickly: cells matched by id in the order of ``after``; for what is too large."""
    places = {cell.get("id"): n for n, cell in enumerate(before["cells"])}
    rows, done = [], 0
    for number, cell in enumerate(after["cells"]):
        place = places.get(cell.get("id"))
        if place is None or place < done:
            rows.append(_row("added", None, number))
            continue
        rows += [_row("removed", n, None) for n in range(done, place)]
        done = place + 1
        same = before["cells"][place] == cell
        rows.append(_row("same" if same else "changed", place, number))
    return rows + [_row("removed", n, None) for n in range(done, len(before["cells"]))]


def _row(kind: str, a: int | None, b: int | None) -> Row:
    return {"kind": kind, "a": a, "b": b, "lines": [], "parts": []}


def _reduce(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with outputs and attachments as digests: only whether they differ is asked."""
    cells = []
    for cell in notebook["cells"]:
        reduced = {key: cell[key] for key in ("id", "cell_type", "source") if key in cell}
        reduced["metadata"] = _digest(cell.get("metadata"))
        reduced["attachments"] = _digest(cell.get("attachments") or None)
        if cell["cell_type"] == "code":
            reduced["outputs"] = _digest_outputs(cell.get("outputs"))
            reduced["execution_count"] = cell.get("execution_count")
        cells.append(reduced)
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _digest(value: Any) -> dict[str, str]:
    text = json.dumps(value, sort_keys=True)
    return {"digest": hashlib.sha256(text.encode()).hexdigest()} if value else {}


def _digest_outputs(outputs: Any) -> list[dict[str, str]]:
    digest = _digest(outputs)
    if not digest:
        return []
    return [{"output_type": "stream", "name": "stdout", "text": digest["digest"]}]


def _run(question: dict[str, Any]) -> Any:
    data = json.dumps(question).encode()
    if len(data) > 2 * SIZE:
        raise TooDifferent
    command = [sys.executable, "-m", "candyce.lib.notebook_diff"]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=PATIENCE, check=True
        )
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise TooDifferent from error


# -- in the process of its own -----------------------------------------------------------------


def main() -> None:
    limit_process()
    question = json.load(sys.stdin)
    if question["kind"] == "text":
        answer: Any = diff_lines(question["before"], question["after"])
    else:
        answer = _diff_notebooks(question["before"], question["after"])
    json.dump(answer, sys.stdout)


def limit_process() -> None:
    """Bound this process's time and memory."""
    try:
        import resource
    except ImportError:  # Windows: the parent's timeout alone bounds it
        return
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _diff_notebooks(before: dict[str, Any], after: dict[str, Any]) -> list[Row]:
    import nbdime
    import nbformat

    found = nbdime.diff_notebooks(nbformat.from_dict(before), nbformat.from_dict(after))
    steps: Sequence[Any] = next((entry.diff for entry in found if entry.key == "cells"), [])
    rows = list(_follow(steps, len(before["cells"])))
    for row in rows:
        if row["kind"] == "changed":
            sources = (before["cells"][row["a"]]["source"], after["cells"][row["b"]]["source"])
            row["lines"] = diff_lines(*sources) if sources[0] != sources[1] else []
    return rows


def _follow(steps: Sequence[Any], count: int) -> Iterator[Row]:
    """Rows of nbdime's steps over the cells: they name indices of the old list, in rising order."""
    a = b = 0
    for step in steps:
        while a < step.key:
            yield _row("same", a, b)
            a, b = a + 1, b + 1
        if step.op == "addrange":
            for _cell in step.valuelist:
                yield _row("added", None, b)
                b += 1
        elif step.op == "removerange":
            for _ in range(step.length):
                yield _row("removed", a, None)
                a += 1
        else:
            row = _row("changed", a, b)
            row["parts"] = [part.key for part in step.diff if part.key not in {"source", "id"}]
            yield row
            a, b = a + 1, b + 1
    for rest in range(count - a):
        yield _row("same", a + rest, b + rest)


def diff_lines(before: str, after: str) -> list[Line]:
    """Signed lines with the words that differ marked; long unchanged stretches left out."""
    old, new = before.split("\n"), after.split("\n")
    lines: list[Line] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > 1000)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            lines += [[" ", [[text, False]]] for text in old[a1:a2]]
        else:
            lines += _diff_block(old[a1:a2], new[b1:b2])
    return _fold(lines)


def _diff_block(old: list[str], new: list[str]) -> list[Line]:
    """Lines that were replaced; where there are as many, each is compared with its successor."""
    if len(old) != len(new):
        whole = [["-", [[text, False]]] for text in old]
        return whole + [["+", [[text, False]]] for text in new]
    gone, come = [], []
    for one, other in zip(old, new, strict=True):
        a, b = _diff_words(one, other)
        gone.append(["-", a])
        come.append(["+", b])
    return gone + come


def _diff_words(old: str, new: str) -> tuple[list[list[Any]], list[list[Any]]]:
    a, b = TOKEN.findall(old), TOKEN.findall(new)
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    if max(len(a), len(b)) > WORDS or matcher.ratio() < 0.4:
        return [[old, False]], [[new, False]]
    gone: list[list[Any]] = []
    come: list[list[Any]] = []
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if a2 > a1:
            gone.append(["".join(a[a1:a2]), tag != "equal"])
        if b2 > b1:
            come.append(["".join(b[b1:b2]), tag != "equal"])
    return gone, come


def _fold(lines: list[Line]) -> list[Line]:
    """Leave out unchanged lines that are far from any change."""
    near: set[int] = set()
    for number, line in enumerate(lines):
        if line[0] != " ":
            near.update(range(number - CONTEXT, number + CONTEXT + 1))
    folded: list[Line] = []
    for number, line in enumerate(lines):
        if number in near:
            folded.append(line)
        elif folded and folded[-1][0] == "…":
            folded[-1][1] += 1
        else:
            folded.append(["…", 1])
    return folded


if __name__ == "__main__":
    main()
