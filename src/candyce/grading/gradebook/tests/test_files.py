"""The gradebook as files: CSV that is read again, ODS, OneRoster."""

from __future__ import annotations

import csv
import io
import uuid
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from candyce.accounts.importer.table import FileRefused, decode
from candyce.accounts.models import Class, User
from candyce.assignments import access as assignment_access
from candyce.assignments import actions as assignment_actions
from candyce.grading.gradebook import actions
from candyce.grading.gradebook.book import Book, Cell, Column, Row
from candyce.grading.gradebook.export import make_csv
from candyce.grading.gradebook.importing import Plan, PlanChanged, apply_plan, make_plan
from candyce.grading.gradebook.models import Entry, LineItem
from candyce.grading.gradebook.tests.conftest import find, get_book
from candyce.grading.gradebook.words import Given
from candyce.grading.marks import write_mark
from candyce.grading.models import Answer

FORMULAS = (
    "=1+1",
    "+33",
    "-2",
    "@SUM(A1)",
    "\t=1",
    " =cmd|' /C calc'!A0",
    "'=1",
    "a;b",
    'a"b',
    "é",
    "#mean",
)

hundredths = st.integers(0, 4000).map(lambda n: Decimal(n) / 100)
contents = st.one_of(
    st.just(Given()),
    hundredths.map(Given),
    st.sampled_from(["absent", "excused", "missing"]).map(lambda state: Given(state=state)),
)
texts = st.one_of(
    st.sampled_from(FORMULAS),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12),
)


def make_book(titles, coefficients, table) -> Book:
    """A book that no database knows: ``table`` has a row of contents a pupil, columns are out of 40."""
    columns = [
        Column(
            None,
            coefficient,
            LineItem(
                id=uuid.UUID(int=(place + 1) << 96),
                title=title,
                mark_max=Decimal(40),
                day=date(2026, 9, place + 1),
                coefficient=coefficient,
            ),
        )
        for place, (title, coefficient) in enumerate(zip(titles, coefficients, strict=True))
    ]
    rows = []
    for number, line in enumerate(table):
        pupil = User(
            id=uuid.UUID(int=number + 1),
            username=f"{'@-+'[number % 3]}eleve.{number}",
            family_name=FORMULAS[number % len(FORMULAS)],
            given_name="Zoé",
        )
        cells = [
            Cell(
                column,
                pupil,
                None,
                Entry(pupil=pupil, mark=one.mark, state=one.state),
            )
            for column, one in zip(columns, line, strict=True)
        ]
        rows.append(Row(pupil, tuple(cells)))
    return Book(Class(title="2B"), tuple(columns), tuple(rows))


@st.composite
def two_books(draw):
    """The same pupils and columns with two contents and two sets of coefficients."""
    width, height = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    titles = draw(st.lists(texts, min_size=width, max_size=width))
    weights = st.lists(
        st.integers(0, 10000).map(lambda n: Decimal(n) / 100), min_size=width, max_size=width
    )
    tables = st.lists(
        st.lists(contents, min_size=width, max_size=width), min_size=height, max_size=height
    )
    return [make_book(titles, draw(weights), draw(tables)) for _time in range(2)]


@settings(deadline=None, max_examples=60)
@given(two_books(), st.sampled_from(["fr", "en"]), st.sampled_from(["fr", "en"]))
def test_file_read_again_gives_exactly_what_was_written(books, written_in, read_in):
    written, other = books
    with translation.override(written_in):
        data = make_csv(written)
    with translation.override(read_in):
        nothing = make_plan(written, decode(data), clear=True)
        plan = make_plan(other, decode(data), clear=True)
    assert (nothing.changes, nothing.coefficients, nothing.problems) == ([], [], [])
    assert plan.problems == plan.ignored == []
    found = {(c.cell.column.key, c.cell.pupil.pk): c.after for c in plan.changes}
    weights = {c.column.key: c.after for c in plan.coefficients}
    for before, after in zip(other.rows, written.rows, strict=True):
        for cell, expected in zip(before.cells, after.cells, strict=True):
            now = found.get((cell.column.key, cell.pupil.pk), cell.given)
            assert now == expected.given
    for column, expected in zip(other.columns, written.columns, strict=True):
        assert weights.get(column.key, column.coefficient) == expected.coefficient
    # Without the box, nothing is taken away.
    with translation.override(read_in):
        kept = make_plan(other, decode(data))
    assert [c for c in plan.changes if c.after.token] == kept.changes


def test_titles_may_hold_more_of_the_other_signs_than_there_are_columns():
    written, other = (
        make_book(["a,b,c,d,e,f,g,h\ti\tj", "k,l,m,n,o,p,q"], [1, 1], [[points, points]])
        for points in (Given(Decimal(3)), Given(Decimal(4)))
    )
    plan = make_plan(other, decode(make_csv(written)))
    assert (len(plan.changes), plan.problems) == (2, [])


