"""The marking of an assignment at a glance: pupils by questions; returning, marking again, hiding names."""

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
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access
from candyce.assignments import actions as assignment_actions
from candyce.assignments.models import Assignment, Copy
from candyce.grading import actions, names, queries
from candyce.grading.asked import get_asked
from candyce.grading.forms import OverviewForm
from candyce.grading.queries import Line
from candyce.grading.views.common import get_base_context, go_back
from candyce.lib.errors import NotFound


def get_marked_assignment(request: SignedInRequest, pk: uuid.UUID) -> Assignment:
    """The guarded fetch of an assignment that has questions; raises :class:`NotFound`."""
    assignment = access.get_assignment(request.user, pk, "follow")
    if not get_asked(assignment):
        raise NotFound(_("This work has no questions to mark one by one."))
    return assignment


def _get_context(request: SignedInRequest, assignment: Assignment) -> dict[str, Any]:
    classes = list(access.followed_classes(request.user, assignment))
    form = OverviewForm(request.GET, classes)
    choices = form.get_choices()
    hidden = names.is_hidden(request)
    lines = queries.get_lines(request.user, assignment, hidden=hidden)
    asked = get_asked(assignment)
    wanted = {"class_": choices["class_id"], "show": choices["show"]}
    query = urlencode({key: value for key, value in wanted.items() if value})
    return get_base_context(request, assignment) | {
        "asked": asked,
        "classes": classes,
        "form": form,
        "lines": [line for line in lines if _is_shown(line, **choices)],
        "totals": queries.count(lines),
        "success": queries.get_success(asked, lines),
        "table_url": f"{reverse('grading:table', args=[assignment.pk])}?{query}",
    }


def _is_shown(line: Line, *, class_id: str, show: str) -> bool:
    school_class = line.row.school_class
    if class_id and (school_class is None or str(school_class.pk) != class_id):
        return False
    return {
        "todo": bool(line.todo),
        "handed_in": line.row.state == Copy.State.HANDED_IN,
        "late": line.lateness is not None,
        "returned": line.row.state == Copy.State.RETURNED,
    }.get(show, True)


@login_required
@require_safe
def overview(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Pupils by questions with their points, the state of the marking, the marks proposed."""
    assignment = get_marked_assignment(request, pk)
    return render(request, "grading/overview.html", _get_context(request, assignment))


@login_required
@require_safe
def table(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The changing part of :func:`overview`, for `data-live` while copies are being marked."""
    assignment = get_marked_assignment(request, pk)
    return render(request, "grading/_table.html", _get_context(request, assignment))


@login_required
@require_POST
def hide_names(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Show numbers instead of names on the marking pages, or names again."""
    assignment = access.get_assignment(request.user, pk, "follow")
    names.set_hidden(request, request.POST.get("hidden") == "1")
    return go_back(request, assignment)


def _get_chosen(request: SignedInRequest, lines: list[Line]) -> list[Line]:
    """The lines of the copies named in the form; all copies handed in when it says so."""
    if request.POST.get("which") == "all":
        return [line for line in lines if line.row.state == Copy.State.HANDED_IN]
    wanted = set(request.POST.getlist("copy"))
    return [line for line in lines if line.copy and str(line.copy.pk) in wanted]


@login_required
@require_POST
def return_copies(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Return one, some or all copies, after a page that says which have no mark or questions left."""
    assignment = get_marked_assignment(request, pk)
    hidden = names.is_hidden(request)
    lines = queries.get_lines(request.user, assignment, hidden=hidden)
    chosen = [line for line in _get_chosen(request, lines) if line.row.state != Copy.State.RETURNED]
    copies = [line.copy for line in chosen if line.copy]
    if request.POST.get("confirmed") == "1" and copies:
        returned = assignment_actions.return_copies(copies, acting_user=request.user)
        text = ngettext(
            "%(count)s copy is returned.", "%(count)s copies are returned.", len(returned)
        )
        messages.success(request, text % {"count": len(returned)})
        return redirect("grading:overview", pk)
    context = get_base_context(request, assignment) | {
        "chosen": chosen,
        "unmarked": [line for line in chosen if line.copy and line.copy.mark is None],
        "unfinished": [line for line in chosen if line.row.state == Copy.State.WORKING],
    }
    return render(request, "grading/return.html", context)


@login_required
@require_POST
def mark_again(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Mark the chosen copies anew (all handed in when none is chosen); teachers' points stay."""
    assignment = get_marked_assignment(request, pk)
    lines = queries.get_lines(request.user, assignment)
    copies = [line.copy for line in _get_chosen(request, lines) if line.copy]
    if copies:
        actions.queue_marking(copies, acting_user=request.user)
        text = ngettext(
            "%(count)s copy is being marked again. Points that you gave stay.",
            "%(count)s copies are being marked again. Points that you gave stay.",
            len(copies),
        )
        messages.success(request, text % {"count": len(copies)})
    else:
        messages.warning(request, _("Choose copies in the table first."))
    return go_back(request, assignment)
