"""Two notebooks that come from one: what the other changed, and how it can be taken into mine.

``base`` is the edition from which the adaptation was made, ``theirs`` the adaptation, ``mine`` the original as it is
now. Cells are matched by nbdime; where both changed one cell its changes are put together when they do not meet.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from candyce.lib.notebook_diff import Row, TooDifferent, compare_notebooks, diff_lines, match_by_id
from candyce.lib.notebook_merge import merge_cells

Notebook = dict[str, Any]
Cell = dict[str, Any]
LINES, SIZE = 400, 40_000  # of a cell that is compared line by line
MINE, THEIRS, BOTH = "mine", "theirs", "both"


@dataclass
class CellChange:
    """One cell that the adaptation adds, removes or changes.

    ``meets``: I changed the same cell, and not in a way that can be put together; ``combined``: it can, and this
    is the cell. ``place``: of my cell that it concerns, or None; ``after``: my cell after which an added one goes (-1: first).
    """

    number: int
    kind: str
    lines: list[Any]
    old: Cell | None
    theirs: Cell | None
    mine: Cell | None = None
    place: int | None = None
    after: int = -1
    meets: bool = False
    combined: Cell | None = None
    mine_lines: list[Any] = field(default_factory=list)

    @property
    def key(self) -> str:
        return str(self.number)

    @property
    def cell_type(self) -> str:
        cell = self.theirs or self.mine or {}
        return str(cell.get("cell_type", "code"))

    @property
    def name(self) -> int:
        """The cell's number as people count, in mine or, of a new one, where it goes."""
        return (self.place if self.place is not None else self.after + 1) + 1


def find_changes(base: Notebook, theirs: Notebook, mine: Notebook) -> list[CellChange]:
    """What the adaptation changes and mine has not: in the order of its cells. Other results alone are no change."""
    places, touched = _match_mine(base, mine)
    changes: list[CellChange] = []
    after = -1
    for row in _compare(base, theirs):
        old = row["a"]
        place = places.get(old) if old is not None else None
        change = _make(len(changes), row, (base, theirs, mine), place)
        if change is not None:
            change.after = after
            change.meets = change.kind != "added" and (place is None or old in touched)
            changes.append(change)
        if place is not None:
            after = place
    _combine(changes)
    return changes


def _combine(changes: list[CellChange]) -> None:
    """Put the cells that both changed together where their changes do not meet."""
    both = [one for one in changes if one.meets and one.old and one.theirs and one.mine]
    for change in changes:
        if change.meets and change.old and change.mine:
            change.mine_lines = _diff(change.old, change.mine)
    for change, merged in zip(both, merge_cells([_triple(one) for one in both]), strict=True):
        change.combined = merged
        change.meets = merged is None


def _triple(change: CellChange) -> tuple[Cell, Cell, Cell]:
    return change.old or {}, change.mine or {}, change.theirs or {}


def _compare(one: Notebook, other: Notebook) -> list[Row]:
    """Cells keep their ids here: where these leave nothing to guess nothing is guessed; else nbdime looks at the texts."""
    rows = match_by_id(one, other)
    if not {"added", "removed"} <= {row["kind"] for row in rows}:
        return rows
    try:
        return compare_notebooks(one, other)
    except TooDifferent:
        return rows


def _match_mine(base: Notebook, mine: Notebook) -> tuple[dict[int, int], set[int]]:
    """Where the base's cells stand in mine, and which of them I changed."""
    rows = _compare(base, mine)
    places = {row["a"]: row["b"] for row in rows if row["a"] is not None and row["b"] is not None}
    touched = {
        row["a"]
        for row in rows
        if row["kind"] == "changed" and not _same(base["cells"][row["a"]], mine["cells"][row["b"]])
    }
    return places, touched


def _same(one: Cell, other: Cell) -> bool:
    """Whether two cells say the same, whatever they gave when they were run."""
    keys = ("cell_type", "source", "metadata", "attachments")
    return all((one.get(key) or None) == (other.get(key) or None) for key in keys)


def _make(
    number: int, row: Row, sides: tuple[Notebook, Notebook, Notebook], place: int | None
) -> CellChange | None:
    """The change of a row; None where there is none, or mine has it already."""
    base, theirs, mine = sides
    old = base["cells"][row["a"]] if row["a"] is not None else None
    new = theirs["cells"][row["b"]] if row["b"] is not None else None
    own = mine["cells"][place] if place is not None else None
    if row["kind"] == "same" or (old and new and _same(old, new)):
        return None
    if row["kind"] == "removed" and own is None:
        return None
    if new is not None and own is not None and _same(own, new):
        return None
    if row["kind"] == "added" and any(_same(cell, new or {}) for cell in mine["cells"]):
        return None
    lines = _diff(old, new) if old and new else _sign(row["kind"], old or new)
    return CellChange(number, row["kind"], lines, old, new, own, place)


def _diff(old: Cell | None, new: Cell | None) -> list[Any]:
    before, after = _text(old), _text(new)
    if before == after:
        return []
    if max(before.count("\n"), after.count("\n")) > LINES or len(before) + len(after) > SIZE:
        return [*_sign("removed", old), *_sign("added", new)]
    return diff_lines(before, after)


def _text(cell: Cell | None) -> str:
    return str((cell or {}).get("source", ""))


def _sign(kind: str, cell: Cell | None) -> list[Any]:
    sign = "+" if kind == "added" else "-"
    return [[sign, [[line, False]]] for line in _text(cell).split("\n")[:LINES]]


def apply(mine: Notebook, changes: list[CellChange], chosen: Mapping[int, str]) -> Notebook:
    """Mine with the changes chosen (number -> :data:`THEIRS` or :data:`BOTH`; all others are left)."""
    replaced: dict[int, list[Cell]] = {}
    following: dict[int, list[Cell]] = {}
    for change in changes:
        how = chosen.get(change.number, MINE)
        if how == MINE:
            continue
        theirs = [change.theirs] if change.theirs else []
        if change.place is None:
            following.setdefault(change.after, []).extend(theirs)
        elif how == BOTH and change.mine is not None:
            replaced[change.place] = [change.mine, *theirs]
        elif change.combined is not None:
            replaced[change.place] = [change.combined]
        else:
            replaced[change.place] = [_with_id(cell, change.mine) for cell in theirs]
    cells = list(following.get(-1, []))
    for place, cell in enumerate(mine["cells"]):
        cells += replaced.get(place, [cell])
        cells += following.get(place, [])
    return {**mine, "cells": _with_own_ids(cells)}


def _with_id(cell: Cell, mine: Cell | None) -> Cell:
    """Their cell in the place of mine keeps mine's name, to which comments and marks hold."""
    return {**cell, "id": mine["id"]} if mine and "id" in mine else cell


def _with_own_ids(cells: list[Cell]) -> list[Cell]:
    seen: set[str] = set()
    result = []
    for cell in cells:
        name = str(cell.get("id", ""))
        if not name or name in seen:
            name = uuid.uuid4().hex[:8]
        seen.add(name)
        result.append({**cell, "id": name})
    return result
