"""What this room hears from the rooms below."""

from __future__ import annotations

import uuid
from typing import Any

from candyce.accounts.models import User
from candyce.assignments.models import Assignment, Copy
from candyce.grading.actions.answers import propose_mark
from candyce.grading.actions.marking import queue_marking
from candyce.grading.models import Sheet
from candyce.grading.tasks import plan_closing


def hear_hand_in(sender: object, copy_id: uuid.UUID, **_rest: Any) -> None:
    """A copy handed in is marked at once."""
    found = Copy.objects.select_related("assignment__version", "project", "handed_in_version")
    queue_marking(found.filter(pk=copy_id), acting_user=None)


def hear_window(sender: object, assignment_id: uuid.UUID, **_rest: Any) -> None:
    """The worker wakes when the window closes; what being late costs is reckoned again."""
    assignment = Assignment.objects.filter(pk=assignment_id).first()
    if assignment is not None:
        plan_closing(assignment)
        for sheet in Sheet.objects.filter(copy__assignment=assignment, state=Sheet.State.DONE):
            propose_mark(sheet)


def hear_lateness(sender: object, copy_id: uuid.UUID, user_id: uuid.UUID, **_rest: Any) -> None:
    """The mark proposed follows what a teacher decided."""
    sheet = Sheet.objects.filter(copy=copy_id, state=Sheet.State.DONE).first()
    if sheet is not None:
        propose_mark(sheet, acting_user=User.objects.get(pk=user_id))
