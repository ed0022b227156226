"""Cells that two people changed, put together again where their changes do not meet (nbdime's three-way merge).

It runs in a process of its own (``python -m candyce.lib.notebook_merge``) with bounded time and memory, for the same
reason as comparisons (:mod:`candyce.lib.notebook_diff`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from candyce.lib.notebook_diff import PATIENCE, SIZE, limit_process

Cell = dict[str, Any]


def merge_cells(triples: list[tuple[Cell, Cell, Cell]]) -> list[Cell | None]:
    """For each cell as it was, as one has it and as the other has it: both changes in one cell.

    None where they meet, or where it cannot be told in time. Results of code are the first one's.
    """
    if not triples:
        return []
    reduced = [[_reduce(cell) for cell in triple] for triple in triples]
    data = json.dumps(reduced).encode()
    if len(data) > 2 * SIZE:
        return [None] * len(triples)
    command = [sys.executable, "-m", "candyce.lib.notebook_merge"]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=PATIENCE, check=True
        )
        sources = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        return [None] * len(triples)
    return [
        None if merged is None else {**ours, **merged}
        for (_base, ours, _theirs), merged in zip(triples, sources, strict=True)
    ]


def _reduce(cell: Cell) -> Cell:
    """What two people write; of results and images nothing is put together."""
    return {key: cell[key] for key in ("id", "cell_type", "source", "metadata") if key in cell}


# -- in the process of its own -----------------------------------------------------------------


def main() -> None:
    limit_process()
    json.dump([_merge(*triple) for triple in json.load(sys.stdin)], sys.stdout)


def _merge(base: Cell, ours: Cell, theirs: Cell) -> Cell | None:
    import nbformat
    from nbdime.merging.notebooks import apply_decisions, decide_notebook_merge

    if len({base["cell_type"], ours["cell_type"], theirs["cell_type"]}) > 1:
        return None
    notebooks = [
        nbformat.from_dict(
            {"cells": [_complete(cell, base)], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        )
        for cell in (base, ours, theirs)
    ]
    decisions = decide_notebook_merge(*notebooks)
    if any(decision.conflict for decision in decisions):
        return None
    cells = apply_decisions(notebooks[0], decisions)["cells"]
    if len(cells) != 1:
        return None
    return {"source": cells[0]["source"], "metadata": cells[0]["metadata"]}


def _complete(cell: Cell, base: Cell) -> Cell:
    """One identity, so that the three are seen as one cell."""
    more: Cell = {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else {}
    return {**cell, "id": base.get("id", "cell"), **more}


if __name__ == "__main__":
    main()
