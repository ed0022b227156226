"""An exercise of three kinds, as a teacher writes it: code with tests, a free text with a rubric, a choice."""

from __future__ import annotations

import json
from typing import Any

Cell = dict[str, Any]


def make_cell(kind: str, name: str, source: str, **metadata: Any) -> Cell:
    cell: Cell = {"cell_type": kind, "id": name, "metadata": metadata, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def nbgrader(grade_id: str, role: str, points: float | None = None) -> dict[str, Any]:
    flags = {
        "solution": {"solution": True},
        "tests": {"grade": True, "locked": True},
        "manual": {"grade": True, "solution": True},
        "task": {"task": True, "locked": True},
        "readonly": {"locked": True},
    }[role]
    base = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    found = base | flags | {"grade_id": grade_id}
    return found if points is None else found | {"points": points}


SOLUTION = "def aire(base, hauteur):\n    ### BEGIN SOLUTION\n    return base * hauteur / 2\n    ### END SOLUTION"
HIDDEN = (
    "assert aire(4, 3) == 6\n### BEGIN HIDDEN TESTS\nassert aire(0, 17) == 0  # secret-de-la-prof\n"
    "### END HIDDEN TESTS"
)
RUBRIC = [
    {"id": "idee", "label": "L'idée est juste", "points": 3},
    {"id": "mots", "label": "Les mots sont précis", "points": 1},
]


UNTICKED = "## L'unité\n\nL'aire se mesure en\n\n- [ ] m\n- [ ] m²\n- [ ] m³"


def make_exercise() -> bytes:
    cells = [
        make_cell("markdown", "titre", "# Aires\n\n## Un triangle"),
        make_cell("code", "aire", SOLUTION, nbgrader=nbgrader("aire", "solution")),
        make_cell("code", "aire-t", HIDDEN, nbgrader=nbgrader("aire-tests", "tests", 3)),
        make_cell("markdown", "pourquoi-titre", "## Pourquoi ?\n\nExpliquez la formule."),
        make_cell(
            "markdown",
            "pourquoi",
            "Un triangle est la moitié d'un rectangle.",
            nbgrader=nbgrader("pourquoi", "manual", 4),
            candyce={"rubric": RUBRIC},
        ),
        make_cell(
            "markdown",
            "unite",
            UNTICKED.replace("[ ] m²", "[x] m²"),
            nbgrader=nbgrader("unite", "manual", 1),
            candyce={"question": {"kind": "choice", "key": {}}},
        ),
    ]
    return to_bytes(cells)


def to_bytes(cells: list[Cell]) -> bytes:
    body = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(body).encode()
