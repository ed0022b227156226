"""Hints: their text stays with the author's version until a pupil asks for it, once, at its cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import User
from candyce.assignments import access
from candyce.assignments.models import Assignment, Copy
from candyce.exercises.questions import Question, find_hint, get_questions
from candyce.grading.models import HintUse
from candyce.lib.errors import Forbidden, NotFound
from candyce.projects.blobs import read_blob
from candyce.projects.notebooks import read_notebook
from candyce.projects.paths import is_notebook


@dataclass(frozen=True)
class Hint:
    """``path`` is the notebook's in the author's version; ``text`` Markdown; ``cost`` in points."""

    path: str
    question: str
    text: str
    cost: Decimal


def use_hint(copy: Copy, path: str, question: str, *, acting_user: User) -> Hint:
    """Give the hint to the pupil (or a member of the group) whose copy it is, and note its cost; asking
    again costs nothing.

    Raises :class:`NotFound` where the author's version has no such hint, :class:`Forbidden` for
    anybody but the pupil.
    """
    if not access.is_owner(acting_user, copy):
        raise Forbidden(_("Only the pupil whose copy it is can ask for a hint."))
    hint = _find(copy.assignment, path, question)
    if hint is None:
        raise NotFound
    # The unique constraint decides between two presses at once; the first cost stands.
    use, _made = HintUse.objects.get_or_create(
        copy=copy, path=hint.path, question_id=hint.question, defaults={"cost": hint.cost}
    )
    return Hint(hint.path, hint.question, hint.text, use.cost)


def get_used_hints(copy: Copy) -> list[Hint]:
    """The hints that the pupil of the copy has, oldest first, with the author's words."""
    uses = HintUse.objects.filter(copy=copy).order_by("at", "pk")
    notebooks: dict[str, Any] = {}
    hints = []
    for use in uses:
        if use.path not in notebooks:
            notebooks[use.path] = _read(copy.assignment, use.path)
        text = find_hint(notebooks[use.path], use.question_id)
        hints.append(Hint(use.path, use.question_id, text, use.cost))
    return hints


def _find(assignment: Assignment, path: str, question: str) -> Hint | None:
    """The hint at this place of the author's version; for a notebook that the pupil renamed, the
    first notebook that has such a question.
    """
    tree = assignment.version.tree
    known = path in tree
    for name in [path] if known else sorted(tree):
        if not is_notebook(name):
            continue
        notebook = _read(assignment, name)
        found = next((one for one in get_questions(notebook) if one.id == question), None)
        text = find_hint(notebook, question) if found else ""
        if found and text:
            return Hint(name, question, text, _get_cost(found))
    return None


def _get_cost(question: Question) -> Decimal:
    return question.hint_cost or Decimal(0)


def _read(assignment: Assignment, path: str) -> Any:
    entry = assignment.version.tree.get(path)
    return read_notebook(read_blob(entry[0])) if entry else {"cells": []}
