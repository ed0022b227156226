"""Files that pupils hand in as answers: what of them is shown beside the answer, and the bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from candyce.exercises.answers import read_line
from candyce.exercises.format import get_cells, get_grade_id, get_source
from candyce.grading.asked import Asked
from candyce.lib.errors import NotFound
from candyce.projects import preview
from candyce.projects.blobs import read_blob

READ_LIMIT = 2_000_000  # bytes; of a longer file only its size is shown
SHOWN = 5  # files of one question

Tree = Mapping[str, Any]  # path: [sha256, size, modified]


@dataclass(frozen=True)
class Handed:
    """``name`` is what the pupil wrote; ``preview`` is None where the copy has no such file."""

    name: str
    size: int = 0
    preview: preview.Preview | None = None


def find_handed(asked: Asked, notebook: dict[str, Any], tree: Tree) -> tuple[Handed, ...]:
    """The files that the answers to a question name, as they are in the version that is marked."""
    wanted = {item.grade_id for item in asked.items if item.kind == "file"}
    if not wanted:
        return ()
    cells = [cell for cell in get_cells(notebook) if get_grade_id(cell) in wanted][:SHOWN]
    names = [read_line(get_source(cell), file=True) for cell in cells]
    return tuple(_make(name, tree) for name in names if name)


def _make(name: str, tree: Tree) -> Handed:
    entry = tree.get(name)
    if not entry or not entry[0]:
        return Handed(name)
    size = entry[1]
    try:
        wants = preview.needs_content(name) and size <= READ_LIMIT
        data = read_blob(entry[0]) if wants else b""
    except OSError:
        return Handed(name)
    too_long = preview.needs_content(name) and size > READ_LIMIT
    shown = preview.Preview("none") if too_long else preview.make_preview(name, data)
    return Handed(name, size, shown)


def read_handed(tree: Tree, path: str) -> bytes:
    """The bytes of a file; raises :class:`NotFound`."""
    entry = tree.get(path)
    if not entry or not entry[0]:
        raise NotFound
    try:
        return read_blob(entry[0])
    except OSError as error:
        raise NotFound from error
