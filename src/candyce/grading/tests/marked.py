"""A class that did an exercise: copies handed in, marked as the automatic marking does it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.urls import reverse

from candyce.accounts.models import User
from candyce.assignments import access
from candyce.assignments import actions as assignment_actions
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.tests.conftest import Classroom, as_, classroom
from candyce.grading import actions
from candyce.grading.models import Answer, Sheet
from candyce.grading.tests.notebooks import UNTICKED, make_exercise
from candyce.projects.actions import create_project
from candyce.projects.blobs import read_blob
from candyce.projects.files import save_file

__all__ = ["as_", "classroom", "marked"]

PASSED = {"name": "aire(4, 3) == 6", "status": "passed", "hidden": False}
FAILED = {
    "name": "Test caché 1",
    "status": "failed",
    "hidden": True,
    "error": "AssertionError",
    "message": "secret-de-la-prof: aire(0, 17)",
    "expected": "0",
    "given": "17",
}
# grade_id, question, kind, points of the question, points proposed, detail
ANSWERS = (
    ("aire-tests", "aire", "tests", 3, 2, [PASSED, FAILED]),
    ("pourquoi", "pourquoi", "text", 4, None, []),
    ("unite", "unite", "choice", 1, 1, [{"name": "", "status": "right", "hidden": False}]),
)


@dataclass
class Marked:
    """The classroom, with an exercise that Bob and Chloé (2B) and Éric (2C) handed in; marked out of 20."""

    room: Classroom
    assignment: Assignment

    def user(self, name: str) -> User:
        return self.room.people[name]

    def copy(self, name: str) -> Copy:
        return Copy.objects.get(assignment=self.assignment, pupil=self.user(name))

    def answer(self, name: str, grade_id: str) -> Answer:
        return Answer.objects.get(sheet__copy=self.copy(name), grade_id=grade_id)

    def save(self, client, name: str, grade_id: str, *, fetch: bool = True, **fields):
        """POST the form of an answer as the page would: what is not named stays as it is."""
        answer = self.answer(name, grade_id)
        body = {
            "revision": answer.revision,
            "points": "" if answer.points is None else str(answer.points),
            "comment": answer.comment,
        }
        headers = {"HTTP_X_REQUESTED_WITH": "fetch"} if fetch else {}
        address = reverse("grading:save", args=[answer.sheet.copy_id, answer.pk])
        return client.post(address, body | fields, **headers)


def write_answers(copy: Copy, pupil: User, **sources: str) -> None:
    """The pupil's texts, by cell id."""
    project = copy.project
    notebook = json.loads(read_blob(project.tree["aires.ipynb"][0]))
    for cell in notebook["cells"]:
        cell["source"] = sources.get(cell["id"], cell["source"])
    save_file(project, "aires.ipynb", json.dumps(notebook).encode(), acting_user=pupil)


def mark(copy: Copy) -> Sheet:
    """A sheet as the marking task leaves it."""
    sheet, _new = Sheet.objects.update_or_create(
        copy=copy, defaults={"state": Sheet.State.DONE, "version": copy.handed_in_version}
    )
    for order, (grade_id, question, kind, most, proposed, detail) in enumerate(ANSWERS):
        Answer.objects.update_or_create(
            sheet=sheet,
            path="aires.ipynb",
            grade_id=grade_id,
            defaults={
                "question_id": question,
                "order": order,
                "kind": kind,
                "points_max": Decimal(most),
                "auto_points": None if proposed is None else Decimal(proposed),
                "auto_detail": detail,
            },
        )
    actions.propose_mark(sheet)
    return sheet


@pytest.fixture
def marked(classroom: Classroom) -> Marked:
    alice = classroom.people["alice"]
    project = create_project(
        acting_user=alice, title="Aires", files={"aires.ipynb": make_exercise()}
    )
    assignment = assignment_actions.give(
        acting_user=alice,
        classes=[classroom.school.school_class, classroom.second],
        title="Aires",
        project=project,
    )
    for name in ("bob", "chloe", "eric"):
        pupil = classroom.people[name]
        seen = access.get_assignment(pupil, assignment.pk)
        copy = assignment_actions.open_copy(seen, acting_user=pupil)
        write_answers(
            access.get_copy(pupil, copy.pk),
            pupil,
            aire=f"def aire(base, hauteur):\n    return base * hauteur / 2  # de {name}",
            unite=UNTICKED,
            pourquoi=f"Parce que, dit {name}. <script>alert(1)</script>",
        )
        copy = assignment_actions.hand_in(access.get_copy(pupil, copy.pk), acting_user=pupil)
        mark(copy)
    return Marked(classroom, assignment)
