"""Statistics of an assignment: the figures against other ways of counting them, and the page."""

from __future__ import annotations

import math
import statistics as standard
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from candyce.assignments import access
from candyce.assignments import actions as assignment_actions
from candyce.assignments.tests.conftest import grouped
from candyce.grading.gradebook import item_analysis, plots, queries
from candyce.grading.gradebook.item_analysis import correlate, get_bins, get_discriminations
from candyce.grading.gradebook.models import Entry
from candyce.grading.gradebook.statistics import get_statistics
from candyce.grading.models import Answer

__all__ = ["grouped"]  # a fixture

points = st.integers(0, 80).map(lambda number: Decimal(number) / 4)
marks = st.lists(points, min_size=1, max_size=40)


@settings(deadline=None)
@given(marks)
def test_spread_is_what_the_library_counts(values):
    found = item_analysis.get_spread(values)
    floats = [float(value) for value in values]
    assert found is not None
    assert math.isclose(found.mean, standard.fmean(floats), abs_tol=0.0051)
    assert math.isclose(found.median, standard.median(floats), abs_tol=0.0051)
    assert math.isclose(found.deviation, standard.pstdev(floats), abs_tol=0.0051)
    assert (found.low, found.high) == (min(values), max(values))
    if len(values) >= 5:
        first, _half, third = standard.quantiles(floats, n=4, method="inclusive")
        assert math.isclose(found.first, first, abs_tol=0.0051)
        assert math.isclose(found.third, third, abs_tol=0.0051)
    else:
        assert found.first is found.third is None


@settings(deadline=None)
@given(marks)
def test_bins_hold_every_mark_once(values):
    bins = get_bins(values, Decimal(20))
    assert sum(one.count for one in bins) == len(values)
    for one in bins[:-1]:
        assert one.count == sum(one.low <= value < one.high for value in values)
    assert bins[-1].count == sum(value >= 18 for value in values)


def test_bins_of_a_scale_that_tenths_do_not_divide():
    bins = get_bins([Decimal("0.35"), Decimal("0.7"), Decimal(7)], Decimal(7))
    assert [one.count for one in bins] == [1, 1, *[0] * 7, 1]
    assert (bins[1].low, bins[9].high) == (Decimal("0.70"), Decimal("7.00"))


@settings(deadline=None)
@given(st.lists(st.tuples(points, points, points), min_size=10, max_size=35))
def test_discrimination_is_the_correlation_with_the_other_questions(copies):
    for place, found in enumerate(get_discriminations(copies)):
        own = [float(one[place]) for one in copies]
        rest = [float(sum(one)) - float(one[place]) for one in copies]
        if len(set(own)) == 1 or len(set(rest)) == 1:
            assert found is None
        else:
            assert found is not None
            assert math.isclose(found.value, standard.correlation(own, rest), abs_tol=1e-9)
            assert -1 <= found.low <= found.value <= found.high <= 1


def test_discrimination_of_right_or_wrong_is_the_point_biserial():
    """(mean of the others for right - for wrong) / deviation × √(share right × share wrong)."""
    right = [1, 1, 1, 0, 1, 0, 0, 1, 0, 0]
    rest = [9, 8, 7, 6, 8, 5, 4, 6, 7, 2]
    share = sum(right) / len(right)
    ups = [value for value, one in zip(rest, right, strict=True) if one]
    downs = [value for value, one in zip(rest, right, strict=True) if not one]
    gap = standard.fmean(ups) - standard.fmean(downs)
    expected = gap / standard.pstdev(rest) * math.sqrt(share * (1 - share))
    found = correlate([Decimal(one) for one in right], [Decimal(one) for one in rest])
    assert found == pytest.approx(expected)


def test_interval_is_fisher_s():
    # r = 0.5, n = 28: the textbook's 0.16 to 0.74.
    found = item_analysis._add_interval(0.5, 28)
    assert (round(found.low, 2), round(found.high, 2)) == (0.16, 0.74)


def test_few_copies_have_no_discrimination():
    copies = [[Decimal(one), Decimal(one + one % 3)] for one in range(9)]
    assert get_discriminations(copies) == [None, None]
    assert None not in get_discriminations([*copies, copies[0]])
    assert get_discriminations([one[:1] for one in [*copies, copies[0]]]) == [None]
    assert get_discriminations([]) == []


@pytest.mark.parametrize(
    ("value", "key"),
    [(-0.01, "negative"), (0, "weak"), (0.2, "fair"), (0.3, "acceptable"), (0.4, "good")],
)
def test_words_follow_the_usual_limits(value, key):
    assert item_analysis.Discrimination(value, -1, 1).key == key


