"""Other times for some pupils: extra time, a window of one's own."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from candyce.accounts.http import SignedInRequest
from candyce.accounts.models import User
from candyce.accounts.navigation import is_own_path
from candyce.assignments import access, actions, queries
from candyce.assignments.forms_times import OwnTimesForm, get_own_initial
from candyce.assignments.models import Accommodation, Assignment, PupilTimes
from candyce.assignments.times import compute
from candyce.lib.errors import BadRequest, Forbidden
from candyce.lib.text import fold


@dataclass(frozen=True)
class Line:
    """A pupil on the page: the times that hold, the pupil's own row, lasting extra time in per cent."""

    row: queries.Row
    own: PupilTimes | None
    lasting: int
    ticked: bool

    @property
    def hidden_differs(self) -> bool:
        return self.own is not None and bool(self.own.outside)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The pupils' times; for those ticked, times of their own, the class's again, or extra time that lasts."""
    assignment = access.get_assignment(request.user, pk, "follow")
    rows = queries.get_rows(request.user, assignment)
    known = {str(row.pupil.pk): row.pupil for row in rows}
    posted = request.method == "POST"
    wanted = request.POST.getlist("pupil") if posted else request.GET.getlist("pupil")
    chosen = [known[one] for one in dict.fromkeys(wanted) if one in known]
    form = OwnTimesForm(request.POST if posted else None, initial=_get_initial(assignment, chosen))
    error = ""
    if posted:
        try:
            done = _do(request, assignment, chosen, form)
        except BadRequest as refused:
            form.add_error_of(refused)
        except Forbidden as refused:
            error = str(refused)
        else:
            if done:
                messages.success(request, done)
                return redirect("assignments:times", pk)
    context = _get_context(assignment, rows, {one.pk for one in chosen}) | {
        "form": form,
        "error": error,
    }
    status = 400 if form.errors or error else 200
    return render(request, "assignments/times.html", context, status=status)


def _get_initial(assignment: Assignment, chosen: list[User]) -> dict[str, Any]:
    """One pupil's own times, to be changed; for several the form begins empty."""
    if len(chosen) != 1:
        return {}
    return get_own_initial(
        PupilTimes.objects.filter(assignment=assignment, pupil=chosen[0]).first()
    )


def _do(
    request: SignedInRequest, assignment: Assignment, chosen: list[User], form: OwnTimesForm
) -> str:
    """What the form asks for; gives what to say then, nothing where the form is wrong."""
    act = request.POST.get("act")
    if not form.is_valid():
        return ""
    if not chosen:
        raise BadRequest(_("Tick the pupils first."))
    if act == "clear":
        actions.set_pupil_times(assignment, chosen, actions.OwnTimes(), acting_user=request.user)
    elif act == "last":
        percent = form.cleaned_data["lasting"] or 0
        actions.set_accommodation(chosen, percent, acting_user=request.user)
    else:
        actions.set_pupil_times(assignment, chosen, form.get_own(), acting_user=request.user)
    text = ngettext(
        "The times of %(count)s pupil are saved.",
        "The times of %(count)s pupils are saved.",
        len(chosen),
    )
    return text % {"count": len(chosen)}


def _get_context(
    assignment: Assignment, rows: list[queries.Row], ticked: set[uuid.UUID]
) -> dict[str, Any]:
    ids = [row.pupil.pk for row in rows]
    own = {
        row.pupil_id: row for row in PupilTimes.objects.filter(assignment=assignment, pupil__in=ids)
    }
    lasting = dict(
        Accommodation.objects.filter(pupil__in=ids).values_list("pupil_id", "extra_percent")
    )
    lines = [
        Line(row, own.get(row.pupil.pk), lasting.get(row.pupil.pk, 0), row.pupil.pk in ticked)
        for row in sorted(rows, key=lambda row: fold(row.pupil.sort_name))
    ]
    return {
        "assignment": assignment,
        "lines": lines,
        "class_times": compute(assignment),
    }


@login_required
@require_POST
def lift_lateness(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Take nothing off a copy for being late, or what the rule says."""
    copy = access.get_copy(request.user, pk, "mark")
    actions.lift_lateness(copy, bool(request.POST.get("lifted")), acting_user=request.user)
    then = request.POST.get("next", "")
    return redirect(then if is_own_path(then) else reverse("assignments:mark", args=[pk]))
