"""The questions of an assignment, as its author wrote them: what is asked, for how many points, by which rubric."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from candyce.assignments.models import Assignment
from candyce.exercises.extras import get_rubric
from candyce.exercises.format import get_cells, get_id, get_source, to_points
from candyce.exercises.questions import Item, Question, get_questions
from candyce.exercises.release import WORDS, release
from candyce.projects.stored import StoredNotebook, list_notebooks, read_stored_notebook

Cell = dict[str, Any]
NOTEBOOK_LIMIT = 20_000_000  # bytes; a larger one is only opened in the editor
CRITERIA_LIMIT = 30


@dataclass(frozen=True)
class Criterion:
    """A line of a rubric: what is looked at, and the most points it gives."""

    id: str
    label: str
    points: Decimal


@dataclass(frozen=True)
class Asked:
    """A question of the assignment; ``number`` counts from 1 over all its notebooks.

    ``lead`` are the author's cells that stand between the question before and this one; ``cells`` are its
    own, solutions and hidden tests included: for teachers only. ``given`` are the ids of all cells of the
    notebook, ``empty`` what its cells hold as long as the pupil has written nothing (by id).
    """

    number: int
    path: str
    question: Question
    lead: tuple[Cell, ...]
    cells: tuple[Cell, ...]
    rubrics: dict[str, tuple[Criterion, ...]]  # by grade_id
    given: frozenset[str]
    empty: Mapping[str, frozenset[str]]

    @property
    def key(self) -> tuple[str, str]:
        return self.path, self.question.id

    @property
    def title(self) -> str:
        return self.question.title

    @property
    def points(self) -> Decimal:
        return self.question.points

    @property
    def items(self) -> tuple[Item, ...]:
        return self.question.items


def get_asked(assignment: Assignment) -> tuple[Asked, ...]:
    """The questions that give points, in order; empty when the work has none."""
    return _read_all(list_notebooks(assignment.version.tree))


def has_questions(assignment: Assignment) -> bool:
    return bool(get_asked(assignment))


@lru_cache(maxsize=64)
def _read_all(notebooks: tuple[StoredNotebook, ...]) -> tuple[Asked, ...]:
    found: list[Asked] = []
    for path, sha256 in notebooks:
        notebook = read_stored_notebook(sha256)
        if notebook is not None:
            found += _read(path, notebook, len(found))
    return tuple(found)


def _read(path: str, notebook: dict[str, Any], before: int) -> Iterable[Asked]:
    cells = get_cells(notebook)
    number, end = before, 0
    given = frozenset(get_id(cell) for cell in cells)
    empty = _get_empty(notebook)
    for question in get_questions(notebook):
        first, last = question.items[0].index, question.items[-1].index
        lead, end = tuple(cells[end:first]), last + 1
        if not question.points:
            continue
        number += 1
        yield Asked(
            number=number,
            path=path,
            question=question,
            lead=lead,
            cells=tuple(cells[item.index] for item in question.items),
            rubrics={item.grade_id: read_criteria(cells[item.index]) for item in question.items},
            given=given,
            empty=empty,
        )


def _get_empty(notebook: dict[str, Any]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for language in WORDS:
        for cell in get_cells(release(notebook, language)):
            found[get_id(cell)].add(get_source(cell).strip())
    return {name: frozenset(sources) for name, sources in found.items()}


def read_criteria(cell: Cell) -> tuple[Criterion, ...]:
    """The rubric of a cell, without criteria that give nothing."""
    return tuple(
        Criterion(one["id"], one["label"] or one["id"], to_points(one["points"]))
        for one in get_rubric(cell)[:CRITERIA_LIMIT]
        if one["points"]
    )


def parse_notebook(data: bytes) -> dict[str, Any] | None:
    """A stored notebook, read quickly: it was checked when it was written. None when it cannot be read."""
    if len(data) > NOTEBOOK_LIMIT:
        return None
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return notebook if isinstance(notebook, dict) else None
