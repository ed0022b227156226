"""Names hidden on demand: for marking without knowing whose copy it is, or on a projector.

The choice belongs to the session; while it holds, every marking page shows numbers, in an order that says nothing.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from candyce.accounts.http import SignedInRequest
from candyce.accounts.models import User

KEY = "marking_names_hidden"


def is_hidden(request: SignedInRequest) -> bool:
    return bool(request.session.get(KEY))


def set_hidden(request: SignedInRequest, hidden: bool) -> None:
    if hidden:
        request.session[KEY] = True
    else:
        request.session.pop(KEY, None)


def say_name(pupil: User, number: int, *, hidden: bool) -> str:
    return _("Pupil %(number)s") % {"number": number} if hidden else pupil.full_name


def say_sort_name(pupil: User, number: int, *, hidden: bool) -> str:
    return _("Pupil %(number)s") % {"number": number} if hidden else pupil.sort_name
