"""What a room above adds to the pages here: marking question by question.

Imports go down only, so it announces itself once (``register_marker``); until then, and for work without
questions, the pages are this room's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString

from candyce.accounts.models import User
from candyce.assignments.models import Assignment, Copy


@dataclass(frozen=True)
class Marker:
    """``get_overview_url`` and ``get_copy_url`` lead a teacher to the marking, None where there are no
    questions, ``get_statistics_url`` to the figures; ``render_feedback`` is what a pupil reads on the page
    of a returned copy."""

    get_overview_url: Callable[[Assignment], str | None]
    get_copy_url: Callable[[Copy], str | None]
    render_feedback: Callable[[User, Copy, HttpRequest], SafeString]
    get_statistics_url: Callable[[Assignment], str | None] = lambda _assignment: None


_NONE = Marker(lambda _assignment: None, lambda _copy: None, lambda *_rest: SafeString(""))
_registered = [_NONE]


def register_marker(marker: Marker) -> None:
    _registered[0] = marker


def get_marker() -> Marker:
    return _registered[0]
