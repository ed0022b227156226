"""The table as a file: CSV that can be changed and read again, and ODS.

Marks stand on their column's own scale, figures and averages out of 20. A column is named by its title and ``#`` with eight
digits of its id, a pupil by the username; lines that are no pupil's have a word with ``#`` there.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from candyce.accounts.importer.table import write_table
from candyce.accounts.models import Class
from candyce.assignments.marks import say_mark
from candyce.grading.gradebook.book import Book, Cell, Column
from candyce.grading.gradebook.ods import Sheet, make_ods

LINES = ("mean", "median", "low", "high")
OUT_OF = "#out-of"
COEFFICIENT = "#coefficient"
Value = str | Decimal | None


def make_file_name(school_class: Class, extension: str) -> str:
    """``extension`` without a dot."""
    return f"{_('marks')}-{slugify(school_class.title) or school_class.pk.hex[:8]}.{extension}"


def make_rows(book: Book) -> list[list[Value]]:
    """Head, scales and coefficients, a line for each pupil, the class's figures."""
    names = (
        _("Class average (out of 20)"),
        _("Median (out of 20)"),
        _("Lowest (out of 20)"),
        _("Highest (out of 20)"),
    )
    columns, summaries, summary = book.columns, book.summaries, book.summary
    head: list[list[Value]] = [
        [
            _("Family name"),
            _("Given name"),
            _("Username"),
            *(name_column(one) for one in columns),
            _("Average (out of 20)"),
        ],
        [_("Out of"), "", OUT_OF, *(one.mark_max for one in columns), None],
        [_("Coefficient"), "", COEFFICIENT, *(one.coefficient for one in columns), None],
    ]
    pupils: list[list[Value]] = [
        [
            row.pupil.family_name,
            row.pupil.given_name,
            row.pupil.username,
            *(_get_value(cell) for cell in row.cells),
            row.average,
        ]
        for row in book.rows
    ]
    figures: list[list[Value]] = [
        [
            name,
            "",
            f"#{line}",
            *(getattr(one, line, None) for one in summaries),
            getattr(summary, line, None),
        ]
        for name, line in zip(names, LINES, strict=True)
    ]
    return head + pupils + figures


def name_column(column: Column) -> str:
    return f"{column.title} #{column.short}"


def _get_value(cell: Cell) -> Value:
    return cell.state_short or cell.stage_word or cell.mark


def is_french() -> bool:
    return (get_language() or "").startswith("fr")


def make_csv(book: Book) -> bytes:
    """UTF-8 with its mark; semicolons and decimal commas in French, commas and points otherwise."""
    rows = [
        [value if isinstance(value, str) else say_mark(value) for value in row]
        for row in make_rows(book)
    ]
    return write_table(rows, delimiter=";" if is_french() else ",")


def make_spreadsheet(book: Book) -> bytes:
    """An OpenDocument spreadsheet; its numbers are numbers in any language, its texts never formulas."""
    rows = make_rows(book)
    title = re.sub(r"[\[\]*?:/\\']", " ", book.school_class.title).strip() or _("Gradebook")
    return make_ods([Sheet(title[:31], rows, heads=1)])
