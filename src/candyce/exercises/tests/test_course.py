from __future__ import annotations

import pytest

from candyce.exercises.course import find_assignments, is_course, lay_out

COURSE = [
    "nbgrader_config.py",
    "gradebook.db",
    "source/header.ipynb",
    "source/ps1/problem1.ipynb",
    "source/ps1/images/jupyter.png",
    "source/ps2/source/problem.ipynb",
    "source/notes/readme.txt",
    "release/ps1/problem1.ipynb",
    "submitted/bob/ps1/problem1.ipynb",
]


@pytest.mark.parametrize("root", ["", "course101/"])
def test_the_assignments_of_a_course_are_found(root):
    assert find_assignments(root + path for path in COURSE) == {
        "ps1": {
            "problem1.ipynb": f"{root}source/ps1/problem1.ipynb",
            "images/jupyter.png": f"{root}source/ps1/images/jupyter.png",
        },
        "ps2": {"source/problem.ipynb": f"{root}source/ps2/source/problem.ipynb"},
    }


@pytest.mark.parametrize(
    "paths",
    [[], ["lesson.ipynb"], ["source/lesson.ipynb"], ["a/b/source/ps1/x.ipynb"], ["source/ps1/"]],
)
def test_other_files_are_no_course(paths):
    assert find_assignments(paths) == {}


def test_a_folder_of_that_name_is_not_enough():
    assert not is_course(["source/ps1/x.ipynb"], [b'{"cells": []}'])
    assert is_course(["source/ps1/x.ipynb"], [b'{"nbgrader": {}}'])
    assert is_course(["c/source/ps1/x.ipynb", "c/release/ps1/x.ipynb"], [])


def test_what_is_laid_out_is_found_again():
    laid = lay_out("ps1", {"a.ipynb": 1, "d/x.csv": 2}, {"a.ipynb": 3})

    assert laid == {"source/ps1/a.ipynb": 1, "source/ps1/d/x.csv": 2, "release/ps1/a.ipynb": 3}
    assert list(find_assignments(laid)) == ["ps1"]