@settings(deadline=None, max_examples=40)
@given(two_books())
def test_file_holds_no_formula(books):
    rows = read(make_csv(books[0]))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]


def read(data: bytes) -> list[list[str]]:
    text = data.decode("utf-8-sig")
    delimiter = ";" if text.split("\n", 1)[0].count(";") >= 3 else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


# --- with a class -------------------------------------------------------------------------------


def test_file_has_each_language_s_habits(room):
    book = get_book(room)
    oral = find(book, "bob", "Oral").column
    with translation.override("fr"):
        french = read(make_csv(book))
    place = french[0].index(f"Oral #{oral.short}")
    assert french[0][:3] == ["Nom de famille", "Prénom", "Identifiant"]
    assert [row[place] for row in french[:5]] == [f"Oral #{oral.short}", "10", "1,5", "7,5", "Abs"]
    assert french[3][2] == "bob"
    assert [row[2] for row in french[5:]] == ["#mean", "#median", "#low", "#high"]
    assert french[5][place] == "15"
    with translation.override("en"):
        english = read(make_csv(book))
    assert english[2][place] == "1.5"


def change(room, **cells) -> str:
    """The file in English with cells of the oral changed, by username."""
    with translation.override("en"):
        rows = read(make_csv(get_book(room)))
    place = next(place for place, title in enumerate(rows[0]) if title.startswith("Oral"))
    for row in rows[1:]:
        if row[2] in cells:
            row[place] = cells[row[2]]
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()


def test_changes_are_written_as_if_they_were_typed(room):
    alice = room.people["alice"]
    plan = make_plan(get_book(room), change(room, bob="8", chloe="exc"))
    assert [(c.line, c.before.token, c.after.token) for c in plan.changes] == [
        (4, "7.5", "8"),
        (5, "absent", "excused"),
    ]
    apply_plan(get_book(room), plan, plan.digest, acting_user=alice)
    assert find(get_book(room), "bob", "Oral").mark == 8
    assert Entry.objects.get(pupil=room.people["bob"], line_item__title="Oral").by == alice


def test_plan_that_changed_meanwhile_writes_nothing(room):
    text = change(room, bob="8", chloe="9")
    plan = make_plan(get_book(room), text)
    cell = find(get_book(room), "chloe", "Oral")
    actions.set_cell(cell, Given(Decimal(3)), seen="absent", acting_user=room.people["dan"])
    with pytest.raises(PlanChanged):
        apply_plan(
            get_book(room),
            make_plan(get_book(room), text),
            plan.digest,
            acting_user=room.people["alice"],
        )
    with pytest.raises(
        Exception, match="Dan"
    ):  # the cell itself says it too, and all is taken back
        apply_plan(get_book(room), plan, plan.digest, acting_user=room.people["alice"])
    assert find(get_book(room), "bob", "Oral").mark == Decimal("7.5")


def test_errors_are_told_by_line_and_nothing_is_written(room):
    book = get_book(room)
    lesson = find(book, "chloe", "Les triangles").column
    text = change(room, bob="11", chloe="=1+1")
    with translation.override("en"):
        plan = make_plan(book, text)
        assert [one.line for one in plan.problems] == [4, 5]
        twice = make_plan(book, text.replace(",chloe,", ",bob,"))
        assert "twice" in twice.problems[-1].message
        nobody = make_plan(book, change(room).replace(",chloe,", ",eric,"))
        assert [(one.line, "eric" in one.message) for one in nobody.problems] == [(5, True)]
        scale = make_plan(book, change(room, **{"#out-of": "20"}))
        assert [one.line for one in scale.problems] == [2]
        weight = make_plan(book, change(room, **{"#coefficient": "x"}))
        assert [one.line for one in weight.problems] == [3]
        other = make_plan(book, change(room).replace(lesson.short, "00000000"))
        assert len(other.ignored) == 1
        closed = make_plan(book, change(room).replace("Not started", "12"))
    assert [one.line for one in closed.problems] == [5]  # Chloé has not opened the lesson
    with pytest.raises(PlanChanged):
        apply_plan(book, plan, plan.digest, acting_user=room.people["alice"])


@pytest.mark.parametrize(
    "text", ["", "\n\n", "a,b\n1,2", "Username\nbob", 'Username,"x\n', "x" * 200_000, "Username" + "," * 400]
)  # fmt: skip
def test_file_that_is_no_gradebook_is_refused(room, text):
    with pytest.raises(FileRefused):
        make_plan(get_book(room), text)


