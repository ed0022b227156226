"""What happened, in words: a test's status, an event, a failure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from candyce.assignments.marks import say_mark
from candyce.grading.models import AnswerEvent

VALUE_LIMIT = 300  # characters


def say_status(status: str) -> str:
    return {
        "passed": pgettext("test", "Passed"),
        "failed": pgettext("test", "Failed"),
        "error": pgettext("test", "Error"),
        "timeout": pgettext("test", "Too long"),
        "not_run": pgettext("test", "Not run"),
        "blank": pgettext("answer", "Nothing written"),
        "right": pgettext("answer", "Right"),
        "wrong": pgettext("answer", "Wrong"),
        "partial": pgettext("answer", "Partly right"),
    }.get(status, status)


def say_message(test: dict[str, Any]) -> str:
    """What a test tells beside its status: a program's own message, or what is wrong with a short answer."""
    message = str(test.get("message") or "")
    return {
        "unreadable": _("This is not a number that can be read."),
        "unit_missing": _("The unit is missing."),
        "unit_wrong": _("The unit is not the right one."),
        "no_key": _("No right answer is known: it is marked by hand."),
    }.get(message, message)


def say_value(value: Any) -> str:
    """A JSON value as a person reads it."""
    if value is None or value in ("", []):
        return "–"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= VALUE_LIMIT else f"{text[:VALUE_LIMIT]}…"


def say_event(event: AnswerEvent) -> str:
    verb = AnswerEvent.Verb
    before, after = _pick(event.before, event.verb), _pick(event.after, event.verb)
    if event.verb == verb.AUTO:
        return _("marked automatically: %(points)s") % {"points": _say_points(after)}
    if event.verb == verb.POINTS:
        return _("points: %(before)s → %(after)s") % {
            "before": _say_points(before),
            "after": _say_points(after),
        }
    if event.verb == verb.POINTS_TAKEN_AWAY:
        return _("back to the proposal (was %(before)s)") % {"before": _say_points(before)}
    if event.verb == verb.COMMENT:
        return _("comment: “%(text)s”") % {"text": say_value(after)}
    if event.verb == verb.RUBRIC:
        return _("rubric filled in")
    return event.get_verb_display()


def _pick(value: Any, verb: str) -> Any:
    """The value an event is about, where it stands alone or under its name."""
    if not isinstance(value, dict):
        return value
    names = {"auto": "auto_points", "points_taken_away": "points"}
    for name in (names.get(verb, verb), "points"):
        if name in value:
            return value[name]
    return None


def _say_points(value: Any) -> str:
    try:
        return say_mark(Decimal(str(value))) if value is not None else "–"
    except InvalidOperation:
        return "–"
