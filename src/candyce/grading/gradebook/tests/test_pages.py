"""The gradebook of a class and a pupil's marks, as they are asked for; and by whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from candyce.accounts.models import AuditEntry, Enrolment
from candyce.assignments import access, actions
from candyce.assignments.models import Assignment, Copy
from candyce.grading.gradebook import queries
from candyce.grading.gradebook.actions import set_coefficients
from candyce.grading.gradebook.book import Book, Column
from candyce.grading.models import Coefficient
from candyce.lib.errors import BadRequest


def give(room, title, *, out_of=20, author="alice", classes=None, **more) -> Assignment:
    return actions.give(
        acting_user=room.people[author],
        classes=classes or [room.school.school_class],
        title=title,
        project=room.project,
        mark_max=Decimal(out_of),
        **more,
    )


def mark(room, assignment, name, value, *, returned=True) -> Copy:
    """The pupil's copy, handed in, marked and (unless told otherwise) returned."""
    pupil, teacher = room.people[name], room.people["alice"]
    copy = actions.open_copy(access.get_assignment(pupil, assignment.pk), acting_user=pupil)
    actions.hand_in(access.get_copy(pupil, copy.pk), acting_user=pupil)
    seen = access.get_copy(teacher, copy.pk)
    actions.set_mark(seen, None if value is None else Decimal(value), acting_user=teacher)
    if returned:
        actions.return_copies([seen], acting_user=teacher)
    return access.get_copy(teacher, copy.pk)


def address(room, school_class=None) -> str:
    return reverse("grading:gradebook", args=[(school_class or room.school.school_class).pk])


def get_book(room, name="alice", **days) -> Book:
    return queries.get_book(room.people[name], room.school.school_class, **days)


def column_of(title: str) -> Column:
    return Column(Assignment.objects.get(title=title), Decimal(1))


def find(book: Book, title: str, username: str):
    row = next(row for row in book.rows if row.pupil.username == username)
    return next(cell for cell in row.cells if cell.column.assignment.title == title)


@pytest.fixture
def room(classroom):
    """2B also has a test out of 30 and a paper out of 20; Bob's and Chloé's copies are in several states."""
    thirty = give(classroom, "Sur trente", out_of=30)
    paper = give(classroom, "Sur vingt")
    mark(classroom, thirty, "bob", 15)
    mark(classroom, paper, "bob", 14, returned=False)
    mark(classroom, paper, "chloe", 8)
    return classroom


# --- the class's table --------------------------------------------------------------------------


def test_gradebook_opens_for_who_teaches_the_class(room, as_):
    page = address(room)
    answers = {"alice": 200, "dan": 200, "nobody": 302} | dict.fromkeys(
        ("fay", "charlie", "bob", "zoe", "admin", "inspector"), 404
    )
    for name, status in answers.items():
        browser = as_(name)
        assert browser.get(page).status_code == status, name
        assert browser.get(f"{page}marks.csv").status_code == status, name
        if status != 200:
            assert post(browser, room, Sur_vingt=("1", "2")).status_code == status, name
    assert not Coefficient.objects.exists()


def test_teacher_who_left_the_class_reads_nothing_more(room, as_):
    Enrolment.objects.filter(user=room.people["dan"]).delete()
    assert as_("dan").get(address(room)).status_code == 404


def test_table_tells_marks_states_and_averages(room, as_):
    book = get_book(room)
    assert [one.assignment.title for one in book.columns] == [
        "Les triangles",
        "Sur trente",
        "Sur vingt",
    ]
    assert [row.pupil.username for row in book.rows] == ["bob", "chloe"]
    thirty = find(book, "Sur trente", "bob")
    assert (thirty.twenty, thirty.returned) == (Decimal("10.00"), True)
    assert find(book, "Sur vingt", "bob").provisional
    assert find(book, "Sur trente", "chloe").stage == "not_started"
    assert [row.average for row in book.rows] == [Decimal("12.00"), Decimal("8.00")]
    assert book.summary.mean == Decimal("10.00")
    assert book.provisional == 1
    with translation.override("fr"):
        text = as_("alice").get(address(room), HTTP_ACCEPT_LANGUAGE="fr").content.decode()
    assert "15/30" in text
    assert reverse("assignments:mark", args=[thirty.copy.pk]) in text


