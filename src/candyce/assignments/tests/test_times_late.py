"""What late work costs, and how it is said."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from candyce.assignments import access, actions
from candyce.assignments.late import get_cost, get_lateness
from candyce.assignments.models import (
    Assignment,
    Copy,
)
from candyce.assignments.tests.test_times import DAY, HOUR, Rule, give_own, set_times
from candyce.assignments.time_words import say_late_rule, say_lateness, say_span

# --- late ---------------------------------------------------------------------------------------


def late(**fields) -> Assignment:
    return Assignment(**{"mark_max": Decimal(20), "due_at": timezone.now(), **fields})


@pytest.mark.parametrize(
    ("fields", "by", "cost"),
    [
        ({"late_rule": Rule.ACCEPT, "late_amount": Decimal(3)}, 5 * DAY, "0"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(2)}, timedelta(minutes=1), "2"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(2)}, DAY, "2"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(2)}, DAY + timedelta(seconds=1), "4"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(2), "late_cap": Decimal(5)}, 9 * DAY, "5"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal(7)}, 9 * DAY, "20"),
        ({"late_rule": Rule.POINTS, "late_amount": Decimal("0.5"), "late_unit": "hour"}, 3 * HOUR, "1.5"),
        ({"late_rule": Rule.PERCENT, "late_amount": Decimal(10)}, 2 * DAY, "4"),
        ({"late_rule": Rule.PERCENT, "late_amount": Decimal(10), "late_cap": Decimal(15)}, 2 * DAY, "3"),
    ],
)  # fmt: skip
def test_each_unit_begun_costs_up_to_the_cap(fields, by, cost):
    assert get_cost(late(**fields), by) == Decimal(cost)


def test_grace_is_not_late_and_beyond_it_all_counts(classroom):
    copy = classroom.open("bob")
    work = set_times(classroom, due=-1, late_rule=Rule.POINTS, late_grace=10)
    copy = Copy.objects.select_related("assignment").get(pk=copy.pk)
    for minutes, expected in ((-5, None), (10, None), (11, timedelta(minutes=11))):
        copy.handed_in_at = work.due_at + timedelta(minutes=minutes)
        copy.state = Copy.State.HANDED_IN
        found = get_lateness(copy)
        assert (found and found.by) == expected


def test_who_never_hands_in_pays_as_at_the_last_moment(classroom):
    classroom.open("bob")
    set_times(classroom, due=-72, closes=-1, late_rule=Rule.POINTS)
    copy = Copy.objects.select_related("assignment").get(pk=classroom.copy_of("bob").pk)
    found = get_lateness(copy)
    assert (found.by, found.points, found.final) == (71 * HOUR, Decimal(3), True)
    set_times(classroom, due=-72, closes=5, late_rule=Rule.POINTS)
    copy.assignment = classroom.assignment
    assert not get_lateness(copy).final


def test_extra_time_is_not_late(classroom):
    classroom.open("bob")
    set_times(classroom, due=-1, closes=10, late_rule=Rule.POINTS)
    give_own(classroom, "bob", extra_minutes=90)
    bob = classroom.people["bob"]
    copy = actions.hand_in(access.get_copy(bob, classroom.copy_of("bob").pk), acting_user=bob)
    assert get_lateness(copy) is None


def test_work_given_back_costs_nothing_for_being_late(classroom):
    bob, alice = classroom.people["bob"], classroom.people["alice"]
    copy = classroom.open("bob")
    actions.hand_in(copy, acting_user=bob)
    set_times(classroom, due=-48, closes=-1, late_rule=Rule.POINTS)
    actions.reopen(access.get_copy(alice, copy.pk), acting_user=alice)
    copy = actions.hand_in(access.get_copy(bob, copy.pk), acting_user=bob)
    found = get_lateness(copy)
    assert (found.points, found.taken) == (Decimal(3), Decimal(0))


def test_being_late_is_said_in_words(classroom):
    assert say_span(2 * DAY) == "2 jours"
    assert say_span(26 * HOUR) == "1 jour 2\u00a0h"
    assert say_span(timedelta(minutes=125)) == "2\u00a0h\u00a005"
    copy = classroom.open("bob")
    work = set_times(classroom, due=-48, late_rule=Rule.POINTS, late_cap=Decimal(5), late_grace=10)
    copy = Copy.objects.select_related("assignment").get(pk=copy.pk)
    copy.state, copy.handed_in_at = Copy.State.HANDED_IN, work.due_at + 2 * DAY
    assert say_lateness(get_lateness(copy)) == "En retard de 2 jours\u00a0: −2 points"
    copy.late_lifted_at = timezone.now()
    assert say_lateness(get_lateness(copy)) == "En retard de 2 jours\u00a0: rien n’est retiré"
    assert say_late_rule(work) == (
        "Retard\u00a0: −1 point par jour commencé, au plus 5 points."
        " Les premières 10\u00a0min ne comptent pas."
    )
