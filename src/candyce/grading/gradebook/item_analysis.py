"""What a class's work says of a test: spread of the marks, success by question, discrimination.

Quartiles interpolate between the ordered values, both ends included (type 7 of R. J. Hyndman, Y. Fan, "Sample
quantiles in statistical packages", The American Statistician 50, 1996): what spreadsheets call QUARTILE.

Discrimination is the corrected item-total correlation: Pearson's r between the points of a question and those of
all others, so that a question does not agree with itself (S. Henrysson, "Correction of item-total correlations in item
analysis", Psychometrika 28, 1963). For a question that is right or wrong it is the point-biserial correlation. The
interval is R. A. Fisher's (z = artanh r, standard error 1/√(n - 3)), at 95 %. The words follow the limits that R. L. Ebel
proposed for discrimination (Essentials of Educational Measurement, 1979): 0.40, 0.30, 0.20.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median, quantiles

from candyce.grading.gradebook.averages import round_mark

BINS = 10
QUARTILES_FROM = 5  # marks
DISCRIMINATION_FROM = 10  # copies
FEW = 30  # copies; below, an interval is wide
NORMAL_95 = 1.959964
WEAK, FAIR, GOOD = 0.2, 0.3, 0.4


@dataclass(frozen=True)
class Bin:
    """Marks from ``low`` to below ``high``; the last one holds ``high`` too."""

    low: Decimal
    high: Decimal
    count: int


@dataclass(frozen=True)
class Spread:
    """Of marks on the assignment's own scale, each rounded to a hundredth. Quartiles only of five marks or more."""

    count: int
    mean: Decimal
    median: Decimal
    low: Decimal
    high: Decimal
    deviation: Decimal  # of the population: the class is all there is
    first: Decimal | None
    third: Decimal | None


def get_bins(marks: Sequence[Decimal], mark_max: Decimal) -> list[Bin]:
    """Ten equal parts of the scale."""
    width = Fraction(mark_max) / BINS
    counts = [0] * BINS
    for mark in marks:
        counts[min(BINS - 1, int(Fraction(mark) / width))] += 1
    return [
        Bin(round_mark(width * place), round_mark(width * (place + 1)), count)
        for place, count in enumerate(counts)
    ]


def get_spread(marks: Sequence[Decimal]) -> Spread | None:
    """None without marks."""
    if not marks:
        return None
    values = sorted(Fraction(mark) for mark in marks)
    mean = sum(values, Fraction(0)) / len(values)
    variance = sum(((value - mean) ** 2 for value in values), Fraction(0)) / len(values)
    first, _median, third = (
        quantiles(values, n=4, method="inclusive")
        if len(values) >= QUARTILES_FROM
        else (None, None, None)
    )
    return Spread(
        count=len(values),
        mean=round_mark(mean),
        median=round_mark(Fraction(median(values))),
        low=round_mark(values[0]),
        high=round_mark(values[-1]),
        deviation=round_mark(Fraction(math.sqrt(variance))),
        first=None if first is None else round_mark(first),
        third=None if third is None else round_mark(third),
    )


@dataclass(frozen=True)
class Discrimination:
    """-1 to 1, with the interval in which it lies at 95 %."""

    value: float
    low: float
    high: float

    @property
    def key(self) -> str:
        """``negative``, ``weak``, ``fair``, ``acceptable`` or ``good``."""
        if self.value < 0:
            return "negative"
        for limit, key in ((WEAK, "weak"), (FAIR, "fair"), (GOOD, "acceptable")):
            if self.value < limit:
                return key
        return "good"


def get_discriminations(copies: Sequence[Sequence[Decimal]]) -> list[Discrimination | None]:
    """One for each question, from the points that each copy has for all of them.

    None for fewer than ten copies, for a single question, and where everybody has the same points.
    """
    questions = len(copies[0]) if copies else 0
    if len(copies) < DISCRIMINATION_FROM or questions < 2:
        return [None] * questions
    totals = [sum(points, Decimal(0)) for points in copies]
    found: list[Discrimination | None] = []
    for place in range(questions):
        own = [points[place] for points in copies]
        rest = [total - one for total, one in zip(totals, own, strict=True)]
        r = correlate(own, rest)
        found.append(None if r is None else _add_interval(r, len(copies)))
    return found


def correlate(first: Sequence[Decimal], second: Sequence[Decimal]) -> float | None:
    """Pearson's r; None where one of them does not vary. The sums are exact."""
    count = len(first)
    a, b = [Fraction(x) for x in first], [Fraction(x) for x in second]
    mean_a, mean_b = sum(a, Fraction(0)) / count, sum(b, Fraction(0)) / count
    both = sum(((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)), Fraction(0))
    spread_a = sum(((x - mean_a) ** 2 for x in a), Fraction(0))
    spread_b = sum(((y - mean_b) ** 2 for y in b), Fraction(0))
    if not spread_a or not spread_b:
        return None
    r = float(both) / math.sqrt(spread_a * spread_b)
    return max(-1.0, min(1.0, r))


def _add_interval(r: float, count: int) -> Discrimination:
    if abs(r) > 1 - 1e-9:
        return Discrimination(r, r, r)
    z, error = math.atanh(r), NORMAL_95 / math.sqrt(count - 3)
    return Discrimination(r, math.tanh(z - error), math.tanh(z + error))
