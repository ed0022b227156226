"""What marking reads: the author's notebooks, and those of a copy, from their pinned versions."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from candyce.assignments.models import Assignment
from candyce.compute.files import unpack
from candyce.compute.kernels import get_environment
from candyce.compute.sandbox import limits
from candyce.exercises import format as exercises
from candyce.exercises.questions import Question, get_questions
from candyce.projects.blobs import read_blob
from candyce.projects.models import Version

NOTEBOOK_LIMIT = 30 * limits.MEGABYTE


@dataclass(frozen=True)
class AuthorNotebook:
    """A notebook of the author's version that has questions."""

    path: str
    notebook: dict[str, Any]
    version: Version

    @cached_property
    def questions(self) -> list[Question]:
        return get_questions(self.notebook)

    @property
    def grade_ids(self) -> set[str]:
        return {item.grade_id for question in self.questions for item in question.items}

    @property
    def cells(self) -> list[dict[str, Any]]:
        return exercises.get_cells(exercises.normalise(self.notebook))

    @property
    def environment(self) -> str:
        """The server environment in which it is marked; "" for Python of the browser."""
        return get_environment(self.notebook)

    def unpack(self, stack: ExitStack) -> Path | None:
        """The author's files, for as long as the stack stands."""
        return stack.enter_context(unpack(self.version.tree))

    @property
    def code(self) -> list[dict[str, str]]:
        """Role and source of the author's code cells but the tests: what the tests' side must know of."""
        found = []
        for cell in self.cells:
            role = exercises.get_role(cell)
            if exercises.get_type(cell) == "code" and role is not exercises.Role.TESTS:
                given = role is exercises.Role.READONLY
                source = exercises.get_source(cell)
                found.append({"role": "given" if given else "solution", "source": source})
        return found


def get_author_notebooks(assignment: Assignment) -> list[AuthorNotebook]:
    """The notebooks of an assignment that have questions, by path."""
    return list(_read_author(assignment.version_id))


@lru_cache(maxsize=8)
def _read_author(version_id: Any) -> tuple[AuthorNotebook, ...]:
    version = Version.objects.get(pk=version_id)
    found = []
    for path in sorted(version.tree):
        notebook = read_notebook(version.tree, path) if path.endswith(".ipynb") else None
        if notebook is not None and exercises.has_exercise(notebook):
            author = AuthorNotebook(path, notebook, version)
            if author.questions:
                found.append(author)
    return tuple(found)


def read_notebook(tree: dict[str, list], path: str) -> dict[str, Any] | None:
    """The notebook at a path of a tree; None when it is absent or no notebook."""
    entry = tree.get(path)
    if entry is None or entry[1] > NOTEBOOK_LIMIT:
        return None
    try:
        found = json.loads(read_blob(entry[0]))
    except (ValueError, RecursionError, OSError):
        return None
    return found if isinstance(found, dict) else None


def find_notebook(author: AuthorNotebook, tree: dict[str, list]) -> dict[str, Any] | None:
    """The copy's notebook for the author's: at its path, else the one that was moved or renamed."""
    if author.path in tree:
        return read_notebook(tree, author.path)
    for path in sorted(tree)[:200]:
        if path.endswith(".ipynb"):
            notebook = read_notebook(tree, path)
            ids = {exercises.get_grade_id(cell) for cell in exercises.get_cells(notebook)}
            if author.grade_ids & ids:
                return notebook
    return None
