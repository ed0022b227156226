"""Who may open the administration at all; each page then fetches by ``access``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict

from candyce.accounts import access
from candyce.accounts.requests import SignedInRequest

View = Callable[..., HttpResponse]


def administration(view: View) -> View:
    """For administrators only: others get 403, visitors the sign-in page."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        access.check_administrator(request.user)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def get_page(request: HttpRequest, rows: QuerySet[Any], size: int) -> Page[Any]:
    """The page that ``?page=`` asks for, or the nearest there is."""
    return Paginator(rows, size).get_page(request.GET.get("page", "1"))


def get_posted(request: HttpRequest) -> QueryDict | None:
    """The form's data when one was sent, even an empty one."""
    return request.POST if request.method == "POST" else None
