"""An exercise as an author writes it, and copies of it as pupils leave them."""

from __future__ import annotations

import copy
import json
from typing import Any

from candyce.exercises.release import release

Notebook = dict[str, Any]


def code(cell_id: str, source: str, **meta: Any) -> dict[str, Any]:
    metadata = {} if not meta else {"nbgrader": {**FLAGS, **meta}}
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def text(cell_id: str, source: str, candyce: dict | None = None, **meta: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {} if not meta else {"nbgrader": {**FLAGS, **meta}}
    if candyce:
        metadata["candyce"] = candyce
    return {"cell_type": "markdown", "id": cell_id, "metadata": metadata, "source": source}


FLAGS = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
ANSWER: dict[str, Any] = {"solution": True}
TESTS: dict[str, Any] = {"grade": True, "locked": True}
GIVEN: dict[str, Any] = {"locked": True}
MANUAL: dict[str, Any] = {"grade": True, "solution": True}


def notebook(*cells: dict[str, Any]) -> Notebook:
    return {
        "cells": list(cells),
        "metadata": {"kernelspec": {"name": "python", "display_name": "Python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


SQUARE = """\
def carre(x):
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION
"""
SQUARE_TESTS = """\
assert carre(2) == 4
assert abs(carre(1.5) - 2.25) < 1e-9
### BEGIN HIDDEN TESTS
# négatifs
assert carre(-7) == 49
for n in range(3, 6):
    assert carre(n) == n ** 2, "les entiers"
assert carre(3) < 10
### END HIDDEN TESTS
"""
SORT = """\
def trier(valeurs):
    ### BEGIN SOLUTION
    valeurs.sort()
    return valeurs
    ### END SOLUTION
"""
SORT_TESTS = """\
liste = [3, 1, 2]
assert trier(liste) == [1, 2, 3]
### BEGIN HIDDEN TESTS
assert liste == [1, 2, 3]
assert 5 in trier([9, 5])
assert verifie(trier, mesures)
### END HIDDEN TESTS
"""
APPLY = """\
def applique(f, n):
    ### BEGIN SOLUTION
    return f(n)
    ### END SOLUTION
"""
APPLY_TESTS = """\
### BEGIN HIDDEN TESTS
attendu = 5
assert applique(lambda n: n + 1, 4) == attendu
assert applique(str, 4) == "4"
### END HIDDEN TESTS
"""
HELPERS = """\
import math
mesures = [4, 2, 8]
def verifie(fonction, valeurs):
    return fonction(list(valeurs)) == sorted(valeurs)
"""


def make_author() -> Notebook:
    """Three questions of code (4, 6 and 5 points), a choice (2), a free text (3): 20 points."""
    choice = "Capitale ?\n\n- [x] Paris\n- [ ] Lyon\n"
    return notebook(
        text("m1", "# Exercices"),
        code("g1", HELPERS, **GIVEN, grade_id="aides"),
        code("s1", SQUARE, **ANSWER, grade_id="carre"),
        code("t1", SQUARE_TESTS, **TESTS, grade_id="carre-tests", points=4),
        code("s2", SORT, **ANSWER, grade_id="trier"),
        code("t2", SORT_TESTS, **TESTS, grade_id="trier-tests", points=6),
        code("s3", APPLY, **ANSWER, grade_id="applique"),
        code("t3", APPLY_TESTS, **TESTS, grade_id="applique-tests", points=5),
        text(
            "c1",
            choice,
            {"question": {"kind": "choice", "key": {}}},
            **MANUAL,
            grade_id="capitale",
            points=2,
        ),
        text("f1", "Votre avis.", **MANUAL, grade_id="avis", points=3),
    )


def make_released() -> Notebook:
    return release(make_author())


def make_copy(sources: dict[str, str], author: Notebook | None = None) -> Notebook:
    """The released notebook with these cells' sources changed, by cell id."""
    found = copy.deepcopy(release(author or make_author()))
    for cell in found["cells"]:
        cell["source"] = sources.get(cell["id"], cell["source"])
    return found


def as_bytes(value: Notebook) -> bytes:
    return json.dumps(value).encode()


GOOD = {
    "s1": "def carre(x):\n    return x ** 2\n",
    "s2": "def trier(valeurs):\n    valeurs[:] = sorted(valeurs)\n    return valeurs\n",
    "s3": "def applique(f, n):\n    return f(n)\n",
    "c1": "Capitale ?\n\n- [x] Paris\n- [ ] Lyon\n",
}
