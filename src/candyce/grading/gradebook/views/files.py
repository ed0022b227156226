"""The gradebook as files, and the CSV read again: look, then confirm."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.accounts.importer.table import FileRefused, decode
from candyce.grading.gradebook import access, queries
from candyce.grading.gradebook.book import Book
from candyce.grading.gradebook.export import make_csv, make_file_name, make_spreadsheet
from candyce.grading.gradebook.forms import ImportForm
from candyce.grading.gradebook.importing import Plan, apply_plan, make_plan
from candyce.grading.gradebook.ods import MIMETYPE
from candyce.grading.gradebook.oneroster import make_oneroster
from candyce.grading.gradebook.views.book import get_period_book
from candyce.lib.errors import CandyceError, NotFound, TooLarge

KINDS = {
    "csv": (make_csv, "text/csv; charset=utf-8"),
    "ods": (make_spreadsheet, MIMETYPE),
    "zip": (make_oneroster, "application/zip"),
}
LARGEST = 1_000_000  # bytes; the confirmation sends the text back
SHOWN = 300


@login_required
@require_safe
def download(request: SignedInRequest, pk: uuid.UUID, kind: str) -> HttpResponse:
    """``csv``, ``ods``, or ``zip`` (OneRoster); of the days that the address names."""
    if kind not in KINDS:
        raise NotFound
    _period, book = get_period_book(request, pk)
    make, content_type = KINDS[kind]
    name = make_file_name(book.school_class, kind)
    return HttpResponse(
        make(book),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_csv(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A file posted here is compared, never written; the page then sends it back with what it showed."""
    book = queries.get_book(request.user, access.get_class(request.user, pk))
    if request.method == "POST" and "text" in request.POST:
        return _confirm(request, book)
    if request.method != "POST":
        return _show_form(request, book, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_form(request, book, form)
    try:
        text, clear = _read(form.cleaned_data["file"]), form.cleaned_data["clear"]
        plan = make_plan(book, text, clear=clear)
    except (FileRefused, TooLarge) as error:
        form.add_error("file", str(error))
        return _show_form(request, book, form)
    return _show_plan(request, book, plan, text=text, clear=clear)


def _read(upload: UploadedFile[bytes]) -> str:
    if (upload.size or 0) > LARGEST:
        raise TooLarge(_("This file is larger than a gradebook."))
    return decode(upload.read())


def _confirm(request: SignedInRequest, book: Book) -> HttpResponse:
    clear = request.POST.get("clear") == "1"
    try:
        text = base64.b64decode(request.POST["text"], validate=True).decode()
        plan = make_plan(book, text, clear=clear)
    except (ValueError, FileRefused):  # no base64, no UTF-8, no table
        return _show_form(request, book, ImportForm())
    try:
        apply_plan(book, plan, request.POST.get("digest", ""), acting_user=request.user)
    except CandyceError as error:
        book = queries.get_book(request.user, book.school_class)
        plan = make_plan(book, text, clear=clear)
        said = " ".join(map(str, error.fields.values())) or str(error)
        return _show_plan(request, book, plan, text=text, clear=clear, changed=said)
    count = len(plan.changes) + len(plan.coefficients)
    said = ngettext("%(count)s change is written.", "%(count)s changes are written.", count)
    messages.success(request, said % {"count": count})
    return redirect("grading:gradebook", book.school_class.pk)


def _show_form(request: SignedInRequest, book: Book, form: ImportForm) -> HttpResponse:
    context = {"form": form, "school_class": book.school_class}
    status = 422 if request.method == "POST" else 200
    return render(request, "gradebook/import.html", context, status=status)


def _show_plan(
    request: SignedInRequest, book: Book, plan: Plan, *, text: str, clear: bool, changed: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "school_class": book.school_class,
        "plan": plan,
        "changes": plan.changes[:SHOWN],
        "more": max(0, len(plan.changes) - SHOWN),
        "problems": plan.problems[:SHOWN],
        "text": base64.b64encode(text.encode()).decode(),
        "clear": clear,
        "changed": changed,
    }
    status = 409 if changed else 422 if plan.problems else 200
    return render(request, "gradebook/import_plan.html", context, status=status)
