"""Searching the library: the page, the part of it that changes as one types, searches kept, their feeds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from candyce.accounts.http import SignedInRequest
from candyce.lib.errors import BadRequest
from candyce.library.finding import asked, feeds, pages, queries, saved


@require_safe
@gzip_page
@vary_on_headers("X-Requested-With")
def show_list(request: HttpRequest) -> HttpResponse:
    """Search and browse, with an account or without; by a script, only what the search changes."""
    results = queries.find(request.user, asked.read(request.GET))
    context: dict[str, Any] = pages.get_context(request.user, results)
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "library/finding/_results.html", context)
    return render(request, "library/list.html", context)


@require_safe
@login_required
def show_saved(request: SignedInRequest) -> HttpResponse:
    """One's searches, each with its feed."""
    context = {"searches": pages.describe_saved(saved.saved_by(request.user))}
    return render(request, "library/finding/saved.html", context)


@require_POST
@login_required
def save(request: SignedInRequest) -> HttpResponse:
    query = request.POST.get("query", "")[:5000]
    try:
        search = saved.save_search(
            acting_user=request.user, name=request.POST.get("name", ""), query=query
        )
    except BadRequest as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('library:list')}?{asked.parse(query).encode()}")
    messages.success(
        request, _("The search “%(name)s” is among your searches.") % {"name": search.name}
    )
    return redirect("library:searches")


@require_POST
@login_required
def change_saved(request: SignedInRequest, pk: int) -> HttpResponse:
    """Rename it, renew the address of its feed, or delete it: ``do`` says which."""
    search = saved.get_search(request.user, pk)
    verb = request.POST.get("do")
    try:
        if verb == "rename":
            saved.rename_search(search, acting_user=request.user, name=request.POST.get("name", ""))
        elif verb == "renew":
            saved.renew_feed(search, acting_user=request.user)
            messages.success(request, _("The feed has a new address: the old one is empty now."))
        elif verb == "delete":
            saved.delete_search(search, acting_user=request.user)
            messages.success(
                request, _("The search “%(name)s” is deleted.") % {"name": search.name}
            )
    except BadRequest as error:
        messages.error(request, str(error))
    return redirect("library:searches")


@require_safe
@cache_control(private=True, max_age=300)
def show_saved_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """A kept search for a feed reader: with the rights that its owner has at this moment."""
    search = saved.get_by_feed(secret)
    with translation.override(search.user.language or translation.get_language()):
        text = feeds.make_feed(
            search.user, asked.parse(search.query), title=search.name, path=request.path
        )
    return HttpResponse(text, content_type=feeds.MIMETYPE)


@require_safe
@cache_control(public=True, max_age=300)
def show_feed(request: HttpRequest) -> HttpResponse:
    """Any search over what everyone may see, whoever asks."""
    wanted = asked.read(request.GET)
    path = f"{request.path}?{wanted.encode()}" if wanted.encode() else request.path
    text = feeds.make_feed(AnonymousUser(), wanted, title=feeds.name_search(wanted), path=path)
    return HttpResponse(text, content_type=feeds.MIMETYPE)
