"""A class with a notebook full of secrets, given to pupils and published in the library."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from candyce.assignments import actions
from candyce.assignments.models import Assignment, Copy
from candyce.exercises.tests.notebooks import closed_cell, exercise, make_cell, make_notebook
from candyce.library.loader import do_publish
from candyce.library.models import Resource
from candyce.projects.actions import create_project
from candyce.projects.models import Project

# Every one of these stands in the author's version only.
SECRETS = (
    "zsolution", "zhidden", "zhint", "zmanual", "zscheme", "zoutput", "zpicture", "zaccepted",
    "zanswer", "zbonus", "zunit", "zpair-a zpair-b", "[x]",
)  # fmt: skip
# This one stands in both.
PUBLIC = "zvisible"


def make_exercises() -> dict[str, Any]:
    run = exercise("solution", "f", "def f():  # zvisible\n    ### BEGIN SOLUTION\n    return 'zsolution'\n    ### END SOLUTION",
                   candyce={"hint": {"text": "zhint", "cost": 1}})  # fmt: skip
    run |= {
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "zoutput"}],
        "execution_count": 1,
    }
    drawn = exercise(
        "manual", "m", "zmanual ![](attachment:zpicture.png)", kind="markdown", points=2
    )
    drawn["attachments"] = {"zpicture.png": {"image/png": "iVBORw0KGgo="}}
    number = {"kind": "number", "key": {"tolerance": {"absolute": 1}, "units": ["zunit"]}}
    return make_notebook(
        make_cell("markdown", "# Exercices", "head"),
        run,
        exercise("tests", "t", "assert f()\n### BEGIN HIDDEN TESTS\nassert f() == 'zhidden'\n### END HIDDEN TESTS"),
        drawn,
        exercise("task", "k", "Tracez.\n### BEGIN MARK SCHEME\nzscheme\n### END MARK SCHEME", kind="markdown"),
        closed_cell("Qui ?\n\n**Réponse :** zanswer", {"kind": "text", "key": {"accepted": ["zaccepted"]}}, "q1"),
        closed_cell("- [x] un\n- [ ] deux", {"kind": "choice", "key": {"note": "zbonus"}}, "q2"),
        closed_cell("**Réponse :** 12345 zunit", number, "q3"),
        closed_cell("- zpair-a → zpair-b\n- zpair-c → zpair-d", {"kind": "matching"}, "q4"),
    )  # fmt: skip


@dataclass
class Exercises:
    """``project`` and ``resource`` hold the same notebook ``exo.ipynb`` and a text ``data.csv``."""

    project: Project
    assignment: Assignment
    copy: Copy
    resource: Resource


def make_exercises_world(classroom, tmp_path: Path) -> Exercises:
    data = json.dumps(make_exercises()).encode()
    files = {"exo.ipynb": data, "data.csv": b"zvisible,2\n"}
    alice, bob = classroom.people["alice"], classroom.people["bob"]
    project = create_project(acting_user=alice, title="Exercices", files=files)
    assignment = actions.give(
        acting_user=alice,
        classes=[classroom.school.school_class],
        title="Exercices",
        project=project,
    )
    copy = actions.open_copy(_fetch(bob, assignment), acting_user=bob)
    return Exercises(project, assignment, copy, publish(files))


def publish(files: dict[str, bytes]) -> Resource:
    metadata = tomllib.loads(
        'title = "Exercices à donner"\nabstract = "Une leçon."\ndiscipline = "nsi"\nlevels = []\n'
        'keywords = []\nobjectives = []\nduration = 55\nlanguage = "fr"\nlicence = "CC-BY-4.0"\n'
        'authors = []\nkind = "exercise"\nprogramme = ""\n'
    )
    return do_publish("exercices", metadata, files, str(hash(tuple(files.values()))))


def _fetch(user, assignment):
    from candyce.assignments import access

    return access.get_assignment(user, assignment.pk)
