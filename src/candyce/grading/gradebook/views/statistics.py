"""How an assignment went: marks, questions, discrimination."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access
from candyce.grading.forms import ClassForm
from candyce.grading.gradebook import plots
from candyce.grading.gradebook.item_analysis import DISCRIMINATION_FROM, FEW, QUARTILES_FROM
from candyce.grading.gradebook.statistics import get_statistics

R_TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0)
TICKS_ROOM = 24  # pixels


@login_required
@require_safe
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Plots with the tables behind them; of one class, or of all that the person follows."""
    assignment = access.get_assignment(request.user, pk, "follow")
    classes = list(access.followed_classes(request.user, assignment))
    form = ClassForm(request.GET, classes)
    found = get_statistics(request.user, assignment, class_id=form.get_class_id())
    height = len(found.questions) * plots.LINE
    context = {
        "assignment": assignment,
        "classes": classes,
        "form": form,
        "found": found,
        "histogram": plots.make_histogram(found.bins, found.spread),
        "success": plots.make_success(found.questions),
        "discrimination": plots.make_discrimination(found.questions),
        "height": height,
        "r_height": height + TICKS_ROOM,
        "r_tick_y": height + TICKS_ROOM - 7,
        "r_ticks": [(plots.place_r(value), value) for value in R_TICKS],
        "quartiles_from": QUARTILES_FROM,
        "discrimination_from": DISCRIMINATION_FROM,
        "few": FEW,
    }
    return render(request, "gradebook/statistics.html", context)
