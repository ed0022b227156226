"""The course of the benchmark: five questions of code and a free text, and the copies of a class."""

from __future__ import annotations

import copy
from typing import Any

FLAGS = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
QUESTIONS = (
    ("carre", "def carre(x):", "    return x * x", ["carre(2) == 4", "carre(0) == 0"], ["carre(-7) == 49", "abs(carre(1.5) - 2.25) < 1e-9"]),
    ("moyenne", "def moyenne(notes):", "    return sum(notes) / len(notes)", ["moyenne([10, 14]) == 12"], ["moyenne([1]) == 1", "moyenne(mesures) == sum(mesures) / len(mesures)"]),
    ("trier", "def trier(valeurs):", "    valeurs.sort()\n    return valeurs", ["trier([2, 1]) == [1, 2]"], ["trier([]) == []", "trier(list(mesures)) == sorted(mesures)"]),
    ("compter", "def compter(texte):", "    return {c: texte.count(c) for c in texte}", ["compter('aab') == {'a': 2, 'b': 1}"], ["compter('') == {}", "sum(compter('abracadabra').values()) == 11"]),
    ("Point", "class Point:", "    def __init__(self, x, y):\n        self.x, self.y = x, y\n    def norme(self):\n        return math.hypot(self.x, self.y)", ["Point(3, 4).norme() == 5"], ["Point(1, 0).x == 1", "abs(Point(1, 1).norme() - math.sqrt(2)) < 1e-9"]),
)  # fmt: skip
WRONG = {
    "carre": "def carre(x):\n    return 2 * x\n",
    "moyenne": "def moyenne(notes):\n    return sum(notes)\n",
    "trier": "def trier(valeurs):\n    return valeurs\n",
    "compter": "def compter(texte):\n    return {}\n",
    "Point": "class Point:\n    def __init__(self, x, y):\n        self.x = x\n",
}


def _cell(kind: str, name: str, source: str, **flags: Any) -> dict[str, Any]:
    meta = {"nbgrader": {**FLAGS, **flags, "grade_id": name}} if flags else {}
    cell = {"cell_type": kind, "id": name, "metadata": meta, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def make_author() -> dict[str, Any]:
    cells = [
        _cell("markdown", "titre", "# Exercices"),
        _cell("code", "donnees", "import math\nmesures = [4, 2, 8, 5, 7]", locked=True),
    ]
    for name, head, body, visible, hidden in QUESTIONS:
        source = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION\n"
        tests = "\n".join(f"assert {test}" for test in visible)
        secret = "\n".join(f"assert {test}" for test in hidden)
        tests += f"\n### BEGIN HIDDEN TESTS\n{secret}\n### END HIDDEN TESTS\n"
        cells.append(_cell("code", name, source, solution=True))
        cells.append(
            _cell("code", f"{name}-tests", tests, grade=True, locked=True, points=len(hidden) + 1)
        )
    cells.append(_cell("markdown", "avis", "Votre avis.", grade=True, solution=True, points=3))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def make_copies(released: dict[str, Any], number: int) -> dict[str, dict[str, Any]]:
    """What the pupils handed in: good, partly wrong, stopped by an error, empty, no Python at all."""
    copies = {}
    for n in range(number):
        found = copy.deepcopy(released)
        answers = {}
        for place, (name, head, body, _visible, _hidden) in enumerate(QUESTIONS):
            kind = (n * 7 + place * (1 + n % 3)) % 6
            answers[name] = {
                3: WRONG[name],
                4: f"{head}\n{body}\n1 / 0\n" if n % 2 else "def (:\n",
            }.get(kind, f"{head}\n{body}\n")
            if kind == 5:
                del answers[name]
        for cell in found["cells"]:
            cell["source"] = answers.get(cell["id"], cell["source"])
            if cell["id"] == "avis" and n % 2:
                cell["source"] = "J'ai aimé cet exercice."
        copies[f"pupil{n:02}"] = found
    return copies
