"""The room's pages on the portal, and the door from the portal to the editor."""

from __future__ import annotations

import math
import re
import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.access import is_teacher
from candyce.accounts.http import SignedInRequest
from candyce.accounts.models import normalise_username
from candyce.lib.downloads import answer_file
from candyce.lib.errors import BadRequest, CandyceError, Forbidden, NotFound
from candyce.projects import access, actions, capabilities, imports, queries, tokens
from candyce.projects.addresses import get_editor_url
from candyce.projects.forms import (
    RIGHTS,
    MemberForm,
    NewProjectForm,
    SearchForm,
    TitleForm,
)
from candyce.projects.models import Project
from candyce.projects.offline import note_opened
from candyce.projects.paths import is_notebook

PAGE = 30
_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # as the notebook format has them
form_view = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def list_(request: SignedInRequest) -> HttpResponse:
    """My projects."""
    form = SearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(queries.list_projects(request.user, text), PAGE).get_page(
        request.GET.get("page")
    )
    rows = [(project, queries.get_abilities(request.user, project)) for project in page]
    context = {
        "form": form,
        "text": text,
        "page": page,
        "rows": rows,
        "may_give": is_teacher(request.user),
        "deleted": _find_deleted(request),
        "trash_count": queries.list_trash(request.user).count(),
    }
    return render(request, "projects/list.html", context)


def _find_deleted(request: SignedInRequest) -> Project | None:
    """The project just deleted, to offer Undo."""
    try:
        pk = uuid.UUID(request.GET.get("deleted", ""))
        return access.get_deleted_project(request.user, pk)
    except (ValueError, NotFound):
        return None


