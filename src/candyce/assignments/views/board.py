"""The class live: forty copies on one page, as cards or by questions. Freezing the class."""

from __future__ import annotations

import hashlib
import uuid
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access, actions, board, board_questions
from candyce.assignments.board import Card, View
from candyce.assignments.board_questions import Line, Mark
from candyce.assignments.forms import BoardForm
from candyce.assignments.models import Assignment
from candyce.assignments.questions import Column, get_columns
from candyce.collab.actions import watch


def _get_context(request: SignedInRequest, assignment: Assignment) -> dict[str, Any]:
    classes = list(access.followed_classes(request.user, assignment))
    form = BoardForm(request.GET, classes)
    choices = form.get_choices()
    columns = get_columns(assignment)
    by_questions = bool(columns) and form.get_view() != "pupils"
    paths = {column.path for column in columns} if by_questions else set()
    view = board.look(request.user, assignment, paths)
    watch(board.get_project_ids(view.cards), acting_user=request.user)
    chosen = board.choose(view.cards, **choices)
    context = {
        "assignment": assignment,
        "classes": classes,
        "form": form,
        "hidden": choices["hidden"],
        "counts": board.count(view.cards),
        "columns": columns,
        "by_questions": by_questions,
    }
    if by_questions:
        return context | _get_table(request, view, chosen, choices, columns)
    today = timezone.localdate()
    language = request.LANGUAGE_CODE
    return context | {
        "cards": [_render(card, choices["hidden"], language, today) for card in chosen]
    }


def _get_table(
    request: SignedInRequest,
    view: View,
    chosen: list[Card],
    choices: dict[str, Any],
    columns: tuple[Column, ...],
) -> dict[str, Any]:
    """The lines of the table, and the sentences above it: of the chosen class, whatever their status."""
    everyone = board.choose(view.cards, **choices | {"status": "", "sort": "name"})
    lines = board_questions.get_lines(view, everyone, columns)
    by_pupil = {line.pupil_id: line for line in lines}
    shown = [by_pupil[card.pupil_id] for card in chosen]
    rows = board_questions.sort(shown, choices["sort"])
    today, language = timezone.localdate(), request.LANGUAGE_CODE
    return {
        "cards": [_render_line(line, choices["hidden"], language, today) for line in rows],
        "stuck": board_questions.get_stuck(lines, columns),
        "raised": board_questions.get_raised(lines, columns),
        "several": len({column.path for column in columns}) > 1,
    }


@lru_cache(maxsize=2000)
def _render_line(line: Line, hidden: bool, language: str, today: date) -> tuple[str, str, str]:
    """As :func:`_render`, for a line of the table."""
    marks = format_html_join(
        "", "{}", ((_render_mark(line.project_id, mark, language),) for mark in line.marks)
    )
    context = {"line": line, "hidden": hidden, "marks": marks}
    html = render_to_string("assignments/_board_line.html", context)
    return f"line-{line.pupil_id.hex}", _get_mark(html), html


@lru_cache(maxsize=4000)
def _render_mark(project_id: uuid.UUID | None, mark: Mark, language: str) -> SafeString:
    """One of a line's, in the active ``language``: when one of thirty changes, the others are there already."""
    return render_to_string(
        "assignments/_board_mark.html", {"mark": mark, "project_id": project_id}
    )


@lru_cache(maxsize=2000)
def _render(card: Card, hidden: bool, language: str, today: date) -> tuple[str, str, str]:
    """A card's id, the mark of its content, and its HTML in the active ``language``, as of ``today``."""
    html = render_to_string("assignments/_board_card.html", {"card": card, "hidden": hidden})
    return f"card-{card.pupil_id.hex}", _get_mark(html), html


def _get_mark(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=5).hexdigest()


@login_required
@require_safe
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A card or a line a pupil, kept up to date by itself; pupils are told that somebody looks."""
    assignment = access.get_assignment(request.user, pk, "follow")
    context = _get_context(request, assignment)
    chosen = {name: value for name, value in request.GET.items() if name in context["form"].fields}
    others = {name: value for name, value in chosen.items() if name != "names"}
    here = reverse("assignments:board", args=[pk])
    toggled = others if context["hidden"] else others | {"names": "hidden"}
    views = {name: value for name, value in chosen.items() if name != "view"}
    context |= {
        "questions_url": f"{here}?{urlencode(views | {'view': 'questions'})}",
        "pupils_url": f"{here}?{urlencode(views | {'view': 'pupils'})}",
        "cards_url": f"{reverse('assignments:board_cards', args=[pk])}?{urlencode(chosen)}",
        "names_url": f"{here}?{urlencode(toggled)}",
    }
    return render(request, "assignments/board.html", context)


@gzip_page  # forty rows of thirty marks are alike: a twentieth of the bytes
@login_required
@require_safe
def cards(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What changed on :func:`show`, as JSON; 204 when nothing did.

    ``have`` is what the page shows: the marks of its parts, parted by dots. The answer holds ``order``
    (ids of cards), ``cards`` (``{id: [mark, html]}``, those not shown yet), ``summary`` and ``marks`` (of the
    order and the summary).
    """
    assignment = access.get_assignment(request.user, pk, "follow")
    context = _get_context(request, assignment)
    summary = render_to_string("assignments/_board_summary.html", context)
    have = set(request.GET.get("have", "").split("."))
    order = [card_id for card_id, _mark, _html in context["cards"]]
    marks = [_get_mark(",".join(order)), _get_mark(summary)]
    if have.issuperset([*marks, *(mark for _id, mark, _html in context["cards"])]):
        return HttpResponse(status=204)
    news = {card_id: [mark, html] for card_id, mark, html in context["cards"] if mark not in have}
    return JsonResponse({"order": order, "cards": news, "summary": summary, "marks": marks})


@login_required
@require_POST
def freeze(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """``frozen=1`` stops the class, anything else lets it go on; back to the page that asked."""
    assignment = access.get_assignment(request.user, pk, "follow")
    if request.POST.get("frozen") == "1":
        actions.freeze(assignment, acting_user=request.user)
        text = _("The class is frozen: nobody writes until you let them go on.")
    else:
        actions.unfreeze(assignment, acting_user=request.user)
        text = _("The class goes on.")
    messages.success(request, text)
    name = "assignments:board" if request.POST.get("then") == "board" else "assignments:detail"
    return redirect(name, pk)
