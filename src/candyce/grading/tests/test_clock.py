"""The worker's clock: windows that close, and workers that stop."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from candyce.assignments.models import Assignment, PupilTimes
from candyce.grading import tasks
from candyce.grading.models import Sheet
from candyce.grading.tests import lesson

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _queue(settings, work):
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}
    }


def close(assignment: Assignment, closes_at) -> Assignment:
    from candyce.assignments import access, actions

    given = access.get_assignment(assignment.author, assignment.pk)
    return actions.edit_assignment(
        given,
        acting_user=assignment.author,
        classes=list(given.classes.all()),
        title=given.title,
        instructions="",
        opens_at=None,
        closes_at=closes_at,
        mark_max=given.mark_max,
    )


def list_tasks() -> list[tuple[str, object]]:
    rows = DBTaskResult.objects.order_by("enqueued_at")
    return [(row.task_path.rpartition(".")[2], row.run_after) for row in rows]


def test_the_worker_wakes_when_the_window_closes(work, school):
    at = timezone.now() + timedelta(hours=1)
    close(work.assignment, at)
    [(name, run_after)] = list_tasks()
    assert (name, run_after) == ("close_window", at)


def test_at_the_end_what_was_not_handed_in_is_marked_too(work, school):
    mine = work.open(school.bob, lesson.make_copy(lesson.GOOD))
    handed_in = work.hand_in(school.chloe, lesson.make_copy({}))
    Sheet.objects.filter(copy=handed_in).update(state="done")
    at = timezone.now() - timedelta(seconds=1)
    Assignment.objects.filter(pk=work.assignment.pk).update(closes_at=at)
    assert tasks.close_window.call(str(work.assignment.pk), at.isoformat()) == 1
    sheet = Sheet.objects.get(copy=mine)
    assert sheet.state == "queued"
    assert sheet.version.tree == mine.project.tree
    assert list_tasks()[-1][0] == "mark_assignment"


def test_a_window_that_was_moved_is_left_alone(work, school):
    work.open(school.bob)
    before = timezone.now() - timedelta(seconds=1)
    later = timezone.now() + timedelta(hours=1)
    Assignment.objects.filter(pk=work.assignment.pk).update(closes_at=later)
    assert tasks.close_window.call(str(work.assignment.pk), before.isoformat()) == 0
    assert tasks.close_window.call(str(work.assignment.pk), later.isoformat()) == 0


def test_what_a_stopped_worker_left_is_taken_up_again(work, school):
    copy = work.hand_in(school.bob, lesson.make_copy({}))
    DBTaskResult.objects.all().delete()
    assert Sheet.objects.get(copy=copy).state == "queued"
    assert tasks.resume_marking.call() == 1
    assert [name for name, _at in list_tasks()] == ["mark_assignment", "mark_assignment"]


def test_editing_again_and_again_plans_one_task(work, school):
    at = timezone.now() + timedelta(hours=1)
    for later in (0, 2, 1):
        close(work.assignment, at + timedelta(hours=later))
        work.assignment.refresh_from_db()
    assert list_tasks() == [("close_window", at)]
    close(work.assignment, at - timedelta(minutes=10))
    assert list_tasks()[-1] == ("close_window", at - timedelta(minutes=10))


def test_each_pupils_own_closing_is_planned_in_turn(work, school):
    mine, theirs = work.open(school.bob), work.open(school.chloe)
    now = timezone.now()
    at = now - timedelta(seconds=1)
    PupilTimes.objects.create(
        assignment=work.assignment, pupil=school.chloe, closes_at=now + timedelta(minutes=20)
    )
    Assignment.objects.filter(pk=work.assignment.pk).update(closes_at=at)
    assert tasks.close_window.call(str(work.assignment.pk), at.isoformat()) == 1
    assert Sheet.objects.get(copy=mine).state == "queued"
    assert not Sheet.objects.filter(copy=theirs).exists()
    assert ("close_window", now + timedelta(minutes=20)) in list_tasks()
    PupilTimes.objects.update(closes_at=now)
    assert tasks.close_window.call(str(work.assignment.pk), at.isoformat()) == 1
    # What was marked since its own closing is left alone.
    assert tasks.close_window.call(str(work.assignment.pk), at.isoformat()) == 0
