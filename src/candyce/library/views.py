"""The library's pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from candyce.accounts.access import is_teacher
from candyce.accounts.http import SignedInRequest
from candyce.library import access, actions
from candyce.library.advice import queries as advice
from candyce.library.advice.actions import record_use
from candyce.library.models import Use
from candyce.library.opendata import jsonld
from candyce.library.peers.queries import get_detail as get_peers
from candyce.library.publishing import queries as publishing
from candyce.library.sequences import queries as sequences
from candyce.library.trust import queries as trust
from candyce.library.trust.preview import make_preview
from candyce.projects.models import Version
from candyce.projects.paths import is_notebook


@require_safe
@gzip_page
def show_resource(request: HttpRequest, slug: str) -> HttpResponse:
    """One resource: what it is, for whom, and a notebook of it (``path``), rendered here."""
    resource = access.get_resource(request.user, slug)
    version = access.get_version(request.user, resource)
    context = {
        "resource": resource,
        "version": version,
        **_show_notebook(version, request.GET.get("path", "")),
        **trust.get_detail(request.user, resource),
        **advice.get_detail(request.user, resource),
        "may_give": request.user.is_authenticated and is_teacher(request.user),
        **jsonld.get_detail(request.user, resource),
        **get_peers(request.user, resource),
        **publishing.get_detail(request.user, resource),
    }
    context |= sequences.get_detail(request.user, resource)
    record_use(request.user, resource, Use.Verb.OPENED)
    return render(request, "library/detail.html", context)


def _show_notebook(version: Version, asked: str) -> dict[str, Any]:
    """The notebook that is shown among the files; ``chosen_query`` names it where it was asked for.

    Raises :class:`NotFound` for what is no notebook of this version.
    """
    tree = version.tree
    path = trust.choose_notebook(tree, asked)
    notebook = trust.get_shown(version, path)
    files = [(one, entry[1], is_notebook(one)) for one, entry in sorted(tree.items())]
    return {
        "preview": make_preview(notebook, tree, path or "") if notebook else None,
        "shown_path": path,
        "chosen_query": f"?{urlencode({'path': asked})}" if asked else "",
        "files": files,
        "several": sum(readable for _path, _size, readable in files) > 1,
    }


@require_POST
@login_required
def adapt(request: SignedInRequest, slug: str) -> HttpResponse:
    """Copy the resource into one's projects and show it there."""
    resource = access.get_resource(request.user, slug)
    project = actions.adapt(resource, acting_user=request.user)
    messages.success(
        request,
        _("“%(title)s” is now in your projects: change it as you like.") % {"title": project},
    )
    return redirect("projects:detail", project.pk)
