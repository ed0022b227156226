"""What the marking pages share."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from candyce.accounts.http import SignedInRequest
from candyce.accounts.navigation import is_own_path
from candyce.assignments.late import Lateness
from candyce.assignments.models import Assignment, Copy
from candyce.collab.models import CommentThread
from candyce.grading import queries, remarks, work
from candyce.grading.asked import Asked
from candyce.grading.forms import AnswerForm
from candyce.grading.handed import Handed, Tree, find_handed
from candyce.grading.models import Answer, Sheet
from candyce.grading.names import is_hidden, say_name
from candyce.grading.queries import Line
from candyce.lib.markdown import Room


@dataclass(frozen=True)
class Slot:
    """An answer on a page: its form, what it is proposed and by which tests, and a conflict to be settled."""

    answer: Answer
    form: AnswerForm
    save_url: str
    conflict: bool = False


@dataclass(frozen=True)
class Card:
    """One pupil's work on one question."""

    asked: Asked
    copy: Copy
    name: str
    work: work.Work | None  # None when the copy no longer has the notebook
    files: tuple[Handed, ...] = ()
    slots: list[Slot] = field(default_factory=list)
    lateness: Lateness | None = None
    hint_cost: Decimal | None = None
    remarks: list[CommentThread] = field(default_factory=list)  # in the notebook, at its cells

    @property
    def label(self) -> str:
        return f"{self.asked.number}. {self.asked.title}"


def make_card(
    asked: Asked,
    copy: Copy,
    notebook: dict[str, Any] | None,
    answers: list[Answer],
    *,
    name: str,
    tree: Tree,
    lateness: Lateness | None,
    hint_cost: Decimal | None = None,
    said: remarks.Remarks | None = None,
    room: Room | None = None,
) -> Card:
    """``notebook`` is the one of ``tree``, the copy's files as they are marked. ``room``: the page's, for pictures.

    ``said``: the comments in the copy; those at this question's cells are taken out of it.
    """
    found = work.find_work(asked, notebook, room) if notebook is not None else None
    return Card(
        asked,
        copy,
        name,
        found,
        find_handed(asked, notebook, tree) if notebook is not None else (),
        [make_slot(copy, asked, answer) for answer in answers],
        lateness,
        hint_cost,
        remarks.take(said, asked, found) if said else [],
    )


def make_slot(copy: Copy, asked: Asked, answer: Answer) -> Slot:
    criteria = asked.rubrics.get(answer.grade_id, ())
    return Slot(answer, AnswerForm(answer, criteria), get_save_url(copy, answer))


def get_save_url(copy: Copy, answer: Answer) -> str:
    return reverse("grading:save", args=[copy.pk, answer.pk])


def get_line_name(request: SignedInRequest, line: Line) -> str:
    return say_name(line.row, line.number, hidden=is_hidden(request))


def get_base_context(request: SignedInRequest, assignment: Assignment) -> dict[str, Any]:
    """What every marking page of an assignment needs."""
    return {
        "assignment": assignment,
        "hidden": is_hidden(request),
        "names_url": reverse("grading:names", args=[assignment.pk]),
        "comments_url": reverse("grading:comments_json"),
    }


def find_line(lines: list[Line], copy: Copy) -> Line | None:
    return next((line for line in lines if line.copy and line.copy.pk == copy.pk), None)


def is_waiting(sheet: Sheet | None) -> bool:
    return sheet is not None and sheet.state in queries.WAITING


def get_back_url(request: SignedInRequest, default: str) -> str:
    """The page that the form stands on, as it says, when it is one of ours; else ``default``."""
    wanted = request.POST.get("next", "")
    return wanted if is_own_path(wanted) else default


def go_back(request: SignedInRequest, assignment: Assignment) -> HttpResponse:
    return redirect(get_back_url(request, reverse("grading:overview", args=[assignment.pk])))
