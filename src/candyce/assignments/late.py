"""What a late copy costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from candyce.assignments.models import Assignment, Copy
from candyce.assignments.times import Times, get_copy_times

CENT = Decimal("0.01")
UNITS = {Assignment.LateUnit.DAY: timedelta(days=1), Assignment.LateUnit.HOUR: timedelta(hours=1)}
Rule = Assignment.LateRule


@dataclass(frozen=True)
class Lateness:
    """By how much a copy is late, and how many points of the mark that costs.

    ``points`` is what the rule says; nothing is taken off where the teacher ``lifted`` it. ``final``: the copy was
    handed in, or can no longer be; otherwise it grows.
    """

    by: timedelta
    points: Decimal = Decimal(0)
    lifted: bool = False
    final: bool = True

    @property
    def taken(self) -> Decimal:
        return Decimal(0) if self.lifted else self.points


def get_lateness(
    copy: Copy, times: Times | None = None, now: datetime | None = None
) -> Lateness | None:
    """How late the copy is; None when it is in time, or within the minutes of grace.

    It counts from when it was to be handed in until it was. Who never hands in had until the closing: so waiting for
    it costs what handing in at the last moment costs. ``times``: the copy's, where they are known already.
    """
    times = times or get_copy_times(copy)
    now = now or timezone.now()
    wanted, came = times.hand_in_by, _get_moment(copy, times, now)
    if wanted is None or came is None:
        return None
    by = came - wanted
    if by <= timedelta(minutes=copy.assignment.late_grace):
        return None
    final = copy.state != Copy.State.WORKING or times.is_closed(now)
    return Lateness(by, get_cost(copy.assignment, by), copy.late_lifted_at is not None, final)


def _get_moment(copy: Copy, times: Times, now: datetime) -> datetime | None:
    """When the copy was handed in, or would be; None while a teacher has given it back to work on."""
    if copy.handed_in_at is not None:
        return copy.handed_in_at
    if copy.reopened_at is not None:
        return None
    came = copy.returned_at or now
    return came if times.closes_at is None else min(came, times.closes_at)


def costs(assignment: Assignment) -> bool:
    """Whether being late takes something off the mark."""
    return assignment.late_rule in {Rule.POINTS, Rule.PERCENT} and assignment.late_amount > 0


def get_cost(assignment: Assignment, by: timedelta) -> Decimal:
    """Points of the mark for being late by so much: each unit begun counts, up to the cap."""
    if not costs(assignment) or by <= timedelta(0):
        return Decimal(0)
    units = -(-by // UNITS[Assignment.LateUnit(assignment.late_unit)])
    cost = units * assignment.late_amount
    if assignment.late_cap is not None:
        cost = min(cost, assignment.late_cap)
    if assignment.late_rule == Rule.PERCENT:
        cost = cost * assignment.mark_max / 100
    return min(cost, assignment.mark_max).quantize(CENT, ROUND_HALF_UP)
