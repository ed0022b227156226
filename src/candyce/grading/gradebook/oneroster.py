"""Line items and results as 1EdTech OneRoster 1.2 CSV.

"OneRoster Gradebook Service, CSV Binding", version 1.2: the files' names, the order of their fields and the words of
``scoreStatus``. The files are of the bulk kind, whose ``status`` and ``dateLastModified`` stay empty. People, classes and
schools are named, not repeated: a pupil by the school's own number where there is one.
"""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.accounts.importer.table import defuse
from candyce.grading.gradebook.book import Book, Cell, Column
from candyce.grading.gradebook.models import Entry, Period

SESSIONS = (
    "sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear",
)  # fmt: skip
CATEGORIES = ("sourcedId", "status", "dateLastModified", "title", "weight")
LINE_ITEMS = (
    "sourcedId", "status", "dateLastModified", "title", "description", "assignDate", "dueDate", "classSourcedId",
    "categorySourcedId", "academicSessionSourcedId", "resultValueMin", "resultValueMax", "schoolSourcedId",
)  # fmt: skip
RESULTS = (
    "sourcedId", "status", "dateLastModified", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score", "scoreDate",
    "comment", "textScore", "classSourcedId", "inProgress", "incomplete", "late", "missing",
)  # fmt: skip
FILES = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
    "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles", "userResources",
    "users",
)  # fmt: skip
GIVEN = {"academicSessions", "categories", "lineItems", "results"}


def make_oneroster(book: Book) -> bytes:
    """A zip of the manifest and four files."""
    session = book.school_class.session
    year = _name(book, "year", str(session.pk))
    periods = list(book.school_class.periods.all())  # type: ignore[attr-defined]
    school_year = str(session.end_date.year)
    sessions = [
        [
            year,
            "",
            "",
            session.title,
            "schoolYear",
            session.start_date,
            session.end_date,
            "",
            school_year,
        ]
    ]
    sessions += [
        [_name(book, "period", one.title), "", "", one.title, "gradingPeriod", one.start, one.end, year, school_year]
        for one in periods
    ]  # fmt: skip
    work = _name(book, "category", "assignments"), _name(book, "category", "others")
    categories = [[work[0], "", "", _("Assignments"), ""], [work[1], "", "", _("Other marks"), ""]]
    items = [
        _make_item(book, one, work[one.item is not None], periods, year) for one in book.columns
    ]
    results = [row for line in book.rows for cell in line.cells for row in _make_result(book, cell)]
    modes = [[f"file.{name}", "bulk" if name in GIVEN else "absent"] for name in FILES]
    manifest = [
        ["manifest.version", "1.0"],
        ["oneroster.version", "1.2"],
        *modes,
        ["source.systemName", "Candyce"],
    ]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("manifest.csv", _write(("propertyName", "value"), manifest))
        package.writestr("academicSessions.csv", _write(SESSIONS, sessions))
        package.writestr("categories.csv", _write(CATEGORIES, categories))
        package.writestr("lineItems.csv", _write(LINE_ITEMS, items))
        package.writestr("results.csv", _write(RESULTS, results))
    return target.getvalue()


def _name(book: Book, *what: str) -> str:
    """An id that stays the same for the same thing of the same class."""
    return str(uuid.uuid5(book.school_class.pk, ":".join(what)))


def _make_item(
    book: Book, column: Column, category: str, periods: Iterable[Period], year: str
) -> list[object]:
    source, day = column.source, column.day
    inside = next((one for one in periods if one.start <= day <= one.end), None)
    given = timezone.localtime(source.created_at).date()
    return [
        _get_item_id(book, column), "", "", column.title, "", min(given, day), day, book.school_class.pk, category,
        _name(book, "period", inside.title) if inside else year, 0, column.mark_max, book.school_class.organisation_id,
    ]  # fmt: skip


def _get_item_id(book: Book, column: Column) -> str:
    """An assignment given to two classes is a line item in each."""
    return str(column.key) if column.item else _name(book, "assignment", str(column.key))


def _make_result(book: Book, cell: Cell) -> list[list[object]]:
    """No line for work that nobody has handed in or spoken of."""
    status = _get_status(cell)
    if not status:
        return []
    item, pupil = _get_item_id(book, cell.column), cell.pupil
    score = "" if cell.exact is None else (0 if cell.state else cell.mark)
    return [[
        str(uuid.uuid5(uuid.UUID(item), str(pupil.pk))), "", "", item, pupil.identifier or pupil.pk, status, score,
        _get_day(cell), cell.state_word, "", book.school_class.pk, "", "", "",
        "true" if cell.state == Entry.State.MISSING else "",
    ]]  # fmt: skip


def _get_status(cell: Cell) -> str:
    if cell.state:
        return "not submitted" if cell.state == Entry.State.MISSING else "exempt"
    if cell.mark is not None:
        return "fully graded"
    return "submitted" if cell.stage in {"to_mark", "no_mark"} else ""


def _get_day(cell: Cell) -> date:
    moment = None
    if cell.entry and (cell.state or cell.column.item):
        moment = cell.entry.at
    elif cell.copy:
        moment = cell.copy.returned_at or cell.copy.handed_in_at
    return timezone.localtime(moment).date() if moment else cell.column.day


def _write(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 without a mark, commas, CRLF (RFC 4180). Spreadsheets open such files too: no cell is a formula."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerows([head, *([defuse(str(value)) for value in row] for row in rows)])
    return target.getvalue().encode()
