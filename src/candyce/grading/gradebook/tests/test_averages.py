"""Averages against an independent count, and the school's way of rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candyce.grading.gradebook.averages import (
    Weighed,
    get_average,
    round_mark,
    summarise,
    to_twenty,
)

hundredths = st.integers(0, 2000).map(lambda n: Decimal(n) / 100)
coefficients = st.integers(0, 1000).map(lambda n: Decimal(n) / 100)
marks = st.lists(st.tuples(hundredths, coefficients), max_size=30)


def weigh(pairs: list[tuple[Decimal, Decimal]]) -> list[Weighed]:
    return [Weighed(Fraction(mark), coefficient) for mark, coefficient in pairs]


@settings(deadline=None)
@given(marks)
def test_average_is_that_of_whole_numbers(pairs):
    # Coefficients in hundredths are whole numbers of equal marks.
    weights = [int(coefficient * 100) for _mark, coefficient in pairs]
    total = sum(int(mark * 100) * weight for (mark, _c), weight in zip(pairs, weights, strict=True))
    expected = Fraction(total, 100 * sum(weights)) if sum(weights) else None
    assert get_average(weigh(pairs)) == expected


@settings(deadline=None)
@given(marks, st.randoms(use_true_random=False))
def test_order_does_not_change_an_average(pairs, chance):
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    assert get_average(weigh(shuffled)) == get_average(weigh(pairs))


@settings(deadline=None)
@given(marks, hundredths)
def test_a_mark_of_coefficient_zero_changes_nothing(pairs, mark):
    with_it = [*pairs, (mark, Decimal(0))]
    assert get_average(weigh(with_it)) == get_average(weigh(pairs))


@settings(deadline=None)
@given(marks, st.integers(1, 50))
def test_coefficients_all_multiplied_change_nothing(pairs, times):
    more = [(mark, coefficient * times) for mark, coefficient in pairs]
    assert get_average(weigh(more)) == get_average(weigh(pairs))


@settings(deadline=None)
@given(st.lists(hundredths, min_size=1, max_size=40))
def test_figures_stand_in_their_order(values):
    found = summarise(Fraction(value) for value in values)
    assert found is not None
    assert found.low == min(values)
    assert found.high == max(values)
    assert found.low <= found.median <= found.high
    assert found.low <= found.mean <= found.high


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**4))
def test_rounding_is_half_up(number, parts):
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(number) / Decimal(parts)
        assert round_mark(Fraction(number, parts)) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("12.345", "12.35"),
        ("12.344999", "12.34"),
        ("0.005", "0.01"),
        ("0.125", "0.13"),
        ("20", "20.00"),
    ],
)
def test_half_a_hundredth_goes_up(value, shown):
    assert round_mark(Fraction(value)) == Decimal(shown)


def test_a_mark_out_of_thirty_is_brought_to_twenty_exactly():
    assert to_twenty(Decimal(10), Decimal(30)) == Fraction(20, 3)
    # Three thirds are one: nothing was rounded on the way.
    thirds = [Weighed(to_twenty(Decimal(n), Decimal(30)), Decimal(1)) for n in (10, 10, 25)]
    assert get_average(thirds) == 10


def test_nothing_has_no_average():
    assert get_average([]) is None
    assert summarise([None, None]) is None
    assert summarise([None, Fraction(8), Fraction(13)]).median == Decimal("10.50")
