"""The table as a file for spreadsheets, in the reader's own habits."""

from __future__ import annotations

from decimal import Decimal

from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from candyce.accounts.importer.table import write_table
from candyce.accounts.models import Class
from candyce.assignments.marks import say_mark
from candyce.grading.gradebook.averages import Summary
from candyce.grading.gradebook.book import Book, Cell

LINES = ("mean", "median", "low", "high")


def make_file_name(school_class: Class) -> str:
    return f"{_('marks')}-{slugify(school_class.title) or school_class.pk.hex[:8]}.csv"


def make_csv(book: Book) -> bytes:
    """UTF-8 with its mark; semicolons and decimal commas in French, commas and points otherwise.

    A line for each pupil between the coefficients and the class's figures; marks out of 20, states in words.
    """
    names = dict(
        zip(LINES, (_("Class average"), _("Median"), _("Lowest"), _("Highest")), strict=True)
    )
    summaries = book.summaries
    rows = [
        [
            _("Family name"),
            _("Given name"),
            *(one.title for one in book.columns),
            _("Average"),
        ],
        [_("Coefficient"), "", *(say_mark(one.coefficient) for one in book.columns), ""],
        *(
            [row.pupil.family_name, row.pupil.given_name]
            + [_say_cell(cell) for cell in row.cells]
            + [say_mark(row.average)]
            for row in book.rows
        ),
        *(
            [names[line], "", *(_say(one, line) for one in summaries), _say(book.summary, line)]
            for line in LINES
        ),
    ]
    french = (get_language() or "").startswith("fr")
    return write_table(rows, delimiter=";" if french else ",")


def _say_cell(cell: Cell) -> str:
    return cell.state_short or cell.stage_word or say_mark(cell.twenty)


def _say(summary: Summary | None, line: str) -> str:
    value: Decimal | None = getattr(summary, line, None)
    return say_mark(value)