def test_states_say_why_there_is_no_mark(room):
    for title, name, expected in (
        ("ouvert", "bob", "working"),
        ("rendu", "chloe", "to_mark"),
    ):
        assignment = give(room, title)
        pupil = room.people[name]
        copy = actions.open_copy(access.get_assignment(pupil, assignment.pk), acting_user=pupil)
        if expected == "to_mark":
            actions.hand_in(access.get_copy(pupil, copy.pk), acting_user=pupil)
        assert find(get_book(room), title, name).stage == expected
    Assignment.objects.filter(title="ouvert").update(closes_at=timezone.now() - timedelta(hours=1))
    assert find(get_book(room), "ouvert", "bob").stage == "overdue"
    assert find(get_book(room), "ouvert", "chloe").stage == "overdue"
    mark(room, give(room, "sans note"), "bob", None)
    assert find(get_book(room), "sans note", "bob").stage == "no_mark"
    give(room, "demain", opens_at=timezone.now() + timedelta(days=1))
    assert find(get_book(room), "demain", "bob").stage == "not_open"


def test_work_that_the_class_was_not_given_has_no_column(room):
    give(room, "Pour 2C seulement", classes=[room.second])
    gone = give(room, "Supprimé")
    actions.delete_assignment(gone, acting_user=room.people["alice"])
    titles = {one.assignment.title for one in get_book(room, "dan").columns}
    assert titles == {"Les triangles", "Sur trente", "Sur vingt"}


def test_a_period_keeps_the_work_of_its_days(room, as_):
    day = datetime(2026, 10, 5, 16, tzinfo=UTC)
    Assignment.objects.filter(title="Sur trente").update(closes_at=day, opens_at=None)
    book = get_book(room, start=day.date(), end=day.date())
    assert [one.assignment.title for one in book.columns] == ["Sur trente"]
    assert [row.average for row in book.rows] == [Decimal("10.00"), None]
    browser = as_("alice")
    text = browser.get(f"{address(room)}?start=2026-10-05&end=2026-10-05").content.decode()
    assert "Sur trente" in text
    assert "Sur vingt" not in text
    assert browser.get(f"{address(room)}?start=0001-99-01&end=%00").status_code == 200


def count_queries(browser, page) -> int:
    browser.get(page)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(page).status_code == 200
    return len(found)


def test_queries_do_not_grow_with_assignments(room, as_):
    browser = as_("alice")
    before = count_queries(browser, address(room))
    for number in range(8):
        one = give(room, f"Devoir {number}")
        mark(room, one, "bob", number)
        mark(room, one, "chloe", number + 2)
    assert count_queries(browser, address(room)) == before
    browser = as_("bob")
    many = count_queries(browser, reverse("grading:my_marks"))
    Copy.objects.filter(assignment__title__startswith="Devoir").exclude(
        assignment__title="Devoir 1"
    ).update(state=Copy.State.WORKING)
    assert count_queries(browser, reverse("grading:my_marks")) == many


# --- coefficients -------------------------------------------------------------------------------


def post(browser, room, **values):
    """Values by title: (seen, typed)."""
    data = {}
    for title, (seen, typed) in values.items():
        pk = Assignment.objects.get(title=title.replace("_", " ")).pk
        data |= {f"was-{pk}": seen, f"coefficient-{pk}": typed}
    for one in get_book(room).columns:
        data.setdefault(f"was-{one.assignment.pk}", "1")
        data.setdefault(f"coefficient-{one.assignment.pk}", "1")
    return browser.post(address(room), data)


def test_coefficients_weigh_and_zero_takes_out(room, as_):
    browser = as_("dan")
    assert post(browser, room, Sur_trente=("1", "0,5"), Sur_vingt=("1", "2")).status_code == 302
    assert get_book(room).rows[0].average == Decimal("13.20")  # (10 × 0.5 + 14 × 2) / 2.5
    assert Coefficient.objects.count() == 2  # what was left as it was has no row
    assert AuditEntry.objects.filter(verb="coefficient_set", actor=room.people["dan"]).count() == 2
    post(browser, room, Sur_trente=("0,5", "0"), Sur_vingt=("2", "2"))
    assert get_book(room).rows[0].average == Decimal("14.00")


def test_two_teachers_at_once_keep_both_changes(room, as_):
    post(as_("alice"), room, Sur_trente=("1", "3"))
    post(as_("dan"), room, Sur_vingt=("1", "4"))  # Dan's page still says 1 for the other
    found = {row.assignment.title: row.value for row in Coefficient.objects.all()}
    assert found == {"Sur trente": 3, "Sur vingt": 4}


