"""What the marking pages read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from candyce.accounts.models import User
from candyce.assignments import queries as assignment_queries
from candyce.assignments.board import number_pupils
from candyce.assignments.late import Lateness
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.queries import Row
from candyce.grading.asked import Asked, get_asked
from candyce.grading.models import Answer, AnswerEvent, HintUse, Sheet
from candyce.lib.text import fold

Key = tuple[str, str]  # path of a notebook, id of a question
WAITING = {Sheet.State.QUEUED, Sheet.State.RUNNING}


def get_points(answer: Answer) -> Decimal | None:
    """What counts: the teacher's points, else the proposal; None while somebody must look."""
    return answer.points if answer.points is not None else answer.auto_points


@dataclass(frozen=True)
class Mark:
    """A pupil's points for one question. ``points`` is None while a part of it waits for a person."""

    answers: tuple[Answer, ...]
    points: Decimal | None
    points_max: Decimal

    @property
    def changed(self) -> bool:
        """A teacher gave other points than the marking proposed."""
        return any(
            one.points is not None and one.auto_points not in {None, one.points}
            for one in self.answers
        )

    @property
    def state(self) -> str:
        """``none``, ``todo``, ``full``, ``zero`` or ``part``: with its word in the table."""
        if not self.answers:
            return "none"
        if self.points is None:
            return "todo"
        if self.points >= self.points_max:
            return "full"
        return "part" if self.points > 0 else "zero"


@dataclass(frozen=True)
class Line:
    """A pupil, or a group, in the marking of an assignment. ``number`` stands for the name while names are hidden."""

    row: Row
    number: int
    sheet: Sheet | None
    marks: tuple[Mark, ...]

    @property
    def pupil(self) -> User:
        return self.row.pupil

    @property
    def copy(self) -> Copy | None:
        return self.row.copy

    @property
    def waiting(self) -> bool:
        return self.sheet is not None and self.sheet.state in WAITING

    @property
    def failed(self) -> bool:
        return self.sheet is not None and self.sheet.state == Sheet.State.FAILED

    @property
    def todo(self) -> int:
        """Questions that wait for a person."""
        return sum(mark.state == "todo" for mark in self.marks)

    @property
    def lateness(self) -> Lateness | None:
        return self.row.lateness


def get_lines(user: User, assignment: Assignment, *, hidden: bool = False) -> list[Line]:
    """A line for each pupil or group whose work the person follows; six queries, eight for groups.

    By name; by number while names are hidden, so that the order tells nothing either.
    """
    asked = get_asked(assignment)
    rows = assignment_queries.gather(assignment_queries.get_rows(user, assignment))
    numbers = number_pupils(assignment, rows)
    copies = [row.copy for row in rows if row.copy]
    sheets = {
        sheet.copy_id: sheet
        for sheet in Sheet.objects.filter(copy__in=copies).prefetch_related("answers")
    }
    lines = [
        Line(
            row,
            numbers[row.pupil.pk],
            sheet := sheets.get(row.copy.pk) if row.copy else None,
            group_marks(asked, sheet.answers.all() if sheet else ()),
        )
        for row in rows
    ]
    lines.sort(key=lambda line: fold(line.row.sort_name))
    if hidden:
        lines.sort(key=lambda line: line.number)
    return lines


def group_marks(asked: Iterable[Asked], answers: Iterable[Answer]) -> tuple[Mark, ...]:
    """One :class:`Mark` a question, in the questions' order."""
    found: dict[Key, list[Answer]] = defaultdict(list)
    for answer in answers:
        found[answer.path, answer.question_id].append(answer)
    return tuple(_make_mark(one, tuple(found[one.key])) for one in asked)


def _make_mark(asked: Asked, answers: tuple[Answer, ...]) -> Mark:
    points = [get_points(answer) for answer in answers]
    known = [value for value in points if value is not None]
    complete = bool(points) and len(known) == len(points)
    return Mark(answers, sum(known, Decimal(0)) if complete else None, asked.points)


@dataclass(frozen=True)
class Totals:
    """How far the marking of an assignment is, in copies; and its questions that wait for a person."""

    pupils: int
    handed_in: int  # and not returned
    returned: int
    waiting: int  # for the automatic marking
    failed: int
    todo: int  # questions
    ready: int  # handed in, with a mark


