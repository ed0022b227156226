"""What an adaptation changes in all the files of the original, and which of it may be taken over."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from candyce.library.publishing.changes import read_side
from candyce.library.publishing.content import Tree
from candyce.library.publishing.merging.cells import CellChange, find_changes
from candyce.library.publishing.queries import compare_trees
from candyce.projects.paths import is_notebook

FILES = 100


@dataclass
class FileChanges:
    """A file that the adaptation adds, removes or changes.

    ``cells``: of a notebook that both have; else the file is taken whole. ``meets``: I changed it too, or it is
    there under this name already: taking theirs puts it in the place of mine.
    """

    number: int
    path: str
    kind: str
    cells: list[CellChange] = field(default_factory=list)
    meets: bool = False

    @property
    def whole(self) -> bool:
        return not self.cells


@dataclass
class Plan:
    """``state``: changes when any of the three does, so that one merges what one has seen."""

    files: list[FileChanges]
    state: str


def make_plan(base: Tree, theirs: Tree, mine: Tree) -> Plan:
    files: list[FileChanges] = []
    for change in compare_trees(base, theirs)[:FILES]:
        found = _look_at(len(files), change.path, change.kind, (base, theirs, mine))
        if found is not None:
            files.append(found)
    names = [
        sorted((path, entry[0]) for path, entry in tree.items()) for tree in (base, theirs, mine)
    ]
    return Plan(files, hashlib.sha256(json.dumps(names).encode()).hexdigest()[:32])


def _look_at(
    number: int, path: str, kind: str, trees: tuple[Tree, Tree, Tree]
) -> FileChanges | None:
    before, new, own = (_digest(tree, path) for tree in trees)
    if own == new:
        return None  # mine has it already
    if kind == "changed" and own and is_notebook(path) and own != before:
        return _look_into(number, path, trees, meets=True)
    if kind == "changed" and own and is_notebook(path):
        return _look_into(number, path, trees, meets=False)
    return FileChanges(number, path, kind, meets=own != before)


def _look_into(
    number: int, path: str, trees: tuple[Tree, Tree, Tree], *, meets: bool
) -> FileChanges | None:
    sides: list[Any] = [read_side(tree, path) for tree in trees]
    if any(side is None for side in sides):
        return FileChanges(number, path, "changed", meets=meets)
    cells = find_changes(*sides)
    return FileChanges(number, path, "changed", cells) if cells else None


def _digest(tree: Tree, path: str) -> str | None:
    entry = tree.get(path)
    return entry[0] if entry else None
