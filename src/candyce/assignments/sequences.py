"""Dates for the steps of a sequence: all at once, one a week, or on chosen days of the week.

Days are those of the school's calendar: a lesson at eight stays at eight when clocks change.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

STEPS = 60  # of a sequence that is given at once
WEEK = 7


class Rhythm(TextChoices):
    WEEKLY = "weekly", _("One step every week")
    DAYS = "days", _("One step on each of these days")
    AT_ONCE = "at_once", _("All at once")


@dataclass(frozen=True)
class Plan:
    """When steps open: ``days`` are of the week, 0 for Monday; each is to be handed in ``given`` days after."""

    first: datetime
    rhythm: str = Rhythm.WEEKLY
    days: Collection[int] = ()
    given: int | None = None

    def get_dates(self, count: int) -> list[tuple[datetime, datetime | None]]:
        """Opening and due time of each of so many steps, in order."""
        first = timezone.localtime(self.first).replace(tzinfo=None)
        opening = [first + timedelta(days=days) for days in self._get_offsets(first, count)]
        length = None if self.given is None else timedelta(days=self.given)
        return [
            (
                timezone.make_aware(moment),
                None if length is None else timezone.make_aware(moment + length),
            )
            for moment in opening
        ]

    def _get_offsets(self, first: datetime, count: int) -> list[int]:
        if self.rhythm == Rhythm.AT_ONCE:
            return [0] * count
        if self.rhythm == Rhythm.DAYS and self.days:
            start = first.weekday()
            week = sorted((day - start) % WEEK for day in set(self.days))
            return [WEEK * (place // len(week)) + week[place % len(week)] for place in range(count)]
        return [WEEK * place for place in range(count)]
