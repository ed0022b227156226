"""Filters of the room's templates."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django import template

from candyce.accounts.models import User
from candyce.assignments.marks import say_mark
from candyce.assignments.notices.links import get_query
from candyce.assignments.prose import get_plain

register = template.Library()


@register.filter
def mark(value: Decimal | None) -> str:
    """A mark in the reader's language: ``12,5``."""
    return say_mark(value)


@register.filter
def plain(text: str) -> str:
    """Markdown as one line of plain text."""
    return get_plain(text)


@register.filter
def query_of(pupils: Iterable[User]) -> str:
    """Of the address where these pupils are written to."""
    return get_query(pupils)
