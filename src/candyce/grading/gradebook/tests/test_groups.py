"""Work done in groups: one copy, and its mark stands in the line of each member."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from candyce.assignments import access, actions
from candyce.assignments.tests.conftest import Grouped, grouped
from candyce.grading.gradebook import queries
from candyce.grading.gradebook.actions import set_cell
from candyce.grading.gradebook.words import Given

__all__ = ["grouped"]  # a fixture


def make_marked(room: Grouped, *teams: list[int]):
    """Work in these groups (places in the list of pupils), marked 11, 12, …, handed in and returned."""
    assignment, alice = room.give("teacher"), room.room.school.alice
    room.put(assignment, *([room.pupils[one] for one in team] for team in teams))
    for number, team in enumerate(teams):
        first = room.pupils[team[0]]
        copy = room.open(first, assignment)
        actions.hand_in(copy, acting_user=first)
        copy.refresh_from_db()
        actions.set_mark(copy, Decimal(11 + number), acting_user=alice)
        actions.return_copies([copy], acting_user=alice)
    return assignment


def get_marks(room: Grouped) -> dict[str, Decimal | None]:
    book = queries.get_book(room.room.school.alice, room.room.school.school_class)
    [column] = [one for one in book.columns if one.assignment.group_mode]
    place = book.columns.index(column)
    copies = {row.pupil.username: row.cells[place].copy for row in book.rows}
    return {name: copy.mark if copy else None for name, copy in copies.items()}


def own_marks(user) -> list[Decimal | None]:
    return [cell.copy.mark for one in queries.get_own_marks(user) for cell in one.row.cells]


def test_the_mark_of_a_group_is_every_members(grouped):
    make_marked(grouped, [0, 1], [2])
    marks = get_marks(grouped)
    bob, chloe, third, fourth = grouped.pupils[:4]
    assert [marks[one.username] for one in (bob, chloe, third, fourth)] == [11, 11, 12, None]
    assert [own_marks(one) for one in (bob, chloe, third, fourth)] == [[11], [11], [12], []]


def test_the_mark_follows_who_is_moved_and_leaves_who_left(grouped):
    assignment = make_marked(grouped, [0, 1], [2])
    bob, chloe = grouped.pupils[:2]
    grouped.arrange(assignment, {chloe.pk: None})
    assert (own_marks(bob), own_marks(chloe)) == ([11], [])
    marks = get_marks(grouped)
    assert (marks[bob.username], marks[chloe.username]) == (11, None)


def test_state_is_told_by_the_return_to_a_group_of_one_s_class(grouped):
    alice, room = grouped.room.school.alice, grouped.room
    assignment = grouped.give("teacher")
    grouped.put(assignment, grouped.pupils[:2])
    third = grouped.pupils[2]
    book = queries.get_book(alice, room.school.school_class)
    cell = book.find(str(assignment.pk), str(third.pk))
    set_cell(cell, Given(state="missing"), seen="", acting_user=alice)
    assert queries.get_own_marks(third) == []
    copy = grouped.open(grouped.pupils[0], assignment)
    actions.return_copies([access.get_copy(alice, copy.pk)], acting_user=alice)
    (own,) = queries.get_own_marks(third)
    assert own.row.average == 0


def test_queries_do_not_grow_with_groups(grouped):
    counts = []
    for teams in ([[0, 1]], [[0, 1], [2, 3], [4, 5]]):
        make_marked(grouped, *teams)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            queries.get_book(grouped.room.school.alice, grouped.room.school.school_class)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
