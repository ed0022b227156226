"""Groups made by the teacher or by the pupils, and what happens when two act at once."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction

from candyce.assignments import actions
from candyce.assignments.actions.groups import GroupFull, GroupsBegun
from candyce.assignments.models import Assignment, Copy, Group, Membership
from candyce.assignments.tests.at_once import at_once
from candyce.assignments.tests.conftest import Grouped, sizes_of
from candyce.lib.errors import BadRequest, Forbidden, NotFound

# --- by the teacher -----------------------------------------------------------------------------


def test_the_teacher_places_only_pupils_of_the_class_in_its_groups(grouped):
    assignment = grouped.give("teacher")
    room = grouped.room
    [group] = grouped.put(assignment, grouped.pupils[:2])
    for stranger in (room.people["eric"], room.people["zoe"], room.people["dan"]):
        with pytest.raises(BadRequest):
            grouped.arrange(assignment, {stranger.pk: group.pk})
    with pytest.raises(BadRequest):
        grouped.arrange(assignment, {uuid4(): group.pk})
    with pytest.raises(BadRequest):
        grouped.arrange(assignment, {grouped.pupils[0].pk: uuid4()})
    other = grouped.give("teacher")
    [theirs] = grouped.put(other, grouped.pupils[:2])
    with pytest.raises(BadRequest):
        grouped.arrange(assignment, {grouped.pupils[3].pk: theirs.pk})
    assert sizes_of(assignment) == [2]


def test_an_empty_group_goes_and_a_big_one_may_be(grouped):
    assignment = grouped.give("teacher", 2)
    first, second = grouped.put(assignment, grouped.pupils[:2], grouped.pupils[2:4])
    grouped.arrange(assignment, {one.pk: second.pk for one in grouped.pupils[:2]})
    assert sizes_of(assignment) == [4]
    assert not Group.objects.filter(pk=first.pk).exists()


@pytest.mark.parametrize("size", [-1, 0, 1, 6, 999])
def test_a_size_that_is_no_group_is_refused(grouped, size):
    with pytest.raises(BadRequest) as refused:
        grouped.give("drawn", size)
    assert "group_size" in refused.value.fields


def edit(grouped: Grouped, assignment: Assignment, **changes) -> None:
    values = {
        "classes": list(assignment.classes.all()),
        "title": assignment.title,
        "instructions": "",
        "opens_at": None,
        "closes_at": None,
        "mark_max": assignment.mark_max,
    }
    actions.edit_assignment(assignment, acting_user=grouped.room.school.alice, **(values | changes))


def test_the_way_to_work_changes_until_somebody_has_begun(grouped):
    assignment = grouped.give("")
    edit(grouped, assignment, group_mode="drawn", group_size=4)
    assert sizes_of(assignment) == [4, 4, 1]
    edit(grouped, assignment, group_size=2)
    assert sizes_of(assignment) == [2, 2, 2, 2, 1]
    edit(grouped, assignment, group_mode="teacher")
    assert sizes_of(assignment) == [2, 2, 2, 2, 1]
    edit(grouped, assignment, classes=[grouped.room.school.school_class])
    assert sizes_of(assignment) == [2, 2, 2, 2]
    grouped.open(grouped.pupils[0], assignment)
    for mode in ("", "pupils", "drawn"):
        with pytest.raises(BadRequest) as refused:
            edit(grouped, assignment, group_mode=mode)
        assert "group_mode" in refused.value.fields
    with pytest.raises(BadRequest):
        edit(grouped, assignment, group_mode="chess")
    assignment.refresh_from_db()
    edit(grouped, assignment, group_size=5)
    assert sizes_of(assignment) == [2, 2, 2, 2]


def test_work_done_alone_stays_alone(grouped):
    assignment = grouped.give("")
    grouped.open(grouped.pupils[0], assignment)
    with pytest.raises(BadRequest):
        edit(grouped, assignment, group_mode="drawn")
    assert not assignment.groups.exists()


# --- by the pupils ------------------------------------------------------------------------------


def test_pupils_make_join_and_leave_until_work_begins(grouped):
    assignment = grouped.give("pupils", 2)
    one, two, three = grouped.pupils[:3]
    group = actions.make_group(assignment, acting_user=one, name="  Les\u202e <b>Ada</b> ")
    assert str(group) == "Les <b>Ada</b>"
    actions.join_group(assignment, group.pk, acting_user=two)
    with pytest.raises(GroupFull):
        actions.join_group(assignment, group.pk, acting_user=three)
    with pytest.raises(BadRequest):  # in one already
        actions.make_group(assignment, acting_user=two)
    with pytest.raises(BadRequest):  # a name that reads the same
        actions.make_group(assignment, acting_user=three, name="LES <b>ADA</b>")
    with pytest.raises(BadRequest):
        actions.make_group(assignment, acting_user=three, name="x" * 41)
    actions.leave_group(assignment, acting_user=two)
    copy = grouped.open(one, assignment)
    assert copy.members == [one]
    with pytest.raises(GroupsBegun):
        actions.join_group(assignment, group.pk, acting_user=three)
    with pytest.raises(GroupsBegun):
        actions.leave_group(assignment, acting_user=one)
    actions.hand_in(copy, acting_user=one)
    with pytest.raises(GroupsBegun):
        actions.join_group(assignment, group.pk, acting_user=two)


def test_pupils_form_groups_in_their_own_class_and_only_while_they_may(grouped):
    assignment = grouped.give("pupils")
    one, two = grouped.pupils[:2]
    group = actions.make_group(assignment, acting_user=one)
    with pytest.raises(NotFound):
        actions.join_group(assignment, group.pk, acting_user=grouped.room.people["eric"])
    for stranger in (grouped.room.people["zoe"], grouped.room.people["dan"]):
        with pytest.raises(Forbidden):
            actions.join_group(assignment, group.pk, acting_user=stranger)
    actions.close_forming(assignment, True, acting_user=grouped.room.school.alice)
    for attempt in (
        lambda: actions.make_group(assignment, acting_user=two),
        lambda: actions.join_group(assignment, group.pk, acting_user=two),
        lambda: actions.leave_group(assignment, acting_user=one),
    ):
        with pytest.raises(Forbidden):
            attempt()
    drawn = grouped.give("drawn")
    with pytest.raises(Forbidden):
        actions.leave_group(drawn, acting_user=one)


def test_an_empty_group_of_pupils_goes(grouped):
    assignment = grouped.give("pupils")
    actions.make_group(assignment, acting_user=grouped.pupils[0])
    actions.leave_group(assignment, acting_user=grouped.pupils[0])
    assert not assignment.groups.exists()


# --- at once ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_members_who_open_at_once_have_one_copy(grouped):
    assignment = grouped.give("teacher", 5)
    members = grouped.pupils[:4]
    grouped.put(assignment, members)
    copies = at_once(*(lambda one=one: grouped.open(one, assignment) for one in members))
    assert len(set(copies)) == 1
    assert Copy.objects.filter(assignment=assignment).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_last_place_at_once_are_not_both_in(grouped):
    assignment = grouped.give("pupils", 2)
    one, *others = grouped.pupils[:4]
    group = actions.make_group(assignment, acting_user=one)
    found = at_once(
        *(
            lambda two=two: actions.join_group(assignment, group.pk, acting_user=two)
            for two in others
        )
    )
    assert sum(isinstance(one, Group) for one in found) == 1
    assert sum(isinstance(one, GroupFull) for one in found) == 2
    assert group.memberships.count() == 2


@pytest.mark.django_db(transaction=True)
def test_opening_and_leaving_at_once_ends_in_one_of_two_ways(grouped):
    assignment = grouped.give("pupils", 2)
    one, two = grouped.pupils[:2]
    group = actions.make_group(assignment, acting_user=one)
    actions.join_group(assignment, group.pk, acting_user=two)
    opened, left = at_once(
        lambda: grouped.open(one, assignment),
        lambda: actions.leave_group(assignment, acting_user=two),
    )
    assert isinstance(opened, Copy)
    assert (group.memberships.count(), type(left)) in {(1, type(None)), (2, GroupsBegun)}


def test_a_pupil_is_in_one_group_of_an_assignment_at_most(grouped):
    assignment = grouped.give("teacher")
    [group, other] = grouped.put(assignment, [grouped.pupils[0]], [grouped.pupils[1]])
    with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
        Membership.objects.create(assignment=assignment, group=other, pupil=grouped.pupils[0])
    assert group.members == [grouped.pupils[0]]
