"""From what was run and what was written to points: nbgrader's rules for the items that it knows.

A tests cell is worth its points when each of its tests passes, else nothing (nbgrader's ``determine_grade``). A blank
answer that would be read by a person is worth 0; one that is not blank waits for the person. Closed
questions have a share of their points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from candyce.assignments.late import Lateness
from candyce.compute.sandbox.runner import STATUSES, Outcome
from candyce.exercises import closed
from candyce.exercises import format as exercises
from candyce.exercises.questions import Item, Question
from candyce.exercises.restore import match_cells, read_answers
from candyce.grading.sources import AuthorNotebook

CENT = Decimal("0.01")
TESTS_SHOWN = 200
TEXT_SHOWN = 500
TEXTS = ("name", "error", "message", "expected", "given")


@dataclass
class Score:
    """One item with points. ``points``: None where a person must look."""

    grade_id: str
    question_id: str
    title: str
    kind: str
    points_max: Decimal
    points: Decimal | None
    detail: list[dict[str, Any]] = field(default_factory=list)


def score(author: AuthorNotebook, notebook: dict[str, Any] | None, outcome: Outcome) -> list[Score]:
    """The scores of a copy's notebook (None: there is none), in the author's order."""
    pupil = notebook or {"cells": []}
    cells, mine = author.cells, exercises.get_cells(pupil)
    matches = match_cells(cells, mine)
    answers = read_answers(author.notebook, pupil)
    found = []
    for question in author.questions:
        for item in question.items:
            if item.role is exercises.Role.SOLUTION:
                continue
            place = matches.get(item.index)
            cell = None if place is None else mine[place]
            blank = item.grade_id not in answers or answers[item.grade_id].blank
            points, detail = _judge(question, item, cells[item.index], cell, blank, outcome)
            found.append(
                Score(
                    item.grade_id,
                    question.id,
                    question.title,
                    item.kind,
                    item.points,
                    points,
                    detail,
                )
            )
    return found


def _judge(  # noqa: PLR0917
    question: Question,
    item: Item,
    author_cell: dict[str, Any],
    cell: dict[str, Any] | None,
    blank: bool,
    outcome: Outcome,
) -> tuple[Decimal | None, list[dict[str, Any]]]:
    if item.kind in closed.KINDS and item.automatic:
        verdict = closed.mark_closed(author_cell, cell)
        points = (item.points * verdict.fraction).quantize(CENT, ROUND_HALF_UP)
        status = verdict.said if verdict.said in {"right", "partial", "blank"} else "wrong"
        told = "" if verdict.said in {status, closed.WRONG} else verdict.said
        shown = {"expected": verdict.expected, "given": verdict.given, "message": told}
        return points, [make_detail(status=status, **shown)]
    if item.kind == "tests" and item.automatic:
        tests = outcome.tests.get(item.grade_id)
        if tests is None:
            return Decimal(0), [make_detail(status="not_run", error=outcome.reason)]
        detail = [read_test(test) for test in tests[:TESTS_SHOWN]]
        # All that were run count, shown or not.
        passed = all(isinstance(t, dict) and t.get("status") == "passed" for t in tests)
        return item.points if passed else Decimal(0), _get_stops(question, outcome) + detail
    if blank:
        return Decimal(0), [make_detail(status="blank")]
    return None, []


def _get_stops(question: Question, outcome: Outcome) -> list[dict[str, Any]]:
    """Where the pupil's own cells of this question stopped: often the whole reason."""
    ids = {item.grade_id for item in question.items if item.role is exercises.Role.SOLUTION}
    return [
        make_detail(
            status="timeout" if error.error == "timeout" else "error",
            error=error.error,
            message=error.message,
        )
        | {"line": error.line, "cell": True}
        for error in outcome.errors
        if error.grade_id in ids
    ]


def take_off(mark: Decimal, lateness: Lateness | None) -> Decimal:
    """The mark of a copy that is late: what that costs is taken off, never more than there is."""
    return mark if lateness is None else max(mark - lateness.taken, Decimal(0))


def make_detail(**given: Any) -> dict[str, Any]:
    fields = {"name": "", "error": "", "message": "", "hidden": False, "expected": "", "given": ""}
    return {**fields, **{name: str(value)[:TEXT_SHOWN] for name, value in given.items()}}


def read_test(test: Any) -> dict[str, Any]:
    """A verdict as the tests' side wrote it, with the fields and lengths that the database shall hold."""
    test = test if isinstance(test, dict) else {}
    texts = {name: str(test.get(name, ""))[:TEXT_SHOWN].replace("\0", "") for name in TEXTS}
    status = test.get("status")
    return {
        **texts,
        "status": status if status in STATUSES else "error",
        "hidden": bool(test.get("hidden")),
    }
