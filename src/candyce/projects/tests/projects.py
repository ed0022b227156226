"""The project of the API's stories: Alice's, in which Bob writes and Chloé reads."""

from __future__ import annotations

from candyce.projects import actions
from candyce.projects.models import Project
from candyce.projects.notebooks import make_notebook, write_notebook


def make_sorting_project(school) -> Project:
    files = {
        "Tri.ipynb": write_notebook(make_notebook("Tri")),
        "data/été.csv": "a;b\n1;é\n".encode(),
        "image.png": b"\x89PNG\xff",
    }
    project = actions.create_project(acting_user=school.alice, title="Tri", files=files)
    actions.set_member(project, school.bob, {"write"}, acting_user=school.alice)
    actions.set_member(project, school.chloe, {"read"}, acting_user=school.alice)
    return project
