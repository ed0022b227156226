"""Filters of the room's templates."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django import template

from candyce.accounts.models import User
from candyce.assignments.marks import say_mark
from candyce.assignments.notices.links import get_query
from candyce.assignments.prose import get_plain
from candyce.assignments.time_words import (
    say_extra,
    say_late_rule,
    say_lateness,
    say_left,
    say_points,
    say_span,
)

register = template.Library()


@register.filter
def mark(value: Decimal | None) -> str:
    """A mark in the reader's language: ``12,5``."""
    return say_mark(value)


register.filter("span", say_span)
register.filter("left", say_left)
register.filter("late", say_lateness)
register.filter("late_rule", say_late_rule)
register.filter("extra", say_extra)
register.filter("points", say_points)


@register.filter
def plain(text: str) -> str:
    """Markdown as one line of plain text."""
    return get_plain(text)


@register.filter
def query_of(pupils: Iterable[User]) -> str:
    """Of the address where these pupils are written to."""
    return get_query(pupils)
