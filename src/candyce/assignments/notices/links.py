"""Addresses where pupils are written to."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from candyce.accounts.models import User


def get_query(pupils: Iterable[User]) -> str:
    """The query that ticks these pupils, all of a group, in the form of a notice."""
    return urlencode([("pupil", str(pupil.pk)) for pupil in pupils])
