"""What a teacher says about times when giving work, checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from candyce.assignments.models import LATE_GRACE_MAX, Assignment

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class TimeRules:
    """What holds beside the three times: what is seen outside the window, and what being late costs.

    ``late_amount`` and ``late_cap`` are points of the mark, or per cent of the highest, as ``late_rule`` says.
    """

    outside: str = Assignment.Outside.LOCKED
    accommodated: bool = True
    late_rule: str = Assignment.LateRule.ACCEPT
    late_amount: Decimal = Decimal(1)
    late_unit: str = Assignment.LateUnit.DAY
    late_cap: Decimal | None = None
    late_grace: int = 0


def get_rules(assignment: Assignment) -> TimeRules:
    return TimeRules(**{one.name: getattr(assignment, one.name) for one in fields(TimeRules)})


def set_rules(assignment: Assignment, rules: TimeRules) -> None:
    """Write them into the row, which the caller saves."""
    for one in fields(TimeRules):
        setattr(assignment, one.name, getattr(rules, one.name))


def find_problems(
    opens_at: datetime | None,
    due_at: datetime | None,
    closes_at: datetime | None,
    rules: TimeRules,
    mark_max: Decimal,
) -> dict[str, str]:
    """What is wrong, by field."""
    found = {}
    if opens_at and closes_at and closes_at <= opens_at:
        found["closes_at"] = _("The closing time must come after the opening time.")
    if due_at and opens_at and due_at <= opens_at:
        found["due_at"] = _("The time to hand in must come after the opening time.")
    elif due_at and closes_at and due_at > closes_at:
        found["due_at"] = _("The time to hand in must not come after the closing time.")
    if rules.outside not in Assignment.Outside.values:
        found["outside"] = _("Choose one of these.")
    return found | _find_late_problems(due_at, rules, mark_max)


def _find_late_problems(
    due_at: datetime | None, rules: TimeRules, mark_max: Decimal
) -> dict[str, str]:
    found = {}
    rule = Assignment.LateRule
    if rules.late_rule not in rule.values:
        found["late_rule"] = _("Choose one of these.")
    if rules.late_unit not in Assignment.LateUnit.values:
        found["late_unit"] = _("Choose one of these.")
    if rules.late_rule != rule.ACCEPT and due_at is None:
        found["due_at"] = _("Say until when work is in time: the rule for late work needs it.")
    most = HUNDRED if rules.late_rule == rule.PERCENT else mark_max
    if rules.late_rule in {rule.POINTS, rule.PERCENT}:
        if not (0 < rules.late_amount <= most):
            found["late_amount"] = _("Choose a number above 0, up to %(limit)s.") % {
                "limit": f"{most:g}"
            }
        if rules.late_cap is not None and not (rules.late_amount <= rules.late_cap <= most):
            found["late_cap"] = _("Not less than for one unit, nor more than the mark.")
    if not (0 <= rules.late_grace <= LATE_GRACE_MAX):
        found["late_grace"] = _("From 0 to %(limit)s minutes.") % {"limit": LATE_GRACE_MAX}
    return found
