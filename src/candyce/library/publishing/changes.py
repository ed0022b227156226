"""What a new edition changes, file by file and cell by cell, for its author to read before publishing."""

from __future__ import annotations

from dataclasses import dataclass

from candyce.collab.history.compare import Comparison, compare
from candyce.lib.errors import BadRequest
from candyce.library.publishing.content import Tree
from candyce.library.publishing.queries import FileChange, compare_trees
from candyce.projects.blobs import read_blob
from candyce.projects.kinds import Kind, kind_of, read_text
from candyce.projects.notebooks import read_notebook

FILES = 40  # named on one page
COMPARED = 4  # compared there: each may take seconds
SIZE = 3_000_000  # bytes of a file that is compared


@dataclass(frozen=True)
class Changed:
    """``comparison``: None where only that it differs can be said. ``later``: it is compared on a page of its own."""

    change: FileChange
    comparison: Comparison | None
    later: bool = False


def compare_files(before: Tree, after: Tree, *, only: str = "") -> tuple[list[Changed], int]:
    """Files that differ, and how many more were left out.

    The first :data:`COMPARED` of those that can be compared are, or the one named ``only``; the others are named.
    """
    differing = [one for one in compare_trees(before, after) if only in {"", one.path}]
    found: list[Changed] = []
    compared = 0
    for change in differing[:FILES]:
        if not _is_comparable(change):
            found.append(Changed(change, None))
        elif compared == COMPARED:
            found.append(Changed(change, None, later=True))
        else:
            compared += 1
            found.append(Changed(change, _compare(before, after, change)))
    return found, len(differing) - len(found)


def _is_comparable(change: FileChange) -> bool:
    return change.kind == "changed" and kind_of(change.path) is not None


def _compare(before: Tree, after: Tree, change: FileChange) -> Comparison | None:
    sides = [read_side(tree, change.path) for tree in (before, after)]
    if any(side is None for side in sides):
        return None
    return compare(*sides)  # type: ignore[arg-type]


def read_side(tree: Tree, path: str):  # type: ignore[no-untyped-def]
    """A notebook or a text as it is compared; None for what is not there, too large or cannot be read."""
    entry = tree.get(path)
    if entry is None or entry[1] > SIZE:
        return None
    try:
        data = read_blob(entry[0])
        if kind_of(path) is Kind.NOTEBOOK:
            return read_notebook(data)
    except (OSError, BadRequest):
        return None
    return read_text(data)
