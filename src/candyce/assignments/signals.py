"""What this room announces upwards. Receivers run after the commit.

``copy_handed_in(copy_id: UUID)``: the copy's version is pinned.
``window_changed(assignment_id: UUID)``: an assignment was given, or its times or a pupil's were edited.
``lateness_lifted(copy_id: UUID, user_id: UUID)``: this teacher decided what being late costs a copy.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.dispatch import Signal

from candyce.accounts.models import User
from candyce.assignments.models import Assignment, Copy

copy_handed_in = Signal()
window_changed = Signal()
lateness_lifted = Signal()


def announce_hand_in(copy: Copy) -> None:
    """Send :data:`copy_handed_in` once the transaction is committed."""
    send = partial(copy_handed_in.send, Copy, copy_id=copy.pk)
    transaction.on_commit(send, robust=True)


def announce_window(assignment: Assignment) -> None:
    """Send :data:`window_changed` once the transaction is committed."""
    send = partial(window_changed.send, Assignment, assignment_id=assignment.pk)
    transaction.on_commit(send, robust=True)


def announce_lateness(copy: Copy, user: User) -> None:
    """Send :data:`lateness_lifted` once the transaction is committed."""
    send = partial(lateness_lifted.send, Copy, copy_id=copy.pk, user_id=user.pk)
    transaction.on_commit(send, robust=True)
