"""The gradebook of a class as it is read: pupils by assignments, with averages.

Nothing here reaches the database: :mod:`queries` fetches, these classes hold and count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from candyce.accounts.models import Class, User
from candyce.assignments.access import is_closed, is_open_yet
from candyce.assignments.models import Assignment, Copy
from candyce.grading.gradebook.averages import (
    TWENTY,
    Summary,
    Weighed,
    get_average,
    round_mark,
    summarise,
    to_twenty,
)


@dataclass(frozen=True)
class Column:
    """An assignment in a class. ``coefficient`` 0: its marks do not count."""

    assignment: Assignment
    coefficient: Decimal

    @property
    def day(self) -> date:
        """The day that the work ends, else the day it opens, else the day it was given; local."""
        one = self.assignment
        return timezone.localtime(one.closes_at or one.opens_at or one.created_at).date()

    @property
    def closed(self) -> bool:
        return is_closed(self.assignment)

    @property
    def open_yet(self) -> bool:
        return is_open_yet(self.assignment)

    @property
    def brought(self) -> bool:
        """Marked out of something else than 20."""
        return self.assignment.mark_max != TWENTY


def say_stage(stage: str) -> str:
    """Why there is no mark, in a word or two; empty for what is no stage."""
    return {
        "not_open": pgettext("work", "Not open yet"),
        "not_started": pgettext("work", "Not started"),
        "working": pgettext("work", "Under way"),
        "overdue": _("Not handed in"),
        "to_mark": _("To mark"),
        "no_mark": _("No mark"),
    }.get(stage, "")


@dataclass(frozen=True)
class Cell:
    """What a pupil has for an assignment."""

    column: Column
    pupil: User
    copy: Copy | None

    @property
    def mark(self) -> Decimal | None:
        return self.copy.mark if self.copy else None

    @property
    def returned(self) -> bool:
        """The pupil reads the mark."""
        return self.copy is not None and self.copy.state == Copy.State.RETURNED

    @property
    def provisional(self) -> bool:
        """There is a mark that the pupil does not read yet."""
        return self.mark is not None and not self.returned

    @property
    def exact(self) -> Fraction | None:
        """The mark out of 20."""
        return None if self.mark is None else to_twenty(self.mark, self.column.assignment.mark_max)

    @property
    def twenty(self) -> Decimal | None:
        """The same, rounded to be shown."""
        return None if self.exact is None else round_mark(self.exact)

    @property
    def stage(self) -> str:
        """Where work without mark is: a key of :func:`say_stage`; empty when there is a mark."""
        if self.mark is not None:
            return ""
        if self.copy is not None and self.copy.state != Copy.State.WORKING:
            return "no_mark" if self.returned else "to_mark"
        reopened = self.copy is not None and self.copy.reopened_at is not None
        if self.column.closed and not reopened:
            return "overdue"
        if not self.column.open_yet:
            return "not_open"
        return "working" if self.copy else "not_started"

    @property
    def stage_word(self) -> str:
        return say_stage(self.stage)


@dataclass(frozen=True)
class Row:
    """A pupil's line; cells in the columns' order."""

    pupil: User
    cells: tuple[Cell, ...]

    @property
    def exact(self) -> Fraction | None:
        """The pupil's average; None when no mark counts."""
        return get_average(
            Weighed(cell.exact, cell.column.coefficient)
            for cell in self.cells
            if cell.exact is not None
        )

    @property
    def average(self) -> Decimal | None:
        return None if self.exact is None else round_mark(self.exact)


@dataclass(frozen=True)
class Book:
    """A class's gradebook, or a period of it: columns by day, pupils by name."""

    school_class: Class
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def summaries(self) -> list[Summary | None]:
        """Of each column's marks, out of 20."""
        return [
            summarise(row.cells[place].exact for row in self.rows)
            for place in range(len(self.columns))
        ]

    @property
    def summary(self) -> Summary | None:
        """Of the pupils' averages."""
        return summarise(row.exact for row in self.rows)

    @property
    def provisional(self) -> int:
        """How many marks pupils do not read yet."""
        return sum(cell.provisional for row in self.rows for cell in row.cells)
