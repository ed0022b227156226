"""From handing in to a proposed mark."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest

from candyce.assignments.actions import give
from candyce.assignments.models import Copy
from candyce.compute.sandbox.tests.fixtures import needs_sandbox
from candyce.grading import actions
from candyce.grading.models import Sheet
from candyce.grading.tests import lesson
from candyce.grading.tests.conftest import Work
from candyce.lib.errors import BadRequest, Conflict, Forbidden
from candyce.projects.actions import create_project

pytestmark = [pytest.mark.django_db(transaction=True), needs_sandbox]


def get_points(copy) -> dict[str, Decimal | None]:
    return {a.grade_id: a.auto_points for a in copy.sheet.answers.all()}


def test_a_copy_handed_in_is_marked_by_itself(work, school):
    copy = work.hand_in(school.bob, lesson.make_copy(lesson.GOOD))
    sheet = Sheet.objects.get(copy=copy)
    assert (sheet.state, sheet.reason, sheet.version_id) == (
        "done",
        "",
        copy.handed_in_version_id,
    )
    assert get_points(copy) == {
        "carre-tests": 4,
        "trier-tests": 6,
        "applique-tests": 5,
        "capitale": 2,
        "avis": 0,
    }
    copy = Copy.objects.get(pk=copy.pk)
    assert copy.mark == Decimal(17)
    tests = sheet.answers.get(grade_id="carre-tests").auto_detail
    assert [(test["name"], test["status"], test["hidden"]) for test in tests] == [
        ("carre(2) == 4", "passed", False),
        ("abs(carre(1.5) - 2.25) < 1e-09", "passed", False),
        ("négatifs", "passed", True),
        ("Test 4", "passed", True),
        ("Test 5", "passed", True),
    ]


def test_a_wrong_answer_says_test_by_test_why(work, school):
    wrong = {"s1": "def carre(x):\n    return 2 * x\n", "s2": "def trier(valeurs):\n    1 / 0\n"}
    copy = work.hand_in(school.bob, lesson.make_copy(wrong))
    assert set(get_points(copy).values()) == {0}
    tests = copy.sheet.answers.get(grade_id="carre-tests").auto_detail
    assert tests[1]["status"] == "failed"
    assert (tests[2]["expected"], tests[2]["given"]) == ("49", "-14")
    assert tests[3]["message"] == "les entiers"
    [first, *_rest] = copy.sheet.answers.get(grade_id="trier-tests").auto_detail
    assert (first["status"], first["error"]) == ("error", "ZeroDivisionError")


def test_a_text_waits_for_a_hand_and_then_the_mark_is_proposed(work, school):
    copy = work.hand_in(school.bob, lesson.make_copy({**lesson.GOOD, "f1": "J'ai aimé."}))
    assert Copy.objects.get(pk=copy.pk).mark is None
    answer = copy.sheet.answers.get(grade_id="avis")
    assert answer.auto_points is None
    answer = actions.set_answer(
        answer, revision=0, acting_user=school.alice, points=Decimal("2.5"), comment="Bien."
    )
    assert (answer.revision, answer.marked_by) == (1, school.alice)
    assert Copy.objects.get(pk=copy.pk).mark == Decimal("19.5")
    assert [event.verb for event in answer.events.all()] == ["points", "comment"]


def test_what_a_teacher_wrote_survives_marking_again(work, school):
    copy = work.hand_in(school.bob, lesson.make_copy({}))
    answer = copy.sheet.answers.get(grade_id="carre-tests")
    actions.set_answer(answer, revision=0, acting_user=school.alice, points=Decimal(3))
    actions.queue_marking([work.seen_by_alice(copy)], acting_user=school.alice)
    answer.refresh_from_db()
    assert (answer.points, answer.auto_points, answer.marked_by) == (3, 0, school.alice)
    assert Sheet.objects.get(copy=copy).state == "done"
    assert Copy.objects.get(pk=copy.pk).mark == Decimal(3)
    actions.set_answer(answer, revision=1, acting_user=school.alice, points=None)
    assert Copy.objects.get(pk=copy.pk).mark == 0
    assert answer.events.last().verb == "points_taken_away"


def test_two_teachers_at_once_lose_nothing(work, school):
    copy = work.hand_in(school.bob, lesson.make_copy({}))
    answer = copy.sheet.answers.get(grade_id="carre-tests")
    actions.set_answer(answer, revision=0, acting_user=school.alice, points=Decimal(3))
    with pytest.raises(Conflict) as caught:
        actions.set_answer(answer, revision=0, acting_user=school.alice, points=Decimal(1))
    assert "3" in str(caught.value)
    assert "Alice" in str(caught.value)
    answer.refresh_from_db()
    assert answer.points == 3


def test_points_stay_in_bounds_and_pupils_do_not_mark(work, school):
    copy = work.hand_in(school.bob, lesson.make_copy({}))
    answer = copy.sheet.answers.get(grade_id="carre-tests")
    with pytest.raises(BadRequest):
        actions.set_answer(answer, revision=0, acting_user=school.alice, points=Decimal(5))
    with pytest.raises(Forbidden):
        actions.set_answer(answer, revision=0, acting_user=school.bob, points=Decimal(4))
    with pytest.raises(Forbidden):
        actions.queue_marking([copy], acting_user=school.bob)


@pytest.fixture
def in_environment(school):
    """The exercises, given to a class by a notebook whose kernel is a server environment."""
    author = lesson.make_author()
    author["metadata"]["kernelspec"] = {"name": "candyce-sciences", "display_name": "Sciences"}
    project = create_project(
        acting_user=school.alice, title="TP", files={"tp.ipynb": lesson.as_bytes(author)}
    )
    given = give(
        acting_user=school.alice, classes=[school.school_class], title="TP", project=project
    )
    return Work(school, given)


def test_a_notebook_of_a_server_environment_is_marked_there(in_environment, school, settings):
    settings.CANDYCE_ENVIRONMENTS = {"sciences": Path(sys.prefix)}
    copy = in_environment.hand_in(school.bob, lesson.make_copy(lesson.GOOD))
    sheet = Sheet.objects.get(copy=copy)
    assert (sheet.state, sheet.reason, sheet.runner) == ("done", "", "server:sciences")
    assert sum(get_points(copy).values()) == 17


def test_a_missing_environment_is_said_and_other_work_is_marked(in_environment, work, school):
    copy = in_environment.hand_in(school.bob, lesson.make_copy(lesson.GOOD))
    sheet = Sheet.objects.get(copy=copy)
    assert (sheet.state, sheet.reason) == ("failed", "no_environment")
    assert not sheet.answers.exists()
    other = lesson.make_copy(lesson.GOOD)
    # What a pupil writes there asks for nothing.
    other["metadata"]["kernelspec"] = {"name": "candyce-sciences"}
    sheet = Sheet.objects.get(copy=work.hand_in(school.bob, other))
    assert (sheet.state, sheet.runner) == ("done", "browser-python")
