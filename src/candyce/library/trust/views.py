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

YEAR = 31_536_000


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
    kept = "public" if public and found.resource.withdrawn_at is None else "private"
    response["Cache-Control"] = f"{kept}, max-age={YEAR}, immutable"
    return response
