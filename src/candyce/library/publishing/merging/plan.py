"""What an adaptation changes in all the files of the original, and which of it may be taken over."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from candyce.library.publishing.changes import read_side
from candyce.library.publishing.content import Tree
from candyce.library.publishing.merging.cells import CellChange, find_changes
from candyce.library.publishing.queries import FileChange, compare_trees
from candyce.projects.paths import is_notebook

FILES = 100
Trees = tuple[Tree, Tree, Tree]
COMPARED = 4  # notebooks that one page looks into: each may take seconds


@dataclass
class FileChanges:
    """A file that the adaptation adds, removes or changes.

    ``cells``: of a notebook that both have; else the file is taken whole. ``meets``: I changed it too, or it is
    there under this name already: taking theirs puts it in the place of mine. ``later``: it is looked into on a page
    of its own.
    """

    number: int
    path: str
    kind: str
    cells: list[CellChange] = field(default_factory=list)
    meets: bool = False
    later: bool = False

    @property
    def whole(self) -> bool:
        return not self.cells and not self.later


@dataclass
class Plan:
    """``state``: changes when any of the three does, so that one merges what one has seen."""

    files: list[FileChanges]
    state: str

    @property
    def later(self) -> int:
        """How many notebooks are looked into on pages of their own."""
        return sum(file.later for file in self.files)


def make_plan(base: Tree, theirs: Tree, mine: Tree, *, only: str = "") -> Plan:
    """What differs in all files, or in the one named ``only``; of many notebooks the first are looked into."""
    trees = (base, theirs, mine)
    files: list[FileChanges] = []
    compared = 0
    changes = [one for one in compare_trees(base, theirs) if only in {"", one.path}]
    for change in changes[:FILES]:
        cells = _has_cells(change, trees)
        closely = cells and compared < COMPARED
        compared += closely
        found = _look_at(len(files), change, trees, cells=cells, closely=closely)
        if found is not None:
            files.append(found)
    names = [sorted((path, entry[0]) for path, entry in tree.items()) for tree in trees]
    state = hashlib.sha256(json.dumps([only, *names]).encode()).hexdigest()[:32]
    return Plan(files, state)


def _has_cells(change: FileChange, trees: Trees) -> bool:
    """Whether it is a notebook that all three have, and theirs is not mine already."""
    _before, new, own = (_digest(tree, change.path) for tree in trees)
    return change.kind == "changed" and is_notebook(change.path) and own not in {None, new}


def _look_at(
    number: int, change: FileChange, trees: Trees, *, cells: bool, closely: bool
) -> FileChanges | None:
    before, new, own = (_digest(tree, change.path) for tree in trees)
    if own == new:
        return None  # mine has it already
    if closely:
        return _look_into(number, change.path, trees, meets=own != before)
    return FileChanges(number, change.path, change.kind, meets=own != before, later=cells)


def _look_into(number: int, path: str, trees: Trees, *, meets: bool) -> FileChanges | None:
    sides: list[Any] = [read_side(tree, path) for tree in trees]
    if any(side is None for side in sides):
        return FileChanges(number, path, "changed", meets=meets)
    cells = find_changes(*sides)
    return FileChanges(number, path, "changed", cells) if cells else None


def _digest(tree: Tree, path: str) -> str | None:
    entry = tree.get(path)
    return entry[0] if entry else None