def test_page_shows_the_changes_then_writes_them(room, as_):
    browser, pk = as_("dan"), room.school.school_class.pk
    page = reverse("grading:gradebook_import", args=[pk])
    assert browser.get(page).status_code == 200
    upload = SimpleUploadedFile("notes.csv", change(room, bob="9").encode())
    shown = browser.post(page, {"file": upload})
    assert shown.status_code == 200
    assert find(get_book(room), "bob", "Oral").mark == Decimal("7.5")
    fields = {name: shown.context[name] for name in ("text",)} | {
        "digest": shown.context["plan"].digest
    }
    assert browser.post(page, fields | {"digest": "x"}).status_code == 409
    assert browser.post(page, fields).status_code == 302
    assert find(get_book(room), "bob", "Oral").mark == 9
    for wrong in (
        {"text": "é"},
        {"text": "AAAA"},
        {"file": SimpleUploadedFile("a", b"PK\x03\x04")},
        {},
    ):
        assert browser.post(page, wrong).status_code == 422
    for name in ("fay", "bob", "charlie", "admin"):
        browser = as_(name)
        assert browser.post(page, fields).status_code == 404
        for kind in ("csv", "ods", "zip"):
            assert (
                browser.get(reverse("grading:gradebook_file", args=[pk, kind])).status_code == 404
            )


def test_members_of_a_group_get_one_mark_from_a_file(room):
    book = get_book(room)
    bob = find(book, "bob", "Les triangles")
    row = next(row for row in book.rows if row.pupil.username == "chloe")
    cells = tuple(replace(c, copy=bob.copy) if c.column == bob.column else c for c in row.cells)
    shared = replace(book, rows=(book.rows[0], replace(row, cells=cells)))
    with translation.override("en"):
        rows = read(make_csv(shared))
        place = next(place for place, title in enumerate(rows[0]) if title.startswith("Les"))
        rows[3][place], rows[4][place] = "12", "13"
        target = io.StringIO()
        csv.writer(target).writerows(rows)
        assert [one.line for one in make_plan(shared, target.getvalue()).problems] == [5]


def share_copy(book: Book, title: str) -> Book:
    """Chloé has Bob's copy, as in a group."""
    bob, (_first, row) = find(book, "bob", title), book.rows
    cells = tuple(replace(c, copy=bob.copy) if c.column == bob.column else c for c in row.cells)
    return replace(book, rows=(book.rows[0], replace(row, cells=cells)))


def plan_of(book: Book, title: str, *cells: str, clear: bool = False) -> Plan:
    """What the file in English with these cells of a column, one a line, would do."""
    with translation.override("en"):
        rows = read(make_csv(book))
        place = next(place for place, text in enumerate(rows[0]) if text.startswith(title))
        for row, text in zip(rows[3:], cells, strict=False):
            row[place] = text
        target = io.StringIO()
        csv.writer(target).writerows(rows)
        return make_plan(book, target.getvalue(), clear=clear)


def test_mark_that_a_member_s_line_keeps_speaks_against_another_s(room):
    copy = assignment_access.get_copy(room.people["alice"], room.copy_of("bob").pk)
    assignment_actions.set_mark(copy, Decimal(10), acting_user=room.people["alice"])
    book = share_copy(get_book(room), "Les triangles")
    assert [one.line for one in plan_of(book, "Les", "12", "10").problems] == [5]
    assert [one.line for one in plan_of(book, "Les", "10", "12").problems] == [4]
    assert plan_of(book, "Les", "12", "12").problems == []
    assert plan_of(book, "Les", "12", "").problems == []  # says nothing
    assert [one.line for one in plan_of(book, "Les", "12", "", clear=True).problems] == [5]
    assert plan_of(book, "Les", "12", "Abs").problems == []


@pytest.mark.parametrize("cells", [("", ""), ("", "Abs"), ("12", "12"), ("12", "Abs"), ("Abs", "")])
def test_file_is_applied_to_each_copy_once(marked, cells):
    """A mark by hand is taken away: the points of the questions propose another, which nobody has to have seen."""
    alice, copy = marked.user("alice"), marked.copy("bob")
    Answer.objects.filter(sheet__copy=copy, grade_id="pourquoi").update(points=2)
    write_mark(assignment_access.get_copy(alice, copy.pk), Decimal(10), acting_user=alice)
    book = share_copy(get_book(marked.room), "Aires")
    plan = plan_of(book, "Aires", *cells, clear=True)
    assert (len(plan.changes), plan.problems) == (2, [])
    apply_plan(book, plan, plan.digest, acting_user=alice)
    copy.refresh_from_db()
    assert copy.mark == (12 if "12" in cells else Decimal("12.5"))
    states = Entry.objects.filter(state="absent").values_list("pupil__username", flat=True)
    assert list(states) == [n for n, c in zip(("bob", "chloe"), cells, strict=True) if c == "Abs"]
