"""Averages as a school counts them. Exact fractions inside; rounded once, when they are shown.

A mark is brought to 20 (``mark × 20 / out of``) and counts its coefficient times. An average is rounded half up
to a hundredth. The class's average is the mean of its pupils' averages, not that of all marks, so that a
pupil with few marks weighs as much as the others; median, least and greatest are those of the same averages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

TWENTY = 20
HUNDREDTH = 100


@dataclass(frozen=True)
class Weighed:
    """A mark brought to 20 (0 to 20) and its coefficient (not below 0)."""

    value: Fraction
    coefficient: Decimal


@dataclass(frozen=True)
class Summary:
    """Values of 20, each rounded to a hundredth; ``count`` of how many."""

    mean: Decimal
    median: Decimal
    low: Decimal
    high: Decimal
    count: int


def to_twenty(mark: Decimal, mark_max: Decimal) -> Fraction:
    """A mark out of ``mark_max`` (above 0), exactly, out of 20."""
    return Fraction(mark) * TWENTY / Fraction(mark_max)


def get_average(marks: Iterable[Weighed]) -> Fraction | None:
    """Σ coefficient × value / Σ coefficient; None when nothing weighs anything."""
    total, weight = Fraction(0), Fraction(0)
    for one in marks:
        total += one.value * Fraction(one.coefficient)
        weight += Fraction(one.coefficient)
    return total / weight if weight else None


def round_mark(value: Fraction) -> Decimal:
    """Half up to a hundredth. Values are not below 0."""
    hundredths = (value * HUNDREDTH * 2 + 1) // 2
    return (Decimal(int(hundredths)) / HUNDREDTH).quantize(Decimal("0.01"))


def show_twenty(value: Fraction | None) -> Decimal | None:
    return None if value is None else round_mark(value)


def summarise(values: Iterable[Fraction | None]) -> Summary | None:
    """Mean, median, least and greatest of what is there; None when nothing is."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Summary(
        mean=round_mark(sum(known, Fraction(0)) / len(known)),
        median=round_mark(Fraction(median(known))),
        low=round_mark(min(known)),
        high=round_mark(max(known)),
        count=len(known),
    )
