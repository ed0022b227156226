"""The questions of a notebook: cells grouped as a pupil sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from candyce.exercises import closed
from candyce.exercises.extras import get_difficulty, get_hint_cost, get_hint_text, get_title
from candyce.exercises.format import (
    TITLE_LIMIT,
    Cell,
    Notebook,
    Role,
    compute_checksum,
    get_candyce,
    get_id,
    get_kind,
    get_meta,
    get_source,
    get_type,
    iter_exercise_cells,
    normalise,
    to_points,
)
from candyce.exercises.release import release

HEADING_LIMIT = 500  # characters of a line: the expression takes the square of their number
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*\Z")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_MARKUP = re.compile(r"[*_`]+(?=\S)|(?<=\S)[*_`]+")


@dataclass(frozen=True)
class Item:
    """A cell that belongs to a question.

    ``index``: its place in the notebook. ``kind``: ``code``, ``tests``, ``text``, ``task``, ``choice``, ``choices``,
    ``number``, ``text_short``, ``matching`` or ``file``. ``automatic``: a program can mark it.
    """

    grade_id: str
    cell_id: str
    index: int
    role: Role
    points: Decimal
    kind: str
    automatic: bool


@dataclass(frozen=True)
class Question:
    """What a pupil is asked at one place; ``id`` is the ``grade_id`` of its first cell.

    ``hint_cost``: points that the hint costs; None where there is no hint. ``difficulty``: 1 to 3, or None.
    """

    id: str
    title: str
    items: tuple[Item, ...]
    points: Decimal
    difficulty: int | None
    hint_cost: Decimal | None
    automatic: bool


def get_questions(notebook: Any) -> list[Question]:
    """The questions in the notebook's order.

    A solution cell and the tests cells that follow, up to the next cell that is answered, are one
    question; every other cell with points is a question of its own.
    """
    clean = normalise(notebook)
    cells = clean["cells"]
    groups: list[list[Item]] = []
    open_group = False
    for index, cell, role in iter_exercise_cells(clean):
        if role is Role.READONLY:
            continue
        item = make_item(cell, index, role)
        if role is Role.TESTS and open_group:
            groups[-1].append(item)
            continue
        groups.append([item])
        open_group = role is Role.SOLUTION
    # What pupils do not see names nothing: the headings are those of their version.
    headings = _find_headings(
        [_get_seen(*pair) for pair in zip(cells, release(clean)["cells"], strict=True)]
    )
    return [_make_question(n, group, cells, headings) for n, group in enumerate(groups, 1)]


def make_item(cell: Cell, index: int, role: Role) -> Item:
    """The item that an exercise cell of a normalised notebook is."""
    meta = get_meta(cell)
    points = Decimal("0.00") if role is Role.SOLUTION else to_points(meta.get("points", 0))
    kind = _get_item_kind(cell, role)
    automatic = role is Role.SOLUTION or (role is Role.TESTS and get_type(cell) == "code")
    if kind in closed.KINDS:
        automatic = closed.has_key(cell)
    return Item(meta["grade_id"], get_id(cell), index, role, points, kind, automatic)


def _get_item_kind(cell: Cell, role: Role) -> str:
    if role is Role.TESTS:
        return "tests"
    if role is Role.TASK:
        return "task"
    kind = get_kind(cell)
    if kind:
        return "text_short" if kind == "text" else kind
    return "code" if get_type(cell) == "code" else "text"


def _make_question(
    number: int, items: list[Item], cells: list[Cell], headings: list[str]
) -> Question:
    first = items[0]
    ours = [get_candyce(cells[item.index]) for item in items]
    title = next((title for title in map(get_title, ours) if title), "")
    difficulty = next((value for value in map(get_difficulty, ours) if value), None)
    costs = [cost for cost in map(get_hint_cost, ours) if cost is not None]
    return Question(
        id=first.grade_id,
        title=title or headings[first.index] or f"Question {number}",
        items=tuple(items),
        points=sum((item.points for item in items), Decimal("0.00")),
        difficulty=difficulty,
        hint_cost=costs[0] if costs else None,
        automatic=all(item.automatic for item in items),
    )


def find_hint(notebook: Notebook, question_id: str) -> str:
    """The hint of a question in the author's notebook; "" where there is none."""
    cells = normalise(notebook)["cells"]
    for question in get_questions(notebook):
        if question.id == question_id:
            texts = (get_hint_text(get_candyce(cells[item.index])) for item in question.items)
            return next((text for text in texts if text), "")
    return ""


def _get_seen(cell: Cell, released: Cell) -> Cell:
    """The cell as pupils see it: one whose checksum says that it was released already stays as it is.

    To release it twice would clear what the first time left of a free answer's prompt.
    """
    meta = get_meta(cell)
    checksum = meta.get("checksum")
    return cell if checksum and checksum == compute_checksum(cell, meta) else released


def _find_headings(cells: list[Cell]) -> list[str]:
    """For every cell the text of the nearest heading above it, or in it where it is Markdown."""
    found, heading = [], ""
    for cell in cells:
        if get_type(cell) == "markdown":
            heading = _get_last_heading(get_source(cell)) or heading
        found.append(heading)
    return found


def _get_last_heading(text: str) -> str:
    heading, fenced = "", False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        match = None if fenced else _HEADING.match(line[:HEADING_LIMIT])
        if match:
            plain = _MARKUP.sub("", match.group(1)).strip()
            heading = " ".join(plain.split())[:TITLE_LIMIT] or heading
    return heading
