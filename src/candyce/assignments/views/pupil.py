"""A pupil's way: a code, a copy, the work, what comes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access, actions, codes
from candyce.assignments.describe import get_class_name
from candyce.assignments.late import get_lateness
from candyce.assignments.markers import get_marker
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.my_work import get_my_work
from candyce.assignments.notices.queries import get_received
from candyce.assignments.prose import render_prose
from candyce.assignments.times import get_times
from candyce.lib.errors import CandyceError, Forbidden


@login_required
@require_safe
def join(request: SignedInRequest, code: str = "") -> HttpResponse:
    """``/c/`` asks for the code; ``/c/<CODE>/`` goes straight to work.

    Opening by a link makes the pupil's copy at the first visit; later visits find it again.
    """
    typed = code or request.GET.get("code", "")
    if not typed:
        return render(request, "assignments/join.html", {"typed": ""})
    code = codes.normalise(typed)
    if "code" in request.GET and codes.is_code(code):
        return redirect("assignments:join", code)
    try:
        found = actions.join(code, acting_user=request.user)
    except CandyceError as error:
        context = {"typed": typed[:20], "error": error}
        return render(request, "assignments/join.html", context, status=error.status)
    if isinstance(found, Assignment):
        pupil = access.get_abilities(request.user, found)["open_copy"]
        return redirect("assignments:my_group" if pupil else "assignments:detail", found.pk)
    return go_to_work(request, found)


def go_to_work(request: SignedInRequest, copy: Copy) -> HttpResponse:
    """Into the editor while there is work to do, else to the page that says how things stand."""
    copy = access.get_copy(request.user, copy.pk)
    if access.get_copy_abilities(request.user, copy)["write"]:
        return redirect("projects:open", copy.project_id)
    return redirect("assignments:copy", copy.pk)


@login_required
@require_safe
def mine(request: SignedInRequest) -> HttpResponse:
    """To do, handed in, returned."""
    return render(request, "assignments/mine.html", {"work": get_my_work(request.user)})


@login_required
@require_safe
def copy(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One's copy: instructions, state, what came back. A teacher is sent to the marking page."""
    found = access.get_copy(request.user, pk)
    abilities = access.get_copy_abilities(request.user, found)
    if abilities["follow"]:
        return redirect("assignments:mark", pk)
    reason = access.get_copy_rights(request.user, found).reason
    received = get_received(request.user, found)
    times = get_times(found.assignment, request.user)
    context = {
        "received": received,
        "unread": any(one.seen_at is None for one in received),
        "copy": found,
        "assignment": found.assignment,
        "abilities": abilities,
        "class_name": get_class_name(found),
        "instructions": render_prose(found.assignment.instructions),
        "appraisal": render_prose(found.appraisal) if abilities["see_mark"] else "",
        "closed": reason == "window_closed",
        "frozen": reason == "frozen",
        "times": times,
        "now": timezone.now(),
        "lateness": get_lateness(found, times),
        "mates": [one for one in found.members if one != request.user] if found.group else None,
        "feedback": get_marker().render_feedback(request.user, found, request),
    }
    return render(request, "assignments/copy.html", context)


def _do_and_show(
    request: SignedInRequest, pk: uuid.UUID, action: Callable[..., Copy], done: str
) -> HttpResponse:
    found = access.get_copy(request.user, pk)
    try:
        action(found, acting_user=request.user)
    except Forbidden as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    # Handed in after an invisible assignment's closing, a copy is out of sight.
    if not access.copies_visible_to(request.user).filter(pk=pk).exists():
        return redirect("assignments:mine")
    return redirect("assignments:copy", pk)


@login_required
@require_POST
def hand_in(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _do_and_show(request, pk, actions.hand_in, _("Your copy is handed in."))


@login_required
@require_POST
def take_back(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _do_and_show(request, pk, actions.take_back, _("You can go on working on your copy."))
