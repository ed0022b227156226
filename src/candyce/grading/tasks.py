"""Work for the background worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django_tasks import task

from candyce.accounts.models import Enrolment
from candyce.assignments.access import MEMBERS
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.times import Times, compute, get_class_times
from candyce.grading.actions.marking import STALE, mark_waiting, queue_marking
from candyce.grading.models import Sheet
from candyce.grading.sources import get_author_notebooks


@task()
def mark_assignment(assignment_id: str) -> dict[str, int]:
    """Mark the copies of an assignment that wait; gives how many ended in which state."""
    assignment = Assignment.objects.filter(pk=assignment_id).first()
    return {} if assignment is None else mark_waiting(assignment)


@task()
def close_window(assignment_id: str, closes_at: str) -> int:
    """Some pupils' time is over (at ``closes_at``, unless it was moved since): mark what they did not hand in too,
    and plan the next such moment."""
    assignment = Assignment.objects.filter(pk=assignment_id, deleted_at=None).first()
    if assignment is None:
        return 0
    queued = queue_marking(find_unmarked(assignment), acting_user=None)
    plan_closing(assignment)
    return len(queued)


def find_unmarked(assignment: Assignment) -> list[Copy]:
    """Copies whose last state was never queued for marking: those handed in, and those whose time is over."""
    now = timezone.now()
    copies = list(
        Copy.objects.filter(assignment=assignment, project__deleted_at=None)
        .exclude(state=Copy.State.RETURNED)
        .select_related(
            "assignment__version", "project", "handed_in_version", "pupil", "group", "sheet"
        )
        .prefetch_related(MEMBERS)
    )
    times = get_class_times(assignment, {one.pk for copy in copies for one in copy.members})
    return [copy for copy in copies if _is_unmarked(copy, times, now)]


def _is_unmarked(copy: Copy, times: dict[Any, Times], now: datetime) -> bool:
    sheet: Sheet | None = getattr(copy, "sheet", None)
    queued_at = sheet.queued_at if sheet and sheet.state != Sheet.State.NONE else None
    if copy.state == Copy.State.HANDED_IN:
        return queued_at is None
    if copy.reopened_at is not None or not copy.members:
        return False
    closes_at = times[copy.members[0].pk].closes_at
    if closes_at is None or closes_at > now:
        return False
    return queued_at is None or queued_at < closes_at


def plan_closing(assignment: Assignment) -> bool:
    """Have the worker look at the assignment when the next pupil's time is over; gives whether it was planned now.

    One such task waits for an assignment, and plans the next. An assignment that is edited again and again gets no
    second one, unless a time comes before the one that is planned.
    """
    now = timezone.now()
    at, planned = get_next_closing(assignment, now), assignment.closing_planned_at
    if at is None or (planned is not None and now < planned <= at):
        return False
    if not close_window.get_backend().supports_defer:
        return False
    # Of two who plan at once, one does.
    same = Assignment.objects.filter(pk=assignment.pk, closing_planned_at=planned)
    if not same.update(closing_planned_at=at):
        return False
    arguments: dict[str, Any] = {"run_after": at}
    close_window.using(**arguments).enqueue(str(assignment.pk), at.isoformat())
    return True


def plan_overdue(assignment: Assignment) -> bool:
    """Have the worker look now where a time was over and nobody looked, as of an assignment that was deleted then;
    gives whether there was something to look at."""
    if not close_window.get_backend().supports_defer:
        return False
    if not get_author_notebooks(assignment) or not find_unmarked(assignment):
        return False
    close_window.enqueue(str(assignment.pk), timezone.now().isoformat())
    return True


def get_next_closing(assignment: Assignment, now: datetime) -> datetime | None:
    """When the time of the next pupil is over: of those of the classes, and of those who have a copy."""
    enrolled = Enrolment.objects.filter(
        school_class__assignments=assignment, role=Enrolment.Role.STUDENT
    )
    owners = Copy.objects.filter(assignment=assignment, group=None)
    ids = {
        *enrolled.values_list("user_id", flat=True),
        *owners.values_list("pupil_id", flat=True),
        *assignment.memberships.values_list("pupil_id", flat=True),
    }
    found = [compute(assignment), *get_class_times(assignment, ids).values()]
    ahead = {one.closes_at for one in found if one.closes_at is not None and one.closes_at > now}
    return min(ahead, default=None)


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
