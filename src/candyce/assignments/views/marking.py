"""Following a class at work, marking copies, giving them back."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.accounts.models import User
from candyce.assignments import access, actions, groups, queries
from candyce.assignments.describe import get_class_name
from candyce.assignments.export import make_course, stream_zip
from candyce.assignments.forms import MarkForm, RowsForm
from candyce.assignments.late import get_lateness
from candyce.assignments.markers import get_marker
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.parts import get_parts
from candyce.assignments.prose import render_prose
from candyce.collab.comments.queries import get_threads_of
from candyce.collab.models import CommentThread
from candyce.lib.errors import BadRequest
from candyce.lib.notebook_html import render_notebook


def _get_rows_context(request: SignedInRequest, assignment: Assignment) -> dict[str, Any]:
    classes = list(access.followed_classes(request.user, assignment))
    form = RowsForm(request.GET, classes)
    choices = form.get_choices()
    everyone = queries.get_rows(request.user, assignment)
    rows = queries.filter_rows(everyone, **choices)
    wanted = {"class_" if key == "class_id" else key: value for key, value in choices.items()}
    wanted["q"] = wanted.pop("text")
    query = urlencode({key: value for key, value in wanted.items() if value})
    return {
        "assignment": assignment,
        "classes": classes,
        "form": form,
        "rows": rows,
        "counts": queries.count_rows(everyone),
        "rows_url": f"{reverse('assignments:rows', args=[assignment.pk])}?{query}",
    }


@login_required
@require_safe
def detail(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The class at work: a row a pupil, refreshed by itself."""
    assignment = access.get_assignment(request.user, pk, "follow")
    context = _get_rows_context(request, assignment) | {
        "abilities": access.get_abilities(request.user, assignment),
        "instructions": render_prose(assignment.instructions),
        "open_yet": access.is_open_yet(assignment),
        "closed": access.is_closed(assignment),
        "marking_url": get_marker().get_overview_url(assignment),
        "left_over": _count_left_over(request, assignment),
        "statistics_url": get_marker().get_statistics_url(assignment),
    }
    return render(request, "assignments/detail.html", context)


def _count_left_over(request: SignedInRequest, assignment: Assignment) -> int:
    """Pupils who can do nothing yet because they are in no group."""
    if not assignment.group_mode or assignment.archived_at:
        return 0
    classes = access.followed_classes(request.user, assignment)
    return sum(len(one.left_over) for one in groups.get_groups(assignment, classes))


@login_required
@require_safe
def rows(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The changing part of :func:`detail`, for `data-live`."""
    assignment = access.get_assignment(request.user, pk, "follow")
    return render(request, "assignments/_rows.html", _get_rows_context(request, assignment))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One copy: its notebook, mark and appraisal, and the way to the next copy.

    Work that has questions is marked question by question, on pages of its own.
    """
    copy = access.get_copy(request.user, pk, "follow")
    elsewhere = get_marker().get_copy_url(copy)
    if elsewhere is not None:
        return redirect(elsewhere)
    form = MarkForm.of(copy, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _do_mark(request, copy, form.cleaned_data)
        except BadRequest as error:
            form.add_error_of(error)
    notebook = queries.get_main_notebook(queries.get_tree(copy))
    context = {
        "copy": copy,
        "lateness": get_lateness(copy),
        "assignment": copy.assignment,
        "class_name": get_class_name(copy),
        "form": form,
        "abilities": access.get_copy_abilities(request.user, copy),
        "neighbours": queries.get_neighbours(request.user, copy),
        "notebook": render_notebook(notebook) if notebook else None,
        "parts": get_parts(copy),
        "threads": _get_threads(copy),
    }
    return render(request, "assignments/mark.html", context)


def _get_threads(copy: Copy) -> list[CommentThread]:
    """What is said of the copy's cells, also what waits for the return, oldest first."""
    found = get_threads_of([copy.project_id], hidden=True)
    return sorted(chain.from_iterable(found.values()), key=lambda one: (one.created_at, one.pk))


def _do_mark(request: SignedInRequest, copy: Copy, data: dict[str, Any]) -> HttpResponse:
    user, pk = request.user, copy.pk
    access.check_copy(user, copy, "mark")
    actions.set_mark(copy, data["mark"], acting_user=user)
    actions.set_appraisal(copy, data["appraisal"], acting_user=user)
    then = request.POST.get("then")
    if then == "return":
        actions.return_copies([copy], acting_user=user)
        messages.success(request, _("Returned to %(name)s.") % {"name": copy.who})
    else:
        messages.success(request, _("Mark and appraisal are saved."))
    if then in {"next", "return"}:
        following = queries.get_neighbours(user, copy).next
        if following is not None:
            return redirect("assignments:mark", following.pk)
        return redirect("assignments:detail", copy.assignment_id)
    return redirect("assignments:mark", pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def return_all(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Return every copy handed in, after a page that says how many, and which lack a mark."""
    assignment = access.get_assignment(request.user, pk, "follow")
    copies = _get_handed_in(request.user, assignment)
    if request.method == "POST":
        returned = actions.return_copies(copies, acting_user=request.user)
        text = ngettext(
            "%(count)s copy is returned.", "%(count)s copies are returned.", len(returned)
        )
        messages.success(request, text % {"count": len(returned)})
        return redirect("assignments:detail", pk)
    unmarked = [copy for copy in copies if copy.mark is None]
    context = {"assignment": assignment, "copies": copies, "unmarked": unmarked}
    return render(request, "assignments/return_all.html", context)


def _get_handed_in(user: User, assignment: Assignment) -> list[Copy]:
    copies = queries.get_copies(user, assignment).filter(state=Copy.State.HANDED_IN)
    return list(copies.order_by("pupil__family_name", "pupil__given_name"))


@login_required
@require_POST
def return_one(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    copy = access.get_copy(request.user, pk, "return")
    actions.return_copies([copy], acting_user=request.user)
    messages.success(request, _("Returned to %(name)s.") % {"name": copy.who})
    return redirect("assignments:mark", pk)


@login_required
@require_POST
def reopen(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    copy = access.get_copy(request.user, pk, "reopen")
    actions.reopen(copy, acting_user=request.user)
    text = _("%(name)s can work on this copy again, until handing it in.")
    messages.success(request, text % {"name": copy.who})
    return redirect("assignments:mark", pk)


@login_required
@require_safe
def download(request: SignedInRequest, pk: uuid.UUID) -> HttpResponseBase:
    """All copies as a zip of notebooks, sent while it is made."""
    assignment = access.get_assignment(request.user, pk, "follow")
    copies = queries.get_copies(request.user, assignment).select_related(
        "handed_in_version", "returned_version"
    )
    chunks = stream_zip(list(copies.order_by("pupil__family_name", "pupil__given_name")))
    body = _iterate(chunks) if isinstance(request, ASGIRequest) else chunks
    name = slugify(assignment.title)[:80] or "copies"
    return StreamingHttpResponse(
        body,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.zip"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@login_required
@require_safe
def export_course(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The assignment as a course of nbgrader, with solutions: for those who follow it."""
    assignment = access.get_assignment(request.user, pk, "follow")
    name, data = make_course(assignment)
    return HttpResponse(
        data,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


async def _iterate(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Each chunk made in the thread of database work, so that the event loop stays free."""
    while (chunk := await sync_to_async(_take)(chunks)) is not None:
        yield chunk


def _take(chunks: Iterator[bytes]) -> bytes | None:
    return next(chunks, None)
