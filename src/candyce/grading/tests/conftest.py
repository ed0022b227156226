"""A class whose pupils have handed in."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from candyce.assignments import actions
from candyce.assignments.access import get_assignment, get_copy
from candyce.assignments.models import Assignment, Copy
from candyce.conftest import School
from candyce.grading.tests import lesson
from candyce.grading.tests.marked import as_, classroom, marked
from candyce.projects.actions import create_project
from candyce.projects.blobs import do_store_blob
from candyce.projects.models import Project

__all__ = ["as_", "classroom", "marked"]  # the marking pages' fixtures


@dataclass
class Work:
    """Alice gave the exercises to 2B: Bob and Chloé."""

    school: School
    assignment: Assignment

    def open(self, pupil, notebook: dict | bytes | None = None, **more: bytes) -> Copy:
        """The pupil's copy, with this notebook in it."""
        given = get_assignment(pupil, self.assignment.pk)
        copy = actions.open_copy(given, acting_user=pupil)
        if notebook is not None:
            data = notebook if isinstance(notebook, bytes) else lesson.as_bytes(notebook)
            # Past the door, which refuses what is no notebook: marking shall not rest on it.
            tree = {
                path: [do_store_blob(content).sha256, len(content), 0]
                for path, content in {"tp.ipynb": data, **more}.items()
            }
            Project.objects.filter(pk=copy.project_id).update(tree=tree)
            copy.project.refresh_from_db()
        return get_copy(pupil, copy.pk)

    def hand_in(self, pupil, notebook: dict | bytes | None = None, **more: bytes) -> Copy:
        copy = self.open(pupil, notebook, **more)
        return actions.hand_in(copy, acting_user=pupil)

    def seen_by_alice(self, copy: Copy) -> Copy:
        return get_copy(self.school.alice, copy.pk)


@pytest.fixture
def work(school) -> Work:
    project = create_project(
        acting_user=school.alice,
        title="Exercices",
        files={"tp.ipynb": lesson.as_bytes(lesson.make_author())},
    )
    assignment = actions.give(
        acting_user=school.alice,
        classes=[school.school_class],
        title="Exercices",
        project=project,
    )
    return Work(school, assignment)
