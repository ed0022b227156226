from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from candyce.exercises.tests import peer
from candyce.exercises.tests.notebooks import (
    FLAGS,
    SQUARE,
    closed_cell,
    exercise,
    hostile_notebooks,
    make_cell,
    make_notebook,
    sources,
)
from candyce.exercises.validate import find_problems


def tell(*cells):
    return [problem.code for problem in find_problems(make_notebook(*cells))]


def tell_closed(source, kind, **question):
    return tell(closed_cell(source, {"kind": kind, **question}))


def test_a_good_notebook_has_no_problem():
    assert find_problems(SQUARE) == []


def test_what_nbgrader_refuses_is_said_at_its_cell():
    twice = exercise("tests", "a", "assert 1", cell_id="second")

    assert tell(exercise("solution", "a", ""), twice) == ["duplicate_id"]
    assert find_problems(make_notebook(exercise("solution", "a", ""), twice))[0].cell_id == "second"
    assert tell(exercise("tests", "é", "")) == ["invalid_id"]
    assert tell(exercise("tests", "a", "", points=-1)) == [
        "invalid_points",
        "no_points",
        "total_zero",
    ]
    assert tell(exercise("tests", "a", "", kind="markdown")) == ["tests_not_code"]
    assert tell(exercise("task", "a", "", kind="code")) == ["task_not_text"]
    assert tell(exercise("solution", "a", "", kind="markdown")) == ["text_not_manual", "total_zero"]
    assert tell(exercise("manual", "a", "### BEGIN SOLUTION")) == ["region_open"]
    assert tell(exercise("tests", "a", "### BEGIN SOLUTION\n### END SOLUTION")) == [
        "solution_elsewhere"
    ]
    hidden = "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS"
    assert tell(exercise("solution", "a", hidden), exercise("tests", "b", "")) == [
        "hidden_elsewhere"
    ]
    assert tell(make_cell("markdown", "BEGIN MARK SCHEME\nEND MARK SCHEME")) == ["scheme_elsewhere"]


def test_an_answer_without_tests_is_worth_nothing():
    found = find_problems(make_notebook(exercise("solution", "a", "x", candyce={"title": "Somme"})))

    assert [(one.code, one.cell_id, one.params) for one in found] == [
        ("no_tests", "a", {"title": "Somme"}), ("total_zero", None, {}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "kind", "question", "code"),
    [
        ("- [x] a", "choice", {}, "no_choices"),
        ("- [ ] a\n- [ ] b", "choices", {}, "no_right_choice"),
        ("- [x] a\n- [x] b", "choice", {}, "several_right_choices"),
        ("Combien ?", "number", {}, "no_answer_line"),
        ("**Réponse :** dix", "number", {}, "number_unreadable"),
        (
            "**Réponse :** 10",
            "number",
            {"key": {"tolerance": {"absolute": "x"}}},
            "invalid_tolerance",
        ),
        ("**Réponse :** 10", "number", {"unit": True}, "no_unit"),
        ("Qui ?", "text", {}, "no_answer_line"),
        ("**Réponse :**", "text", {}, "no_accepted"),
        ("- a → b", "matching", {}, "no_pairs"),
        ("- a → b\n- c →", "matching", {}, "pair_unanswered"),
        ("- [x] a\n- [ ] b", "riddle", {}, "unknown_kind"),
    ],
)
def test_a_closed_question_without_its_answer_is_said(source, kind, question, code):
    assert tell_closed(source, kind, **question) == [code]


@pytest.mark.parametrize(
    ("source", "kind", "question"),
    [
        ("- [x] a\n- [x] b", "choices", {}),
        ("**Réponse :** 10 m", "number", {"unit": True, "key": {"tolerance": {"relative": 0.1}}}),
        ("**Réponse :** ", "text", {"key": {"accepted": ["a"]}}),
        ("- a → b\n- c → d", "matching", {}),
        ("**Fichier :** ", "file", {"accept": [".csv"]}),
    ],
)
def test_a_whole_closed_question_has_no_problem(source, kind, question):
    assert tell_closed(source, kind, **question) == []


def test_a_closed_question_that_is_not_marked_is_said():
    cell = make_cell("markdown", "- [x] a\n- [ ] b", candyce={"question": {"kind": "choice"}})

    assert tell(cell) == ["not_manual"]


def test_criteria_are_not_worth_more_than_the_question():
    rubric = [{"id": "a", "label": "Clair", "points": 3}]
    cell = exercise("manual", "m", "", kind="markdown", points=2, candyce={"rubric": rubric})

    assert tell(cell) == ["rubric_too_high"]


def test_messages_name_their_places():
    for problem in find_problems(make_notebook(exercise("solution", "a", "### END SOLUTION"))):
        assert problem.message % problem.params


@st.composite
def spoiled_notebooks(draw):
    """Notebooks with one thing that nbgrader may refuse."""
    cells = []
    for number in range(draw(st.integers(1, 3))):
        role = draw(st.sampled_from(list(FLAGS)))
        kind = draw(st.sampled_from(["code", "markdown"]))
        names = draw(
            st.lists(st.sampled_from(["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"]), max_size=2)
        )
        grade_id = draw(st.sampled_from([f"c{number}", "same", "a b", ""]))
        cell = exercise(role, grade_id, draw(sources(*names)), kind=kind, cell_id=f"c{number}")
        if draw(st.booleans()):
            cell["source"] += draw(
                st.sampled_from(["\n### BEGIN SOLUTION", "\n### BEGIN HIDDEN TESTS", ""])
            )
        if draw(st.booleans()):
            cell["metadata"]["nbgrader"].pop(draw(st.sampled_from(["points", "grade_id"])), None)
        cells.append(cell)
    return make_notebook(*cells)


@settings(max_examples=150)
@given(spoiled_notebooks())
def test_what_makes_nbgrader_stop_is_always_said(notebook):
    try:
        peer.generate_assignment(copy.deepcopy(notebook))
    except Exception:  # noqa: BLE001 (nbgrader raises errors of many kinds)
        assert find_problems(notebook) != []


@settings(max_examples=200)
@given(hostile_notebooks)
def test_nothing_in_a_notebook_makes_checking_raise(notebook):
    for problem in find_problems(notebook):
        assert problem.message % problem.params
