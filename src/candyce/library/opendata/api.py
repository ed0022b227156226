"""``GET /api/library/``: the library for programs. Read only; the rights are those of who asks."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_http_methods

from candyce.lib.errors import NotFound
from candyce.library import access
from candyce.library.finding import facets
from candyce.library.finding.asked import PAGE, Asked, read
from candyce.library.finding.queries import find
from candyce.library.models import Resource
from candyce.library.opendata.describing import (
    as_json,
    describe,
    find_public_originals,
    prepared,
)
from candyce.library.opendata.openapi import make_document
from candyce.projects.addresses import get_portal_url

METHODS = ["GET", "HEAD", "OPTIONS"]
SECONDS = 300  # that a copy of a public answer may be kept


@require_http_methods(METHODS)
def show_list(request: HttpRequest) -> HttpResponse:
    """A page of what is found, with the facets' counts."""
    if request.method == "OPTIONS":
        return _allow(HttpResponse(status=204))
    asked = read(request.GET)
    results = find(request.user, asked)
    data = {
        "total": results.total,
        "page": asked.page,
        "pages": results.pages,
        "page_size": PAGE,
        "next": _get_address(asked, asked.page + 1) if asked.page < results.pages else None,
        "previous": _get_address(asked, asked.page - 1)
        if 1 < asked.page <= results.pages
        else None,
        "facets": {
            one.name: [
                {"id": choice.value, "name": str(choice.label), "count": choice.count}
                for choice in one.choices
            ]
            for one in results.facets
        },
        "resources": describe_all([one.pk for one in results.resources], request),
    }
    return _answer(request, data)


@require_http_methods(METHODS)
def show_resource(request: HttpRequest, slug: str) -> HttpResponse:
    """One resource, with the date of the last change of what is public of it."""
    if request.method == "OPTIONS":
        return _allow(HttpResponse(status=204))
    found = describe_all([slug], request)
    if not found:
        response = JsonResponse(NotFound().as_dict(), status=404)
        return _allow(_finish(request, response))
    return _answer(request, found[0])


@require_http_methods(METHODS)
def show_openapi(request: HttpRequest) -> HttpResponse:
    """The description of this interface for programs."""
    if request.method == "OPTIONS":
        return _allow(HttpResponse(status=204))
    return _answer(request, make_document())


@require_http_methods(["GET", "HEAD"])
def show_documentation(request: HttpRequest) -> HttpResponse:
    """The same for people, with the other ways to take the library's metadata."""
    context = {
        "facets": facets.FACETS,
        "list_url": get_portal_url("opendata:list"),
        "resource_url": get_portal_url("opendata:list") + "{id}/",
        "openapi_url": get_portal_url("opendata:openapi"),
        "oai_url": get_portal_url("opendata:oai"),
        "sitemap_url": get_portal_url("opendata:sitemap"),
        "example": get_portal_url("opendata:list") + "?q=boucles&discipline=nsi&level=premiere",
    }
    return render(request, "library/opendata/documentation.html", context)


def describe_all(slugs: list[str], request: HttpRequest) -> list[dict[str, Any]]:
    """As far as the caller may read them, in this order."""
    readable: dict[str, Resource] = prepared(
        access.visible_to(request.user).defer("search_text")
    ).in_bulk(slugs)
    originals = find_public_originals(list(readable.values()))
    return [
        as_json(describe(readable[slug], public=originals)) for slug in slugs if slug in readable
    ]


def _get_address(asked: Asked, page: int) -> str:
    return f"{get_portal_url('opendata:list')}?{asked.encode(page=page)}"


def _answer(request: HttpRequest, data: Any) -> HttpResponse:
    """JSON with an ETag of its content; 304 for who has it already.

    No Last-Modified: opinions and executions change what is told, and keep no date for ever.
    """
    body = json.dumps(data, ensure_ascii=False).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response.headers["ETag"] = etag
    found = get_conditional_response(request, etag, None, response)
    return _allow(_finish(request, found or response))


def _finish(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    kept = "private, no-cache" if request.user.is_authenticated else f"public, max-age={SECONDS}"
    response.headers["Cache-Control"] = kept
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    return response


def _allow(response: HttpResponse) -> HttpResponse:
    """Pages of other sites may read it, as nobody: a browser sends no cookie along with ``*``."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
