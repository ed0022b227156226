"""What teachers and pupils do about times on their pages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from candyce.assignments import actions
from candyce.assignments.models import (
    Accommodation,
    PupilTimes,
)
from candyce.assignments.tests.pages import url
from candyce.assignments.tests.test_times import HOUR, Rule, give_own, set_times
from candyce.lib.errors import BadRequest, Forbidden

# --- what teachers do ---------------------------------------------------------------------------


def test_giving_and_editing_check_the_times(classroom):
    alice = classroom.people["alice"]
    now = timezone.now()
    plain = {
        "acting_user": alice,
        "classes": [classroom.second],
        "title": "T",
        "instructions": "",
        "opens_at": now,
        "mark_max": Decimal(20),
    }
    for times, wrong in (
        ({"due_at": now - HOUR, "closes_at": None}, "due_at"),
        ({"due_at": now + 2 * HOUR, "closes_at": now + HOUR}, "due_at"),
    ):
        with pytest.raises(BadRequest) as refused:
            actions.edit_assignment(classroom.fetch("alice"), **plain, **times)
        assert set(refused.value.fields) == {wrong}


def test_the_form_gives_all_times_and_rules(classroom, as_):
    work = classroom.assignment
    fields = {
        "title": "T",
        "classes": [classroom.second.pk],
        "mark_max": "20",
        "opens_at": "2027-03-01T08:00",
        "due_at": "2027-03-02T08:00",
        "closes_at": "2027-03-09T08:00",
        "late_rule": "percent",
        "late_amount": "12,5",
        "late_unit": "hour",
        "late_cap": "50",
        "late_grace": "5",
        "outside": "hidden",
    }
    answer = as_("alice").post(url("edit", work.pk), fields)
    assert answer.status_code == 302, answer.context["form"].errors
    work.refresh_from_db()
    assert work.due_at == datetime(2027, 3, 2, 7, tzinfo=UTC)
    assert (work.late_rule, work.late_amount, work.late_unit) == (
        "percent",
        Decimal("12.5"),
        "hour",
    )
    assert (work.late_cap, work.late_grace, work.outside) == (Decimal(50), 5, "hidden")
    assert not work.accommodated
    page = as_("alice").get(url("edit", work.pk)).content.decode()
    assert '<details class="fold" open>' in page
    answer = as_("alice").post(url("edit", work.pk), fields | {"due_at": ""})
    assert set(answer.context["form"].errors) == {"due_at"}


def times_page(classroom, as_, name="alice", **fields):
    return as_(name).post(url("times", classroom.assignment.pk), fields)


def test_a_teacher_gives_several_pupils_extra_time_and_takes_it_back(classroom, as_):
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    both = [bob.pk, chloe.pk]
    set_times(classroom, opens=-1, closes=1)
    assert times_page(classroom, as_, act="set", pupil=both, extra_percent="33").status_code == 302
    assert {row.pupil: row.extra_percent for row in PupilTimes.objects.all()} == {
        bob: 33,
        chloe: 33,
    }
    page = as_("alice").get(url("times", classroom.assignment.pk)).content.decode()
    assert "+\u00a039\u00a0min (33\u00a0%)" in page
    assert times_page(classroom, as_, act="clear", pupil=[bob.pk]).status_code == 302
    assert [row.pupil for row in PupilTimes.objects.all()] == [chloe]
    assert times_page(classroom, as_, act="set", extra_minutes="5").status_code == 400
    answer = times_page(
        classroom,
        as_,
        act="set",
        pupil=both,
        opens_at="2027-03-02T08:00",
        closes_at="2027-03-01T08:00",
    )
    assert set(answer.context["form"].errors) == {"closes_at"}


def test_extra_time_that_lasts_is_set_by_who_teaches_the_pupil(classroom, as_):
    bob, eric = classroom.people["bob"], classroom.people["eric"]
    assert (
        times_page(classroom, as_, "dan", act="last", pupil=[bob.pk], lasting="33").status_code
        == 302
    )
    assert bob.accommodation.extra_percent == 33
    # Dan does not teach Éric's class: its rows are not on his page.
    assert (
        times_page(classroom, as_, "dan", act="last", pupil=[eric.pk], lasting="33").status_code
        == 400
    )
    with pytest.raises(Forbidden):
        actions.set_accommodation([eric], 33, acting_user=classroom.people["dan"])
    with pytest.raises(Forbidden):
        actions.set_pupil_times(
            classroom.fetch("dan"),
            [eric],
            actions.OwnTimes(extra_minutes=5),
            acting_user=classroom.people["dan"],
        )
    assert (
        times_page(classroom, as_, "alice", act="last", pupil=[bob.pk], lasting="").status_code
        == 302
    )
    assert not Accommodation.objects.exists()


def test_a_pupil_reads_neither_the_page_of_times_nor_anothers_extra_time(classroom, as_):
    give_own(classroom, "chloe", extra_percent=33)
    Accommodation.objects.create(pupil=classroom.people["eric"], extra_percent=50)
    for name in ("bob", "chloe", "zoe", "charlie"):
        assert as_(name).get(url("times", classroom.assignment.pk)).status_code in {403, 404}, name
        assert times_page(classroom, as_, name, act="clear", pupil=[]).status_code in {403, 404}
    copy = classroom.open("bob")
    for path in ("/my-work/", url("copy", copy.pk)):
        page = as_("bob").get(path).content.decode()
        assert "majoré" not in page
        assert "Chloe" not in page


def test_lifting_is_for_the_teacher(classroom, as_):
    copy = classroom.open("bob")
    actions.hand_in(copy, acting_user=classroom.people["bob"])
    set_times(classroom, due=-48, closes=1, late_rule=Rule.POINTS)
    path = url("lift_lateness", copy.pk)
    assert as_("bob").post(path, {"lifted": "1"}).status_code == 403
    assert as_("alice").post(path, {"lifted": "1", "next": "//evil.example/"}).url == url(
        "mark", copy.pk
    )
    copy.refresh_from_db()
    assert copy.late_lifted_by == classroom.people["alice"]
    assert as_("dan").post(path).status_code == 302
    copy.refresh_from_db()
    assert copy.late_lifted_at is None


def test_times_that_change_are_announced_to_the_pupils_copies(
    classroom, django_capture_on_commit_callbacks
):
    from candyce.projects.signals import access_changed

    copy, other = classroom.open("bob"), classroom.open("chloe")
    told = set()

    def hear(sender, project_ids, **_rest):
        told.update(project_ids)

    access_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            actions.set_pupil_times(
                classroom.fetch("alice"),
                [classroom.people["bob"]],
                actions.OwnTimes(extra_minutes=5),
                acting_user=classroom.people["alice"],
            )
    finally:
        access_changed.disconnect(hear)
    assert copy.project_id in told
    assert other.project_id not in told


def test_the_pupil_reads_what_is_left_and_what_late_costs(classroom, as_):
    copy = classroom.open("bob")
    set_times(classroom, due=2.2, closes=30, late_rule=Rule.POINTS)
    page = as_("bob").get(url("copy", copy.pk)).content.decode()
    assert "il reste 2\u00a0h" in page
    assert "−1 point par jour commencé" in page
    assert "il reste 2\u00a0h" in as_("bob").get("/my-work/").content.decode()
    set_times(classroom, due=-2.2, closes=30, late_rule=Rule.POINTS)
    page = as_("bob").get(url("copy", copy.pk)).content.decode()
    assert "En retard de 2\u00a0h" in page
    assert "−1 point pour l’instant" in page
