"""See as a pupil: the preview of the released notebook, and the author's warnings."""

from __future__ import annotations

import json

import pytest

from candyce.assignments.tests.exercises import SECRETS, make_exercises, make_exercises_world
from candyce.assignments.tests.test_leaks import find_secrets
from candyce.collab import store
from candyce.collab.actions import replace_notebook
from candyce.projects import tokens


@pytest.fixture
def world(classroom, tmp_path):
    return make_exercises_world(classroom, tmp_path)


@pytest.fixture
def preview(editor):
    def ask(user, project, body=None, rights=("read", "write"), language="en"):
        return editor.post(
            "/api/exercise/preview",
            json.dumps(body or {"path": "exo.ipynb"}),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {tokens.issue(project.pk, user.pk, rights).encode()}",
            HTTP_ACCEPT_LANGUAGE=language,
        )

    return ask


def test_the_author_sees_what_pupils_will_get(preview, world, classroom):
    answer = preview(classroom.people["alice"], world.project)

    assert answer.status_code == 200
    assert find_secrets(answer.content) == []
    assert len(answer.json()["notebook"]["cells"]) == len(make_exercises()["cells"])
    assert [problem["code"] for problem in answer.json()["problems"]] == []


def test_the_preview_is_of_what_is_typed_now_with_its_problems_in_the_readers_language(
    preview, world, classroom
):
    alice = classroom.people["alice"]
    notebook = make_exercises()
    notebook["cells"] = notebook["cells"][:2]
    store.open_document(world.project.pk, "exo.ipynb")
    replace_notebook(world.project, "exo.ipynb", notebook, acting_user=alice)

    for language, words in (("en", "has no tests"), ("fr", "n’a pas de tests")):
        answer = preview(alice, world.project, language=language).json()
        assert len(answer["notebook"]["cells"]) == 2
        assert [(one["code"], one["cell_id"]) for one in answer["problems"]] == [
            ("no_tests", "f"), ("total_zero", None),
        ]  # fmt: skip
        assert words in answer["problems"][0]["message"]


def test_only_who_writes_in_a_project_sees_its_preview(preview, world, classroom):
    alice, bob = classroom.people["alice"], classroom.people["bob"]

    assert preview(alice, world.project, rights=("read",)).status_code == 403
    assert preview(bob, world.project).status_code == 404
    assert preview(bob, world.copy.project).status_code == 403
    assert preview(alice, world.copy.project).status_code == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"path": "data.csv"}, 404),
        ({"path": "none.ipynb"}, 404),
        ({"path": 3}, 422),
        ({"a": 1}, 422),
    ],
)
def test_a_preview_of_what_is_no_notebook_is_refused(preview, world, classroom, body, status):
    assert preview(classroom.people["alice"], world.project, body).status_code == status


def test_the_editor_knows_who_writes_who_works_and_who_marks(editor, world, classroom):
    def ask(name, project):
        token = tokens.issue(project.pk, classroom.people[name].pk, ("read", "write")).encode()
        answer = editor.get("/api/project", HTTP_AUTHORIZATION=f"Bearer {token}")
        return answer.json()["exercise"]["role"]

    assert ask("alice", world.project) == "author"
    assert ask("bob", world.copy.project) == "pupil"
    assert ask("alice", world.copy.project) == "marker"
    assert ask("bob", world.resource.released.project) is None
    assert SECRETS
