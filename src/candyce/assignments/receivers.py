"""What this room hears from the rooms below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from candyce.assignments import access
from candyce.assignments.actions.announce import announce_access
from candyce.assignments.models import Copy


def hear_enrolment_changed(
    sender: object,
    user_ids: Iterable[object] = (),
    class_ids: Iterable[object] = (),
    **_rest: Any,
) -> None:
    """People joined or left: connections to their copies, and to their classes' copies, ask again."""
    touched = Q(assignment__classes__in=list(class_ids)) | access.owned_by(user_ids)
    announce_access(Copy.objects.filter(touched))
