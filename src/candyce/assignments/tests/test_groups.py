"""Groups: who is in which, made by lot, by the teacher, by the pupils; one copy for all of a group."""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.db import transaction

from candyce.accounts.models import Enrolment, User
from candyce.assignments import access, actions, groups, my_work, queries
from candyce.assignments.actions.groups import GroupFull, GroupsBegun, NoGroup
from candyce.assignments.models import Assignment, Copy, Group, Membership
from candyce.assignments.tests.at_once import at_once
from candyce.assignments.tests.conftest import Classroom, enrol
from candyce.conftest import make_user
from candyce.lib.errors import BadRequest, Forbidden, NotFound
from candyce.projects import access as projects
from candyce.projects.signals import access_changed as projects_signal


@dataclass
class Grouped:
    """A class of eight (and Éric's class of one) whose work is given in groups of three at most."""

    room: Classroom
    pupils: list[User]

    def give(self, mode: str, size: int = 3) -> Assignment:
        made = actions.give(
            acting_user=self.room.school.alice,
            classes=[self.room.school.school_class, self.room.second],
            title="À plusieurs",
            project=self.room.project,
            group_mode=mode,
            group_size=size,
        )
        return self.see(self.room.school.alice, made)

    def see(self, user: User, assignment: Assignment) -> Assignment:
        return access.get_assignment(user, assignment.pk)

    def open(self, user: User, assignment: Assignment) -> Copy:
        made = actions.open_copy(self.see(user, assignment), acting_user=user)
        return access.get_copy(user, made.pk)

    def put(self, assignment: Assignment, *teams: list[User]) -> list[Group]:
        """The teacher makes these groups in 2B."""
        places = {one.pk: f"new-{n}" for n, team in enumerate(teams) for one in team}
        self.arrange(assignment, places)
        found = [groups.find_group(assignment, team[0]) for team in teams]
        return [group for group in found if group]

    def arrange(self, assignment: Assignment, places: dict) -> None:
        actions.arrange(
            assignment,
            places,
            acting_user=self.room.school.alice,
            school_class=self.room.school.school_class,
        )


@pytest.fixture
def grouped(classroom: Classroom) -> Grouped:
    pupils = [classroom.school.bob, classroom.school.chloe]
    for number in range(6):
        pupil = make_user(f"pupil{number}", "student", classroom.school.organisation)
        enrol(pupil, classroom.school.school_class)
        pupils.append(pupil)
    return Grouped(classroom, pupils)


def sizes_of(assignment: Assignment) -> list[int]:
    return sorted((len(group.members) for group in assignment.groups.all()), reverse=True)


# --- by lot -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pupils", "size", "sizes"),
    [
        (11, 3, [3, 3, 3, 2]),
        (7, 3, [3, 2, 2]),
        (7, 5, [4, 3]),
        (4, 3, [2, 2]),
        (5, 2, [3, 2]),
        (3, 2, [3]),
        (2, 2, [2]),
        (1, 4, [1]),
        (0, 3, []),
        (36, 4, [4] * 9),
    ],
)
def test_groups_are_as_equal_as_can_be_and_nobody_is_left_alone(pupils, size, sizes):
    assert groups.get_sizes(pupils, size) == sizes


def test_every_class_and_size_is_drawn_whole():
    for size in range(2, 6):
        for pupils in range(2, 60):
            sizes = groups.get_sizes(pupils, size)
            assert sum(sizes) == pupils
            assert min(sizes) >= 2
            assert max(sizes) <= max(size, 3)
            assert max(sizes) - min(sizes) <= 1


def test_giving_in_drawn_groups_draws_within_each_class(grouped):
    assignment = grouped.give("drawn")
    assert sizes_of(assignment) == [3, 3, 2, 1]
    for group in assignment.groups.all():
        classes = {one.enrolments.get().school_class_id for one in group.members}
        assert classes == {group.school_class_id}
    placed = Membership.objects.filter(assignment=assignment)
    assert placed.count() == len(grouped.pupils) + 1


def test_drawing_again_parts_who_worked_together_last_time(grouped):
    pupils = grouped.pupils
    before = grouped.give("teacher", 2)
    grouped.put(before, *(pupils[n : n + 2] for n in (0, 2, 4, 6)))
    apart = groups.get_last_pairs(grouped.give("teacher", 2), grouped.room.school.school_class)
    assert apart == {frozenset((pupils[n].pk, pupils[n + 1].pk)) for n in (0, 2, 4, 6)}
    for seed in range(5):
        drawn = groups.split(pupils, 2, apart=apart, chance=random.Random(seed))
        assert not {frozenset(one.pk for one in team) for team in drawn} & apart


def test_groups_are_drawn_anew_until_somebody_has_begun(grouped):
    assignment = grouped.give("drawn")
    classes = [grouped.room.school.school_class]
    alice = grouped.room.school.alice
    first = set(assignment.groups.filter(school_class=classes[0]))
    actions.draw(assignment, acting_user=alice, classes=classes)
    assert not first & set(assignment.groups.all())
    assert sizes_of(assignment) == [3, 3, 2, 1]
    grouped.open(grouped.pupils[0], assignment)
    with pytest.raises(GroupsBegun):
        actions.draw(assignment, acting_user=alice, classes=classes)
    actions.draw(assignment, acting_user=alice, classes=[grouped.room.second])


# --- one copy -----------------------------------------------------------------------------------


