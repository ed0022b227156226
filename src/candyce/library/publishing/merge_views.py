"""Pages of adaptations: what was made from a resource, and taking changes of one back into the original."""

from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from candyce.accounts.access import is_teacher
from candyce.accounts.http import SignedInRequest
from candyce.lib.errors import CandyceError
from candyce.library.access import get_resource, is_author
from candyce.library.publishing import access, queries
from candyce.library.publishing.merging import actions
from candyce.library.publishing.merging.cells import BOTH, THEIRS
from candyce.library.publishing.merging.plan import Plan, make_plan

_KEY = re.compile(r"(\d{1,4}):(\d{1,5}|-1)")


@require_safe
@login_required
def show_adaptations(request: SignedInRequest, slug: str) -> HttpResponse:
    """Adaptations that the person may read; authors of the original may take changes back."""
    resource = get_resource(request.user, slug)
    context = {
        "resource": resource,
        "adaptations": queries.list_adaptations(request.user, resource),
        "may_merge": is_author(request.user, resource) and is_teacher(request.user),
    }
    return render(request, "library/publishing/adaptations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def merge(request: SignedInRequest, slug: str, other: str) -> HttpResponse:
    """What an adaptation changes, cell by cell; the authors of the original take over what they choose.

    ``file`` in the address: of this one alone.
    """
    resource = access.get_teaching_resource(request.user, slug)
    adaptation = access.get_adaptation(request.user, resource, other)
    error: CandyceError | None = None
    sides = actions.get_sides(resource, adaptation, request.user)
    only = request.GET.get("file", "")
    plan = make_plan(sides.base, sides.theirs, sides.mine, only=only)
    if request.method == "POST":
        chosen = _choose_all(plan) if request.POST.get("action") == "all" else _read(request.POST)
        try:
            project = actions.merge(
                resource,
                adaptation,
                chosen,
                acting_user=request.user,
                state=request.POST.get("state", ""),
                sides=sides,
                plan=plan,
            )
        except CandyceError as refusal:
            error = refusal
        else:
            text = _(
                "The changes are in your project. Look them over, then publish a new edition: it names %(names)s."
            )
            names = ", ".join(adaptation.authors)
            messages.success(request, text % {"names": names})
            return redirect("library:publish", project.pk)
    context = {
        "resource": resource,
        "adaptation": adaptation,
        "plan": plan,
        "only": only,
        "sides": sides,
        "verdict": actions.get_verdict(resource, adaptation, request.user),
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "library/publishing/merge.html", context, status=status)


def _choose_all(plan: Plan) -> dict[tuple[int, int], str]:
    """Whatever does not meet what I changed myself."""
    whole = {
        (one.number, actions.WHOLE): THEIRS for one in plan.files if one.whole and not one.meets
    }
    cells = {
        (file.number, cell.number): THEIRS
        for file in plan.files
        for cell in file.cells
        if not cell.meets
    }
    return whole | cells


def _read(data: QueryDict) -> dict[tuple[int, int], str]:
    """Boxes ``take`` with ``file:cell``, and answers ``how-file:cell`` where both changed the same."""
    found = {key: THEIRS for key in map(_read_key, data.getlist("take")[:5000]) if key}
    for name, how in list(data.items())[:5000]:
        key = _read_key(name.removeprefix("how-")) if name.startswith("how-") else None
        if key and how in {THEIRS, BOTH}:
            found[key] = how
    return found


def _read_key(text: str) -> tuple[int, int] | None:
    match = _KEY.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None
