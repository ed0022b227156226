"""Hints: the author's words, given to the pupil who asks, once and at their cost."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from candyce.assignments import actions
from candyce.assignments.models import Copy
from candyce.assignments.tests.conftest import classroom  # noqa: F401
from candyce.exercises.release import release
from candyce.grading.models import HintUse
from candyce.projects import tokens
from candyce.projects.blobs import do_store_blob

SECRET = "Pensez au **rayon**."


def make_meta(grade_id: str, role: str = "manual", **more: object) -> dict:
    flags = {"manual": (True, True), "solution": (False, True), "tests": (True, False)}[role]
    nbgrader = {
        "schema_version": 3, "grade": flags[0], "solution": flags[1], "locked": role == "tests",
        "task": False, "grade_id": grade_id, **({"points": 2} if flags[0] else {}),
    }  # fmt: skip
    return {"nbgrader": nbgrader, **({"candyce": more} if more else {})}


def make_notebook() -> dict:
    cell = {"cell_type": "markdown", "source": "Aire\u00a0?"}
    cells = [
        cell | {"id": "a", "metadata": make_meta("aire", hint={"text": SECRET, "cost": 0.5})},
        cell | {"id": "b", "metadata": make_meta("rien")},
        cell | {"id": "c", "metadata": make_meta("libre", hint={"text": "Courage", "cost": 0})},
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def exercise(classroom):  # noqa: F811
    """Alice's assignment with three questions, of which two have hints; Bob has his copy."""
    version = classroom.assignment.version
    _put(version, make_notebook())
    return classroom


def _put(thing, notebook):
    data = json.dumps(notebook).encode()
    sha256 = do_store_blob(data).sha256
    entry = [sha256, len(data), *thing.tree["triangles.ipynb"][2:]]
    thing.tree = {**thing.tree, "triangles.ipynb": entry}
    thing.save()


def token_for(user, project, *rights):
    scopes = rights or ("read", "write", "submit")
    token = tokens.issue(project.pk, user.pk, scopes).encode()
    return {"HTTP_AUTHORIZATION": f"Bearer {token}", "content_type": "application/json"}


def ask(editor, head, path="triangles.ipynb", question="aire"):
    body = json.dumps({"path": path, "question": question})
    return editor.post("/api/exercise/hint", body, **head)


def test_hint_costs_once(editor, exercise):
    bob, copy = exercise.people["bob"], exercise.open("bob")
    head = token_for(bob, copy.project)
    assert editor.get("/api/exercise/hint", **head).json() == {"used": []}
    first = ask(editor, head)
    used = [{"path": "triangles.ipynb", "question": "aire", "text": SECRET, "cost": 0.5}]
    assert first.json() == {"text": SECRET, "cost": 0.5, "used": used}
    assert ask(editor, head).json() == first.json()
    assert editor.get("/api/exercise/hint", **head).json() == {"used": used}
    assert list(HintUse.objects.values_list("copy", "question_id", "cost")) == [
        (copy.pk, "aire", Decimal("0.5"))
    ]
    assert ask(editor, head, question="libre").json()["cost"] == 0
    assert HintUse.objects.count() == 2


def test_hint_keeps_the_cost_that_was_said(editor, exercise):
    copy = exercise.open("bob")
    HintUse.objects.create(copy=copy, path="triangles.ipynb", question_id="aire", cost=1)
    answer = ask(editor, token_for(exercise.people["bob"], copy.project)).json()
    assert (answer["text"], answer["cost"]) == (SECRET, 1)


def test_hint_is_not_in_what_a_pupil_gets():
    released = json.dumps(release(make_notebook()))
    assert SECRET not in released
    assert '"cost": 0.5' in released


def test_hint_is_found_in_a_renamed_notebook(editor, exercise):
    copy = exercise.open("bob")
    head = token_for(exercise.people["bob"], copy.project)
    assert ask(editor, head, path="à moi.ipynb").json()["text"] == SECRET
    assert ask(editor, head).status_code == 200
    assert HintUse.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "question", "status"),
    [
        ("triangles.ipynb", "rien", 404),
        ("triangles.ipynb", "inconnue", 404),
        ("triangles.ipynb", "", 422),
        ("", "aire", 422),
        ("triangles.ipynb", "a\0", 422),
        ("triangles.ipynb", "a" * 201, 422),
        ("triangles.ipynb", ["aire"], 422),
        (None, None, 422),
    ],
)
def test_hint_refuses_what_is_not_there(editor, exercise, path, question, status):
    copy = exercise.open("bob")
    head = token_for(exercise.people["bob"], copy.project)
    assert ask(editor, head, path, question).status_code == status
    assert HintUse.objects.count() == 0


def test_hint_is_for_the_pupil_alone_while_working(editor, exercise):
    copy = exercise.open("bob")
    for name in ("alice", "zoe", "chloe", "charlie"):
        head = token_for(exercise.people[name], copy.project)
        assert ask(editor, head).status_code in {403, 404}, name
    bob = exercise.people["bob"]
    assert ask(editor, token_for(bob, copy.project, "read")).status_code == 403
    assert ask(editor, token_for(bob, exercise.project)).status_code in {403, 404}
    actions.hand_in(Copy.objects.get(pk=copy.pk), acting_user=bob)
    assert ask(editor, token_for(bob, copy.project)).status_code == 403
    assert editor.post("/api/exercise/hint").status_code == 401
    assert HintUse.objects.count() == 0


def test_role_is_told_to_the_editor(editor, exercise):
    def role(name, project):
        head = token_for(exercise.people[name], project)
        return editor.get("/api/project", **head).json()["exercise"]["role"]

    copy = exercise.open("bob")
    assert role("bob", copy.project) == "pupil"
    assert role("alice", copy.project) == "marker"
    assert role("alice", exercise.project) == "author"