def test_members_share_one_copy_and_others_have_nothing(grouped):
    assignment = grouped.give("teacher")
    one, two, other = grouped.pupils[:3]
    grouped.put(assignment, [one, two], [other])
    copy = grouped.open(two, assignment)
    assert grouped.open(one, assignment) == copy
    assert copy.members == sorted([one, two], key=lambda user: user.search_text)
    for member in (one, two):
        rights = projects.get_rights(member, copy.project)
        assert rights.scopes == {"read", "comment", "write", "submit"}
        assert projects.visible_to(member).filter(pk=copy.project_id).count() == 1
        assert projects.keeps_outputs(member, copy.project, rights)
        assert [work.copy for work in my_work.get_my_work(member).to_do if work.copy] == [copy]
    for stranger in (other, grouped.room.people["eric"], grouped.room.people["zoe"]):
        assert not projects.get_rights(stranger, copy.project).scopes
        with pytest.raises(NotFound):
            access.get_copy(stranger, copy.pk)
    teacher = projects.get_rights(grouped.room.people["dan"], copy.project)
    assert "manage" in teacher
    assert not projects.keeps_outputs(grouped.room.people["dan"], copy.project, teacher)
    assert not projects.get_rights(grouped.room.people["fay"], copy.project).scopes
    assert grouped.open(other, assignment) != copy


def test_who_has_no_group_opens_nothing(grouped):
    assignment = grouped.give("teacher")
    with pytest.raises(NoGroup):
        grouped.open(grouped.pupils[0], assignment)
    assert not Copy.objects.filter(assignment=assignment).exists()
    assert actions.join(assignment.code, acting_user=grouped.pupils[0]) == assignment


def test_one_hands_in_for_all_and_another_takes_back(grouped):
    assignment = grouped.give("teacher")
    one, two, three = grouped.pupils[:3]
    grouped.put(assignment, [one, two], [three])
    copy = grouped.open(one, assignment)
    handed = actions.hand_in(copy, acting_user=two)
    assert handed.handed_in_by == two
    assert actions.hand_in(copy, acting_user=one).handed_in_by == two  # twice changes nothing
    assert [work.state for work in my_work.get_my_work(one).handed_in] == ["handed_in"]
    with pytest.raises(NotFound):
        actions.take_back(copy, acting_user=three)
    assert actions.take_back(copy, acting_user=one).state == Copy.State.WORKING


def test_moving_a_pupil_moves_the_rights_and_leaves_the_copies(grouped):
    assignment = grouped.give("teacher")
    one, two, three = grouped.pupils[:3]
    first, second = grouped.put(assignment, [one, two], [three])
    old, new = grouped.open(one, assignment), grouped.open(three, assignment)
    grouped.arrange(assignment, {one.pk: second.pk})
    assert not projects.get_rights(one, old.project).scopes
    assert "write" in projects.get_rights(one, new.project)
    assert grouped.open(one, assignment) == new
    assert Copy.objects.get(pk=old.pk).members == [two]
    grouped.arrange(assignment, {two.pk: second.pk})
    # Nobody is left: the copy is kept, its teachers still read it, and who comes back finds it.
    assert Group.objects.filter(pk=first.pk).exists()
    assert access.get_copy(grouped.room.people["dan"], old.pk).members == []
    grouped.arrange(assignment, {one.pk: first.pk})
    assert grouped.open(one, assignment) == old


def test_rights_follow_a_move_at_once(grouped, django_capture_on_commit_callbacks):
    assignment = grouped.give("teacher")
    one, two, three = grouped.pupils[:3]
    _first, second = grouped.put(assignment, [one, two], [three])
    copies = {grouped.open(one, assignment).project_id, grouped.open(three, assignment).project_id}
    heard: list = []

    def hear(sender, project_ids, **_rest):
        heard.extend(project_ids)

    projects_signal.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            grouped.arrange(assignment, {one.pk: second.pk})
    finally:
        projects_signal.disconnect(hear)
    assert set(heard) == copies


def test_a_member_who_leaves_the_class_loses_the_copy_and_the_others_keep_it(grouped):
    assignment = grouped.give("teacher")
    one, two = grouped.pupils[:2]
    grouped.put(assignment, [one, two])
    copy = grouped.open(one, assignment)
    Enrolment.objects.filter(user=one).delete()
    with pytest.raises(NotFound):
        access.get_copy(one, copy.pk)
    assert "write" in projects.get_rights(two, copy.project)
    assert access.get_copy(grouped.room.people["dan"], copy.pk) == copy
    rows = {row.pupil: row for row in queries.get_rows(grouped.room.people["dan"], assignment)}
    assert rows[one].school_class is None
    assert rows[one].copy == rows[two].copy == copy
    # The teacher may take out one who has left, not put in.
    grouped.arrange(assignment, {one.pk: None})
    with pytest.raises(BadRequest):
        grouped.arrange(assignment, {one.pk: copy.group_id})


# --- what lists tell ----------------------------------------------------------------------------


def test_lists_count_pupils_and_gather_groups(grouped, django_assert_num_queries):
    assignment = grouped.give("teacher")
    one, two, three, four = grouped.pupils[:4]
    grouped.put(assignment, [one, two], [three, four])
    copy = grouped.open(one, assignment)
    actions.hand_in(copy, acting_user=one)
    alice = grouped.room.school.alice
    seen = grouped.see(alice, assignment)
    with django_assert_num_queries(10):
        rows = queries.get_rows(alice, seen)
        assert all(row.name for row in rows)
    assert len(rows) == len(grouped.pupils) + 1
    assert queries.count_rows(rows).handed_in == 2
    gathered = queries.gather(rows)
    assert len(gathered) == len(rows) - 2
    assert [row.name for row in gathered if row.copy] == [copy.who]
    summary = next(one for one in queries.get_summaries(alice) if one.assignment == seen)
    assert summary.counts.handed_in == 2
    assert summary.counts.pupils == len(rows)


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