def test_bad_coefficient_is_said_and_nothing_is_written(room, as_):
    browser = as_("alice")
    for typed in ("-1", "101", "", "deux", "1,234", "NaN", "Infinity", "1e3"):
        answer = post(browser, room, Sur_trente=("1", typed), Sur_vingt=("1", "2"))
        assert answer.status_code == 200, typed
        assert 'aria-invalid="true"' in answer.content.decode(), typed
    assert not Coefficient.objects.exists()


def test_action_refuses_a_negative_coefficient(room):
    one = Assignment.objects.get(title="Sur vingt")
    with pytest.raises(BadRequest):
        set_coefficients(
            room.school.school_class,
            {Column(one, Decimal(1)): Decimal(-1)},
            acting_user=room.people["alice"],
        )


def test_coefficient_of_another_class_stays(room, as_):
    one = room.assignment  # given to 2B and 2C
    set_coefficients(
        room.second, {Column(one, Decimal(1)): Decimal(5)}, acting_user=room.people["alice"]
    )
    assert {column.coefficient for column in get_book(room).columns} == {1}


def test_coefficient_of_work_that_is_not_in_the_table_is_ignored(room, as_):
    strange = give(room, "Pour 2C seulement", classes=[room.second])
    browser = as_("alice")
    browser.post(address(room), {f"was-{strange.pk}": "1", f"coefficient-{strange.pk}": "9"})
    assert not Coefficient.objects.exists()


# --- a pupil's own marks ------------------------------------------------------------------------


def test_pupil_reads_only_returned_marks_of_their_own(room, as_):
    set_coefficients(
        room.school.school_class,
        {column_of("Sur trente"): Decimal(3)},
        acting_user=room.people["alice"],
    )
    own = queries.get_own_marks(room.people["bob"])
    assert [one.school_class for one in own] == [room.school.school_class]
    assert [(cell.mark, cell.column.coefficient) for cell in own[0].row.cells] == [(15, 3)]
    assert own[0].row.average == Decimal("10.00")
    text = as_("bob").get(reverse("grading:my_marks")).content.decode()
    assert "Sur trente" in text
    assert "Sur vingt" not in text  # marked, not returned
    assert "Chloe" not in text
    assert str(room.copy_of("remi").pk) not in text


def test_mark_goes_when_the_copy_is_given_back_to_work_on(room):
    copy = Copy.objects.get(assignment__title="Sur trente", pupil=room.people["bob"])
    actions.reopen(access.get_copy(room.people["alice"], copy.pk), acting_user=room.people["alice"])
    assert queries.get_own_marks(room.people["bob"]) == []


def test_returned_without_a_mark_is_said_and_has_no_average(room):
    mark(room, give(room, "sans note"), "chloe", None)
    Copy.objects.filter(assignment__title="Sur vingt").update(state=Copy.State.HANDED_IN)
    (own,) = queries.get_own_marks(room.people["chloe"])
    assert [cell.stage for cell in own.row.cells] == ["no_mark"]
    assert own.row.average is None


def test_others_read_no_mark_there(room, as_):
    for name in ("alice", "dan", "zoe", "admin", "charlie"):
        assert queries.get_own_marks(room.people[name]) == []
        assert as_(name).get(reverse("grading:my_marks")).status_code == 200


def test_pupil_who_left_the_class_reads_none_of_its_marks(room):
    Enrolment.objects.filter(user=room.people["bob"]).delete()
    assert queries.get_own_marks(room.people["bob"]) == []


# --- the way there ------------------------------------------------------------------------------


def test_each_finds_the_page_of_theirs_in_the_navigation(room, as_):
    teacher = as_("alice").get("/").content.decode()
    assert reverse("grading:gradebooks") in teacher
    assert reverse("grading:my_marks") not in teacher
    pupil = as_("bob").get("/").content.decode()
    assert reverse("grading:my_marks") in pupil
    assert reverse("grading:gradebooks") not in pupil


def test_index_leads_to_a_class_or_says_that_there_is_none(room, as_):
    assert as_("dan").get(reverse("grading:gradebooks"))["Location"] == address(room)
    assert as_("charlie").get(reverse("grading:gradebooks")).status_code == 200
