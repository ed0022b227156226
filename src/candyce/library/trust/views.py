"""News of the library, executions and thumbnails."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.library import access, news
from candyce.library.models import Resource
from candyce.library.trust import queries

# A picture at its address never changes. Who may see it does: copies that others share are not kept for long.
PUBLIC = "public, max-age=86400"
PRIVATE = "private, max-age=31536000, immutable"


@require_POST
@login_required
def dismiss_news(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a line of the home page away."""
    news.dismiss(pk, acting_user=request.user)
    return redirect("web:home")


@require_safe
def show_executions(request: HttpRequest, slug: str) -> HttpResponse:
    """What worked yesterday works tomorrow: all executions that are kept."""
    resource = access.get_resource(request.user, slug)
    context = {"resource": resource, **queries.get_detail(request.user, resource)}
    return render(request, "library/trust/executions.html", context)


@require_safe
def show_thumbnail(request: HttpRequest, digest: str) -> HttpResponse:
    """A picture by its content's hash: what it shows never changes, who may see it may."""
    found = queries.get_thumbnail(request.user, digest)
    response = HttpResponse(bytes(found.image), content_type=found.mimetype)
    public = found.resource.visibility == Resource.Visibility.EVERYONE
    shared = public and found.resource.withdrawn_at is None
    response["Cache-Control"] = PUBLIC if shared else PRIVATE
    return response