@require_safe
@login_required
def detail(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    project = access.get_project(request.user, pk)
    return _show(request, project)


def _show(
    request: SignedInRequest, project: Project, *, form: Form | None = None, status: int = 200
) -> HttpResponse:
    abilities = queries.get_abilities(request.user, project)
    context = {
        "project": project,
        "abilities": abilities,
        "files": queries.list_files(project),
        "versions": queries.list_versions(project) if abilities["versions"] else [],
        "members": queries.list_members(project) if abilities["share"] else [],
        "form": form or MemberForm(),
        "file_limit": settings.FILE_LIMIT // settings.MEGABYTE,
        "may_give": is_teacher(request.user) and project.kind == Project.Kind.PROJECT,
    }
    return render(request, "projects/detail.html", context, status=status)


def _answer_form(
    request: SignedInRequest, form: Form, heading: str, button: str, project: Project | None = None
) -> HttpResponse:
    """A page with one form; it stands there again, with its errors, until it is right."""
    context = {"form": form, "heading": heading, "button": button, "project": project}
    status = 422 if form.errors else 200
    return render(request, "projects/form.html", context, status=status)


@form_view
@login_required
def create(request: SignedInRequest) -> HttpResponse:
    form = NewProjectForm(request.POST or None)
    if form.is_valid():
        try:
            project = actions.create_project(
                acting_user=request.user, title=form.cleaned_data["title"]
            )
        except CandyceError as error:
            form.add_error("title", str(error))
        else:
            return redirect("projects:open", project.pk)
    return _answer_form(request, form, _("New project"), _("Create and open"))


@form_view
@login_required
def rename(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    project = access.get_own_project(request.user, pk)
    form = TitleForm(request.POST or None, initial={"title": project.title})
    if form.is_valid():
        try:
            actions.rename(project, acting_user=request.user, title=form.cleaned_data["title"])
        except BadRequest as error:
            form.add_error("title", str(error))
        else:
            return redirect("projects:detail", project.pk)
    return _answer_form(request, form, _("Rename the project"), _("Rename"), project)


@require_POST
@login_required
def duplicate(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    project = access.get_project(request.user, pk)
    copy = actions.duplicate(project, acting_user=request.user)
    messages.success(request, _("“%(title)s” is a copy of your own.") % {"title": copy})
    return redirect("projects:detail", copy.pk)


@require_POST
@login_required
def duplicate_version(request: SignedInRequest, pk: uuid.UUID, version: uuid.UUID) -> HttpResponse:
    project = access.get_project(request.user, pk, access.WRITE)
    copy = actions.duplicate_version(
        queries.get_version(project, version), acting_user=request.user
    )
    messages.success(request, _("“%(title)s” is a copy of your own.") % {"title": copy})
    return redirect("projects:detail", copy.pk)


@require_POST
@login_required
def delete(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    project = access.get_project(request.user, pk)
    if not queries.get_abilities(request.user, project)["delete"]:
        raise Forbidden
    actions.delete(project, acting_user=request.user)
    return redirect(f"{reverse('projects:list')}?{urlencode({'deleted': project.pk})}")


@require_POST
@login_required
def restore(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    project = access.get_deleted_project(request.user, pk)
    actions.restore(project, acting_user=request.user)
    messages.success(request, _("“%(title)s” is back.") % {"title": project})
    return redirect("projects:list")


@require_safe
@login_required
def trash(request: SignedInRequest) -> HttpResponse:
    context = {"projects": queries.list_trash(request.user), "days": queries.get_trash_days()}
    return render(request, "projects/trash.html", context)


@require_safe
@login_required
def export(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A zip of the project or, with ``path``, one file of it."""
    project = access.get_project(request.user, pk)
    path = request.GET.get("path")
    name, data = imports.export_file(project, path) if path else imports.export_project(project)
    return answer_file(data, name)


@require_POST
@login_required
def members(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Give a schoolmate rights, change them, or take them away (``remove``: the person's id)."""
    project = access.get_own_project(request.user, pk)
    if "remove" in request.POST:
        person = queries.find_member(project, request.POST["remove"])
        actions.set_member(project, person, (), acting_user=request.user)
        return redirect("projects:detail", project.pk)
    form = MemberForm(request.POST)
    if form.is_valid():
        username = normalise_username(form.cleaned_data["username"])
        found = access.schoolmates(request.user).filter(username=username).first()
        if found is None or found.pk == project.owner_id:
            form.add_error("username", _("Nobody else in your school has this username."))
        else:
            rights = RIGHTS[form.cleaned_data["right"]][1]
            actions.set_member(project, found, rights, acting_user=request.user)
            return redirect("projects:detail", project.pk)
    return _show(request, project, form=form, status=422)


# --- the door to the editor ----------------------------------------------------------------------


@require_safe
@login_required
def open_(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Mint a token and send the browser to the editor (``path``, ``cell``, ``app=notebooks|lab``).

    A page of another origin must not come by a token for a project of its choice, say by opening this
    address in a window that it can look into: such a visit ends at a page with a button, and the
    opener's hold on the window is cut (COOP).
    """
    project = access.get_project(request.user, pk)
    path = request.GET.get("path") or project.main_path
    if path is not None and path not in project.tree:
        raise NotFound
    if request.headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}:
        note_opened(request.session, project)
        response: HttpResponse = HttpResponseRedirect(_make_editor_url(request, project, path))
    else:
        context = {"project": project, "address": request.get_full_path()}
        response = render(request, "projects/open.html", context)
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _make_editor_url(request: SignedInRequest, project: Project, path: str | None) -> str:
    single = path is not None and is_notebook(path) and request.GET.get("app") != "lab"
    scopes = capabilities.get_token_scopes(access.get_rights(request.user, project))
    fragment = {
        "token": tokens.issue(project.pk, request.user.pk, scopes).encode(),
        "lang": request.LANGUAGE_CODE,
    }
    theme = request.user.theme or request.COOKIES.get("candyce-theme", "")
    if theme in {"light", "dark"}:
        fragment["theme"] = theme
    cell = request.GET.get("cell", "")
    if single and _CELL_ID.fullmatch(cell):
        fragment["cell"] = cell
    url = get_editor_url(project, path, app="notebooks" if single else "lab")
    return f"{url}#{urlencode(fragment)}"


@form_view
@login_required
def reconnect(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """After signing in again: let the editor's page in the other tab go on.

    A deed of its own, on a button: a link that someone sends must not revive a token that they hold.
    """
    project = access.get_project(request.user, pk)
    chain = _read_chain(request.POST.get("chain") or request.GET.get("chain"))
    done = False
    if request.method == "POST" and chain is not None:
        done = True
        capabilities.do_reconnect(project, chain, acting_user=request.user)
    context = {"project": project, "chain": chain, "done": done}
    return render(request, "projects/reconnect.html", context)


def _read_chain(text: str | None) -> float | None:
    try:
        chain = float(text or "")
    except ValueError:
        return None
    return chain if math.isfinite(chain) else None
