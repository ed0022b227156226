"""Groups: who is in which, made by lot, by the teacher, by the pupils; one copy for all of a group."""

from __future__ import annotations

import random

import pytest

from candyce.accounts.models import Enrolment
from candyce.assignments import access, actions, groups, my_work, queries
from candyce.assignments.actions.groups import GroupsBegun, NoGroup
from candyce.assignments.models import Copy, Group, Membership
from candyce.assignments.tests.conftest import sizes_of
from candyce.lib.errors import BadRequest, NotFound
from candyce.projects import access as projects
from candyce.projects.signals import access_changed as projects_signal

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
