"""What the gradebook's pages read, in a number of queries that grows with neither pupils nor assignments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from candyce.accounts.models import Class, Enrolment, User
from candyce.assignments.models import Assignment, Copy
from candyce.grading.gradebook import access
from candyce.grading.gradebook.book import Book, Cell, Column, Row
from candyce.grading.models import Coefficient
from candyce.lib.text import fold

ONE = Decimal(1)


def get_pupils(school_class: Class) -> list[User]:
    """By name."""
    found = User.objects.filter(
        enrolments__school_class=school_class, enrolments__role=Enrolment.Role.STUDENT
    )
    return sorted(found, key=lambda pupil: fold(pupil.sort_name))


def get_columns(
    user: User, school_class: Class, *, start: date | None = None, end: date | None = None
) -> tuple[Column, ...]:
    """The class's work that the person follows, by day; both days belong to the period. Two queries."""
    coefficients = dict(
        Coefficient.objects.filter(school_class=school_class).values_list("assignment", "value")
    )
    assignments = access.followed_assignments(user, school_class)
    columns = _sort(Column(one, coefficients.get(one.pk, ONE)) for one in assignments)
    return tuple(
        column
        for column in columns
        if (start is None or column.day >= start) and (end is None or column.day <= end)
    )


def _sort(columns: Iterable[Column]) -> list[Column]:
    return sorted(
        columns,
        key=lambda one: (one.day, one.assignment.created_at, fold(one.assignment.title)),
    )


def get_book(
    user: User, school_class: Class, *, start: date | None = None, end: date | None = None
) -> Book:
    """The gradebook of a class fetched through the guard; four queries, six where some work in groups."""
    columns = get_columns(user, school_class, start=start, end=end)
    copies = map_copies(access.followed_copies(user, school_class))
    rows = tuple(
        Row(
            pupil,
            tuple(
                Cell(column, pupil, copies.get((column.assignment.pk, pupil.pk)))
                for column in columns
            ),
        )
        for pupil in get_pupils(school_class)
    )
    return Book(school_class, columns, rows)


def map_copies(copies: Iterable[Copy]) -> dict[tuple[Any, Any], Copy]:
    """Copies by assignment and pupil (ids), for each pupil whose copy it is."""
    return {(copy.assignment_id, pupil.pk): copy for copy in copies for pupil in copy.members}


# --- a pupil's own marks ------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnMarks:
    """A pupil's marks in one class: only of copies that were returned."""

    school_class: Class
    row: Row


def get_own_marks(user: User) -> list[OwnMarks]:
    """The pupil's line in each class that has one, the newest school year first; four queries."""
    classes = list(access.attended_classes(user))
    copies = {
        copy.assignment_id: copy
        for copy in access.own_returned_copies(user).select_related("assignment")
    }
    given = Assignment.classes.through.objects.filter(
        assignment__in=list(copies), class__in=classes
    ).values_list("class_id", "assignment_id")
    coefficients = {
        (one.school_class_id, one.assignment_id): one.value
        for one in Coefficient.objects.filter(school_class__in=classes, assignment__in=list(copies))
    }
    columns: dict[Any, list[Column]] = {}
    for pair in given:
        column = Column(copies[pair[1]].assignment, coefficients.get(pair, ONE))
        columns.setdefault(pair[0], []).append(column)
    return [
        OwnMarks(one, _make_own_row(user, columns[one.pk], copies))
        for one in classes
        if one.pk in columns
    ]


def _make_own_row(user: User, columns: list[Column], copies: dict[Any, Copy]) -> Row:
    return Row(
        user,
        tuple(Cell(column, user, copies[column.assignment.pk]) for column in _sort(columns)),
    )
