"""The questions that a hint can be for: those of the version that pupils were given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from candyce.assignments.models import Assignment
from candyce.exercises.questions import get_questions
from candyce.projects.stored import StoredNotebook, list_notebooks, read_stored_notebook


@dataclass(frozen=True, slots=True)
class Given:
    """A question; ``number`` counts from 1 over all notebooks, ``cell_id`` is its first cell's."""

    path: str
    id: str
    cell_id: str
    title: str
    number: int

    @property
    def key(self) -> str:
        """For a form. An id holds no slash (nbgrader's are letters, digits, ``-`` and ``_``)."""
        return f"{self.id}/{self.path}"


def get_given(assignment: Assignment) -> tuple[Given, ...]:
    """The questions in order; empty when the work has none."""
    return _read_all(list_notebooks(assignment.given_version.tree))


def find_given(assignment: Assignment, path: str, question_id: str) -> Given | None:
    found = (one for one in get_given(assignment) if (one.path, one.id) == (path, question_id))
    return next(found, None)


@lru_cache(maxsize=64)
def _read_all(notebooks: tuple[StoredNotebook, ...]) -> tuple[Given, ...]:
    found: list[Given] = []
    for path, sha256 in notebooks:
        notebook = read_stored_notebook(sha256)
        for question in get_questions(notebook) if notebook else ():
            cell_id = question.items[0].cell_id
            found.append(Given(path, question.id, cell_id, question.title, len(found) + 1))
    return tuple(found)
