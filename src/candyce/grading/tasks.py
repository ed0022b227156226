"""Work for the background worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from candyce.assignments.models import Assignment, Copy
from candyce.grading.actions.marking import STALE, mark_waiting, queue_marking
from candyce.grading.models import Sheet


@task()
def mark_assignment(assignment_id: str) -> dict[str, int]:
    """Mark the copies of an assignment that wait; gives how many ended in which state."""
    assignment = Assignment.objects.filter(pk=assignment_id).first()
    return {} if assignment is None else mark_waiting(assignment)


@task()
def close_window(assignment_id: str, closes_at: str) -> int:
    """The time is over: mark what was not handed in too. Does nothing when the end was moved since."""
    assignment = Assignment.objects.filter(pk=assignment_id, deleted_at=None).first()
    if assignment is None or assignment.closes_at is None:
        return 0
    if assignment.closes_at.isoformat() != closes_at or assignment.closes_at > timezone.now():
        return 0
    return len(queue_marking(find_unmarked(assignment), acting_user=None))


def find_unmarked(assignment: Assignment) -> list[Copy]:
    """Copies whose newest state was never queued for marking."""
    done = Q(sheet__isnull=False) & ~Q(sheet__state=Sheet.State.NONE)
    handed_in = Copy.objects.filter(assignment=assignment, project__deleted_at=None)
    waiting = handed_in.exclude(done & ~Q(state=Copy.State.WORKING)).exclude(
        state=Copy.State.RETURNED
    )
    return list(waiting.select_related("assignment__version", "project", "handed_in_version"))


def plan_closing(assignment: Assignment) -> bool:
    """Have the worker look at the assignment when its window closes; gives whether there is such a moment."""
    closes_at: datetime | None = assignment.closes_at
    if (
        closes_at is None
        or closes_at <= timezone.now()
        or not close_window.get_backend().supports_defer
    ):
        return False
    arguments: dict[str, Any] = {"run_after": closes_at}
    close_window.using(**arguments).enqueue(str(assignment.pk), closes_at.isoformat())
    return True


@task()
def resume_marking() -> int:
    """Take up what a stopped worker left: copies that wait, and later those that it was marking."""
    if not mark_assignment.get_backend().supports_defer:
        return 0
    open_sheets = Sheet.objects.filter(state__in=(Sheet.State.QUEUED, Sheet.State.RUNNING))
    waiting = set(open_sheets.values_list("copy__assignment", flat=True))
    for pk in waiting:
        mark_assignment.enqueue(str(pk))
        # By then a marking that another worker has under way is over.
        mark_assignment.using(run_after=timezone.now() + STALE).enqueue(str(pk))
    return len(waiting)
