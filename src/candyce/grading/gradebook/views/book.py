"""The gradebook of a class, and a pupil's own marks."""

from __future__ import annotations

import uuid
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
from candyce.accounts.models import Class
from candyce.grading.gradebook import access, actions, export, queries
from candyce.grading.gradebook.book import Book
from candyce.grading.gradebook.forms import CoefficientsForm, PeriodForm


@login_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """To the first class that the person teaches; a word when there is none."""
    first = access.get_classes(request.user).first()
    if first is not None:
        return redirect("grading:gradebook", first.pk)
    return render(request, "gradebook/none.html")


def _get_book(request: SignedInRequest, pk: uuid.UUID) -> tuple[PeriodForm, Book]:
    school_class = access.get_class(request.user, pk)
    period = PeriodForm(request.GET)
    return period, queries.get_book(request.user, school_class, **period.get_days())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Pupils by assignments; POST writes the coefficients that were changed in the table's head."""
    period, book = _get_book(request, pk)
    form = CoefficientsForm(book.columns, request.POST if request.method == "POST" else None)
    query = _get_query(period)
    if request.method == "POST" and form.is_valid():
        changes = form.get_changes()
        if changes:
            actions.set_coefficients(book.school_class, changes, acting_user=request.user)
            messages.success(request, _("The coefficients are saved."))
        return redirect(reverse("grading:gradebook", args=[pk]) + query)
    return render(request, "gradebook/show.html", _get_context(request, book, period, form, query))


def _get_query(period: PeriodForm) -> str:
    days = {name: str(day) for name, day in period.get_days().items() if day}
    return f"?{urlencode(days)}" if days else ""


def _get_context(
    request: SignedInRequest, book: Book, period: PeriodForm, form: CoefficientsForm, query: str
) -> dict[str, Any]:
    classes: list[Class] = list(access.get_classes(request.user))
    summary, summaries = book.summary, book.summaries
    names = {
        "mean": _("Class average"),
        "median": _("Median"),
        "low": _("Lowest"),
        "high": _("Highest"),
    }
    figures = [
        (name, getattr(summary, key, None), [getattr(one, key, None) for one in summaries])
        for key, name in names.items()
    ]
    return {
        "book": book,
        "classes": classes,
        "figures": figures,
        "form": form,
        "period": period,
        "query": query,
    }


@login_required
@require_safe
def download(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The table of :func:`show` as a CSV."""
    _period, book = _get_book(request, pk)
    name = export.make_file_name(book.school_class)
    return HttpResponse(
        export.make_csv(book),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """The person's own marks, as far as they are returned."""
    return render(request, "gradebook/mine.html", {"marks": queries.get_own_marks(request.user)})
