"""Columns without an assignment, and the parts of a class's year."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from candyce.accounts.http import SignedInRequest
from candyce.grading.gradebook import access, actions
from candyce.grading.gradebook.forms import PERIODS, ItemForm, PeriodsForm
from candyce.grading.gradebook.periods import propose
from candyce.lib.errors import BadRequest

EMPTY_ROWS = 3


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A new column, then its marks are typed."""
    school_class = access.get_class(request.user, pk)
    form = ItemForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        item = actions.add_item(school_class, acting_user=request.user, **form.cleaned_data)
        messages.success(request, _("The column is there. Type its marks."))
        address = reverse("grading:gradebook_type", args=[pk])
        return redirect(f"{address}?column={item.pk}")
    context = {"form": form, "school_class": school_class}
    return render(request, "gradebook/item.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, pk: uuid.UUID, item: uuid.UUID) -> HttpResponse:
    """Its title, day, scale, coefficient, and whether pupils read it."""
    school_class = access.get_class(request.user, pk)
    found = access.get_item(request.user, school_class, item)
    form = ItemForm(request.POST if request.method == "POST" else None, item=found)
    if form.is_valid():
        try:
            actions.change_item(found, acting_user=request.user, **form.cleaned_data)
        except BadRequest as error:
            form.add_error_of(error)
        else:
            messages.success(request, _("The column is saved."))
            return redirect("grading:gradebook", pk)
    context = {"form": form, "school_class": school_class, "item": found}
    return render(request, "gradebook/item.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def delete(request: SignedInRequest, pk: uuid.UUID, item: uuid.UUID) -> HttpResponse:
    school_class = access.get_class(request.user, pk)
    found = access.get_item(request.user, school_class, item)
    actions.delete_item(found, acting_user=request.user)
    address = reverse("grading:gradebook", args=[pk])
    return redirect(f"{address}?undo={found.pk}")


@login_required
@require_POST
def restore(request: SignedInRequest, pk: uuid.UUID, item: uuid.UUID) -> HttpResponse:
    """Undo of :func:`delete`."""
    found = access.get_deleted_item(request.user, pk, item)
    actions.restore_item(found, acting_user=request.user)
    messages.success(request, _("The column is back with its marks."))
    return redirect("grading:gradebook", pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def periods(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Name and date the parts of the year; ``?propose=terms`` or ``semesters`` fills the usual ones in."""
    school_class = access.get_class(request.user, pk)
    if request.method == "POST":
        form: Any = PeriodsForm(request.POST)
        if form.is_valid():
            actions.set_periods(school_class, form.get_periods(), acting_user=request.user)
            messages.success(request, _("The periods are saved."))
            return redirect("grading:gradebook", pk)
    else:
        proposal = propose(school_class.session, request.GET.get("propose", ""))
        stored = school_class.periods.values_list("title", "start", "end")  # type: ignore[attr-defined]
        rows = [
            {"title": title, "start": start, "end": end} for title, start, end in proposal or stored
        ]
        form = PeriodsForm(initial=rows)
        form.extra = max(0, min(EMPTY_ROWS, PERIODS - len(rows)))
    context = {"form": form, "school_class": school_class}
    status = 422 if request.method == "POST" else 200
    return render(request, "gradebook/periods.html", context, status=status)
