"""What a pupil wrote for a question, found in the copy's notebook and made into HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from candyce.assignments.models import Copy
from candyce.exercises.format import Role, get_cells, get_grade_id, get_id, get_source
from candyce.grading.asked import Asked, Cell, parse_notebook
from candyce.grading.models import Sheet
from candyce.lib.markdown import PICTURES, Room
from candyce.lib.notebook_html import render_cell
from candyce.projects.blobs import read_blob
from candyce.projects.models import Version

CELLS_LIMIT = 40  # cells of one answer; the rest is in the notebook
SHARE = PICTURES // 4  # of one answer: nobody's pictures push all others off the page
_HEADING = re.compile(r"(</?h)[1-6](?=[\s>])")
_TICKED = re.compile(r"^(\s*[-*+]\s+)\[[xX]\](?=\s)", re.MULTILINE)
_UNTICKED = re.compile(r"^(\s*[-*+]\s+)\[ ?\](?=\s)", re.MULTILINE)


@dataclass(frozen=True)
class Work:
    """A pupil's cells for one question.

    ``present``: the question's own cell is there. ``blank``: nothing was written. ``cut``: there are more
    cells than are shown. ``room``: the page's, for pictures.
    """

    cells: tuple[Cell, ...]
    present: bool
    blank: bool
    cut: bool
    room: Room = field(default_factory=Room, compare=False)

    @cached_property
    def html(self) -> SafeString:
        share = Room(min(self.room.left, SHARE))
        before = share.left
        html = render_cells(self.cells, share)
        self.room.take(before - share.left)
        return html


def get_trees(pairs: Iterable[tuple[Copy, Sheet | None]]) -> dict[UUID, dict[str, list]]:
    """The files that are marked, by copy, in one query: as handed in, else as marking took them.

    A copy that is still worked on and was never marked has none.
    """
    wanted = {copy.pk: _get_version_id(copy, sheet) for copy, sheet in pairs}
    found = Version.objects.in_bulk([one for one in wanted.values() if one])
    return {pk: found[one].tree for pk, one in wanted.items() if one in found}


def _get_version_id(copy: Copy, sheet: Sheet | None) -> Any:
    marked = sheet.version_id if sheet else None
    if copy.state == Copy.State.WORKING:
        return marked
    return copy.handed_in_version_id or marked or copy.returned_version_id


def read_notebooks(tree: dict[str, list], paths: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The notebooks of a tree at these paths; one that is missing or unreadable is left out."""
    found = {}
    for path in set(paths):
        entry = tree.get(path)
        if not entry or not entry[0]:
            continue
        try:
            notebook = parse_notebook(read_blob(entry[0]))
        except OSError:
            continue
        if notebook is not None:
            found[path] = notebook
    return found


def find_work(asked: Asked, notebook: dict[str, Any], room: Room | None = None) -> Work:
    """The cells in which the pupil answers: the question's own, and those added after them.

    A cell is known by its ``grade_id``, else by its id. Tests, and the text of a task, are the author's and are
    left out.
    """
    written = [item for item in asked.items if item.role is not Role.TESTS]
    tasks = {item.grade_id for item in written if item.role is Role.TASK}
    answers, ids = {item.grade_id for item in written}, {item.cell_id for item in written}
    every = {item.grade_id for item in asked.items} | {item.cell_id for item in asked.items}
    found: list[Cell] = []
    within, present = False, not written
    for cell in get_cells(notebook):
        grade_id, cell_id = get_grade_id(cell), get_id(cell)
        if grade_id in answers or cell_id in ids:
            within = present = True
            if grade_id not in tasks:
                found.append(cell)
        elif grade_id or cell_id in asked.given:
            # The question goes on through its own tests; another's cell ends it.
            within = within and (grade_id in every or cell_id in every)
        elif within and get_source(cell).strip():
            found.append(cell)
    blank = all(_is_blank(asked, cell) for cell in found)
    shown, cut = tuple(found[:CELLS_LIMIT]), len(found) > CELLS_LIMIT
    return Work(shown, present, blank, cut, room or Room())


def _is_blank(asked: Asked, cell: Cell) -> bool:
    source = get_source(cell).strip()
    return not source or source in asked.empty.get(get_id(cell), ())


def render_cells(cells: Iterable[Cell], room: Room) -> SafeString:
    """Cells as a fragment of a page: headings below the page's own, choices as boxes.

    ``room``: the page's, for pictures.
    """
    parts = [_render(cell, room) for cell in cells]
    return format_html_join("\n", "{}", ((part,) for part in parts))


def _render(cell: Cell, room: Room) -> SafeString:
    if cell.get("cell_type") == "markdown":
        source = _TICKED.sub(r"\1☑", get_source(cell))
        cell = {**cell, "source": _UNTICKED.sub(r"\1☐", source)}
    # In sanitised HTML a `<h1` is always a tag: text has `&lt;`.
    return mark_safe(_HEADING.sub(r"\g<1>4", render_cell(cell, room)))  # noqa: S308
