"""Names hidden on demand: for marking without knowing whose copy it is, or on a projector.

The choice belongs to the session; while it holds, every marking page shows numbers, in an order that says nothing.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from candyce.accounts.http import SignedInRequest
from candyce.assignments.queries import Row

KEY = "marking_names_hidden"


def is_hidden(request: SignedInRequest) -> bool:
    return bool(request.session.get(KEY))


def set_hidden(request: SignedInRequest, hidden: bool) -> None:
    if hidden:
        request.session[KEY] = True
    else:
        request.session.pop(KEY, None)


def say_name(row: Row, number: int, *, hidden: bool) -> str:
    return _say_number(row, number) if hidden else row.name


def say_sort_name(row: Row, number: int, *, hidden: bool) -> str:
    return _say_number(row, number) if hidden else row.sort_name


def _say_number(row: Row, number: int) -> str:
    # Not the group's own number, which everybody knows.
    text = _("Copy %(number)s") if row.group else _("Pupil %(number)s")
    return text % {"number": number}
