"""The questions of an assignment, in the version that pupils have: the columns of the live board."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from urllib.parse import urlencode

from candyce.assignments.models import Assignment
from candyce.collab.answers import GivenCell, Probe
from candyce.exercises.format import Cell, Role, get_cells, get_id, get_source, normalise
from candyce.exercises.questions import Question, get_questions
from candyce.projects.stored import StoredNotebook, list_notebooks, read_stored_notebook


@dataclass(frozen=True)
class Column:
    """A question of one notebook; ``number`` counts from 1 within it, as the pupil's page does."""

    path: str
    number: int
    title: str
    probe: Probe

    @property
    def id(self) -> str:
        return self.probe.id

    @property
    def key(self) -> str:
        """As :attr:`candyce.assignments.notices.questions.Given.key`."""
        return f"{self.id}/{self.path}"

    @property
    def query(self) -> str:
        """What the editor's door is asked for, to come in at the question."""
        cells = [{"cell": cell.cell_id} for cell in self.probe.cells[:1]]
        return urlencode({"path": self.path} | (cells[0] if cells else {}))

    @property
    def notebook(self) -> str:
        """The notebook's name as people say it."""
        return PurePosixPath(self.path).stem


def get_columns(assignment: Assignment) -> tuple[Column, ...]:
    """All questions, notebook by notebook; empty when the work has none."""
    return _read_all(list_notebooks(assignment.given_version.tree))


@lru_cache(maxsize=64)
def _read_all(notebooks: tuple[StoredNotebook, ...]) -> tuple[Column, ...]:
    return tuple(column for path, sha256 in notebooks for column in _read(path, sha256))


def _read(path: str, sha256: str) -> list[Column]:
    notebook = read_stored_notebook(sha256)
    if notebook is None:
        return []
    cells = get_cells(normalise(notebook))
    return [
        Column(path, number, question.title, _make_probe(question, cells))
        for number, question in enumerate(get_questions(notebook), 1)
    ]


def _make_probe(question: Question, cells: list[Cell]) -> Probe:
    return Probe(
        question.id,
        tuple(
            GivenCell(get_id(cell), item.grade_id, get_source(cell))
            for item in question.items
            if item.role is not Role.TESTS
            for cell in [cells[item.index]]
        ),
    )


def get_probes(assignment: Assignment, path: str) -> tuple[Probe, ...]:
    """What to look for in the copies of one notebook."""
    return tuple(column.probe for column in get_columns(assignment) if column.path == path)
