"""One call writes the audit entry of a deed."""

from __future__ import annotations

from typing import Any

from django.db import models

from candyce.accounts.models import AuditEntry, User


def do_audit(verb: str, thing: models.Model, *, acting_user: User | None, **data: Any) -> None:
    """Record that ``acting_user`` did ``verb`` to ``thing``; ``data`` must be JSON values.

    Call it inside the transaction of the deed.
    """
    AuditEntry.objects.create(
        actor=acting_user,
        verb=verb,
        object_type=thing._meta.label_lower,  # noqa: SLF001 - public, in Django's documentation
        object_id=str(thing.pk),
        data=data,
    )
