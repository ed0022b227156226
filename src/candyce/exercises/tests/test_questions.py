from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings

from candyce.exercises.extras import get_rubric
from candyce.exercises.format import Role, has_exercise, new_grade_id
from candyce.exercises.questions import find_hint, get_questions
from candyce.exercises.release import release
from candyce.exercises.tests.notebooks import (
    SQUARE,
    closed_cell,
    exercise,
    hostile_notebooks,
    make_cell,
    make_notebook,
)


def test_a_solution_and_its_tests_are_one_question():
    questions = get_questions(SQUARE)

    assert [(q.id, q.title, q.points, q.automatic) for q in questions] == [
        ("square", "Le carré", Decimal("3.00"), True),
        ("why-answer", "Pourquoi", Decimal("3.00"), False),
        ("draw", "Pourquoi", Decimal("4.00"), False),
    ]
    first = questions[0]
    assert (first.difficulty, first.hint_cost) == (2, Decimal("0.50"))
    assert [(item.grade_id, item.role, item.kind, item.index) for item in first.items] == [
        ("square", Role.SOLUTION, "code", 1),
        ("square-visible", Role.TESTS, "tests", 2),
        ("square-hidden", Role.TESTS, "tests", 3),
    ]
    assert [question.items[0].kind for question in questions[1:]] == ["text", "task"]


def test_the_pupils_version_asks_the_same_questions():
    def tell(notebook):
        return [
            (q.id, q.title, q.points, q.difficulty, q.hint_cost) for q in get_questions(notebook)
        ]

    assert tell(release(SQUARE)) == tell(SQUARE)


def test_a_heading_in_the_cell_to_answer_names_the_question_for_teacher_and_pupil_alike():
    text = "## Ta méthode\n\nExplique.\n\n### BEGIN SOLUTION\nOn multiplie.\n### END SOLUTION"
    notebook = make_notebook(
        make_cell("markdown", "## Les aires"),
        exercise("manual", "m", text, kind="markdown", points=2),
    )

    for seen in (notebook, release(notebook)):
        titles = [question.title for question in get_questions(seen)]
        assert titles == ["Ta méthode"]


def test_tests_without_a_solution_and_closed_cells_stand_alone():
    notebook = make_notebook(
        exercise("tests", "t1", "assert a"),
        exercise("tests", "t2", "assert b"),
        closed_cell("# **Pays** `x`\n\n- [x] oui\n- [ ] non", {"kind": "choice"}, "c", 2),
        exercise("tests", "t3", "assert c"),
        closed_cell("**Réponse :** 4", {"kind": "text"}, "d"),
        exercise("readonly", "r", ""),
    )

    questions = get_questions(notebook)

    assert [(q.id, q.title) for q in questions] == [
        ("t1", "Question 1"), ("t2", "Question 2"), ("c", "Pays x"), ("t3", "Pays x"), ("d", "Pays x"),
    ]  # fmt: skip
    assert [q.items[0].kind for q in questions] == [
        "tests",
        "tests",
        "choice",
        "tests",
        "text_short",
    ]
    assert all(q.automatic for q in questions)


def test_a_closed_question_without_its_answer_wants_a_hand():
    notebook = make_notebook(closed_cell("- [ ] a\n- [ ] b", {"kind": "choice"}))

    assert get_questions(notebook)[0].automatic is False


def test_the_hint_is_found_by_its_question():
    assert find_hint(SQUARE, "square") == "Multipliez."
    assert find_hint(SQUARE, "why-answer") == find_hint(SQUARE, "nothing") == ""
    assert find_hint(release(SQUARE), "square") == ""


def test_a_rubric_keeps_what_can_be_used():
    rubric = [
        {"id": "a", "label": "Clair", "points": 2},
        {"id": "a", "label": "again"},
        {"id": 3},
        "x",
    ]
    cell = exercise("manual", "m", "", kind="markdown", candyce={"rubric": rubric})

    assert get_rubric(cell) == [{"id": "a", "label": "Clair", "points": 2.0}]


def test_new_ids_are_valid_and_unused():
    assert new_grade_id(SQUARE, "square") == "square-2"
    assert new_grade_id(SQUARE, "Été à 3 %") == "t-3"
    assert new_grade_id({}, "é") == "cell"


def test_an_ordinary_notebook_holds_no_exercise():
    assert has_exercise(SQUARE)
    assert has_exercise(make_notebook(make_cell("code", "### BEGIN SOLUTION")))
    assert has_exercise(make_notebook(make_cell("code", "", candyce={"hint": {}})))
    assert not has_exercise(make_notebook(make_cell("code", "x = 1", nbgrader={"grade": False})))


def test_a_long_heading_is_read_in_linear_time():
    lines = ["# " + " " * 300_000 + "x", "# " + " #" * 150_000, "# " + "*_`" * 100_000]
    cells = [make_cell("markdown", line) for line in lines]

    assert get_questions(make_notebook(*cells, exercise("tests", "t", "")))[0].id == "t"


@settings(max_examples=200)
@given(hostile_notebooks)
def test_nothing_in_a_notebook_makes_reading_raise(notebook):
    has_exercise(notebook)
    for question in get_questions(notebook):
        assert question.title
        assert question.id
        assert question.points >= 0
        find_hint(notebook, question.id)
