"""The mark of a copy: it follows the points of the questions until a teacher writes another."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from candyce.accounts.models import User
from candyce.assignments import actions as assignment_actions
from candyce.assignments.models import Copy
from candyce.grading import actions
from candyce.grading.models import Sheet


def write_mark(copy: Copy, mark: Decimal | None, *, acting_user: User) -> None:
    """Write a mark that stays, whatever the questions give; None lets it follow their points again.

    Raises what ``assignments.actions.set_mark`` raises.
    """
    with transaction.atomic():
        actions.hold_copy(copy.pk)
        sheet, _new = Sheet.objects.get_or_create(copy=copy)
        if mark is None and not sheet.mark_by_hand:
            return
        assignment_actions.set_mark(copy, mark, acting_user=acting_user)
        sheet.mark_by_hand = mark is not None
        sheet.save(update_fields=["mark_by_hand"])
        if mark is None:
            actions.propose_mark(sheet, acting_user=acting_user)
