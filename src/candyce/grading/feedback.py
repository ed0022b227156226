"""What the pupil reads once the copy is returned: points, comments, tests by name and status."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from candyce.accounts.models import User
from candyce.assignments import access
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.prose import render_prose
from candyce.collab.models import CommentThread
from candyce.grading import queries, remarks
from candyce.grading.asked import Asked, get_asked, has_questions
from candyce.grading.models import Answer

_TOLD = ("name", "status", "hidden", "error", "message")


@dataclass(frozen=True)
class Part:
    """An answer of a question: what the tests said and what the teacher says."""

    answer: Answer
    tests: list[dict[str, Any]]
    comment: SafeString
    criteria: list[tuple[str, Any, Decimal]]  # label, points or None, most points


@dataclass(frozen=True)
class Told:
    """A question as its pupil reads it."""

    asked: Asked
    mark: queries.Mark
    hint_cost: Decimal | None
    parts: list[Part]
    remarks: list[CommentThread]


def get_told(copy: Copy, said: remarks.Remarks) -> list[Told]:
    """The questions of a returned copy, with what is ``said`` at their cells.

    A hidden test is told by name and status alone.
    """
    sheet = queries.get_sheet(copy)
    if sheet is None:
        return []
    asked = get_asked(copy.assignment)
    marks = queries.group_marks(asked, sheet.answers.all())
    hints = queries.get_hints(copy)
    return [
        Told(
            one,
            mark,
            hints.get(one.key),
            [_make_part(one, answer) for answer in mark.answers],
            remarks.take(said, one),
        )
        for one, mark in zip(asked, marks, strict=True)
    ]


def _make_part(asked: Asked, answer: Answer) -> Part:
    criteria = [
        (one.label, _to_decimal(answer.rubric.get(one.id)), one.points)
        for one in asked.rubrics.get(answer.grade_id, ())
        if one.id in answer.rubric
    ]
    return Part(
        answer, [_tell(test) for test in _get_tests(answer)], render_prose(answer.comment), criteria
    )


def _to_decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _get_tests(answer: Answer) -> list[dict[str, Any]]:
    found = answer.auto_detail
    return [test for test in found if isinstance(test, dict)] if isinstance(found, list) else []


def _tell(test: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "status", "hidden") if test.get("hidden") else _TOLD
    return {name: test.get(name, "") for name in names}


# --- for the pages of the assignments room ------------------------------------------------------


def render_feedback(user: User, copy: Copy, request: HttpRequest) -> SafeString:
    """The section of the copy's page; empty before the return and where nothing was said."""
    if not access.get_copy_abilities(user, copy)["see_mark"] or copy.state != Copy.State.RETURNED:
        return SafeString("")
    said = remarks.get_remarks([copy], hidden=False)[copy.project_id]
    told = get_told(copy, said)
    rest = remarks.get_rest(said)
    if not told and not rest:
        return SafeString("")
    sums = queries.get_sums([one.mark for one in told], queries.get_hints(copy))
    context = {"told": told, "sums": sums, "other_remarks": rest, "copy": copy}
    return render_to_string("grading/_feedback.html", context, request)


def get_overview_url(assignment: Assignment) -> str | None:
    if not has_questions(assignment):
        return None
    return reverse("grading:overview", args=[assignment.pk])


def get_copy_url(copy: Copy) -> str | None:
    if not has_questions(copy.assignment):
        return None
    return reverse("grading:copy", args=[copy.pk])


def get_statistics_url(assignment: Assignment) -> str:
    return reverse("grading:statistics", args=[assignment.pk])
