"""Filters and tags of the room's templates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template

from candyce.assignments.marks import say_mark
from candyce.grading import words
from candyce.grading.asked import Criterion
from candyce.grading.models import Answer, AnswerEvent, Sheet
from candyce.grading.names import say_name, say_sort_name
from candyce.grading.queries import Line
from candyce.grading.reasons import say_reason

register = template.Library()
TESTS_SHOWN = 200


@register.simple_tag
def line_name(line: Line, hidden: bool) -> str:
    return say_name(line.row, line.number, hidden=hidden)


@register.simple_tag
def line_sort_name(line: Line, hidden: bool) -> str:
    """The name as class lists have it, or the number that stands for it."""
    return say_sort_name(line.row, line.number, hidden=hidden)


@register.filter
def status_word(test: dict[str, Any]) -> str:
    """What became of a test, in a word."""
    return words.say_status(str(test.get("status", "")))


@register.filter
def message(test: dict[str, Any]) -> str:
    return words.say_message(test)


@register.filter
def bounded(tests: Any) -> list[dict[str, Any]]:
    """The entries of ``auto_detail``, at most so many."""
    found = tests if isinstance(tests, list) else []
    return [test for test in found[:TESTS_SHOWN] if isinstance(test, dict)]


@register.filter
def shown(value: Any) -> str:
    """What a test expected or got, as text on a line."""
    return words.say_value(value)


@register.filter
def said(event: AnswerEvent) -> str:
    """What somebody did to an answer."""
    return words.say_event(event)


@register.filter
def reason(sheet: Sheet) -> str:
    """Why a copy could not be marked."""
    return say_reason(sheet.reason)


@register.simple_tag
def rubric_points(answer: Answer, criterion: Criterion) -> str:
    value = answer.rubric.get(criterion.id)
    return "–" if value is None else say_mark(Decimal(str(value)))
