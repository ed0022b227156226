from __future__ import annotations

import copy

from hypothesis import given, settings

from candyce.exercises.release import release
from candyce.exercises.restore import prepare, read_answers
from candyce.exercises.tests.notebooks import (
    SQUARE,
    closed_cell,
    exercise,
    hostile_notebooks,
    make_cell,
    make_notebook,
)

AUTHOR = make_notebook(
    exercise("readonly", "setup", "import math"),
    exercise("solution", "one", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
    exercise("tests", "one-test", "### BEGIN HIDDEN TESTS\nassert x == 1\n### END HIDDEN TESTS"),
    exercise("solution", "two", "x = 2"),
    exercise("tests", "two-test", "assert x == 2"),
)


def pupil_of(author: dict) -> dict:
    return copy.deepcopy(release(author))


def tell(steps):
    return [(step.kind, step.cell_id, step.source) for step in steps]


def test_a_copy_is_run_with_the_authors_tests():
    pupil = pupil_of(AUTHOR)
    pupil["cells"][1]["source"] = "x = 11"
    pupil["cells"].insert(2, make_cell("code", "print(x)", "mine"))

    assert tell(prepare(AUTHOR, pupil)) == [
        ("given", "setup", "import math"),
        ("pupil", "one", "x = 11"),
        ("pupil", "mine", "print(x)"),
        ("tests", "one-test", AUTHOR["cells"][2]["source"]),
        ("pupil", "two", "# YOUR CODE HERE\nraise NotImplementedError()"),
        ("tests", "two-test", "assert x == 2"),
    ]


def test_changed_tests_and_given_cells_are_the_authors_again():
    pupil = pupil_of(AUTHOR)
    for index in (0, 2, 4):
        pupil["cells"][index] |= {"source": "pass", "cell_type": "markdown"}
        pupil["cells"][index]["metadata"]["nbgrader"] |= {
            "points": 100,
            "solution": True,
            "grade": False,
        }

    assert tell(prepare(AUTHOR, pupil)) == tell(prepare(AUTHOR, pupil_of(AUTHOR)))


def test_deleted_tests_come_back_behind_the_cell_they_followed():
    pupil = pupil_of(AUTHOR)
    pupil["cells"] = [cell for cell in pupil["cells"] if cell["id"] in {"one", "two"}]

    kinds = [(step.kind, step.cell_id) for step in prepare(AUTHOR, pupil)]

    assert kinds == [
        ("given", "setup"), ("pupil", "one"), ("tests", "one-test"), ("pupil", "two"), ("tests", "two-test"),
    ]  # fmt: skip


def test_everything_deleted_still_runs_every_test():
    assert [step.cell_id for step in prepare(AUTHOR, {"cells": []})] == [
        "setup",
        "one-test",
        "two-test",
    ]


def test_renamed_ids_are_found_by_the_cell():
    pupil = pupil_of(AUTHOR)
    for cell in pupil["cells"]:
        cell["metadata"]["nbgrader"]["grade_id"] = "mine-" + cell["id"]
    by_grade = pupil_of(AUTHOR)
    for cell in by_grade["cells"]:
        cell["id"] = "mine-" + cell["id"]

    wanted = [(step.kind, step.grade_id) for step in prepare(AUTHOR, pupil_of(AUTHOR))]
    assert [(step.kind, step.grade_id) for step in prepare(AUTHOR, pupil)] == wanted
    assert [(step.kind, step.grade_id) for step in prepare(AUTHOR, by_grade)] == wanted


def test_a_duplicate_of_a_test_is_the_pupils_own_code():
    pupil = pupil_of(AUTHOR)
    twin = copy.deepcopy(pupil["cells"][2]) | {"id": "twin", "source": "print('mine')"}
    pupil["cells"].insert(1, twin)

    steps = prepare(AUTHOR, pupil)

    assert [step.cell_id for step in steps if step.kind == "tests"] == ["one-test", "two-test"]
    assert ("pupil", "twin", "print('mine')") in tell(steps)


def test_an_answer_turned_into_text_is_run_all_the_same():
    pupil = pupil_of(AUTHOR)
    pupil["cells"][1] |= {"cell_type": "markdown", "source": "x = 1"}

    assert ("pupil", "one", "x = 1") in tell(prepare(AUTHOR, pupil))


def test_the_authors_unreleased_cells_never_stand_for_the_pupils():
    steps = prepare(AUTHOR, pupil_of(AUTHOR))

    assert not any("x = 1" in step.source for step in steps if step.kind == "pupil")


def test_answers_are_blank_until_something_is_written():
    author = make_notebook(
        *SQUARE["cells"],
        make_cell("markdown", "Écrivez ici.", "here"),
        closed_cell("- [x] a\n- [ ] b", {"kind": "choice"}, "closed"),
    )
    for language in ("en", "fr"):
        found = read_answers(author, release(author, language))
        assert {name: answer.blank for name, answer in found.items()} == {
            "square": True, "why-answer": True, "draw": True, "closed": True,
        }  # fmt: skip

    pupil = pupil_of(author)
    by_id = {cell["id"]: cell for cell in pupil["cells"]}
    by_id["square"]["source"] = "def square(x):\n    return 3"
    by_id["why-answer"]["source"] = "Parce que."
    by_id["here"]["source"] = "Une droite."
    by_id["closed"]["source"] = "- [ ] a\n- [x] b"

    found = read_answers(author, pupil)

    assert {name: answer.text for name, answer in found.items()} == {
        "square": "def square(x):\n    return 3",
        "why-answer": "Parce que.",
        "draw": "Une droite.",
        "closed": "b",
    }
    assert not any(answer.blank for answer in found.values())
    assert found["closed"].cell_id == "closed"


def test_a_missing_answer_is_blank():
    assert all(answer.blank for answer in read_answers(SQUARE, {}).values())


@settings(max_examples=200)
@given(hostile_notebooks, hostile_notebooks)
def test_no_pair_of_notebooks_makes_restoring_raise(author, pupil):
    steps = prepare(author, pupil)
    read_answers(author, pupil)

    wanted = sorted(step.grade_id for step in prepare(author, {}) if step.kind == "tests")
    assert sorted(step.grade_id for step in steps if step.kind == "tests") == wanted
