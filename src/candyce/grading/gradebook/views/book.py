"""The gradebook of a class, and a pupil's own marks."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.grading.gradebook import access, actions, queries
from candyce.grading.gradebook.book import Book
from candyce.grading.gradebook.forms import CoefficientsForm, PeriodForm
from candyce.grading.gradebook.models import LineItem
from candyce.grading.gradebook.skills import get_class_levels
from candyce.lib.errors import NotFound


@login_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """To the first class that the person teaches; a word when there is none."""
    first = access.get_classes(request.user).first()
    if first is not None:
        return redirect("grading:gradebook", first.pk)
    return render(request, "gradebook/none.html")


def get_period_book(request: SignedInRequest, pk: uuid.UUID) -> tuple[PeriodForm, Book]:
    """The gradebook of a class, of the days that the address names; raises :class:`NotFound`."""
    school_class = access.get_class(request.user, pk)
    period = PeriodForm(request.GET)
    return period, queries.get_book(request.user, school_class, **period.get_days())


def get_query(period: PeriodForm) -> str:
    """The days as they stand in an address; empty for the whole year."""
    days = {name: str(day) for name, day in period.get_days().items() if day}
    return f"?{urlencode(days)}" if days else ""


def get_figures(book: Book) -> list[tuple[str, Decimal | None, list[Decimal | None]]]:
    """The table's foot: a name, the figure of the pupils' averages, those of the columns."""
    summary, summaries = book.summary, book.summaries
    names = {
        "mean": _("Class average"),
        "median": _("Median"),
        "low": _("Lowest"),
        "high": _("Highest"),
    }
    return [
        (name, getattr(summary, key, None), [getattr(one, key, None) for one in summaries])
        for key, name in names.items()
    ]


def get_base_context(request: SignedInRequest, book: Book, period: PeriodForm) -> dict[str, Any]:
    """What every page of a class's gradebook needs. ``periods``: each with its address, and whether it is shown."""
    days = period.get_days()
    periods = [
        (
            one,
            f"?{urlencode({'start': one.start, 'end': one.end})}",
            one.start == days["start"] and one.end == days["end"],
        )
        for one in book.school_class.periods.all()  # type: ignore[attr-defined]
    ]
    return {
        "book": book,
        "classes": list(access.get_classes(request.user)),
        "period": period,
        "periods": periods,
        "query": get_query(period),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Pupils by columns; POST writes the coefficients that were changed in the table's head."""
    period, book = get_period_book(request, pk)
    form = CoefficientsForm(book.columns, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        changes = form.get_changes()
        if changes:
            actions.set_coefficients(book.school_class, changes, acting_user=request.user)
            messages.success(request, _("The coefficients are saved."))
        return redirect(reverse("grading:gradebook", args=[pk]) + get_query(period))
    context = get_base_context(request, book, period)
    skills, levels = get_class_levels(book)
    context |= {
        "figures": get_figures(book),
        "form": form,
        "lines": list(zip(book.rows, levels, strict=True)),
        "skills": skills,
        "undo": _get_undo(request, pk),
    }
    return render(request, "gradebook/show.html", context)


def _get_undo(request: SignedInRequest, pk: uuid.UUID) -> LineItem | None:
    """The column that was just deleted."""
    try:
        return access.get_deleted_item(request.user, pk, uuid.UUID(request.GET.get("undo", "")))
    except (ValueError, NotFound):
        return None


@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """The person's own marks, as far as they are returned."""
    return render(request, "gradebook/mine.html", {"marks": queries.get_own_marks(request.user)})
