"""What this room hears from the rooms below."""

from __future__ import annotations

import uuid
from typing import Any

from candyce.accounts.models import User
from candyce.assignments.access import owned_by
from candyce.assignments.late import costs
from candyce.assignments.models import Assignment, Copy
from candyce.grading.actions.answers import propose_mark
from candyce.grading.actions.marking import queue_marking
from candyce.grading.models import Sheet
from candyce.grading.tasks import plan_closing, plan_overdue


def hear_hand_in(sender: object, copy_id: uuid.UUID, **_rest: Any) -> None:
    """A copy handed in is marked at once."""
    found = Copy.objects.select_related("assignment__version", "project", "handed_in_version")
    queue_marking(found.filter(pk=copy_id), acting_user=None)


def hear_window(
    sender: object,
    assignment_id: uuid.UUID,
    pupil_ids: list[uuid.UUID] | None = None,
    **_rest: Any,
) -> None:
    """The worker wakes when the window closes; what being late costs is reckoned again."""
    assignment = Assignment.objects.filter(pk=assignment_id).first()
    if assignment is None:
        return
    plan_closing(assignment)
    if pupil_ids is None:
        plan_overdue(assignment)
    # A change for all may have been of the rule, or of the highest mark; one for some pupils is of their times alone.
    if pupil_ids is not None and not costs(assignment):
        return
    for sheet in _find_settled(assignment, pupil_ids):
        propose_mark(sheet)


def _find_settled(assignment: Assignment, pupil_ids: list[uuid.UUID] | None) -> list[Sheet]:
    """Those marked, of everyone or of these pupils' copies; what was returned keeps its mark."""
    copies = Copy.objects.filter(assignment=assignment).exclude(state=Copy.State.RETURNED)
    if pupil_ids is not None:
        copies = copies.filter(owned_by(pupil_ids))
    done = Sheet.objects.filter(state=Sheet.State.DONE, mark_by_hand=False)
    return list(done.filter(copy__in=copies))


def hear_lateness(sender: object, copy_id: uuid.UUID, user_id: uuid.UUID, **_rest: Any) -> None:
    """The mark proposed follows what a teacher decided."""
    sheet = Sheet.objects.filter(copy=copy_id, state=Sheet.State.DONE).first()
    if sheet is not None:
        propose_mark(sheet, acting_user=User.objects.get(pk=user_id))
