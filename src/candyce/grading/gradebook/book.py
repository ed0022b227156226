"""The gradebook of a class as it is read: pupils by assignments, with averages.

Nothing here reaches the database: :mod:`queries` fetches, these classes hold and count.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from candyce.accounts.models import Class, User
from candyce.assignments.access import is_closed, is_open_yet
from candyce.assignments.late import Lateness, get_lateness
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.times import Times
from candyce.grading.gradebook.averages import (
    TWENTY,
    Summary,
    Weighed,
    get_average,
    round_mark,
    summarise,
    to_twenty,
)
from candyce.grading.gradebook.models import Entry, LineItem
from candyce.grading.gradebook.words import Given, say_short

SHORT = 8  # hexadecimal digits
STAGES = ("not_open", "not_started", "working", "overdue", "to_mark", "no_mark")


@dataclass(frozen=True)
class Link:
    """A skill that a column works on; ``target``: the level that full points show, where levels have one."""

    skill: str
    target: int | None = None


@dataclass(frozen=True)
class Column:
    """An assignment in a class, or a line item of it. ``coefficient`` 0: its marks do not count."""

    assignment: Assignment | None
    coefficient: Decimal
    item: LineItem | None = None
    links: tuple[Link, ...] = ()

    @property
    def source(self) -> Assignment | LineItem:
        """What stands behind the column."""
        found = self.assignment or self.item
        assert found is not None
        return found

    @property
    def key(self) -> uuid.UUID:
        return self.source.pk

    @property
    def short(self) -> str:
        """Names the column in a file, among those of its class."""
        return self.key.hex[:SHORT]

    @property
    def title(self) -> str:
        return self.source.title

    @property
    def mark_max(self) -> Decimal:
        return self.source.mark_max

    @property
    def day(self) -> date:
        """The day that the work ends, else the day it opens, else the day it was given; local."""
        if self.item:
            return self.item.day
        one = self.assignment
        assert one is not None
        ends = one.due_at or one.closes_at
        return timezone.localtime(ends or one.opens_at or one.created_at).date()

    @property
    def closed(self) -> bool:
        return self.assignment is not None and is_closed(self.assignment)

    @property
    def open_yet(self) -> bool:
        return self.assignment is None or is_open_yet(self.assignment)

    @property
    def told(self) -> bool:
        """A line item whose marks pupils read."""
        return self.item is not None and self.item.told_at is not None

    @property
    def brought(self) -> bool:
        """Marked out of something else than 20."""
        return self.mark_max != TWENTY


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
    """What a pupil has in a column: a mark, a state that stands instead of it, or neither."""

    column: Column
    pupil: User
    copy: Copy | None
    entry: Entry | None = None
    times: Times | None = None  # the pupil's; without them those of the class are taken

    @property
    def lateness(self) -> Lateness | None:
        """By how much the copy is late; nothing for who has not been asked to hand it in by now."""
        if self.copy is None or self.times is None:
            return None
        return get_lateness(self.copy, self.times)

    @property
    def closed(self) -> bool:
        work = self.column.assignment
        return self.column.closed if work is None else is_closed(work, times=self.times)

    @property
    def open_yet(self) -> bool:
        work = self.column.assignment
        return self.column.open_yet if work is None else is_open_yet(work, times=self.times)

    @property
    def state(self) -> str:
        """``absent``, ``excused``, ``missing``, or empty. It stands even where the copy has a mark."""
        return self.entry.state if self.entry else ""

    @property
    def mark(self) -> Decimal | None:
        """The mark that is written, whether it counts or a state stands before it."""
        if self.column.item:
            return self.entry.mark if self.entry else None
        return self.copy.mark if self.copy else None

    @property
    def given(self) -> Given:
        return Given(state=self.state) if self.state else Given(self.mark)

    @property
    def returned(self) -> bool:
        """The pupil reads the mark."""
        if self.column.item:
            return self.column.told
        return self.copy is not None and self.copy.state == Copy.State.RETURNED

    @property
    def provisional(self) -> bool:
        """There is a mark that the pupil does not read yet."""
        return self.mark is not None and not self.state and not self.returned

    @property
    def exact(self) -> Fraction | None:
        """What counts, out of 20: nothing for absent and excused, 0 for what was not handed in."""
        if self.state == Entry.State.MISSING:
            return Fraction(0)
        if self.state or self.mark is None:
            return None
        return to_twenty(self.mark, self.column.mark_max)

    @property
    def twenty(self) -> Decimal | None:
        """The same, rounded to be shown."""
        return None if self.exact is None else round_mark(self.exact)

    @property
    def stage(self) -> str:
        """Where work without mark or state is: a key of :func:`say_stage`; empty elsewhere."""
        if self.mark is not None or self.state or self.column.item:
            return ""
        if self.copy is not None and self.copy.state != Copy.State.WORKING:
            return "no_mark" if self.returned else "to_mark"
        reopened = self.copy is not None and self.copy.reopened_at is not None
        if self.closed and not reopened:
            return "overdue"
        if not self.open_yet:
            return "not_open"
        return "working" if self.copy else "not_started"

    @property
    def state_word(self) -> str:
        return str(Entry.State(self.state).label) if self.state else ""

    @property
    def state_short(self) -> str:
        return say_short(self.state) if self.state else ""

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

    def find(self, key: str, pupil_id: str) -> Cell | None:
        """The cell of a column and a pupil, by their ids."""
        for row in self.rows:
            if str(row.pupil.pk) == pupil_id:
                return next((c for c in row.cells if str(c.column.key) == key), None)
        return None

    @property
    def provisional(self) -> int:
        """How many marks pupils do not read yet."""
        return sum(cell.provisional for row in self.rows for cell in row.cells)
