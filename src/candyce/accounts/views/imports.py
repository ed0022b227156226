"""Administration: import of a file, in two steps: look, then confirm."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from candyce.accounts.forms_admin import ImportForm, sessions_of
from candyce.accounts.importer.apply import KEPT, PlanChanged, do_import, make_draft, replan
from candyce.accounts.importer.export import get_examples, make_template
from candyce.accounts.importer.plan import Plan
from candyce.accounts.importer.table import FileRefused, decode
from candyce.accounts.models import ImportDraft
from candyce.accounts.requests import SignedInRequest
from candyce.accounts.views.guards import administration
from candyce.lib.errors import NotFound

SHOWN_ROWS = 300
SHOWN_PROBLEMS = 100


@administration
def import_people(request: SignedInRequest) -> HttpResponse:
    """The explanations and the form; a file posted here is compared, never imported."""
    if not sessions_of(request.user).exists():
        return render(request, "accounts/session_none.html")
    if request.method != "POST":
        return _render_form(request, ImportForm(request.user))
    form = ImportForm(request.user, request.POST, request.FILES)
    if not form.is_valid():
        return _render_form(request, form)
    upload = form.cleaned_data["file"]
    try:
        draft, plan = make_draft(
            form.cleaned_data["session"],
            decode(upload.read()),
            file_name=upload.name,
            move_pupils=form.cleaned_data["move_pupils"],
            acting_user=request.user,
        )
    except FileRefused as error:
        form.add_error("file", str(error))
        return _render_form(request, form)
    return _render_plan(request, draft, plan, 422 if plan.problems else 200)


@administration
def template(_request: SignedInRequest) -> HttpResponse:
    """A table to fill in, with three example lines."""
    response = HttpResponse(make_template(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="candyce-import.csv"'
    return response


@require_POST
@administration
def confirm(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Import what was shown; if it would now do something else, show that instead."""
    draft = (
        ImportDraft.objects.select_related("session__organisation")
        .filter(pk=pk, user=request.user, session__in=sessions_of(request.user))
        .filter(created_at__gt=timezone.now() - KEPT)
        .first()
    )
    if draft is None:
        raise NotFound
    try:
        plan, classes = do_import(draft, acting_user=request.user)
    except PlanChanged as error:
        plan = replan(draft, acting_user=request.user)
        draft.digest = plan.digest
        draft.save(update_fields=["digest"])
        return _render_plan(request, draft, plan, error.status, changed=str(error))
    context = {"plan": plan, "counts": plan.counts, "classes": classes}
    return render(request, "accounts/import_done.html", context)


@require_POST
@administration
def discard(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Forget a draft."""
    ImportDraft.objects.filter(pk=pk, user=request.user).delete()
    return redirect("accounts:import")


def _render_form(request: SignedInRequest, form: ImportForm) -> HttpResponse:
    headers, *rows = get_examples()
    context = {"form": form, "headers": headers, "rows": rows}
    return render(request, "accounts/import.html", context, status=422 if form.errors else 200)


def _render_plan(
    request: SignedInRequest, draft: ImportDraft, plan: Plan, status: int, changed: str = ""
) -> HttpResponse:
    rows = [one for one in plan.people if one.kinds != ["unchanged"]]
    context = {
        "draft": draft,
        "plan": plan,
        "counts": plan.counts,
        "rows": rows[:SHOWN_ROWS],
        "more_rows": max(0, len(rows) - SHOWN_ROWS),
        "problems": plan.problems[:SHOWN_PROBLEMS],
        "more_problems": max(0, len(plan.problems) - SHOWN_PROBLEMS),
        "changed": changed,
    }
    return render(request, "accounts/import_plan.html", context, status=status)
