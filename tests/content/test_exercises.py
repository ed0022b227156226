"""The exercises that ship can be marked, and a copy left empty gets nothing.

That the model solutions pass is seen where each lesson is run from top to bottom, its hidden tests included.
"""

from __future__ import annotations

import ast
import json
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from candyce.exercises.closed import mark_closed
from candyce.exercises.format import Role, get_kind, get_role, get_source, has_exercise
from candyce.exercises.release import release
from candyce.exercises.validate import find_problems

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = {
    path.parent.name: (path, notebook)
    for path in sorted((ROOT / "content").glob("*/*.ipynb"))
    if has_exercise(notebook := json.loads(path.read_text(encoding="utf-8")))
}
SEQUENCES = ("snt-seconde", "nsi-premiere-premier-trimestre")


def get_grade_ids(slug: str, role: Role) -> set[str]:
    """What its cells of this role are called; none where the lesson has no exercises."""
    _path, notebook = NOTEBOOKS.get(slug, (None, {"cells": []}))
    return {
        cell["metadata"]["nbgrader"]["grade_id"]
        for cell in notebook["cells"]
        if get_role(cell) is role
    }


@pytest.mark.parametrize("name", SEQUENCES)
def test_each_lesson_of_a_sequence_keeps_what_its_abstract_promises(name):
    """Exercises that are marked by themselves in each; in SNT, a debate too, but for the assessment."""
    text = (ROOT / "content" / "sequences" / f"{name}.toml").read_text(encoding="utf-8")
    for slug in (item["resource"] for item in tomllib.loads(text)["items"]):
        assert len(get_grade_ids(slug, Role.TESTS)) >= 2, slug
        debate = name.startswith("snt") and "evaluation" not in slug
        assert not debate or "debat" in get_grade_ids(slug, Role.MANUAL), slug


@pytest.mark.parametrize("slug", NOTEBOOKS)
def test_exercises_want_no_mending(slug):
    _path, notebook = NOTEBOOKS[slug]
    assert find_problems(notebook) == []
    for author, pupil in zip(notebook["cells"], release(notebook, "fr")["cells"], strict=True):
        if get_kind(author) and get_kind(author) != "file":
            assert mark_closed(author, author).said == "right"
            assert mark_closed(author, pupil).said == "blank"


def run(node: ast.stmt, names: dict[str, Any]) -> bool:
    """Whether the statement runs; the rest of its cell is not run where it does not."""
    code = compile(ast.Module([node], []), "<cell>", "exec")
    with suppress(Exception):
        exec(code, names)
        return True
    return False


@pytest.mark.parametrize("slug", NOTEBOOKS)
def test_empty_copy_passes_no_test(slug, monkeypatch, capsys):
    path, notebook = NOTEBOOKS[slug]
    monkeypatch.chdir(path.parent)
    names: dict[str, Any] = {}
    for author, pupil in zip(notebook["cells"], release(notebook, "fr")["cells"], strict=True):
        if author["cell_type"] != "code":
            continue
        tests = get_role(author) is Role.TESTS
        for node in ast.parse(get_source(author if tests else pupil)).body:
            passed = run(node, names)
            if tests and isinstance(node, ast.Assert):
                assert not passed, ast.unparse(node)
            elif not passed:
                break
