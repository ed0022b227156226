"""Pages on the files of a project: show one, put in new ones, replace, delete."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.lib.downloads import answer_file
from candyce.lib.errors import CandyceError, NotFound
from candyce.projects import access, files, preview, queries, uploads
from candyce.projects.contents import get_stored
from candyce.projects.locked import check_removable
from candyce.projects.models import Project

form_view = require_http_methods(["GET", "HEAD", "POST"])


def _get_path(request: SignedInRequest, project: Project) -> str:
    """The file that the address names; raises :class:`NotFound`."""
    path = request.GET.get("path", "")
    if path.endswith("/") or path not in project.tree:
        raise NotFound
    return path


def _to_files(project: Project) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("projects:detail", args=[project.pk]) + "#files")


def _to_file(project: Project, path: str) -> HttpResponseRedirect:
    query = urlencode({"path": path})
    return HttpResponseRedirect(f"{reverse('projects:file', args=[project.pk])}?{query}")


@require_safe
@login_required
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One file: what it shows, and what can be done with it."""
    project = access.get_project(request.user, pk)
    path = _get_path(request, project)
    data = get_stored(project, path) if preview.needs_content(path) else b""
    _sha256, size, modified = project.tree[path]
    context = {
        "project": project,
        "path": path,
        "name": path.rpartition("/")[2],
        "size": len(data) or size,
        "modified": datetime.fromtimestamp(modified, UTC),
        "preview": preview.make_preview(path, data),
        "abilities": queries.get_abilities(request.user, project),
        "hash": project.tree[path][0][:16],
    }
    return render(request, "projects/file.html", context)


@require_safe
@login_required
def image(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """An image's bytes for ``<img>``, which runs no script in it. Who visits the address downloads it."""
    project = access.get_project(request.user, pk)
    path = _get_path(request, project)
    mimetype = preview.get_image_type(path)
    if mimetype is None:
        raise NotFound
    return answer_file(get_stored(project, path), path, mimetype)


@require_POST
@login_required
def upload(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Put files into the project (``files``; ``replace``: also in place of others)."""
    project = access.get_project(request.user, pk, access.WRITE)
    sent = request.FILES.getlist("files")
    try:
        uploads.check_upload(sent)
    except CandyceError as error:
        messages.error(request, str(error))
        return _to_files(project)
    replace = "replace" in request.POST
    outcome = uploads.upload_files(project, sent, acting_user=request.user, replace=replace)
    if not sent:
        messages.warning(request, _("Choose at least one file."))
    if outcome.added:
        messages.success(request, _("Added: %(names)s.") % {"names": ", ".join(outcome.added)})
    if outcome.replaced:
        names = ", ".join(outcome.replaced)
        messages.success(request, _("Replaced: %(names)s.") % {"names": names})
    for name, why in outcome.refused:
        messages.error(request, _("“%(name)s” was not added. %(why)s") % {"name": name, "why": why})
    return _to_files(project)


@form_view
@login_required
def replace(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Give a file of the project another content; whoever has it open sees it at once."""
    project = access.get_project(request.user, pk, access.WRITE)
    if "path" not in request.GET:
        return _to_files(project)
    path = _get_path(request, project)
    error = None
    if request.method == "POST":
        sent = request.FILES.get("file")
        try:
            if sent is None:
                error = _("Choose a file.")
            else:
                uploads.replace_file(project, path, sent, acting_user=request.user)
        except CandyceError as refusal:
            error = str(refusal)
        if error is None:
            messages.success(request, _("“%(name)s” has its new content.") % {"name": path})
            return _to_file(project, path)
    limit = settings.FILE_LIMIT // settings.MEGABYTE
    context = {"project": project, "path": path, "error": error, "limit": limit}
    return render(request, "projects/replace.html", context, status=422 if error else 200)


@require_POST
@login_required
def delete(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    project = access.get_project(request.user, pk, access.WRITE)
    path = _get_path(request, project)
    check_removable(project, path, access.get_rights(request.user, project))
    files.delete_file(project, path, acting_user=request.user)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": path})
    return _to_files(project)