def count(lines: Iterable[Line]) -> Totals:
    lines = list(lines)
    states = Counter(line.row.state for line in lines)
    handed_in = [line for line in lines if line.copy and line.row.state == Copy.State.HANDED_IN]
    return Totals(
        pupils=len(lines),
        handed_in=len(handed_in),
        returned=states[Copy.State.RETURNED],
        waiting=sum(line.waiting for line in lines),
        failed=sum(line.failed for line in lines),
        todo=sum(line.todo for line in lines),
        ready=sum(line.copy is not None and line.copy.mark is not None for line in handed_in),
    )


@dataclass(frozen=True)
class Success:
    """How a question went: mean of the points known, of so many copies, and those that wait."""

    mean: Decimal | None
    share: int | None  # per cent of the question's points
    known: int
    todo: int


def get_success(asked: tuple[Asked, ...], lines: Iterable[Line]) -> list[Success]:
    """One :class:`Success` a question."""
    columns: list[list[Mark]] = [[] for _one in asked]
    for line in lines:
        for column, mark in zip(columns, line.marks, strict=True):
            column.append(mark)
    return [_get_success(one, column) for one, column in zip(asked, columns, strict=True)]


def _get_success(asked: Asked, marks: list[Mark]) -> Success:
    known = [mark.points for mark in marks if mark.points is not None]
    todo = sum(mark.state == "todo" for mark in marks)
    if not known:
        return Success(None, None, 0, todo)
    mean = sum(known, Decimal(0)) / len(known)
    share = round(100 * mean / asked.points) if asked.points else None
    return Success(mean.quantize(Decimal("0.01")), share, len(known), todo)


@dataclass(frozen=True)
class Neighbours:
    """The lines of copies before and after one, in the page's order."""

    previous: Line | None
    next: Line | None
    position: int
    total: int


def get_neighbours(lines: Iterable[Line], copy: Copy) -> Neighbours:
    present = [line for line in lines if line.copy]
    place = next(
        (index for index, line in enumerate(present) if line.copy and line.copy.pk == copy.pk), 0
    )
    return Neighbours(
        present[place - 1] if place else None,
        present[place + 1] if place + 1 < len(present) else None,
        place + 1,
        len(present),
    )


def get_sheet(copy: Copy) -> Sheet | None:
    """The sheet of a copy fetched through the guard, with its answers and who did what to them."""
    return (
        Sheet.objects.filter(copy=copy)
        .prefetch_related(Prefetch("answers", queryset=get_told_answers()))
        .first()
    )


def get_told_answers() -> QuerySet[Answer]:
    """Answers with who marked them and every event: two queries more, however many there are."""
    events = AnswerEvent.objects.select_related("by").order_by("-at", "-pk")
    return (
        Answer.objects.select_related("marked_by")
        .prefetch_related(Prefetch("events", queryset=events))
        .order_by("order", "pk")
    )


def get_answers_to(asked: Asked, copies: Iterable[Copy]) -> dict[Any, list[Answer]]:
    """The answers to one question, by copy."""
    found: dict[Any, list[Answer]] = defaultdict(list)
    answers = get_told_answers().filter(
        sheet__copy__in=list(copies), path=asked.path, question_id=asked.question.id
    )
    for answer in answers.select_related("sheet", "marked_by"):
        found[answer.sheet.copy_id].append(answer)
    return found


def get_hints(copy: Copy) -> dict[Key, Decimal]:
    """What the hints that the pupil asked for cost, by question."""
    found: dict[Key, Decimal] = defaultdict(Decimal)
    for path, question_id, cost in HintUse.objects.filter(copy=copy).values_list(
        "path", "question_id", "cost"
    ):
        found[path, question_id] += cost
    return found


@dataclass(frozen=True)
class Sums:
    """What a copy comes to: points known, what hints took away, and questions that wait for a person."""

    points: Decimal
    points_max: Decimal
    hints: Decimal
    todo: int


def get_sums(marks: Iterable[Mark], hints: dict[Key, Decimal]) -> Sums:
    marks = list(marks)
    points = (get_points(answer) for mark in marks for answer in mark.answers)
    return Sums(
        points=sum((value for value in points if value is not None), Decimal(0)),
        points_max=sum((mark.points_max for mark in marks), Decimal(0)),
        hints=sum(hints.values(), Decimal(0)),
        todo=sum(mark.state == "todo" for mark in marks),
    )
