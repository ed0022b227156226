"""A pupil's notebook beside the author's: what is run to mark it, and what was answered.

Only the pupil's own cells are the pupil's word. Tests and given cells are taken from the author's version, where
they stand in the pupil's order; roles, points and kinds are the author's too, whatever a copy's metadata say.

Source: nbgrader's ``OverwriteCells`` and ``DeduplicateIds``; unlike them, this also recognises a cell whose
``grade_id`` was changed by its own id, and puts a deleted cell back behind the one it followed.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from candyce.exercises import closed
from candyce.exercises.format import (
    Cell,
    Role,
    get_grade_id,
    get_id,
    get_kind,
    get_role,
    get_source,
    get_type,
    iter_exercise_cells,
    normalise,
)
from candyce.exercises.format import get_cells as get_all_cells
from candyce.exercises.release import WORDS, release


@dataclass(frozen=True)
class Step:
    """One cell to run. ``pupil``: the pupil's text; ``tests`` and ``given``: the author's, hidden tests included."""

    cell_id: str
    grade_id: str | None
    kind: Literal["pupil", "tests", "given"]
    source: str


@dataclass(frozen=True)
class Answer:
    """What the pupil wrote at a cell that is answered.

    ``text``: the cell's source; of a closed question the answer itself, on one line; of a task what stands in
    the pupil's cells after it. ``blank``: nothing was written. ``cell_id``: of the pupil's cell, "" without one.
    """

    text: str
    blank: bool
    cell_id: str = ""


def prepare(author: Any, pupil: Any) -> list[Step]:
    """The code to run for marking, in order.

    The pupil's cells in the pupil's order; the author's tests and given cells over theirs, and those that are
    missing behind the author's cell that they followed.
    """
    given = normalise(author)["cells"]
    cells = get_all_cells(pupil)
    matches = match_cells(given, cells)
    owner = {index: place for place, index in matches.items()}
    steps: list[tuple[int | None, Step]] = []
    for index, cell in enumerate(cells):
        place = owner.get(index)
        step = _make_step(None if place is None else given[place], cell)
        if step:
            steps.append((place, step))
    behind = _place_missing(given, matches, [place for place, _step in steps if place is not None])
    result = [_give(given[missing]) for missing in behind.get(None, ())]
    for place, step in steps:
        result.append(step)
        if place is not None:
            result += [_give(given[missing]) for missing in behind.get(place, ())]
    return result


def _place_missing(
    given: list[Cell], matches: dict[int, int], known: list[int]
) -> dict[int | None, list[int]]:
    """The missing tests and given cells, by the nearest of the author's cells before them that is run."""
    known = sorted(known)
    behind: dict[int | None, list[int]] = {}
    for place in _get_fixed(given):
        if place not in matches:
            at = bisect(known, place)
            behind.setdefault(known[at - 1] if at else None, []).append(place)
    return behind


def match_cells(given: list[Cell], cells: list[Cell]) -> dict[int, int]:
    """The place of an author's cell -> the place of the pupil's that stands for it.

    Exercise cells by ``grade_id`` (of several, the one with the author's cell id, else the last, as nbgrader
    does); ordinary cells, and those whose ``grade_id`` is gone, by cell id.
    """
    by_grade: dict[str, list[int]] = {}
    by_id: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if get_grade_id(cell):
            by_grade.setdefault(get_grade_id(cell), []).append(index)
        if get_id(cell):
            by_id.setdefault(get_id(cell), index)
    matches: dict[int, int] = {}
    for place, cell in enumerate(given):
        same = by_grade.get(get_grade_id(cell), []) if get_role(cell) else []
        if same:
            own = by_id.get(get_id(cell))
            matches[place] = own if own in same else same[-1]
    taken = set(matches.values())
    for place, cell in enumerate(given):
        twin = by_id.get(get_id(cell)) if get_id(cell) else None
        if place not in matches and twin is not None and twin not in taken:
            matches[place] = twin
            taken.add(twin)
    return matches


def _is_fixed(cell: Cell) -> bool:
    return get_type(cell) == "code" and get_role(cell) in {Role.TESTS, Role.READONLY}


def _get_fixed(given: list[Cell]) -> Iterable[int]:
    return (place for place, cell in enumerate(given) if _is_fixed(cell))


def _make_step(author: Cell | None, cell: Cell) -> Step | None:
    """The step of a pupil's cell that stands for ``author`` (None: the pupil's own)."""
    if author is None or get_role(author) is None:
        if get_type(cell) != "code":
            return None
        return Step(get_id(cell), None, "pupil", get_source(cell))
    if _is_fixed(author):
        return _give(author)
    # A code cell that the pupil turned into text is code all the same, and the other way round.
    if get_type(author) != "code":
        return None
    return Step(get_id(cell), get_grade_id(author), "pupil", get_source(cell))


def _give(author: Cell) -> Step:
    kind: Literal["tests", "given"] = "tests" if get_role(author) is Role.TESTS else "given"
    return Step(get_id(author), get_grade_id(author), kind, get_source(author))


# --- answers ------------------------------------------------------------------------------------


def read_answers(author: Any, pupil: Any) -> dict[str, Answer]:
    """``grade_id`` -> what the pupil answered, for every cell of the author's that is answered."""
    clean = normalise(author)
    given, cells = clean["cells"], get_all_cells(pupil)
    matches = match_cells(given, cells)
    untouched = [release(clean, language)["cells"] for language in WORDS]
    standing = {index for place, index in matches.items() if get_role(given[place])}
    known = {index: get_source(given[place]) for place, index in matches.items()}
    found: dict[str, Answer] = {}
    for place, cell, role in iter_exercise_cells(clean):
        if role in {Role.TESTS, Role.READONLY}:
            continue
        index = matches.get(place)
        if role is Role.TASK:
            answer = _read_task(cells, index, standing, known)
        elif index is None:
            answer = Answer("", blank=True)
        elif get_kind(cell):
            answer = _read_closed(cell, cells[index])
        else:
            blanks = {_squeeze(get_source(version[place])) for version in untouched}
            text = get_source(cells[index])
            blank = _squeeze(text) in blanks | {""}
            answer = Answer(text, blank, get_id(cells[index]))
        found[get_grade_id(cell)] = answer
    return found


def _squeeze(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def _read_closed(author: Cell, cell: Cell) -> Answer:
    text = closed.get_given(author, get_source(cell))
    return Answer(text, blank=not text, cell_id=get_id(cell))


def _read_task(
    cells: list[Cell], index: int | None, standing: set[int], known: dict[int, str]
) -> Answer:
    """What the pupil wrote between a task and the next exercise cell."""
    if index is None:
        return Answer("", blank=True)
    texts = []
    for later in range(index + 1, len(cells)):
        if later in standing:
            break
        text = get_source(cells[later])
        if text.strip() and text != known.get(later):
            texts.append(text)
    return Answer("\n\n".join(texts), blank=not texts, cell_id=get_id(cells[index]))
