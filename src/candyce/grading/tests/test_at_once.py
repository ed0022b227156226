"""Several who mark one copy at the same moment: nobody's points are lost, nobody's mark is replaced."""

from __future__ import annotations

from decimal import Decimal

import pytest

from candyce.assignments.models import Assignment, Copy
from candyce.assignments.tests.at_once import at_once
from candyce.grading import actions
from candyce.grading.actions.marking import _finish
from candyce.grading.marks import write_mark
from candyce.grading.models import Answer, Sheet
from candyce.grading.receivers import hear_window

ROUNDS = 8  # what two do at once meets in one of them


def get_sheet(marked) -> Sheet:
    return Sheet.objects.get(copy=marked.copy("bob"))


def write(marked, mark: int | None) -> None:
    write_mark(marked.copy("bob"), mark and Decimal(mark), acting_user=marked.user("alice"))


def give_points(marked, name: str, grade_id: str, points: Decimal) -> Answer:
    answer = marked.answer("bob", grade_id)
    return actions.set_answer(
        answer, revision=answer.revision, acting_user=marked.user(name), points=points
    )


@pytest.mark.django_db
def test_a_mark_written_while_another_is_worked_out_stays(marked):
    give_points(marked, "alice", "pourquoi", Decimal(4))
    sheet = get_sheet(marked)
    write(marked, 13)
    assert actions.propose_mark(sheet) is None
    assert marked.copy("bob").mark == 13


@pytest.mark.django_db
def test_a_mark_written_while_a_class_is_reckoned_anew_stays(marked, monkeypatch):
    """The teacher is quicker than the list of the class's sheets."""
    from candyce.grading import receivers

    give_points(marked, "alice", "pourquoi", Decimal(4))
    propose, written = receivers.propose_mark, []

    def write_before(sheet, **more):
        if not written:
            written.append(write(marked, 13))
        return propose(sheet, **more)

    monkeypatch.setattr(receivers, "propose_mark", write_before)
    Assignment.objects.filter(pk=marked.assignment.pk).update(mark_max=40)
    hear_window(None, assignment_id=marked.assignment.pk)
    assert written
    assert marked.copy("bob").mark == 13


@pytest.mark.django_db
def test_a_copy_that_waits_to_be_marked_again_keeps_its_mark_until_then(marked):
    give_points(marked, "alice", "pourquoi", Decimal(4))
    sheet, before = get_sheet(marked), marked.copy("bob").mark
    Sheet.objects.filter(pk=sheet.pk).update(state=Sheet.State.QUEUED)
    Assignment.objects.filter(pk=marked.assignment.pk).update(mark_max=40)
    assert actions.propose_mark(sheet) is None
    assert marked.copy("bob").mark == before


@pytest.mark.django_db(transaction=True)
def test_two_teachers_who_mark_one_copy_at_once_both_count(marked):
    for number in range(ROUNDS):
        some = Decimal(number % 3)
        found = at_once(
            lambda some=some: give_points(marked, "alice", "aire-tests", some + 1),
            lambda some=some: give_points(marked, "dan", "pourquoi", some + 2),
        )
        assert [type(one) for one in found] == [Answer, Answer]
        # Points out of 8, the mark out of 20.
        assert marked.copy("bob").mark == (some + 1 + some + 2 + 1) * 20 / 8


@pytest.mark.django_db(transaction=True)
def test_a_teacher_writes_the_mark_while_the_marking_ends(marked):
    give_points(marked, "alice", "pourquoi", Decimal(4))
    for number in range(ROUNDS):
        sheet = get_sheet(marked)
        sheet.state, sheet.mark_by_hand = Sheet.State.RUNNING, False
        sheet.save()
        found = at_once(
            lambda sheet=sheet: _finish(sheet, []),
            lambda number=number: write(marked, number + 1),
        )
        assert found == [None, None]
        assert get_sheet(marked).state == Sheet.State.DONE
        assert marked.copy("bob").mark == number + 1
        assert Copy.objects.filter(pk=sheet.copy_id, marked_by=marked.user("alice")).exists()
