"""Times, extra time and being late, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candyce.assignments.late import Lateness
from candyce.assignments.marks import say_mark
from candyce.assignments.models import Assignment
from candyce.assignments.times import Times

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Rule = Assignment.LateRule


def say_span(span: timedelta) -> str:
    """A length of time as people say it, to two units: ``2 days 3 h``, ``2 h 10``, ``12 min``."""
    days, rest = divmod(span, DAY)
    hours, minutes = rest // HOUR, (rest % HOUR) // MINUTE
    if days:
        text = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
        return f"{text} {hours}\u00a0h" if hours and days < 7 else text
    if hours:
        return f"{hours}\u00a0h\u00a0{minutes:02d}" if minutes else f"{hours}\u00a0h"
    return f"{max(minutes, 1)}\u00a0min"


def say_left(until: datetime, now: datetime | None = None) -> str:
    """How much time is left, as the portal's countdown says it too; empty when it is over."""
    left = until - (now or timezone.now())
    return _("%(time)s left") % {"time": say_span(left)} if left > timedelta(0) else ""


def say_points(points: Decimal) -> str:
    """``2 points``, ``1 point``, ``0,5 point``."""
    text = ngettext("%(points)s point", "%(points)s points", 1 if points < 2 else 2)
    return text % {"points": say_mark(points)}


def say_lateness(lateness: Lateness | None) -> str:
    """``Late by 2 days: −2 points``; empty for what is in time."""
    if lateness is None:
        return ""
    by = _("Late by %(time)s") % {"time": say_span(lateness.by)}
    if not lateness.points:
        return by
    if lateness.lifted:
        return _("%(late)s: nothing is taken off") % {"late": by}
    points = say_points(lateness.taken)
    if lateness.final:
        return _("%(late)s: −%(points)s") % {"late": by, "points": points}
    return _("%(late)s: −%(points)s for now") % {"late": by, "points": points}


def say_late_rule(assignment: Assignment) -> str:
    """What handing in after the due time means; empty without one."""
    if assignment.due_at is None:
        return ""
    if assignment.late_rule == Rule.REFUSE:
        return _("Nothing can be handed in after that.")
    if assignment.late_rule == Rule.ACCEPT:
        return ""
    return " ".join(part for part in (_say_cost(assignment), _say_grace(assignment)) if part)


def _say_amount(assignment: Assignment, amount: Decimal) -> str:
    if assignment.late_rule == Rule.PERCENT:
        return _("%(share)s\u00a0%% of the highest mark") % {"share": say_mark(amount)}
    return say_points(amount)


def _say_cost(assignment: Assignment) -> str:
    words = {"amount": _say_amount(assignment, assignment.late_amount)}
    if assignment.late_unit == Assignment.LateUnit.HOUR:
        text = _("Late: −%(amount)s for each hour begun")
    else:
        text = _("Late: −%(amount)s for each day begun")
    text %= words
    if assignment.late_cap is None:
        return f"{text}."
    most = _say_amount(assignment, assignment.late_cap)
    return _("%(cost)s, at most %(most)s.") % {"cost": text, "most": most}


def _say_grace(assignment: Assignment) -> str:
    if not assignment.late_grace:
        return ""
    text = _("The first %(time)s do not count.")
    return text % {"time": say_span(timedelta(minutes=assignment.late_grace))}


def say_extra(times: Times) -> str:
    """``+ 20 min (33 %)``; empty without extra time."""
    if not times.extra:
        return ""
    text = f"+\u00a0{say_span(times.extra)}"
    return f"{text} ({times.percent}\u00a0%)" if times.percent else text
