"""What this room announces upwards. Receivers run after the commit.

``enrolment_changed(user_ids: list[UUID], class_ids: list[UUID])``: these persons entered or left these
classes, or may no longer act there (deactivated). Rooms above withdraw or grant what follows from it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.dispatch import Signal

enrolment_changed = Signal()


def announce_enrolments(user_ids: Iterable[uuid.UUID], class_ids: Iterable[uuid.UUID]) -> None:
    """Send :data:`enrolment_changed` once the transaction is committed; nothing when nobody changed."""
    users, classes = sorted(set(user_ids)), sorted(set(class_ids))
    if users:
        transaction.on_commit(
            lambda: enrolment_changed.send(sender=None, user_ids=users, class_ids=classes)
        )
