"""Marks typed in the gradebook: columns of its own, states, two teachers at once, what pupils read, periods."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.urls import reverse
from django.utils import translation

from candyce.accounts.models import AcademicSession
from candyce.assignments import access as assignment_access
from candyce.assignments import actions as assignment_actions
from candyce.grading.gradebook import actions, periods, queries
from candyce.grading.gradebook.models import Entry, LineItem
from candyce.grading.gradebook.words import Given, read_given, say_short
from candyce.grading.models import Sheet
from candyce.lib.errors import BadRequest, Conflict

TWENTY = Decimal(20)


@pytest.fixture
def item(classroom) -> LineItem:
    return actions.add_item(
        classroom.school.school_class,
        title="Oral",
        day=date(2026, 11, 3),
        mark_max=Decimal(10),
        coefficient=Decimal(2),
        acting_user=classroom.people["alice"],
    )


def get_book(room, name="alice"):
    return queries.get_book(room.people[name], room.school.school_class)


def cell_of(room, column, pupil, name="alice"):
    return get_book(room, name).find(str(column.pk), str(room.people[pupil].pk))


def write(room, column, pupil, text, *, name="alice", seen=None):
    cell = cell_of(room, column, pupil, name)
    given = read_given(text, cell.column.mark_max)
    before = cell.given.token if seen is None else seen
    actions.set_cell(cell, given, seen=before, acting_user=room.people[name])


def post(browser, room, column, pupil, value, *, seen=""):
    address = reverse("grading:gradebook_cell", args=[room.school.school_class.pk])
    body = {"column": column.pk, "pupil": room.people[pupil].pk, "value": value, "seen": seen}
    return browser.post(address, body)


# --- what can be typed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("12,5", "12.5"), (" 12.50 ", "12.5"), ("0", "0"), ("20", "20"), ("", ""), ("  ", ""), ("ABS", "absent"),
        ("abs.", "absent"), ("Disp", "excused"), ("dispensée", "excused"), ("nr", "missing"), ("NH", "missing"),
    ],
)  # fmt: skip
def test_cell_reads_what_teachers_write(text, token):
    assert read_given(text, TWENTY).token == token


@pytest.mark.parametrize(
    "text",
    ["20,01", "-1", "1e1", "=1+1", "+5", "12/20", "٣", "NaN", "1.234", "abs 3", "12 13", "\x00", "9" * 99],
)  # fmt: skip
def test_cell_refuses_what_is_no_mark(text):
    with pytest.raises(BadRequest):
        read_given(text, TWENTY)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("state", ["absent", "excused", "missing"])
def test_what_a_cell_says_can_be_typed_again(language, state):
    with translation.override(language):
        assert read_given(say_short(state), TWENTY) == Given(state=state)


# --- columns without an assignment ---------------------------------------------------------------


def test_oral_counts_with_its_scale_and_coefficient(classroom, item):
    write(classroom, item, "bob", "7,5")
    write(classroom, item, "chloe", "abs")
    bob, chloe = get_book(classroom).rows
    assert bob.average == Decimal("15.00")
    assert chloe.average is None
    write(classroom, item, "chloe", "nr")
    assert get_book(classroom).rows[1].average == Decimal("0.00")
    assert get_book(classroom).summary.mean == Decimal("7.50")
    write(classroom, item, "chloe", "")
    assert get_book(classroom).rows[1].average is None


def test_pupil_reads_a_column_once_it_is_told(classroom, item, as_):
    write(classroom, item, "bob", "7")
    assert queries.get_own_marks(classroom.people["bob"]) == []
    values = {"title": "Oral", "day": item.day, "mark_max": item.mark_max}
    actions.change_item(item, told=True, acting_user=classroom.people["dan"], **values)
    (own,) = queries.get_own_marks(classroom.people["bob"])
    assert (own.row.average, own.school_class) == (Decimal("14.00"), classroom.school.school_class)
    assert "Oral" in as_("bob").get(reverse("grading:my_marks")).content.decode()
    assert queries.get_own_marks(classroom.people["chloe"]) == []
    actions.delete_item(item, acting_user=classroom.people["dan"])
    assert queries.get_own_marks(classroom.people["bob"]) == []


def test_scale_stays_above_the_marks_that_are_there(classroom, item):
    write(classroom, item, "bob", "7")
    with pytest.raises(BadRequest):
        actions.change_item(
            item, told=False, mark_max=Decimal(5), acting_user=classroom.people["alice"]
        )


# --- assignments --------------------------------------------------------------------------------


def test_mark_typed_is_the_one_written_by_hand_in_the_marking(marked):
    room, work = marked.room, marked.assignment
    write(room, work, "bob", "13")
    copy = marked.copy("bob")
    assert (copy.mark, Sheet.objects.get(copy=copy).mark_by_hand) == (13, True)
    assert not Entry.objects.exclude(mark=None).exists()
    write(room, work, "bob", "")
    assert not Sheet.objects.get(copy=copy).mark_by_hand


def test_mark_of_work_without_questions_is_taken_away(classroom):
    room = classroom
    copy = room.open("bob")
    write(room, room.assignment, "bob", "11")
    write(room, room.assignment, "bob", "")
    copy.refresh_from_db()
    assert copy.mark is None


def test_state_stands_before_the_mark_and_gives_it_back(classroom):
    room = classroom
    room.open("bob")
    write(room, room.assignment, "bob", "11")
    write(room, room.assignment, "bob", "disp")
    cell = cell_of(room, room.assignment, "bob")
    assert (cell.exact, cell.mark, cell.state, cell.provisional) == (None, 11, "excused", False)
    write(room, room.assignment, "bob", "")
    assert cell_of(room, room.assignment, "bob").twenty == 11


def test_work_that_was_not_opened_takes_a_state_and_no_mark(classroom):
    room = classroom
    with pytest.raises(BadRequest) as found:
        write(room, room.assignment, "chloe", "12")
    assert found.value.code == "no_copy"
    write(room, room.assignment, "chloe", "nr")
    assert cell_of(room, room.assignment, "chloe").twenty == 0
    assert queries.get_own_marks(room.people["chloe"]) == []  # nobody's copy was returned yet
    copy = room.open("bob")
    seen = assignment_access.get_copy(room.people["alice"], copy.pk)
    assignment_actions.return_copies([seen], acting_user=room.people["alice"])
    (own,) = queries.get_own_marks(room.people["chloe"])
    assert own.row.average == Decimal("0.00")


def test_state_is_told_by_the_return_to_one_s_own_class(classroom):
    """Éric's teacher returns 2C's work; 2B, where Chloé handed nothing in, waits for its own."""
    room, alice = classroom, classroom.people["alice"]
    write(room, room.assignment, "chloe", "nr")
    copies = {}
    for name in ("eric", "bob"):
        room.open(name)
        copies[name] = assignment_access.get_copy(alice, room.copy_of(name).pk)
    assignment_actions.return_copies([copies["eric"]], acting_user=alice)
    assert queries.get_own_marks(room.people["chloe"]) == []
    assignment_actions.return_copies([copies["bob"]], acting_user=alice)
    (own,) = queries.get_own_marks(room.people["chloe"])
    assert own.row.average == Decimal("0.00")


# --- two teachers at once -----------------------------------------------------------------------


def test_second_teacher_is_told_what_the_first_wrote(classroom, item, as_):
    write(classroom, item, "bob", "7")
    with pytest.raises(Conflict):
        write(classroom, item, "bob", "8", name="dan", seen="")
    with translation.override("en"):
        answer = post(as_("dan"), classroom, item, "bob", "8")
    assert answer.status_code == 409
    told = answer.json()
    assert "7" in told["problem"]
    assert told["column"][str(classroom.people["bob"].pk)]["seen"] == "7"
    assert cell_of(classroom, item, "bob").mark == 7
    assert post(as_("dan"), classroom, item, "bob", "8", seen="7").status_code == 200
    assert cell_of(classroom, item, "bob").mark == 8
    # Both wrote the same: nobody is troubled.
    assert post(as_("alice"), classroom, item, "bob", "8", seen="").status_code == 200


def test_conflict_with_a_mark_of_the_marking_pages(classroom):
    room = classroom
    copy = assignment_access.get_copy(room.people["dan"], room.open("bob").pk)
    assignment_actions.set_mark(copy, Decimal(9), acting_user=room.people["dan"])
    with pytest.raises(Conflict) as found:
        write(room, room.assignment, "bob", "12", seen="")
    assert room.people["dan"].full_name in str(found.value)


# --- the pages ----------------------------------------------------------------------------------


def test_pages_are_for_who_teaches_the_class(classroom, item, as_):
    pk = classroom.school.school_class.pk
    pages = [
        reverse(f"grading:{name}", args=[pk])
        for name in ("gradebook_type", "add_column", "periods")
    ]
    pages.append(reverse("grading:column", args=[pk, item.pk]))
    for name in ("alice", "dan"):
        assert {as_(name).get(page).status_code for page in pages} == {200}
    for name in ("fay", "charlie", "bob", "zoe", "admin", "inspector"):
        browser = as_(name)
        assert {browser.get(page).status_code for page in pages} == {404}, name
        assert post(browser, classroom, item, "bob", "1").status_code == 404, name
        for verb in ("delete_column", "restore_column"):
            assert browser.post(reverse(f"grading:{verb}", args=[pk, item.pk])).status_code == 404
    assert not Entry.objects.exists()
    other = classroom.second.pk  # Alice's too, but not the item's class
    assert as_("alice").get(reverse("grading:column", args=[other, item.pk])).status_code == 404


def test_cell_of_somebody_else_is_not_found(classroom, item, as_):
    browser = as_("dan")
    for column, pupil in ((item, "eric"), (item, "dan"), (classroom.assignment, "zoe")):
        assert post(browser, classroom, column, pupil, "1").status_code == 404
    address = reverse("grading:gradebook_cell", args=[classroom.school.school_class.pk])
    for body in ({}, {"column": "x", "pupil": "\x00"}, {"column": uuid.uuid4()}):
        assert browser.post(address, body).status_code == 404


def test_cell_answers_with_the_averages_of_the_table(classroom, item, as_):
    told = post(as_("alice"), classroom, item, "bob", "7,25").json()
    mine = told["column"][str(classroom.people["bob"].pk)]
    assert (mine["seen"], mine["average"]) in {("7.25", "14,5"), ("7.25", "14.5")}
    assert len(told["whole"]) == len(told["figures"]) == 4
    bad = post(as_("alice"), classroom, item, "bob", "11", seen="7.25")
    assert (bad.status_code, cell_of(classroom, item, "bob").mark) == (422, Decimal("7.25"))


def test_without_script_the_form_saves_what_was_changed(classroom, item, as_):
    page = reverse("grading:gradebook_type", args=[classroom.school.school_class.pk])
    people = classroom.people
    names = {one: f"{item.pk}:{people[one].pk}" for one in ("bob", "chloe")}
    body = {names["bob"]: "6", f"was:{names['bob']}": "", names["chloe"]: "trop"}
    answer = as_("dan").post(f"{page}?column={item.pk}", body, follow=True)
    assert answer.status_code == 200
    assert "trop" in answer.content.decode()
    assert cell_of(classroom, item, "bob").mark == 6
    assert as_("dan").get(f"{page}?column={uuid.uuid4()}").status_code == 404


def test_column_is_added_changed_deleted_and_put_back(classroom, as_):
    browser, pk = as_("dan"), classroom.school.school_class.pk
    body = {"title": "=Dictée", "day": "2026-11-05", "mark_max": "40", "coefficient": "0,5"}
    answer = browser.post(reverse("grading:add_column", args=[pk]), body)
    item = LineItem.objects.get()
    assert answer["Location"].endswith(f"?column={item.pk}")
    assert (item.mark_max, item.coefficient, item.told_at) == (40, Decimal("0.5"), None)
    address = reverse("grading:column", args=[pk, item.pk])
    assert browser.post(address, body | {"told": "on"}).status_code == 302
    assert LineItem.objects.get().told_at is not None
    for wrong in ({"mark_max": "0"}, {"day": ""}, {"coefficient": "-1"}, {"title": " "}):
        assert browser.post(address, body | wrong).status_code == 422
    answer = browser.post(reverse("grading:delete_column", args=[pk, item.pk]))
    assert browser.get(address).status_code == 404
    assert "Dictée" in browser.get(answer["Location"]).content.decode()
    browser.post(reverse("grading:restore_column", args=[pk, item.pk]))
    assert browser.get(address).status_code == 200


# --- periods ------------------------------------------------------------------------------------


def test_periods_are_proposed_named_and_shown(classroom, as_):
    browser, pk = as_("alice"), classroom.school.school_class.pk
    page = reverse("grading:periods", args=[pk])
    assert browser.get(f"{page}?propose=terms").content.count(b"period-row") >= 3
    body = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0"}
    for row, values in enumerate(
        [("T1", "2026-09-01", "2026-11-30"), ("T2", "2026-12-01", "2027-02-28"), ("", "", "")]
    ):
        body |= {
            f"form-{row}-{name}": value
            for name, value in zip(("title", "start", "end"), values, strict=True)
        }
    assert browser.post(page, body).status_code == 302
    text = browser.get(reverse("grading:gradebook", args=[pk])).content.decode()
    assert "?start=2026-09-01&amp;end=2026-11-30" in text
    wrong = [{"form-1-title": "t1"}, {"form-1-end": "2026-11-30"}, {"form-2-title": "T3"}]
    for one in wrong:
        assert browser.post(page, body | one).status_code == 422
    titles = [one.title for one in classroom.school.school_class.periods.all()]
    assert titles == ["T1", "T2"]


@pytest.mark.parametrize("kind", ["terms", "semesters"])
@pytest.mark.parametrize(
    "year", [(date(2026, 9, 1), date(2027, 7, 4)), (date(2026, 2, 1), date(2026, 12, 15))]
)
def test_proposed_parts_fill_the_year(kind, year):
    parts = periods.propose(AcademicSession(start_date=year[0], end_date=year[1]), kind)
    assert parts[0][1] == year[0]
    assert parts[-1][2] == year[1]
    for before, after in pairwise(parts):
        assert (after[1] - before[2]).days == 1
    assert len(parts) == {"terms": 3, "semesters": 2}[kind]
