"""A resource, taken away in a form of one's choice."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from candyce.accounts.access import is_teacher
from candyce.lib.errors import NotFound
from candyce.lib.notebook_page import Cover
from candyce.library import access
from candyce.library.licences import get_licence
from candyce.library.models import Resource
from candyce.projects.exchange.exports import export_tree
from candyce.projects.exchange.views import send


@require_safe
def export(request: HttpRequest, slug: str, format_: str) -> HttpResponse:
    """The version that is for this reader: those who do not teach get no solution in any form.

    A PDF takes a server half a minute of work, so it is made for people with an account only.
    """
    resource = access.get_resource(request.user, slug)
    teaches = request.user.is_authenticated and is_teacher(request.user)
    if format_ == "nbgrader" and not teaches:
        raise NotFound
    version = access.get_version(request.user, resource)
    if format_ == "pdf" and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    path = request.GET.get("path", "")
    return send(export_tree(version.tree, make_cover(resource), format_, path))


def make_cover(resource: Resource) -> Cover:
    """What stands on the first page: who wrote it, for whom, and what one may do with it."""
    facts = [
        (_("Authors"), ", ".join(resource.authors)),
        (_("Level"), ", ".join(map(str, resource.level_names))),
        (_("Duration"), _("%(minutes)s min") % {"minutes": resource.duration}),
        (_("Licence"), str(get_licence(resource.licence).name)),
        (_("Last change"), date_format(resource.updated_at, "DATE_FORMAT")),
    ]
    return Cover(
        title=resource.title,
        language=resource.language,
        kind=f"{resource.get_kind_display()} · {resource.get_discipline_display()}",
        abstract=resource.abstract,
        facts=[(str(word), text) for word, text in facts if text],
        address=settings.CANDYCE_PORTAL_URL + reverse("library:detail", args=[resource.slug]),
    )
