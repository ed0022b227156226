"""The rule of times: cases a teacher would check by hand, and that lists and checks never disagree."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from candyce.accounts.models import Enrolment, User
from candyce.assignments import access, times
from candyce.assignments.models import (
    Accommodation,
    Assignment,
    Copy,
    Group,
    Membership,
    PupilTimes,
)
from candyce.assignments.times import Own, compute
from candyce.projects.models import Project

T8 = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
Rule = Assignment.LateRule


def at(hours: float) -> datetime:
    return T8 + timedelta(hours=hours)


def work(**fields) -> Assignment:
    return Assignment(**{"created_at": at(-1), **fields})


def tell(assignment: Assignment, **own) -> tuple[float | None, ...]:
    """Opening, due time and closing, in hours after eight."""
    found = compute(assignment, Own(**own))
    moments = (found.opens_at, found.due_at, found.closes_at)
    return tuple(m and round((m - T8) / timedelta(hours=1), 4) for m in moments)


def test_without_anything_of_ones_own_the_times_are_those_of_all():
    assert tell(work()) == (None, None, None)
    whole = work(opens_at=at(1), due_at=at(2), closes_at=at(3))
    assert tell(whole) == (1, 2, 3)


def test_a_third_more_of_an_hours_test_is_twenty_minutes():
    test = work(opens_at=at(1), closes_at=at(2))
    assert tell(test, standing=33) == (1, None, 2.33)
    assert tell(test, standing=33, extra_minutes=30) == (1, None, 2.83)
    assert tell(test, standing=33, extra_percent=50) == (1, None, 2.5)
    assert tell(test, standing=33, extra_percent=0) == (1, None, 2)
    test.accommodated = False
    assert tell(test, standing=33) == (1, None, 2)
    assert tell(test, standing=33, extra_percent=50) == (1, None, 2.5)


def test_what_is_open_at_once_is_measured_from_when_it_was_given():
    assert tell(work(closes_at=at(1)), standing=50) == (None, None, 2)


def test_the_share_is_of_the_time_until_work_is_due_and_moves_the_closing_too():
    test = work(opens_at=at(0), due_at=at(2), closes_at=at(5))
    assert tell(test, standing=50) == (0, 3, 6)


def test_homework_of_a_week_is_not_lengthened_by_days_unless_the_teacher_says_so():
    homework = work(opens_at=at(0), closes_at=at(24 * 7))
    assert tell(homework, standing=33) == (0, None, 168)
    assert tell(homework, extra_percent=50) == (0, None, 252)


def test_a_time_of_ones_own_holds_as_it_stands():
    test = work(opens_at=at(1), due_at=at(2), closes_at=at(3))
    assert tell(test, closes_at=at(7), standing=100, extra_minutes=600) == (1, 7, 7)
    assert tell(test, opens_at=at(0.5)) == (0.5, 2, 3)
    assert tell(test, due_at=at(5)) == (1, 5, 5)
    assert tell(test, closes_at=at(1.5)) == (1, 1.5, 1.5)


def test_where_late_work_is_refused_the_due_time_is_the_closing():
    strict = work(due_at=at(2), closes_at=at(8), late_rule=Rule.REFUSE)
    assert tell(strict) == (None, 2, 2)
    assert tell(strict, extra_minutes=30) == (None, 2.5, 2.5)
    assert tell(strict, closes_at=at(5)) == (None, 5, 5)
    assert tell(strict, due_at=at(9)) == (None, 9, 9)


def test_dates_at_the_end_of_time_do_not_overflow():
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    assert compute(work(closes_at=last), Own(extra_percent=200)).closes_at is None
    near = datetime(9999, 6, 1, tzinfo=UTC)
    assert compute(work(opens_at=T8, closes_at=near), Own(extra_percent=200)).closes_at is None


# --- lists and checks ---------------------------------------------------------------------------

MOMENTS = st.integers(0, 60 * 24 * 4).map(lambda minutes: T8 + timedelta(minutes=minutes))
ODD = st.datetimes(datetime(1990, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))
MAYBE = st.none() | MOMENTS | MOMENTS | ODD


PUPILS_TIMES = st.fixed_dictionaries(
    {
        "window": st.lists(MOMENTS, min_size=2, max_size=2, unique=True).map(sorted),
        "with": st.tuples(st.booleans(), st.booleans()),
        "due_at": st.none() | MOMENTS,
        "extra_minutes": st.just(0) | st.integers(0, 20160),
        "extra_percent": st.none() | st.integers(0, 200),
        "outside": st.sampled_from(["", *Assignment.Outside.values]),
    }
).map(
    lambda drawn: {
        "opens_at": drawn["window"][0] if drawn["with"][0] else None,
        "closes_at": drawn["window"][1] if drawn["with"][1] else None,
        **{name: value for name, value in drawn.items() if name not in {"window", "with"}},
    }
)


@st.composite
def cases(draw):
    """An assignment's fields, and of each of two pupils what is their own and a share that stands; whether the
    two are in a group."""
    opens, due, closes = draw(MAYBE), draw(MAYBE), draw(MAYBE)
    present = sorted({moment for moment in (opens, due, closes) if moment})
    if opens:
        opens = present.pop(0)
    due = present.pop(0) if due and present else None
    closes = present.pop() if closes and present else due if closes else None
    fields = {
        "opens_at": opens,
        "due_at": due,
        "closes_at": closes,
        "created_at": draw(MOMENTS),
        "accommodated": draw(st.booleans()),
        "late_rule": draw(st.sampled_from(Rule.values)),
        "outside": draw(st.sampled_from(Assignment.Outside.values)),
        "archived_at": draw(st.none() | st.just(T8)),
    }
    pupils = [
        (draw(st.none() | PUPILS_TIMES), draw(st.just(0) | st.integers(1, 200))) for _two in "ab"
    ]
    return fields, pupils, draw(st.booleans())


def save(classroom, case) -> tuple[Assignment, list[User]]:
    fields, pupils, together = case
    fields = dict(fields)
    created = fields.pop("created_at")
    given = Assignment.objects.create(
        version=classroom.assignment.version,
        author=classroom.people["alice"],
        title="T",
        code=uuid.uuid4().hex[:8],
        group_mode="teacher" if together else "",
        **fields,
    )
    given.classes.add(classroom.school.school_class)
    Assignment.objects.filter(pk=given.pk).update(created_at=created)
    given.created_at = created
    people = []
    group = Group.objects.create(assignment=given, number=1)
    for mine, standing in pupils:
        pupil = User.objects.create(username=uuid.uuid4().hex)
        people.append(pupil)
        if mine:
            PupilTimes.objects.create(assignment=given, pupil=pupil, **mine)
        if standing:
            Accommodation.objects.create(pupil=pupil, extra_percent=standing)
        if together:
            Membership.objects.create(assignment=given, group=group, pupil=pupil)
        Enrolment.objects.create(
            user=pupil, school_class=classroom.school.school_class, role=Enrolment.Role.STUDENT
        )
    for pupil in people[:1] if together else people:
        project = Project.objects.create(owner=pupil, title="T", kind=Project.Kind.COPY, tree={})
        Copy.objects.create(
            assignment=given, pupil=pupil, project=project, group=group if together else None
        )
    return given, people


@settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=cases(), now=MOMENTS)
def test_a_list_and_a_check_never_disagree(classroom, case, now):
    with transaction.atomic():
        given_work, people = save(classroom, case)
        for pupil in people:
            check_lists(given_work, pupil, now)


def check_lists(given_work, pupil, now):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now)
        found = times.get_times(given_work, pupil)
        inside = access.is_in_window(given_work, times=found)
        seen = inside or not found.hidden
        assert access.given_to(pupil).filter(pk=given_work.pk).exists() == seen
        assert access.visible_to(pupil).filter(pk=given_work.pk).exists() == seen
        [work] = Assignment.objects.filter(pk=given_work.pk)
        [copy] = Copy.objects.filter(access.owned_by(pupil), assignment=work)
        rights = access.get_copy_rights(pupil, access.find_copy(pupil, copy.project))
        assert access.copies_visible_to(pupil).filter(pk=copy.pk).exists() == ("read" in rights)
        assert ("write" in rights) == inside
        assert rights.until == found.get_next_change(now) or rights.scopes == frozenset()
        assert not (found.due_at and found.closes_at) or found.due_at <= found.closes_at


def test_a_group_has_the_most_generous_times_of_its_members(classroom):
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    given_work = classroom.assignment
    given_work.opens_at, given_work.closes_at, given_work.group_mode = at(0), at(2), "teacher"
    given_work.save()
    group = Group.objects.create(assignment=given_work, number=1)
    for pupil in (bob, chloe):
        Membership.objects.create(assignment=given_work, group=group, pupil=pupil)
    PupilTimes.objects.create(assignment=given_work, pupil=bob, opens_at=at(-1), closes_at=at(1))
    Accommodation.objects.create(pupil=chloe, extra_percent=50)
    for pupil in (bob, chloe):
        found = times.get_times(given_work, pupil)
        assert (found.opens_at, found.closes_at) == (at(-1), at(3))


def test_times_of_many_are_asked_in_two_queries(classroom, django_assert_num_queries):
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    closes = timezone.now() + timedelta(hours=2)
    classroom.assignment.closes_at = closes
    classroom.assignment.save()
    PupilTimes.objects.create(assignment=classroom.assignment, pupil=bob, extra_minutes=15)
    with django_assert_num_queries(2):
        found = times.get_class_times(classroom.assignment, [bob.pk, chloe.pk])
    assert found[bob.pk].closes_at == closes + timedelta(minutes=15)
    assert found[bob.pk].own
    assert not found[chloe.pk].own
    assert found[chloe.pk].closes_at == closes
