"""An assignment as a course of nbgrader, and nbgrader's own word on it."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from pathlib import Path

from django.utils import translation
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from candyce.assignments import actions
from candyce.assignments.tests.exercises import make_exercises_world
from candyce.exercises.tests.notebooks import SQUARE
from candyce.projects.actions import create_project
from candyce.projects.courses import import_upload


def give(classroom, files):
    alice = classroom.people["alice"]
    project = create_project(acting_user=alice, title="Les carrés", files=files)
    return actions.give(
        acting_user=alice,
        classes=[classroom.school.school_class],
        title="Les carrés",
        project=project,
    )


def fetch(portal, user, assignment):
    portal.force_login(user)
    return portal.get(f"/assignments/{assignment.pk}/nbgrader.zip")


def test_nbgrader_makes_the_same_release_of_what_is_exported(
    classroom, portal, tmp_path, monkeypatch
):
    # nbgrader starts a program of its own environment.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    files = {"square.ipynb": json.dumps(SQUARE).encode(), "data.csv": b"1,2\n"}
    with translation.override("en"):  # the words that nbgrader itself puts in a solution's place
        assignment = give(classroom, files)

    answer = fetch(portal, classroom.people["dan"], assignment)

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    root = tmp_path / "les-carres"
    ours = {path.name: path.read_bytes() for path in (root / "release" / "les-carres").iterdir()}
    config = Config()
    config.CourseDirectory.root = str(root)
    result = NbGraderAPI(config=config).generate_assignment("les-carres", create=True, force=True)
    assert result["success"], result["log"]
    theirs = root / "release" / "les-carres"
    assert (theirs / "data.csv").read_bytes() == ours["data.csv"]
    released = json.loads((theirs / "square.ipynb").read_text())
    for cell in released["cells"]:
        cell["source"] = "".join(cell["source"])
    mine = json.loads(ours["square.ipynb"])
    for cell in [*released["cells"], *mine["cells"]]:
        cell["metadata"].pop("candyce", None)
    assert released["cells"] == mine["cells"]


def test_what_is_exported_is_imported_again_as_it_was(classroom, portal):
    data = json.dumps(SQUARE).encode()
    assignment = give(classroom, {"square.ipynb": data, "images/a.txt": b"a"})
    alice = classroom.people["alice"]

    file = io.BytesIO(fetch(portal, alice, assignment).content)
    (project,) = import_upload(file, "x.zip", file.getbuffer().nbytes, acting_user=alice)

    assert project.title == "les-carres"
    before = {path: entry[0] for path, entry in assignment.version.tree.items()}
    assert {path: entry[0] for path, entry in project.tree.items()} == before


def test_only_those_who_follow_an_assignment_export_it(classroom, portal, tmp_path):
    world = make_exercises_world(classroom, tmp_path)
    expected = {"alice": 200, "dan": 200, "bob": 403, "charlie": 404, "zoe": 404, "admin": 404}

    found = {
        name: fetch(portal, classroom.people[name], world.assignment).status_code
        for name in expected
    }

    assert found == expected
    portal.logout()
    url = f"/assignments/{world.assignment.pk}/nbgrader.zip"
    assert portal.get(url).status_code == 302
