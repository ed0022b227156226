"""News of the library, executions and thumbnails."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from candyce.accounts.http import SignedInRequest
from candyce.library import news


@require_POST
@login_required
def dismiss_news(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a line of the home page away."""
    news.dismiss(pk, acting_user=request.user)
    return redirect("web:home")
