"""Times of some pupils that change: whose marks are reckoned again, and when the worker looks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from candyce.accounts.models import Class
from candyce.assignments import access, actions
from candyce.assignments.models import (
    Accommodation,
    Assignment,
    Copy,
    Group,
    Membership,
    PupilTimes,
)
from candyce.grading import receivers, tasks
from candyce.grading.tests import lesson

HOUR = timedelta(hours=1)


@pytest.fixture
def late(marked, as_):
    """Bob and Chloé handed in half an hour late, where each hour costs a point; there is no closing."""
    for name in ("bob", "chloe"):
        marked.save(as_("alice"), name, "pourquoi", points="2,5")
    due = marked.copy("bob").handed_in_at - HOUR / 2
    Assignment.objects.filter(pk=marked.assignment.pk).update(
        opens_at=due - 2 * HOUR, due_at=due, late_rule="points", late_unit="hour", late_amount=1
    )
    receivers.hear_window(None, assignment_id=marked.assignment.pk)
    return marked.copy("bob").mark


@pytest.fixture
def reckoned(monkeypatch):
    """The copies whose mark is reckoned from here on."""
    propose, found = receivers.propose_mark, []

    def note(sheet, **more):
        found.append(sheet.copy_id)
        return propose(sheet, **more)

    monkeypatch.setattr(receivers, "propose_mark", note)
    return found


@pytest.fixture
def give_extra(marked, django_capture_on_commit_callbacks):
    def give(percent: int) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            actions.set_accommodation(
                [marked.user("bob")], percent, acting_user=marked.user("alice")
            )

    return give


@pytest.mark.django_db
def test_lasting_extra_time_takes_the_cost_away_where_there_is_a_due_time_alone(
    late, marked, give_extra
):
    give_extra(50)
    assert marked.copy("bob").mark == late + 1
    assert marked.copy("chloe").mark == late
    give_extra(0)
    assert marked.copy("bob").mark == late


@pytest.mark.django_db
def test_one_pupils_extra_time_leaves_the_others_copies_alone(late, marked, reckoned, give_extra):
    Assignment.objects.filter(pk=marked.assignment.pk).update(closes_at=timezone.now() + HOUR)
    give_extra(50)
    assert reckoned == [marked.copy("bob").pk]


@pytest.mark.django_db
@pytest.mark.parametrize("rule", [{"late_rule": "accept"}, {"late_amount": 0}])
def test_nothing_is_reckoned_where_being_late_costs_nothing(
    rule, late, marked, reckoned, give_extra
):
    closing = timezone.now() + HOUR
    Assignment.objects.filter(pk=marked.assignment.pk).update(closes_at=closing, **rule)
    give_extra(50)
    assert reckoned == []


@pytest.mark.django_db
def test_a_returned_copy_keeps_its_mark(late, marked, give_extra):
    alice = marked.user("alice")
    copy = access.get_copy(alice, marked.copy("bob").pk)
    actions.return_copies([copy], acting_user=alice)
    give_extra(50)
    assert marked.copy("bob").mark == late


@pytest.mark.django_db
def test_a_group_gains_and_loses_the_time_of_who_comes_and_goes(
    late, marked, django_capture_on_commit_callbacks
):
    school_class = Class.objects.get(pk=marked.room.school.school_class.pk)
    group = Group.objects.create(assignment=marked.assignment, number=1, school_class=school_class)
    Membership.objects.create(assignment=marked.assignment, group=group, pupil=marked.user("bob"))
    copy = marked.copy("bob")
    Copy.objects.filter(pk=copy.pk).update(group=group)
    Assignment.objects.filter(pk=marked.assignment.pk).update(group_mode="teacher")
    Accommodation.objects.create(pupil=marked.user("chloe"), extra_percent=50)
    for place, mark in ((group.pk, late + 1), (None, late)):
        with django_capture_on_commit_callbacks(execute=True):
            actions.arrange(
                marked.assignment,
                {marked.user("chloe").pk: place},
                acting_user=marked.user("alice"),
                school_class=school_class,
            )
        assert Copy.objects.get(pk=copy.pk).mark == mark


@pytest.mark.django_db
def test_work_restored_after_its_closing_is_marked_as_if_it_had_been_there(
    work, school, settings, django_capture_on_commit_callbacks
):
    mine = work.open(school.bob, lesson.make_copy(lesson.GOOD))
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}
    }
    given, past = work.assignment, timezone.now() - timedelta(seconds=1)
    later = timezone.now() + HOUR
    PupilTimes.objects.create(assignment=given, pupil=school.chloe, closes_at=later)
    actions.delete_assignment(given, acting_user=school.alice)
    Assignment.objects.filter(pk=given.pk).update(closes_at=past, closing_planned_at=past)
    assert tasks.close_window.call(str(given.pk), past.isoformat()) == 0
    with django_capture_on_commit_callbacks(execute=True):
        given = access.get_deleted_assignment(school.alice, given.pk)
        actions.restore_assignment(given, acting_user=school.alice)
    rows = DBTaskResult.objects.filter(task_path__endswith=".close_window")
    assert rows.filter(run_after=later).count() == 1
    now = rows.exclude(run_after=later).get()
    assert tasks.close_window.call(*now.args_kwargs["args"]) == 1
    mine.refresh_from_db()
    assert mine.sheet.state == "queued"
