"""How well a resource stands with everybody, and how new it is: numbers in 0..1."""

from __future__ import annotations

import math

FRESH_DAYS = 45.0  # after so many days a resource is half as new


def get_standing(people: int, most: int, *, opinion: float | None = None) -> float:
    """By how many teachers used it, beside the one most used; ``opinion`` in -1..1 moves it."""
    used = math.log1p(people) / math.log1p(most) if people and most else 0.0
    return min(1.0, max(0.0, used + 0.3 * (opinion or 0.0)))


def get_freshness(days: float) -> float:
    """1 on the day of publication."""
    return 0.5 ** (max(days, 0.0) / FRESH_DAYS)
