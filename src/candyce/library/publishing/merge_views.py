"""Pages of adaptations: what was made from a resource, and taking changes of one back into the original."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from candyce.accounts.access import is_teacher
from candyce.accounts.http import SignedInRequest
from candyce.library.access import get_resource, is_author
from candyce.library.publishing import queries


@require_safe
@login_required
def show_adaptations(request: SignedInRequest, slug: str) -> HttpResponse:
    """Adaptations that the person may read; authors of the original may take changes back."""
    resource = get_resource(request.user, slug)
    context = {
        "resource": resource,
        "adaptations": queries.list_adaptations(request.user, resource),
        "may_merge": is_author(request.user, resource) and is_teacher(request.user),
    }
    return render(request, "library/publishing/adaptations.html", context)
