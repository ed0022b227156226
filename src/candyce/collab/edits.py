"""Give a live document a new content by the least change, so that people in it keep their place."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from pycrdt import Array, Doc, Map

from candyce.collab.notebook import (
    Notebook,
    get_cell_id,
    get_meta,
    join_text,
    make_cell,
    make_output,
    plain,
    read_cell,
)
from candyce.collab.textdiff import set_text


def replace(doc: Doc, notebook: Notebook, *, salt: str) -> None:
    """Bring ``doc`` to show ``notebook``: cells matched by id, texts changed where they differ."""
    with doc.transaction():
        _set_meta(doc.get("meta", type=Map), notebook)
        cells: Array = doc.get("cells", type=Array)
        old = [read_cell(shared) for shared in cells]
        new = _match(old, notebook["cells"], salt)
        kept = _longest_kept([cell["id"] for cell in old], [cell["id"] for cell in new])
        for index in range(len(old) - 1, -1, -1):
            if old[index]["id"] not in kept or index not in kept.values():
                del cells[index]
        before = {old[index]["id"]: old[index] for index in kept.values()}
        for index, cell in enumerate(new):
            if cell["id"] in kept:
                set_cell(cells, index, before[cell["id"]], cell)
            else:
                cells.insert(index, make_cell(cell, cell["id"]))


def _match(old: list[Notebook], new: list[Notebook], salt: str) -> list[Notebook]:
    """The new cells with ids: their own, else that of an equal old cell, else a made-up one."""
    taken = {cell["id"] for cell in new if cell.get("id")}
    free: dict[tuple[str, str], list[str]] = {}
    for cell in reversed(old):
        if cell["id"] not in taken:
            free.setdefault((cell["cell_type"], cell["source"]), []).append(cell["id"])
    seen: set[str] = set()
    result = []
    for index, cell in enumerate(new):
        key = (cell["cell_type"], join_text(cell.get("source", "")))
        found = cell.get("id") or (free[key].pop() if free.get(key) else None)
        fallback = old[index]["id"] if found is None and index < len(old) else None
        if fallback and fallback not in taken and fallback not in seen:
            found = fallback
        cell_id = get_cell_id({"id": found}, seen, f"{salt}:{index}")
        result.append(cell | {"id": cell_id, "source": key[1]})
    return result


def _longest_kept(old: list[str], new: list[str]) -> dict[str, int]:
    """The most cells that need not move: ``{id: position in old}``, in rising order in both."""
    places: dict[str, int] = {}
    for index, cell_id in enumerate(old):
        places.setdefault(cell_id, index)
    tails: list[int] = []
    sequence = [places[cell_id] for cell_id in new if cell_id in places]
    best: list[int] = []
    back: dict[int, int | None] = {}
    for place in sequence:
        at = bisect_left(tails, place)
        back[place] = tails[at - 1] if at else None
        tails[at : at + 1] = [place]
    step: int | None = tails[-1] if tails else None
    while step is not None:
        best.append(step)
        step = back[step]
    return {old[place]: place for place in reversed(best)}


def _set_meta(meta: Map, notebook: Notebook) -> None:
    wanted = get_meta(notebook)
    present = meta.to_py() or {}
    for key in present.keys() - wanted.keys() - {"metadata"}:
        del meta[key]
    for key, value in wanted.items():
        if key not in present or present[key] != value:
            meta[key] = value
    metadata = meta.get("metadata")
    if isinstance(metadata, Map):
        _set_map(metadata, plain(notebook.get("metadata", {})))
    else:
        meta["metadata"] = Map(plain(notebook.get("metadata", {})))


def _set_map(shared: Map, wanted: dict[str, Any]) -> None:
    present = shared.to_py() or {}
    for key in present.keys() - wanted.keys():
        del shared[key]
    for key, value in wanted.items():
        if key not in present or present[key] != value:
            shared[key] = value


def set_cell(cells: Array, index: int, before: Notebook, after: Notebook) -> None:
    """Change one cell from what it shows (``before``) to ``after``, by the least difference."""
    shared: Map = cells[index]
    if before["cell_type"] != after["cell_type"]:
        cells[index] = make_cell(after, after["id"])
        return
    set_text(shared["source"], before["source"], after["source"])
    _set_map(shared["metadata"], plain(after.get("metadata", {})))
    handled = {"id", "cell_type", "source", "metadata", "outputs"}
    for key in before.keys() - after.keys() - handled - {"execution_count"}:
        del shared[key]
    for key in after.keys() - handled:
        if key not in before or before[key] != after[key]:
            shared[key] = plain(after[key])
    if after["cell_type"] == "code":
        _set_outputs(shared["outputs"], before["outputs"], after.get("outputs", []))


def _set_outputs(shared: Array, before: list[Notebook], after: list[Notebook]) -> None:
    wanted = [
        plain(out)
        | ({"text": join_text(out.get("text", ""))} if out["output_type"] == "stream" else {})
        for out in after
    ]
    same = 0
    while same < min(len(before), len(wanted)) and before[same] == wanted[same]:
        same += 1
    if same < len(before):
        del shared[same:]
    for output in wanted[same:]:
        shared.append(make_output(output))
