"""What this room announces upwards. Receivers run after the commit.

``copy_handed_in(copy_id: UUID)``: the copy's version is pinned.
``window_changed(assignment_id: UUID, pupil_ids: list[UUID] | None)``: an assignment was given, edited or brought
back (None: it is about all), or the times of these pupils are other ones.
``lateness_lifted(copy_id: UUID, user_id: UUID)``: this teacher decided what being late costs a copy.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

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


def announce_window(assignment: Assignment, pupil_ids: Iterable[UUID] | None = None) -> None:
    """Send :data:`window_changed` once the transaction is committed; ``pupil_ids``: whose times alone changed."""
    ids = None if pupil_ids is None else list(pupil_ids)
    send = partial(window_changed.send, Assignment, assignment_id=assignment.pk, pupil_ids=ids)
    transaction.on_commit(send, robust=True)


def announce_lateness(copy: Copy, user: User) -> None:
    """Send :data:`lateness_lifted` once the transaction is committed."""
    send = partial(lateness_lifted.send, Copy, copy_id=copy.pk, user_id=user.pk)
    transaction.on_commit(send, robust=True)
