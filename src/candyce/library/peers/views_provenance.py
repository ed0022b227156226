"""Pages of where a resource comes from: its editions and what changed between them, how it is cited, licences."""

from __future__ import annotations

import json

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from candyce.lib.errors import NotFound
from candyce.lib.text import read_number
from candyce.library import access
from candyce.library.doi import clean_doi
from candyce.library.peers import citation, mixing, provenance


@require_safe
def show_history(request: HttpRequest, slug: str) -> HttpResponse:
    """The editions, and for people who signed in what changed between two that are for them."""
    resource = access.get_resource(request.user, slug)
    editions, readable = provenance.list_editions(request.user, resource)
    context: dict[str, object] = {
        "resource": resource,
        "editions": editions,
        "named": access.is_staff(request.user),
        "compared": {number for number in readable if number - 1 in readable},
        "choices": sorted(readable, reverse=True),
    }
    if "to" in request.GET:
        if not request.user.is_authenticated:  # comparing takes seconds of the processor
            return redirect_to_login(request.get_full_path())
        numbers = [_read_number(request.GET.get(name, "")) for name in ("from", "to")]
        before, after = (
            provenance.get_edition(request.user, resource, number) for number in sorted(numbers)
        )
        changes, more = provenance.compare_editions(
            request.user, before, after, only=request.GET.get("file", "")
        )
        context |= {"before": before, "after": after, "changes": changes, "more": more}
    return render(request, "library/peers/history.html", context)


def _read_number(text: str) -> int:
    number = read_number(text, 999_999)
    if number is None:
        raise NotFound
    return number


@require_safe
def cite(request: HttpRequest, slug: str) -> HttpResponse:
    """How to cite it; ``?format=bibtex`` or ``csl`` is a file."""
    resource = access.get_resource(request.user, slug)
    edition = resource.editions.first()
    wanted = request.GET.get("format", "")
    if wanted == "bibtex":
        text = citation.make_bibtex(resource, edition)
        return _file(text, "application/x-bibtex; charset=utf-8", f"{slug}.bib")
    csl = json.dumps(citation.make_csl(resource, edition), ensure_ascii=False, indent=2)
    if wanted == "csl":
        return _file(csl, "application/vnd.citationstyles.csl+json; charset=utf-8", f"{slug}.json")
    context = {
        "resource": resource,
        "sentence": citation.make_sentence(resource, edition),
        "bibtex": citation.make_bibtex(resource, edition),
        "csl": csl,
        "doi": clean_doi(resource.doi),
    }
    return render(request, "library/peers/cite.html", context)


@require_safe
def show_licences(request: HttpRequest) -> HttpResponse:
    """What each licence allows, and what may be made of works under those that are ticked (``of``)."""
    asked = mixing.name_asked(request.GET.getlist("of"))
    context = {
        "offered": mixing.list_offered(asked),
        "asked": asked,
        "answer": mixing.answer(asked),
    }
    return render(request, "library/peers/licences.html", context)


def _file(text: str, mimetype: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
