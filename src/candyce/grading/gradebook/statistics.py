"""The statistics of an assignment, from the marking's lines: nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from candyce.accounts.models import User
from candyce.assignments.models import Assignment
from candyce.grading import queries
from candyce.grading.asked import Asked, get_asked
from candyce.grading.gradebook.item_analysis import (
    DISCRIMINATION_FROM,
    Bin,
    Discrimination,
    Spread,
    get_bins,
    get_discriminations,
    get_spread,
)
from candyce.grading.gradebook.models import Entry
from candyce.grading.queries import Line, Success

STATES = ("full", "part", "zero")
AWAY, MISSING = "away", "missing"


@dataclass(frozen=True)
class QuestionFigures:
    """How one question went. ``full``, ``part`` and ``zero`` are copies whose points are known."""

    asked: Asked
    success: Success
    full: int
    part: int
    zero: int
    discrimination: Discrimination | None

    @property
    def known(self) -> int:
        return self.success.known


@dataclass(frozen=True)
class Statistics:
    """``copies``: handed in or returned; ``complete``: with points for every question. Without the absent and the
    excused; what was not handed in is 0 among the marks."""

    assignment: Assignment
    pupils: int
    copies: int
    spread: Spread | None
    bins: list[Bin]
    questions: list[QuestionFigures]
    complete: int

    @property
    def enough(self) -> bool:
        """For discrimination."""
        return self.complete >= DISCRIMINATION_FROM and len(self.questions) > 1


def get_statistics(user: User, assignment: Assignment, *, class_id: str = "") -> Statistics:
    """Of the pupils that the person follows, or of one class of theirs."""
    lines = [
        line
        for line in queries.get_lines(user, assignment)
        if not class_id or (line.row.school_class and str(line.row.school_class.pk) == class_id)
    ]
    states = _get_states(assignment, lines)
    lines = [line for line in lines if states[line.pupil.pk] != AWAY]
    found = [_get_mark(line, states[line.pupil.pk]) for line in lines]
    marks = [mark for mark in found if mark is not None]
    asked = get_asked(assignment)
    complete = _get_complete(lines) if asked else []
    return Statistics(
        assignment=assignment,
        pupils=len(lines),
        copies=sum(line.row.state in {"handed_in", "returned"} for line in lines),
        spread=get_spread(marks),
        bins=get_bins(marks, assignment.mark_max),
        questions=_get_questions(asked, lines, complete),
        complete=len(complete),
    )


def _get_states(assignment: Assignment, lines: Sequence[Line]) -> dict[Any, str]:
    """``away`` or ``missing`` by the line's pupil (id), else empty; one query.

    A state is a pupil's: a group is away when all its members are, and handed nothing in when that is said of all the
    others.
    """
    entries = Entry.objects.filter(assignment=assignment).exclude(state="")
    states = dict(entries.values_list("pupil_id", "state"))
    found = {}
    for line in lines:
        members = {states.get(pupil.pk, "") for pupil in line.row.members}
        present = members - {Entry.State.ABSENT, Entry.State.EXCUSED}
        missing = present == {Entry.State.MISSING}
        found[line.pupil.pk] = MISSING if missing else "" if present else AWAY
    return found


def _get_mark(line: Line, state: str) -> Decimal | None:
    if state == MISSING:
        return Decimal(0)
    return line.copy.mark if line.copy else None


def _get_complete(lines: Sequence[Line]) -> list[list[Decimal]]:
    found = []
    for line in lines:
        points = [mark.points for mark in line.marks]
        known = [one for one in points if one is not None]
        if len(known) == len(points):
            found.append(known)
    return found


def _get_questions(
    asked: tuple[Asked, ...], lines: Sequence[Line], complete: list[list[Decimal]]
) -> list[QuestionFigures]:
    success = queries.get_success(asked, lines)
    discriminations = get_discriminations(complete) or [None] * len(asked)
    found = []
    for place, one in enumerate(asked):
        states = Counter(line.marks[place].state for line in lines)
        counts = {state: states[state] for state in STATES}
        found.append(
            QuestionFigures(one, success[place], discrimination=discriminations[place], **counts)
        )
    return found
