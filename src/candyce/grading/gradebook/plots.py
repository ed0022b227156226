"""Where the marks of a plot stand, for templates that write SVG.

Lengths along x are per cent of the plot's width, so that letters keep their size on a phone; along y they are pixels.
Each plot is one picture for a screen reader, named in a sentence; the table behind it has the figures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from candyce.grading.gradebook.item_analysis import Bin, Discrimination, Spread
from candyce.grading.gradebook.statistics import QuestionFigures

LEFT, WIDTH = 2.0, 96.0  # per cent
TALLEST = 150  # pixels
TOP = 22
BASE = TOP + TALLEST
LINE = 34  # pixels for each question
LABELS, AFTER = 7.0, 13.0  # per cent for the numbers before and the figures after


@dataclass(frozen=True)
class Bar:
    """``text_x``, ``text_y``: where its figure is written."""

    x: float
    width: float
    y: float
    height: float
    count: int
    text_x: float
    text_y: float


@dataclass(frozen=True)
class Histogram:
    bars: list[Bar]
    ticks: list[tuple[float, Decimal]]
    box: dict[str, float] = field(default_factory=dict)
    base: int = BASE
    tick_y: int = BASE + 18
    box_y: int = BASE + 34
    box_middle: int = BASE + 42
    height: int = BASE + 60


def make_histogram(bins: list[Bin], spread: Spread | None) -> Histogram:
    """Bars over the scale, and below it the box of the quartiles with its whiskers."""
    most = max((one.count for one in bins), default=0) or 1
    part = WIDTH / len(bins)
    bars = []
    for place, one in enumerate(bins):
        height = round(TALLEST * one.count / most, 1)
        x = LEFT + place * part
        bars.append(
            Bar(
                round(x + part * 0.06, 2),
                round(part * 0.88, 2),
                BASE - height,
                height,
                one.count,
                round(x + part / 2, 2),
                BASE - height - 6,
            )
        )
    edges = [one.low for one in bins] + [bins[-1].high]
    ticks = [(round(LEFT + place * part, 2), edge) for place, edge in enumerate(edges)]
    return Histogram(bars, ticks[::2], _make_box(spread, edges[-1]))


def _make_box(spread: Spread | None, most: Decimal) -> dict[str, float]:
    if spread is None or spread.first is None or spread.third is None:
        return {}
    values = {
        "low": spread.low,
        "first": spread.first,
        "median": spread.median,
        "third": spread.third,
        "high": spread.high,
    }
    places = {
        key: round(LEFT + WIDTH * min(1, float(value / most)), 2) for key, value in values.items()
    }
    return places | {"width": round(places["third"] - places["first"], 2)}


@dataclass(frozen=True)
class Piece:
    """A part of a question's bar: ``full``, ``part`` or ``zero``."""

    state: str
    x: float
    width: float
    count: int

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)

    @property
    def roomy(self) -> bool:
        """Its figure fits in."""
        return self.width > 5


@dataclass(frozen=True)
class SuccessLine:
    figures: QuestionFigures
    y: int
    pieces: list[Piece]

    @property
    def middle(self) -> int:
        return self.y + 16


def make_success(questions: list[QuestionFigures]) -> list[SuccessLine]:
    """A bar for each question: all points, a part, none."""
    room = 100 - LABELS - AFTER
    lines = []
    for place, one in enumerate(questions):
        pieces, x = [], LABELS
        for state in ("full", "part", "zero"):
            count = getattr(one, state)
            width = room * count / one.known if one.known else 0
            if count:
                pieces.append(Piece(state, round(x, 2), round(width, 2), count))
            x += width
        lines.append(SuccessLine(one, place * LINE, pieces))
    return lines


@dataclass(frozen=True)
class DiscriminationLine:
    figures: QuestionFigures
    found: Discrimination | None
    y: int
    x: float = 0
    low: float = 0
    high: float = 0


def make_discrimination(questions: list[QuestionFigures]) -> list[DiscriminationLine]:
    """A point on its interval for each question."""
    lines = []
    for place, one in enumerate(questions):
        found, y = one.discrimination, place * LINE + LINE // 2
        if found is None:
            lines.append(DiscriminationLine(one, None, y))
        else:
            ends = [place_r(value) for value in (found.value, found.low, found.high)]
            lines.append(DiscriminationLine(one, found, y, *ends))
    return lines


def place_r(value: float) -> float:
    """-1 to 1 on the width that is left between the numbers and the figures."""
    room = 100 - LABELS - AFTER
    return round(LABELS + room * (value + 1) / 2, 2)
