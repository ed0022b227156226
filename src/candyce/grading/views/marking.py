"""Marking: one question across all pupils, one pupil across all questions."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access
from candyce.assignments import actions as assignment_actions
from candyce.assignments import queries as assignment_queries
from candyce.assignments.describe import get_class_name
from candyce.assignments.late import Lateness
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.parts import get_parts
from candyce.grading import marks, names, queries, remarks, work
from candyce.grading.asked import Asked, get_asked
from candyce.grading.forms import CopyForm
from candyce.grading.models import Answer, Sheet
from candyce.grading.queries import Line
from candyce.grading.views.common import (
    Card,
    find_line,
    get_base_context,
    get_line_name,
    is_waiting,
    make_card,
)
from candyce.grading.views.overview import get_marked_assignment
from candyce.lib.errors import BadRequest, NotFound
from candyce.lib.markdown import Room


@login_required
@require_safe
def question(request: SignedInRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    """One question, every pupil's answer to it; ``show=todo`` keeps those that wait for a person."""
    assignment = get_marked_assignment(request, pk)
    every = get_asked(assignment)
    if not (1 <= number <= len(every)):
        raise NotFound
    asked = every[number - 1]
    lines = queries.get_lines(request.user, assignment, hidden=names.is_hidden(request))
    only_todo = request.GET.get("show") == "todo"
    shown = [line for line in lines if not only_todo or line.marks[number - 1].state == "todo"]
    room = Room()
    cards = _make_cards(request, asked, shown, room)
    context = get_base_context(request, assignment) | {
        "asked": asked,
        "every": every,
        "previous": every[number - 2] if number > 1 else None,
        "next": every[number] if number < len(every) else None,
        "cards": cards,
        "only_todo": only_todo,
        "todo": sum(line.marks[number - 1].state == "todo" for line in lines),
        "absent": sum(line.row.state == assignment_queries.NOT_STARTED for line in lines),
        "working": sum(line.row.state == Copy.State.WORKING for line in lines),
        "lead": work.render_cells(asked.lead, room),
        "solution": work.render_cells(asked.cells, room),
    }
    return render(request, "grading/question.html", context)


def _make_cards(
    request: SignedInRequest, asked: Asked, lines: list[Line], room: Room
) -> list[Card]:
    present = [(line.copy, line) for line in lines if line.copy]
    trees = work.get_trees((copy, line.sheet) for copy, line in present)
    answers = queries.get_answers_to(asked, (copy for copy, _line in present))
    said = remarks.get_remarks((copy for copy, _line in present), hidden=True)
    cards = []
    for copy, line in present:
        if copy.pk not in trees:
            continue
        notebooks = work.read_notebooks(trees[copy.pk], [asked.path])
        card = make_card(
            asked,
            copy,
            notebooks.get(asked.path),
            answers[copy.pk],
            name=get_line_name(request, line),
            said=said[copy.project_id],
            tree=trees[copy.pk],
            lateness=line.lateness,
            room=room,
        )
        cards.append(card)
    return cards


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One pupil: every answer, the mark that follows from them, the appraisal, the way to the next copy."""
    found = access.get_copy(request.user, pk, "follow")
    assignment = access.get_assignment(request.user, found.assignment_id, "follow")
    sheet = queries.get_sheet(found)
    by_hand = sheet is not None and sheet.mark_by_hand
    form = CopyForm.of_copy(found, by_hand=by_hand, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _do_mark(request, found, form.cleaned_data)
        except BadRequest as error:
            form.add_error_of(error)
    return render(
        request,
        "grading/copy.html",
        _get_copy_context(request, assignment, found, sheet) | {"form": form},
    )


def _get_copy_context(
    request: SignedInRequest, assignment: Assignment, copy: Copy, sheet: Sheet | None
) -> dict[str, Any]:
    hidden = names.is_hidden(request)
    lines = queries.get_lines(request.user, assignment, hidden=hidden)
    line = find_line(lines, copy)
    if line is None:
        raise NotFound
    every = get_asked(assignment)
    name = get_line_name(request, line)
    sums = queries.get_sums(line.marks, queries.get_hints(copy))
    neighbours = queries.get_neighbours(lines, copy)
    said = remarks.get_remarks([copy], hidden=True)[copy.project_id]
    cards = _make_copy_cards(every, copy, sheet, name, said, lateness=line.lateness)
    return get_base_context(request, assignment) | {
        "copy": copy,
        "name": name,
        "class_name": "" if hidden else get_class_name(copy),
        "abilities": access.get_copy_abilities(request.user, copy),
        "sheet": sheet,
        "waiting": is_waiting(sheet),
        "every": every,
        "cards": cards,
        "other_remarks": remarks.get_rest(said),
        "line": line,
        "sums": sums,
        "neighbours": neighbours,
        "previous_name": neighbours.previous and get_line_name(request, neighbours.previous),
        "next_name": neighbours.next and get_line_name(request, neighbours.next),
        "lateness": line.lateness,
        "parts": [] if hidden else get_parts(copy),
    }


def _make_copy_cards(
    every: tuple[Asked, ...],
    copy: Copy,
    sheet: Sheet | None,
    name: str,
    said: remarks.Remarks,
    *,
    lateness: Lateness | None,
) -> list[Card]:
    """What is ``said`` at the cells of a question goes to its card."""
    tree = work.get_trees([(copy, sheet)]).get(copy.pk)
    if tree is None:
        tree = assignment_queries.get_tree(copy)
    notebooks = work.read_notebooks(tree, (asked.path for asked in every))
    hints, room = queries.get_hints(copy), Room()
    answers: dict[queries.Key, list[Answer]] = {asked.key: [] for asked in every}
    for answer in sheet.answers.all() if sheet else ():
        answers.setdefault((answer.path, answer.question_id), []).append(answer)
    return [
        make_card(
            asked,
            copy,
            notebooks.get(asked.path),
            answers[asked.key],
            name=name,
            tree=tree,
            lateness=lateness,
            hint_cost=hints.get(asked.key),
            said=said,
            room=room,
        )
        for asked in every
    ]


def _do_mark(request: SignedInRequest, copy: Copy, data: dict[str, Any]) -> HttpResponse:
    user = request.user
    access.check_copy(user, copy, "mark")
    marks.write_mark(copy, data["mark"], acting_user=user)
    assignment_actions.set_appraisal(copy, data["appraisal"], acting_user=user)
    then = request.POST.get("then")
    if then == "return":
        assignment_actions.return_copies([copy], acting_user=user)
        messages.success(request, _("The copy is returned."))
    else:
        messages.success(request, _("Mark and appraisal are saved."))
    if then in {"next", "return"}:
        assignment = access.get_assignment(user, copy.assignment_id, "follow")
        lines = queries.get_lines(user, assignment, hidden=names.is_hidden(request))
        following = queries.get_neighbours(lines, copy).next
        if following is not None and following.copy is not None:
            return redirect("grading:copy", following.copy.pk)
        return redirect("grading:overview", copy.assignment_id)
    return redirect("grading:copy", copy.pk)
