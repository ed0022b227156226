"""The teacher's page, and dialog, for telling pupils something."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access, queries
from candyce.assignments.models import Assignment
from candyce.assignments.notices.access import get_notice
from candyce.assignments.notices.actions import mark_read, send_notice, withdraw_notice
from candyce.assignments.notices.forms import NoticeForm, read_ids
from candyce.assignments.notices.queries import RECEIVED, get_labels, get_sent
from candyce.assignments.notices.questions import get_given
from candyce.lib.errors import BadRequest, TooMany


def _make_form(
    request: SignedInRequest, assignment: Assignment, *, sent: bool = False
) -> NoticeForm:
    rows = queries.filter_rows(queries.get_rows(request.user, assignment))
    hidden = _hides_names(request)
    return NoticeForm(
        request.POST if request.method == "POST" and not sent else None,
        classes=list(access.followed_classes(request.user, assignment).order_by("title")),
        pupils=[row.pupil for row in rows if row.school_class],
        questions=get_given(assignment),
        chosen=read_ids(request.GET.getlist("pupil")),
        about=request.GET.get("question", ""),
        labels=get_labels(assignment, rows, hidden=True) if hidden else None,
    )


def _hides_names(request: SignedInRequest) -> bool:
    """Asked for by the page that leads here, which may stand on a projector."""
    return request.GET.get("names") == "hidden"


def _go_back(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    address = reverse("assignments:notices", args=[pk])
    return redirect(f"{address}?names=hidden" if _hides_names(request) else address)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The form, filled in from the address (``pupil`` repeated, ``question``), and what was sent.

    With ``names=hidden`` in the address pupils are numbers.

    With ``X-Requested-With: fetch`` only the part that a dialog shows.
    """
    assignment = access.get_assignment(request.user, pk, "follow")
    form = _make_form(request, assignment)
    dialog = request.headers.get("X-Requested-With") == "fetch"
    told, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                send_notice(assignment, acting_user=request.user, **form.get_values())
            except (BadRequest, TooMany) as error:
                form.add_error_of(error)
            else:
                told, status = _("Your message is sent."), 200
                if not dialog:
                    messages.success(request, told)
                    return _go_back(request, pk)
                form = _make_form(request, assignment, sent=True)
    context = _get_sent_context(request, assignment) | {"form": form, "told": told}
    template = "assignments/_notice_part.html" if dialog else "assignments/notices.html"
    return render(request, template, context, status=status)


def _get_sent_context(request: SignedInRequest, assignment: Assignment) -> dict[str, Any]:
    hidden = _hides_names(request)
    sent = get_sent(request.user, assignment, hidden=hidden)
    return {"assignment": assignment, "sent": sent, "hidden": hidden}


@login_required
@require_safe
def sent(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What was sent and who has read it, for `data-live`."""
    assignment = access.get_assignment(request.user, pk, "follow")
    context = _get_sent_context(request, assignment)
    return render(request, "assignments/_notices_sent.html", context)


@login_required
@require_POST
def withdraw(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    notice = get_notice(request.user, pk)
    withdraw_notice(notice, acting_user=request.user)
    messages.success(request, _("The message is withdrawn: pupils no longer see it."))
    return _go_back(request, notice.assignment_id)


@login_required
@require_POST
def read(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The pupil has read, on the page of the copy, the notices with these ids."""
    copy = access.get_copy(request.user, pk)
    ids = [uuid.UUID(one) for one in read_ids(request.POST.getlist("id")[:RECEIVED])]
    mark_read(copy, ids, acting_user=request.user)
    return redirect("assignments:copy", pk)
