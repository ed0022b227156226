"""What the room's pages read."""

from __future__ import annotations

from typing import Any

from candyce.accounts import demo
from candyce.accounts.models import User


def get_shown_demo_people() -> list[dict[str, Any]]:
    """The invented people offered on the sign-in page: the person, their role, what they can try."""
    found = {
        user.identifier: user
        for user in User.objects.filter(
            is_demo=True, is_active=True, identifier__in=demo.SHOWN
        ).prefetch_related("roles")
    }
    return [
        {
            "user": found[number],
            "role": found[number].roles.all()[0].get_name_display(),
            "try": text,
        }
        for number, text in demo.SHOWN.items()
        if number in found and found[number].roles.all()
    ]
