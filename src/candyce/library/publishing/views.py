"""Pages on which a project becomes a resource: the form, its checks, the preview, what changes."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.lib.errors import CandyceError, NotFound
from candyce.library.models import Draft, Resource
from candyce.library.publishing import access, actions
from candyce.library.publishing.changes import compare_files
from candyce.library.publishing.forms import EDITION, PublishForm, keep_typed
from candyce.library.publishing.pages import Publication
from candyce.library.publishing.preview import get_preview
from candyce.library.publishing.trial import forget_trial, plan_trial
from candyce.projects.models import Project

form_view = require_http_methods(["GET", "HEAD", "POST"])


def _begin(request: SignedInRequest, project: Project) -> Publication:
    """The publication with the files as they are now, its trial begun."""
    tree = actions.get_present_tree(project)
    draft, _new = Draft.objects.get_or_create(project=project, user=request.user)
    plan_trial(draft, tree)
    return Publication(project, request.user, tree, draft)


@form_view
@login_required
def publish(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The form, which keeps what is typed; ``action``: ``save``, ``preview`` or ``publish``."""
    project = access.get_publishable(request.user, pk)
    if request.method != "POST":
        publication = _begin(request, project)
        return _show(request, publication, publication.get_form())
    draft = Draft.objects.filter(project=project, user=request.user).first()
    tree = actions.get_present_tree(project)
    form = Publication(project, request.user, tree, draft).get_form(request.POST)
    actions.save_draft(project, keep_typed(request.POST, form), acting_user=request.user)
    action = request.POST.get("action")
    if action == "save":
        if request.headers.get("X-Requested-With") == "fetch":
            return HttpResponse(status=204)
        messages.success(request, _("What you typed is kept. Nothing is published yet."))
        return redirect("library:mine")
    if action == "preview":
        return redirect("library:publish_preview", project.pk)
    return _publish(request, _begin(request, project), form)


def _publish(request: SignedInRequest, publication: Publication, form: PublishForm) -> HttpResponse:
    if not form.is_valid():
        return _show(request, publication, form, status=422)
    values = form.cleaned_data
    publication.refusals = publication.find_refusals(
        values["visibility"], request.POST.get("confirmed", "")
    )
    if publication.refusals:
        return _show(request, publication, form, status=422)
    links = publication.links
    edition = not links.chooses or values["target"] == EDITION
    try:
        outcome = actions.publish(
            publication.project,
            form.get_values(),
            acting_user=request.user,
            digest=publication.digest,
            target=links.target if edition else None,
            notes=values["notes"],
            co_authors=values.get("co_authors"),
        )
    except CandyceError as error:
        publication.refusals = [str(error)]
        return _show(request, publication, form, status=error.status)
    _tell(request, outcome)
    return redirect("library:detail", outcome.resource.pk)


def _tell(request: SignedInRequest, outcome: actions.Outcome) -> None:
    title = {"title": outcome.resource.title}
    if outcome.resource.withdrawn_at is not None:
        messages.warning(request, _("It is unpublished: only its authors find it."))
    if outcome.repeated:
        messages.info(
            request,
            _("These files are published already: here they are. Nothing was published twice."),
        )
    elif outcome.restored:
        messages.success(request, _("“%(title)s” is in the library again.") % title)
    elif outcome.edition is None:
        messages.success(
            request,
            _("The files have not changed since the last edition: the description is saved."),
        )
    elif outcome.edition.number == 1:
        messages.success(request, _("“%(title)s” is in the library.") % title)
    else:
        text = _("Edition %(number)s of “%(title)s” is in the library.")
        messages.success(request, text % {**title, "number": outcome.edition.number})


def _show(
    request: SignedInRequest, publication: Publication, form: PublishForm, status: int = 200
) -> HttpResponse:
    context = {**_describe(publication), "form": form, "themes": _list_themes()}
    return render(request, "library/publishing/publish.html", context, status=status)


def _describe(publication: Publication) -> dict[str, Any]:
    return {
        "project": publication.project,
        "publication": publication,
        "links": publication.links,
        "trial": publication.trial,
        "findings": publication.all_findings,
    }


def _list_themes() -> list[str]:
    """Themes that the shipped library names: suggestions, not a list to choose from."""
    shipped = Resource.objects.filter(owner=None).exclude(theme="")
    return list(shipped.order_by("theme").values_list("theme", flat=True).distinct()[:200])


@require_safe
@login_required
def show_checks(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The checks alone, asked again and again while the trial goes on: of the files as they were stored last."""
    project = access.get_publishable(request.user, pk)
    draft = Draft.objects.filter(project=project, user=request.user).first()
    tree = draft.tree if draft and draft.tree else project.tree
    publication = Publication(project, request.user, tree, draft)
    return render(request, "library/publishing/_checks.html", _describe(publication))


@require_POST
@login_required
def check_again(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Try everything again; what was typed stays."""
    project = access.get_publishable(request.user, pk)
    draft = Draft.objects.filter(project=project, user=request.user).first()
    if draft is not None:
        forget_trial(draft)
    return redirect("library:publish", project.pk)


@require_safe
@login_required
def show_preview(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The page as readers will see it; ``as=pupil``: as those who do not teach will."""
    project = access.get_publishable(request.user, pk)
    draft = Draft.objects.filter(project=project, user=request.user).first()
    publication = Publication(project, request.user, actions.get_present_tree(project), draft)
    preview = get_preview(publication, as_pupil=request.GET.get("as") == "pupil")
    context = {**_describe(publication), "preview": preview}
    return render(request, "library/publishing/preview.html", context)


@require_safe
@login_required
def show_changes(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What a new edition changes, cell by cell; ``file``: in this one alone."""
    project = access.get_publishable(request.user, pk)
    tree = actions.get_present_tree(project)
    publication = Publication(project, request.user, tree)
    last = publication.links.last
    if last is None:
        raise NotFound
    changes, more = compare_files(last.version.tree, tree, only=request.GET.get("file", ""))
    context = {
        "project": project,
        "last": last,
        "resource": publication.links.target,
        "changes": changes,
        "more": more,
    }
    return render(request, "library/publishing/changes.html", context)
