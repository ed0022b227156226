"""Filters of the room's templates."""

from __future__ import annotations

from decimal import Decimal

from django import template

from candyce.assignments.marks import say_mark

register = template.Library()


@register.filter
def mark(value: Decimal | None) -> str:
    """A mark in the reader's language: ``12,5``."""
    return say_mark(value)
