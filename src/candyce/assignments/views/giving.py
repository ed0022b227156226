"""Giving work to classes, sharing its code, changing it, putting it away."""

from __future__ import annotations

import uuid
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.access import check_teacher
from candyce.accounts.http import SignedInRequest
from candyce.assignments import access, actions, queries
from candyce.assignments.forms import AssignmentForm, get_initial
from candyce.assignments.models import Assignment
from candyce.assignments.sources import Source, get_source
from candyce.assignments.views import sequences
from candyce.lib.errors import BadRequest, NotFound
from candyce.lib.origins import get_host
from candyce.projects.access import visible_to as visible_projects
from candyce.projects.models import Project

SOURCES = ("resource", "project", "version", "assignment")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: SignedInRequest) -> HttpResponse:
    """The form that gives a resource, a project, a version or an assignment's work to classes."""
    check_teacher(request.user)
    if request.GET.get("collection"):
        return sequences.give(request)
    named = {name: request.GET[name] for name in SOURCES if request.GET.get(name)}
    if not named:
        return _choose(request)
    source = get_source(request.user, **named)
    initial = {"title": source.title, **source.defaults}
    form = AssignmentForm(request.user, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            assignment = _do_give(request, source, form.get_arguments())
        except BadRequest as error:
            form.add_error_of(error)
        else:
            messages.success(request, _("The work is given: here is its code for the class."))
            return redirect("assignments:share", assignment.pk)
    context = {"form": form, "source": source, "zone": settings.TIME_ZONE}
    return render(request, "assignments/give.html", context)


def _do_give(request: SignedInRequest, source: Source, data: dict[str, Any]) -> Assignment:
    return actions.give(
        acting_user=request.user, version=source.version, project=source.project, **data
    )


def _choose(request: SignedInRequest) -> HttpResponse:
    """What to give, when nothing is named."""
    projects = visible_projects(request.user).filter(kind=Project.Kind.PROJECT, owner=request.user)
    context = {
        "projects": projects.defer("tree")[:30],
        "given": queries.get_summaries(request.user, limit=6),
    }
    return render(request, "assignments/choose.html", context)


@login_required
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """All assignments one follows: under way, archived, deleted (one's own, to restore)."""
    check_teacher(request.user)
    shown = request.GET.get("show", "")
    context: dict[str, Any] = {"shown": shown, "undo": _get_undo(request)}
    if shown == "deleted":
        context["deleted"] = queries.get_deleted(request.user)
    else:
        context["summaries"] = queries.get_summaries(request.user, archived=shown == "archived")
    return render(request, "assignments/list.html", context)


def _get_undo(request: SignedInRequest) -> Assignment | None:
    """The assignment that has just been deleted, named in the address."""
    try:
        pk = uuid.UUID(request.GET.get("undo", ""))
        return access.get_deleted_assignment(request.user, pk)
    except (ValueError, NotFound):
        return None


def _get_link(assignment: Assignment) -> str:
    return settings.CANDYCE_PORTAL_URL + reverse("assignments:join", args=[assignment.code])


def _get_share_context(assignment: Assignment) -> dict[str, Any]:
    link = _get_link(assignment)
    return {
        "assignment": assignment,
        "link": link,
        "qr": segno.make(link, error="m").svg_data_uri(scale=8, border=2),
        # What pupils type: the host without its scheme.
        "short": get_host(settings.CANDYCE_PORTAL_URL) + reverse("assignments:join"),
    }


@login_required
@require_safe
def share(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The code in big, the link, the QR code."""
    assignment = access.get_assignment(request.user, pk, "follow")
    return render(request, "assignments/share.html", _get_share_context(assignment))


@login_required
@require_safe
def project_code(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The same for the projector: nothing but what pupils need."""
    assignment = access.get_assignment(request.user, pk, "follow")
    return render(request, "assignments/project_code.html", _get_share_context(assignment))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Change title, classes, instructions, window."""
    assignment = access.get_assignment(request.user, pk, "edit")
    form = AssignmentForm(
        request.user,
        request.POST or None,
        initial=get_initial(assignment),
        kept=assignment.classes.all(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_assignment(assignment, acting_user=request.user, **form.get_arguments())
        except BadRequest as error:
            form.add_error_of(error)
        else:
            messages.success(request, _("The changes are saved."))
            return redirect("assignments:detail", pk)
    context = {
        "form": form,
        "assignment": assignment,
        "zone": settings.TIME_ZONE,
        "times_url": reverse("assignments:times", args=[pk]),
    }
    return render(request, "assignments/edit.html", context)


@login_required
@require_POST
def archive(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    assignment = access.get_assignment(request.user, pk, "edit")
    actions.archive(assignment, acting_user=request.user)
    messages.success(request, _("The assignment is archived: pupils can read it, not write."))
    return redirect("assignments:detail", pk)


@login_required
@require_POST
def unarchive(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    assignment = access.get_assignment(request.user, pk, "edit")
    actions.unarchive(assignment, acting_user=request.user)
    messages.success(request, _("The assignment is under way again."))
    return redirect("assignments:detail", pk)


@login_required
@require_POST
def delete(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    assignment = access.get_assignment(request.user, pk, "edit")
    actions.delete_assignment(assignment, acting_user=request.user)
    return redirect(f"{reverse('assignments:list')}?undo={pk}")


@login_required
@require_POST
def restore(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    assignment = access.get_deleted_assignment(request.user, pk)
    actions.restore_assignment(assignment, acting_user=request.user)
    messages.success(request, _("The assignment is back, with all its copies."))
    return redirect("assignments:detail", pk)
