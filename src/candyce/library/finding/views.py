"""Searching the library: the page, the part of it that changes as one types, and its feed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from candyce.library.finding import asked, pages, queries


@require_safe
@vary_on_headers("X-Requested-With")
def show_list(request: HttpRequest) -> HttpResponse:
    """Search and browse, with an account or without; by a script, only what the search changes."""
    results = queries.find(request.user, asked.read(request.GET))
    context: dict[str, Any] = pages.get_context(request.user, results)
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "library/finding/_results.html", context)
    return render(request, "library/list.html", context)
