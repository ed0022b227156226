"""Exercise cells that would mark wrongly, or give away what pupils are to find."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from candyce.exercises.format import get_cells, get_id, has_exercise
from candyce.exercises.validate import find_problems
from candyce.library.publishing.checks.findings import ADVICE, BLOCK, CONFIRM, Finding
from candyce.library.publishing.content import Content

# With these, a solution or a hidden test could reach the pupils, or marks could be lost.
_GRAVE = {
    "duplicate_id", "invalid_id", "region_open", "solution_elsewhere", "hidden_elsewhere", "scheme_elsewhere",
}  # fmt: skip
_ANSWERS = re.compile(r"corrig|correction|solution|r[eé]ponses?|answers?(?![a-z])", re.IGNORECASE)


def find_exercises(content: Content) -> Iterator[Finding]:
    for path, notebook in content.notebooks.items():
        if notebook is None:
            continue
        if has_exercise(notebook):
            yield from _find_answers(content)
        numbers = {get_id(cell): number for number, cell in enumerate(get_cells(notebook), 1)}
        for problem in find_problems(notebook):
            level = BLOCK if problem.code in _GRAVE else ADVICE
            yield Finding(
                f"exercise_{problem.code}", level, _(problem.message) % problem.params,
                _("Open “Exercises” in the editor: it shows where."), path,
                numbers.get(problem.cell_id or "", 0), problem.cell_id or "",
            )  # fmt: skip


def _find_answers(content: Content) -> Iterator[Finding]:
    """Solutions are taken out of notebooks, not of what stands beside them."""
    for path in content.tree:
        if path not in content.notebooks and _ANSWERS.search(path.rpartition("/")[2]):
            text = _("This file seems to hold answers: pupils would get it as it is.")
            yield Finding(
                "answers", CONFIRM, text, _("Delete it, or give it a place of its own."), path
            )
