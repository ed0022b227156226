"""Skills: those that a column works on, and the pupils' levels."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from candyce.accounts.http import SignedInRequest
from candyce.grading.gradebook import actions
from candyce.grading.gradebook.book import Book
from candyce.grading.gradebook.forms import LinksForm
from candyce.grading.gradebook.skills import Level, get_class_levels, get_frameworks
from candyce.grading.gradebook.views.book import get_base_context, get_period_book
from candyce.lib.errors import BadRequest, CandyceError, Conflict, NotFound


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: SignedInRequest, pk: uuid.UUID, key: uuid.UUID) -> HttpResponse:
    """The skills that an assignment or a column of one's own works on."""
    _period, book = get_period_book(request, pk)
    column = next((one for one in book.columns if one.key == key), None)
    if column is None:
        raise NotFound
    form = LinksForm(column, request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.set_links(book.school_class, column, form.get_links(), acting_user=request.user)
        messages.success(request, _("The skills are saved."))
        return redirect("grading:gradebook", pk)
    context = {"book": book, "column": column, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "gradebook/links.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Pupils by skills: the level proposed, and a field for the teacher's own."""
    period, book = get_period_book(request, pk)
    skills, levels = get_class_levels(book)
    if request.method == "POST":
        return _save_all(request, book, levels)
    context = get_base_context(request, book, period) | {
        "skills": skills,
        "lines": list(zip(book.rows, levels, strict=True)),
        "frameworks": get_frameworks(),
    }
    return render(request, "gradebook/skills.html", context)


@login_required
@require_POST
def save(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One level, as ``cells.save`` does for marks."""
    _period, book = get_period_book(request, pk)
    code, pupil = request.POST.get("column", ""), request.POST.get("pupil", "")
    level = _find(book, code, pupil)
    status, problem = 200, ""
    try:
        _write(
            request, book, level, pupil, request.POST.get("value", ""), request.POST.get("seen", "")
        )
    except CandyceError as error:
        status, problem = error.status, str(error)
        if isinstance(error, Conflict):
            problem += " " + _("Press Enter to write yours, Escape to keep theirs.")
    skills, levels = get_class_levels(book)
    place = [skill.code for skill in skills].index(code)
    column = {
        str(row.pupil.pk): _tell(line[place]) for row, line in zip(book.rows, levels, strict=True)
    }
    told = {"column": column, "whole": [], "figures": [], "problem": problem}
    return JsonResponse(told, status=status)


def _tell(level: Level) -> dict[str, Any]:
    text = "" if level.by_hand is None else str(level.by_hand)
    return {"value": text, "seen": text, "average": ""}


def _find(book: Book, code: str, pupil: str) -> Level:
    """Raises :class:`NotFound` for a skill that the class does not work on, or another class's pupil."""
    _skills, levels = get_class_levels(book)
    for row, line in zip(book.rows, levels, strict=True):
        if str(row.pupil.pk) == pupil:
            for level in line:
                if level.skill.code == code:
                    return level
    raise NotFound


def _read(text: str, most: int) -> int | None:
    text = text.strip()
    if not text:
        return None
    if text.isascii() and text.isdecimal() and len(text) == 1 and 1 <= int(text) <= most:
        return int(text)
    message = _("“%(text)s” is no level: write a number from 1 to %(most)s, or nothing.")
    raise BadRequest(message % {"text": text[:20], "most": most}, code="bad_level")


def _write(  # noqa: PLR0917
    request: SignedInRequest, book: Book, level: Level, pupil: str, typed: str, seen: str
) -> None:
    row = next(row for row in book.rows if str(row.pupil.pk) == pupil)
    actions.set_level(
        book.school_class,
        row.pupil,
        level.skill.code,
        _read(typed, level.most),
        seen=_read(seen, level.most),
        acting_user=request.user,
    )


def _save_all(request: SignedInRequest, book: Book, levels: list[list[Level]]) -> HttpResponse:
    """Without script: each level that differs from what was seen."""
    for row, line in zip(book.rows, levels, strict=True):
        for level in line:
            name = f"{level.skill.code}:{row.pupil.pk}"
            typed, seen = request.POST.get(name), request.POST.get(f"was:{name}", "")
            if typed is None or typed.strip() == seen:
                continue
            try:
                _write(request, book, level, str(row.pupil.pk), typed, seen)
            except CandyceError as error:
                messages.error(request, f"{row.pupil.full_name}, {level.skill.short} : {error}")
    return redirect(reverse("grading:skills", args=[book.school_class.pk]))
