"""What this room announces upwards. Receivers run after the commit.

``enrolment_changed(user_ids: list[UUID], class_ids: list[UUID])``: these persons entered or left these
classes, or may no longer act there (deactivated). Rooms above withdraw or grant what follows from it.
``sign_in_ended(user_ids: list[UUID])``: these persons signed out, were deactivated, or got another
password. What they have open asks for their rights again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.dispatch import Signal

enrolment_changed = Signal()
sign_in_ended = Signal()


def announce_enrolments(user_ids: Iterable[uuid.UUID], class_ids: Iterable[uuid.UUID]) -> None:
    """Send :data:`enrolment_changed` once the transaction is committed; nothing when nobody changed."""
    users, classes = sorted(set(user_ids)), sorted(set(class_ids))
    if users:
        transaction.on_commit(
            lambda: enrolment_changed.send(sender=None, user_ids=users, class_ids=classes)
        )


def announce_sign_in_ended(user_ids: Iterable[uuid.UUID]) -> None:
    """Send :data:`sign_in_ended` once the transaction is committed."""
    users = sorted(set(user_ids))
    if users:
        transaction.on_commit(lambda: sign_in_ended.send(sender=None, user_ids=users))
