"""Reads the gradebook's CSV again: first what would change, line by line, then the same and nothing else.

Columns are found by the ``#`` and eight digits in their head, pupils by their username, so both may stand in any order and
titles may be changed. A cell that says what it said when it was written changes nothing.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from candyce.accounts.importer.table import FileRefused, defuse, find_delimiter
from candyce.accounts.models import User, normalise_username
from candyce.assignments.marks import say_mark
from candyce.grading.gradebook import actions
from candyce.grading.gradebook.book import STAGES, Book, Cell, Column, Row, say_stage
from candyce.grading.gradebook.export import COEFFICIENT, OUT_OF
from candyce.grading.gradebook.words import NOTHING, Given, read_given
from candyce.lib.errors import BadRequest, Conflict
from candyce.lib.text import fold

MOST_LINES = 1000
MOST_COLUMNS = 300
MOST_SCALE = Decimal("9999.99")
Columns = dict[int, tuple[int, Column]]  # by place in the file: place in the book, column
_KEY = re.compile(r"#([0-9a-f]{8})\s*$")
_USERNAME = {"username", "identifiant", "nom d'utilisateur", "nom d’utilisateur"}


class PlanChanged(Conflict):
    """Between the look and the confirmation somebody wrote something."""

    code = "plan_changed"


@dataclass(frozen=True)
class Change:
    line: int
    cell: Cell
    after: Given

    @property
    def before(self) -> Given:
        return self.cell.given


@dataclass(frozen=True)
class NewCoefficient:
    column: Column
    after: Decimal


@dataclass(frozen=True)
class Problem:
    line: int
    message: str


@dataclass
class Plan:
    """What a file would do. With problems nothing is done. ``kept``: cells that say what is there already."""

    changes: list[Change] = field(default_factory=list)
    kept: list[Change] = field(default_factory=list)
    coefficients: list[NewCoefficient] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    same: int = 0

    @property
    def digest(self) -> str:
        lines = [
            f"{c.cell.column.key} {c.cell.pupil.pk} {c.before.token} {c.after.token}"
            for c in self.changes
        ]
        lines += [f"{c.column.key} {c.column.coefficient} {c.after}" for c in self.coefficients]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def make_plan(book: Book, text: str, *, clear: bool = False) -> Plan:
    """``clear``: an empty cell takes away what is there; else it changes nothing. Raises :class:`FileRefused`."""
    lines = _read_lines(text)
    if not lines:
        raise FileRefused(_("This file is empty."))
    plan = Plan()
    head = lines[0][1]
    columns = _find_columns(book, head, plan)
    username = next((place for place, cell in enumerate(head) if fold(cell) in _USERNAME), None)
    if username is None or not columns:
        raise FileRefused(
            _(
                "This is not the gradebook's file: its first line has no “Username”, or no column of this class."
            )
        )
    rows = {row.pupil.username: row for row in book.rows}
    seen: set[str] = set()
    for line, cells in lines[1:]:
        name = _undo_defuse(cells[username]) if username < len(cells) else ""
        if name.startswith("#"):
            _read_special(plan, columns, name, line, cells)
            continue
        row = rows.get(normalise_username(name))
        if row is None or row.pupil.username in seen:
            plan.problems.append(Problem(line, _say_who(name, row)))
            continue
        seen.add(row.pupil.username)
        _read_pupil(plan, row, columns, line, cells, clear=clear)
    _check_groups(plan)
    return plan


def _read_lines(text: str) -> list[tuple[int, list[str]]]:
    """Lines that hold something, with their numbers in the file."""
    text = re.sub(r"\r\n?", "\n", text).lstrip("\ufeff")
    delimiter, offset = _find_delimiter(text), 0
    if re.match(r"sep=.\n", text):
        text, offset = text.split("\n", 1)[1], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found, before = [], 0
    try:
        for cells in reader:
            line, before = before + 1 + offset, reader.line_num
            if any(cell.strip() for cell in cells):
                found.append((line, [cell.strip() for cell in cells]))
            if len(cells) > MOST_COLUMNS or len(found) > MOST_LINES:
                raise FileRefused(_("This file is larger than a gradebook."))
    except csv.Error as error:
        message = _(
            "Line %(line)s cannot be read: its quotation marks do not match, or a cell is too long."
        )
        raise FileRefused(message % {"line": reader.line_num + offset}) from error
    return found


def _find_delimiter(text: str) -> str:
    """What makes a cell of its own of “Username”: titles may hold any number of the other signs."""
    for delimiter in "" if text.startswith("sep=") else ";,\t":
        with contextlib.suppress(csv.Error, StopIteration):
            head = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
            if any(fold(cell.strip()) in _USERNAME for cell in head):
                return delimiter
    return find_delimiter(text)


def _find_columns(book: Book, head: list[str], plan: Plan) -> Columns:
    known = {column.short: (place, column) for place, column in enumerate(book.columns)}
    found: Columns = {}
    for place, title in enumerate(head):
        match = _KEY.search(title)
        if match is None:
            continue
        if match[1] not in known:
            plan.ignored.append(title)
        elif known[match[1]] in found.values():
            plan.problems.append(
                Problem(1, _("“%(title)s” stands there twice.") % {"title": title[:80]})
            )
        else:
            found[place] = known[match[1]]
    return found


def _undo_defuse(text: str) -> str:
    return text[1:] if text.startswith("'") and defuse(text[1:]) == text else text


def _say_who(name: str, row: Row | None) -> str:
    if row is not None:
        return _("%(name)s stands there twice.") % {"name": row.pupil.full_name}
    return _("No pupil of this class has the username “%(name)s”.") % {"name": name[:60]}


def _read_special(plan: Plan, columns: Columns, name: str, line: int, cells: list[str]) -> None:
    """The lines of coefficients and scales; figures are counted, not read."""
    if name not in {COEFFICIENT, OUT_OF}:
        return
    for place, (_number, column) in columns.items():
        text = cells[place] if place < len(cells) else ""
        if not text:
            continue
        try:
            value = read_given(text, actions.MOST if name == COEFFICIENT else MOST_SCALE).mark
        except BadRequest:
            value = None
        if value is None:
            message = _("“%(text)s” is no number here.") % {"text": text[:40]}
            plan.problems.append(Problem(line, f"{column.title} : {message}"))
        elif name == OUT_OF and value != column.mark_max:
            message = _("%(title)s is marked out of %(now)s, not out of %(file)s: export it anew.")
            values = {
                "title": column.title,
                "now": say_mark(column.mark_max),
                "file": say_mark(value),
            }
            plan.problems.append(Problem(line, message % values))
        elif name == COEFFICIENT and value != column.coefficient:
            plan.coefficients.append(NewCoefficient(column, value))


def _read_pupil(  # noqa: PLR0917
    plan: Plan, row: Row, columns: Columns, line: int, cells: list[str], clear: bool
) -> None:
    stages = _get_stage_words()
    for place, (number, column) in columns.items():
        cell = row.cells[number]
        text = cells[place] if place < len(cells) else ""
        empty = not text or fold(text) in stages
        try:
            given = NOTHING if empty else read_given(text, column.mark_max)
        except BadRequest as error:
            plan.problems.append(Problem(line, f"{row.pupil.full_name}, {column.title} : {error}"))
            continue
        if given == cell.given or (empty and not clear):
            plan.same += 1
            if clear or not empty:
                plan.kept.append(Change(line, cell, given))
        elif given.mark is not None and column.assignment and cell.copy is None:
            plan.problems.append(Problem(line, actions.say_no_copy(row.pupil)))
        else:
            plan.changes.append(Change(line, cell, given))


def _get_stage_words() -> set[str]:
    """What an export writes where there is no mark, in each language."""
    words = set()
    for language in ("fr", "en"):
        with translation.override(language):
            words |= {fold(say_stage(stage)) for stage in STAGES}
    return words


def _check_groups(plan: Plan) -> None:
    """A group has one mark: a line that is changed must not speak against another, changed or not."""
    marks: dict[Any, Change] = {}
    for change in (*plan.changes, *plan.kept):
        if change.cell.copy is None or change.after.state:
            continue
        first = marks.setdefault(change.cell.copy.pk, change)
        if first.after != change.after:
            message = _("%(first)s and %(second)s are in one group: give them the same mark.")
            names = {
                "first": first.cell.pupil.full_name,
                "second": change.cell.pupil.full_name,
            }
            plan.problems.append(Problem(change.line, message % names))


def apply_plan(book: Book, plan: Plan, digest: str, *, acting_user: User) -> None:
    """Write what was shown, all or nothing, each cell as if it were typed.

    Raises :class:`PlanChanged` when the plan is not the one of this digest, or no longer can be done, and what
    ``actions.set_cell`` raises.
    """
    if plan.problems or plan.digest != digest:
        raise PlanChanged
    with transaction.atomic():
        for change in _get_writes(plan.changes):
            actions.set_cell(
                change.cell, change.after, seen=change.before.token, acting_user=acting_user
            )
        values = {one.column: one.after for one in plan.coefficients}
        actions.set_coefficients(book.school_class, values, acting_user=acting_user)


def _get_writes(changes: list[Change]) -> list[Change]:
    """The changes to write: states first, then each copy's mark once.

    After the first member of a group the mark is another than the file saw, for the other members too: what they
    saw must not be asked for again.
    """
    found, written = [], set()
    for change in sorted(changes, key=lambda one: not one.after.state):
        copy = change.cell.copy
        if copy is not None and not change.before.state and not change.after.state:
            if copy.pk in written:
                continue
            written.add(copy.pk)
        found.append(change)
    return found
