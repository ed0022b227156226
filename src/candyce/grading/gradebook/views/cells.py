"""Marks typed in the table: each cell by the page's script as it is left, or all with the form."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from candyce.accounts.http import SignedInRequest
from candyce.assignments.marks import say_mark
from candyce.grading.gradebook import actions
from candyce.grading.gradebook.book import Book, Cell, Column
from candyce.grading.gradebook.views.book import get_base_context, get_figures, get_period_book
from candyce.grading.gradebook.words import read_given
from candyce.lib.errors import CandyceError, Conflict, NotFound

MOST_CELLS = 450  # that a form without script sends; Django takes a thousand fields


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The table as fields; of one column when the address names it."""
    period, book = get_period_book(request, pk)
    wanted = request.GET.get("column", "")
    places = [
        (place, one)
        for place, one in enumerate(book.columns)
        if not wanted or str(one.key) == wanted
    ]
    if wanted and not places:
        raise NotFound
    if request.method == "POST":
        return _save_all(request, book, [one for _place, one in places])
    context = get_base_context(request, book, period) | {
        "columns": [one for _place, one in places],
        "rows": [(row, [row.cells[place] for place, _one in places]) for row in book.rows],
        "figures": [
            (name, whole, [values[place] for place, _one in places])
            for name, whole, values in get_figures(book)
        ],
        "by_form": len(places) * len(book.rows) <= MOST_CELLS,
    }
    return render(request, "gradebook/typing.html", context)


@login_required
@require_POST
def save(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One cell. 409 with what stands there when somebody else wrote since ``seen``."""
    _period, book = get_period_book(request, pk)
    cell = book.find(request.POST.get("column", ""), request.POST.get("pupil", ""))
    if cell is None:
        raise NotFound
    status, problem = 200, ""
    try:
        given = read_given(request.POST.get("value", ""), cell.column.mark_max)
        seen = request.POST.get("seen", "")
        actions.set_cell(cell, given, seen=seen, acting_user=request.user)
    except CandyceError as error:
        status, problem = error.status, str(error)
        if error.fields:
            problem = " ".join(str(text) for text in error.fields.values())
        if isinstance(error, Conflict):
            problem += " " + _("Press Enter to write yours, Escape to keep theirs.")
    _period, book = get_period_book(request, pk)
    return JsonResponse(_tell(book, cell) | {"problem": problem}, status=status)


def _tell(book: Book, cell: Cell) -> dict[str, Any]:
    """What the page shows anew: the column (a group's mark is in several lines), averages, figures."""
    place = next(i for i, one in enumerate(book.columns) if one.key == cell.column.key)
    figures = get_figures(book)
    return {
        "column": {
            str(row.pupil.pk): {
                "value": row.cells[place].given.text,
                "seen": row.cells[place].given.token,
                "average": say_mark(row.average),
            }
            for row in book.rows
        },
        "whole": [say_mark(whole) for _name, whole, _values in figures],
        "figures": [say_mark(values[place]) for _name, _whole, values in figures],
    }


def _save_all(request: SignedInRequest, book: Book, columns: list[Column]) -> HttpResponse:
    """Each cell that differs from what was seen; what cannot be written is said, the rest is kept."""
    done = 0
    for row in book.rows:
        for cell in row.cells:
            name = f"{cell.column.key}:{row.pupil.pk}"
            typed, seen = request.POST.get(name), request.POST.get(f"was:{name}", "")
            if cell.column not in columns or typed is None:
                continue
            try:
                given = read_given(typed, cell.column.mark_max)
                if given.token != seen:
                    actions.set_cell(cell, given, seen=seen, acting_user=request.user)
                    done += 1
            except CandyceError as error:
                said = " ".join(map(str, error.fields.values())) or str(error)
                messages.error(request, f"{row.pupil.full_name}, {cell.column.title} : {said}")
    if done:
        text = ngettext("%(count)s cell is saved.", "%(count)s cells are saved.", done)
        messages.success(request, text % {"count": done})
    address = reverse("grading:gradebook_type", args=[book.school_class.pk])
    return redirect(f"{address}?{request.GET.urlencode()}")
