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

FILES = 40  # compared on one page
SIZE = 3_000_000  # bytes of a file that is compared


@dataclass(frozen=True)
class Changed:
    """``comparison``: None where only that it differs can be said."""

    change: FileChange
    comparison: Comparison | None


def compare_files(before: Tree, after: Tree) -> list[Changed]:
    return [
        Changed(change, _compare(before, after, change))
        for change in compare_trees(before, after)[:FILES]
    ]


def _compare(before: Tree, after: Tree, change: FileChange) -> Comparison | None:
    kind = kind_of(change.path)
    if change.kind != "changed" or kind is None:
        return None
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
