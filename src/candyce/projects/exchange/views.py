"""Pages that bring projects in from elsewhere, and hand them out in other forms."""

from __future__ import annotations

import uuid
from dataclasses import replace
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from candyce.accounts.access import is_teacher
from candyce.accounts.http import SignedInRequest
from candyce.lib.errors import CandyceError, Forbidden, NotFound
from candyce.lib.notebook_page import Cover
from candyce.projects import access, courses, live
from candyce.projects.exchange import exports, git
from candyce.projects.exchange.forms import GitForm
from candyce.projects.forms import ImportForm
from candyce.projects.models import Project

form_view = require_http_methods(["GET", "HEAD", "POST"])


def _show(
    request: SignedInRequest,
    *,
    file_form: ImportForm | None = None,
    git_form: GitForm | None = None,
) -> HttpResponse:
    teacher = is_teacher(request.user)
    context = {
        "form": file_form or ImportForm(),
        "git_form": (git_form or GitForm()) if teacher else None,
        "teacher": teacher,
    }
    wrong = bool((file_form and file_form.errors) or (git_form and git_form.errors))
    return render(request, "projects/exchange/import.html", context, status=422 if wrong else 200)


@form_view
@login_required
def import_(request: SignedInRequest) -> HttpResponse:
    """Bring in a file of this computer; the page also offers a repository to those who teach."""
    if request.method != "POST":
        return _show(request)
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            projects = courses.import_upload(
                upload, upload.name, upload.size, acting_user=request.user
            )
        except CandyceError as error:
            form.add_error("file", str(error))
        else:
            return _show_imported(request, projects)
    return _show(request, file_form=form)


@form_view
@login_required
def import_git(request: SignedInRequest) -> HttpResponse:
    """Bring in a folder of a repository: at once when the address names it, else after a choice.

    A link may fill the form in (``repo``, ``branch``, ``folder``); nothing is fetched before the button.
    """
    if not is_teacher(request.user):
        raise Forbidden
    if request.method != "POST":
        asked = {"address": "repo", "branch": "branch", "folder": "folder"}
        initial = {field: request.GET.get(name, "") for field, name in asked.items()}
        return _show(request, git_form=GitForm(initial=initial))
    form = GitForm(request.POST)
    if form.is_valid():
        try:
            return _answer_git(request, form)
        except CandyceError as error:
            form.add_error("address", str(error))
    return _show(request, git_form=form)


def _answer_git(request: SignedInRequest, form: GitForm) -> HttpResponse:
    asked = form.cleaned_data
    link = git.read_link(asked["address"], asked["branch"], asked["folder"])
    if "choice" in request.POST:
        link = replace(link, path=request.POST["choice"].strip("/"))
    else:
        listing = git.look(link)
        if len(listing.choices) > 1:
            context = {"listing": listing, "form": form}
            return render(request, "projects/exchange/choose.html", context)
        link = replace(listing.link, path=listing.choices[0].path)
    taken = git.take(link, acting_user=request.user)
    for note in taken.notes:
        messages.warning(request, note)
    return _show_imported(request, taken.projects)


def _show_imported(request: SignedInRequest, projects: list[Project]) -> HttpResponse:
    """The project, or the list that now begins with a course's projects."""
    if len(projects) == 1:
        messages.success(request, _("“%(title)s” is imported.") % {"title": projects[0]})
        return redirect("projects:detail", projects[0].pk)
    text = _("%(count)s exercises of the course are imported, each as a project: %(titles)s.")
    titles = ", ".join(project.title for project in projects)
    messages.success(request, text % {"count": len(projects), "titles": titles})
    return redirect("projects:list")


@require_safe
@login_required
def export(request: SignedInRequest, pk: uuid.UUID, format_: str) -> HttpResponse:
    """The project as it is now, open notebooks included, in another form."""
    project = access.get_project(request.user, pk)
    if format_ == "nbgrader" and not is_teacher(request.user):
        raise NotFound
    live.get().materialise(project)
    project.refresh_from_db()
    owner = project.owner.full_name if project.owner else ""
    day = date_format(timezone.localdate(), "DATE_FORMAT")
    facts = [(_("Author"), owner), (_("Date"), day)]
    cover = Cover(
        title=project.title,
        language=get_language() or "fr",
        facts=[(word, text) for word, text in facts if text],
    )
    found = exports.export_tree(project.tree, cover, format_, request.GET.get("path", ""))
    return send(found)


def send(download: exports.Download) -> HttpResponse:
    """A file to be kept, not shown: what is in it runs nothing on the portal."""
    response = HttpResponse(download.content, content_type=download.mimetype)
    name = quote(download.name, safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
