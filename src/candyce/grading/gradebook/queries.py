"""What the gradebook's pages read, in a number of queries that grows with neither pupils nor columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from candyce.accounts.models import Class, Enrolment, User
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.times import get_all_times
from candyce.grading.gradebook import access
from candyce.grading.gradebook.book import Book, Cell, Column, Link, Row
from candyce.grading.gradebook.models import Entry, LineItem, SkillLevel, SkillLink
from candyce.grading.gradebook.skills import Level, get_levels, get_linked
from candyce.grading.models import Coefficient
from candyce.lib.text import fold

ONE = Decimal(1)
Pair = tuple[Any, Any]  # ids of a column and of a pupil
Links = dict[tuple[Any, Any], tuple[Link, ...]]  # by class and column (ids)


def get_pupils(school_class: Class) -> list[User]:
    """By name."""
    found = User.objects.filter(
        enrolments__school_class=school_class, enrolments__role=Enrolment.Role.STUDENT
    )
    return sorted(found, key=lambda pupil: fold(pupil.sort_name))


def get_columns(
    user: User, school_class: Class, *, start: date | None = None, end: date | None = None
) -> tuple[Column, ...]:
    """The class's line items and the work that the person follows, by day; both days belong to the
    period. Four queries."""
    coefficients = dict(
        Coefficient.objects.filter(school_class=school_class).values_list("assignment", "value")
    )
    assignments = list(access.followed_assignments(user, school_class))
    items = list(access.items_of(school_class))
    links = get_links([school_class], [one.pk for one in (*assignments, *items)])
    columns = [
        Column(
            one,
            coefficients.get(one.pk, ONE),
            links=links.get((school_class.pk, one.pk), ()),
        )
        for one in assignments
    ]
    columns += [_make_own_column(item, links) for item in items]
    return tuple(
        column
        for column in _sort(columns)
        if (start is None or column.day >= start) and (end is None or column.day <= end)
    )


def get_links(classes: list[Class], keys: list[Any]) -> Links:
    """The skills of columns (ids) in these classes."""
    found: Links = {}
    columns = Q(line_item__in=keys) | Q(assignment__in=keys)
    for one in SkillLink.objects.filter(columns, school_class__in=classes):
        key = (one.school_class_id, one.line_item_id or one.assignment_id)
        found[key] = (*found.get(key, ()), Link(one.skill, one.target))
    return found


def _make_own_column(item: LineItem, links: Links) -> Column:
    return Column(None, item.coefficient, item, links.get((item.school_class_id, item.pk), ()))


def _sort(columns: Iterable[Column]) -> list[Column]:
    return sorted(
        columns,
        key=lambda one: (one.day, one.source.created_at, fold(one.title)),
    )


def get_book(
    user: User, school_class: Class, *, start: date | None = None, end: date | None = None
) -> Book:
    """The gradebook of a class fetched through the guard; nine queries, twelve where some work in groups."""
    columns = get_columns(user, school_class, start=start, end=end)
    copies = map_copies(access.followed_copies(user, school_class))
    pupils = get_pupils(school_class)
    entries = _map_entries(columns, pupils)
    works = {column.key: column.assignment for column in columns if column.assignment}
    times = get_all_times(works.values(), [pupil.pk for pupil in pupils]) if works else {}
    for copy in copies.values():
        if copy.assignment_id in works:
            copy.assignment = works[copy.assignment_id]
    rows = tuple(
        Row(
            pupil,
            tuple(
                Cell(column, pupil, copies.get(pair), entries.get(pair), times.get(pair))
                for column in columns
                for pair in [(column.key, pupil.pk)]
            ),
        )
        for pupil in pupils
    )
    return Book(school_class, columns, rows)


def map_copies(copies: Iterable[Copy]) -> dict[Pair, Copy]:
    """Copies by assignment and pupil (ids), for each pupil whose copy it is."""
    return {(copy.assignment_id, pupil.pk): copy for copy in copies for pupil in copy.members}


def _map_entries(columns: Iterable[Column], pupils: Iterable[User]) -> dict[Pair, Entry]:
    keys = [column.key for column in columns]
    found = Entry.objects.filter(line_item__in=keys, pupil__in=pupils) | Entry.objects.filter(
        assignment__in=keys, pupil__in=pupils
    )
    return {(one.line_item_id or one.assignment_id, one.pupil_id): one for one in found}


# --- a pupil's own marks ------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnMarks:
    """A pupil's marks in one class: of copies that were returned and of line items that are told; and the
    levels of the skills that these worked on, or that a teacher wrote."""

    school_class: Class
    row: Row
    levels: list[Level]


def get_own_marks(user: User) -> list[OwnMarks]:
    """The pupil's line in each class that has one, the newest school year first; seven queries."""
    classes = list(access.attended_classes(user))
    copies = {
        copy.assignment_id: copy
        for copy in access.own_returned_copies(user).select_related("assignment")
    }
    entries = list(access.entries_told_to(user).select_related("line_item", "assignment"))
    states = {one.assignment_id: one for one in entries if one.assignment_id}
    work = {pk: copy.assignment for pk, copy in copies.items()}
    work |= {pk: one.assignment for pk, one in states.items() if one.assignment}
    links = get_links(classes, [*work, *(one.line_item_id for one in entries if one.line_item_id)])
    cells = _make_own_cells(user, classes, work, copies, states, links)
    for one in entries:
        if one.line_item:
            found = Cell(_make_own_column(one.line_item, links), user, None, one)
            cells.setdefault(one.line_item.school_class_id, []).append(found)
    by_hand: dict[Any, dict[str, int | None]] = {}
    for level in SkillLevel.objects.filter(pupil=user, school_class__in=classes):
        by_hand.setdefault(level.school_class_id, {})[level.skill] = level.level
    return [
        _make_own_marks(user, one, cells[one.pk], by_hand.get(one.pk, {}))
        for one in classes
        if one.pk in cells
    ]


def _make_own_marks(
    user: User, school_class: Class, cells: list[Cell], by_hand: dict[str, int | None]
) -> OwnMarks:
    skills = get_linked(cell.column for cell in cells)
    levels = [one for one in get_levels(cells, skills, by_hand) if one.value]
    return OwnMarks(school_class, _make_own_row(user, cells), levels)


def _make_own_cells(  # noqa: PLR0917
    user: User,
    classes: list[Class],
    work: dict[Any, Assignment],
    copies: dict[Any, Copy],
    states: dict[Any, Entry],
    links: Links,
) -> dict[Any, list[Cell]]:
    """Of assignments, by class (id)."""
    given = Assignment.classes.through.objects.filter(
        assignment__in=list(work), class__in=classes
    ).values_list("class_id", "assignment_id")
    coefficients = {
        (one.school_class_id, one.assignment_id): one.value
        for one in Coefficient.objects.filter(school_class__in=classes, assignment__in=list(work))
    }
    cells: dict[Any, list[Cell]] = {}
    for class_id, pk in given:
        coefficient = coefficients.get((class_id, pk), ONE)
        column = Column(work[pk], coefficient, links=links.get((class_id, pk), ()))
        cell = Cell(column, user, copies.get(pk), states.get(pk))
        cells.setdefault(class_id, []).append(cell)
    return cells


def _make_own_row(user: User, cells: list[Cell]) -> Row:
    order = {column.key: place for place, column in enumerate(_sort(c.column for c in cells))}
    return Row(user, tuple(sorted(cells, key=lambda cell: order[cell.column.key])))