@settings(deadline=None)
@given(marks)
def test_histogram_stays_in_its_picture(values):
    bins = get_bins(values, Decimal(20))
    found = plots.make_histogram(bins, item_analysis.get_spread(values))
    for bar in found.bars:
        assert 0 <= bar.x < bar.x + bar.width <= 100
        assert 0 <= bar.y <= bar.y + bar.height == pytest.approx(plots.BASE)
    assert all(0 <= value <= 100 for value in found.box.values())


# --- the page -----------------------------------------------------------------------------------


def address(marked) -> str:
    return reverse("grading:statistics", args=[marked.assignment.pk])


def test_statistics_are_for_who_follows_the_work(marked, as_):
    for name, status in {"alice": 200, "dan": 200, "fay": 200, "nobody": 302, "bob": 403}.items():
        assert as_(name).get(address(marked)).status_code == status, name
    for name in ("charlie", "zoe", "admin", "inspector"):
        assert as_(name).get(address(marked)).status_code == 404, name


def test_figures_are_those_of_the_pupils_one_follows(marked):
    for name in ("bob", "chloe"):
        Answer.objects.filter(sheet__copy=marked.copy(name), grade_id="pourquoi").update(points=2)
    everybody = get_statistics(marked.user("alice"), marked.assignment)
    assert (everybody.pupils, everybody.copies, everybody.complete) == (3, 3, 2)
    first, second, third = everybody.questions
    assert (first.full, first.part, first.zero, first.known) == (0, 3, 0, 3)
    assert (second.full, second.part, second.zero, second.known) == (0, 2, 0, 2)
    assert second.success.todo == 1
    assert (third.full, third.success.share) == (3, 100)
    assert not everybody.enough
    dan = get_statistics(marked.user("dan"), marked.assignment)  # teaches 2B, not Éric's 2C
    assert (dan.pupils, dan.complete) == (2, 2)
    second_class = get_statistics(
        marked.user("alice"), marked.assignment, class_id=str(marked.room.second.pk)
    )
    assert (second_class.pupils, second_class.copies) == (1, 1)


def test_states_count_as_they_do_in_the_gradebook(marked):
    """Bob was absent: his 0 says nothing of the test. Éric handed nothing in: 0, whatever his copy has."""
    room, alice = marked.room, marked.user("alice")
    for name, mark, state in (("bob", 0, "absent"), ("chloe", 14, ""), ("eric", 9, "missing")):
        copy = access.get_copy(alice, marked.copy(name).pk)
        assignment_actions.set_mark(copy, Decimal(mark), acting_user=alice)
        if state:
            Entry.objects.create(assignment=marked.assignment, pupil=marked.user(name), state=state)
    found = get_statistics(alice, marked.assignment)
    assert (found.pupils, found.copies) == (2, 2)
    assert (found.spread.count, found.spread.low, found.spread.high) == (2, 0, 14)
    assert found.questions[0].known == 2
    summary = queries.get_book(alice, room.school.school_class).summaries[-1]
    of_class = get_statistics(
        alice, marked.assignment, class_id=str(room.school.school_class.pk)
    ).spread
    assert (of_class.count, of_class.mean) == (1, summary.mean)


def test_state_of_a_member_leaves_the_group_s_mark(grouped):
    alice = grouped.room.school.alice
    assignment = grouped.give("teacher")
    grouped.put(assignment, grouped.pupils[:2], grouped.pupils[2:4])
    for place, mark in ((0, 8), (2, 16)):
        copy = access.get_copy(alice, grouped.open(grouped.pupils[place], assignment).pk)
        assignment_actions.set_mark(copy, Decimal(mark), acting_user=alice)

    def get_marks(*states):
        Entry.objects.all().delete()
        for pupil, state in zip(grouped.pupils, states, strict=False):
            Entry.objects.create(assignment=assignment, pupil=pupil, state=state)
        spread = get_statistics(alice, assignment).spread
        return (spread.count, spread.low, spread.high)

    assert get_marks() == (2, 8, 16)
    assert get_marks("absent") == get_marks("missing") == (2, 8, 16)
    assert get_marks("absent", "excused") == (1, 16, 16)
    assert get_marks("absent", "missing") == (2, 0, 16)


def test_page_says_that_there_is_nothing_yet_and_why(marked, as_):
    with translation.override("en"):
        text = as_("alice").get(address(marked), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "No mark yet" in text  # free answers wait for a person
    assert "chance decides" in text
    assert "Bob" not in text
    assert 'style="' not in text


def test_work_without_questions_has_its_marks_alone(classroom, as_):
    page = reverse("grading:statistics", args=[classroom.assignment.pk])
    answer = as_("alice").get(f"{page}?class_=nobody")
    assert answer.status_code == 200
    assert "discrimination-title" not in answer.content.decode()
