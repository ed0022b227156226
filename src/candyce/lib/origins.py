"""Two origins on one server: the portal (accounts, cookies) and the editor (runs strangers' code).

The request's Host decides which URLs exist. On the editor's origin no cookie is read or set, so that
code run there has nothing to steal; on any other host there is nothing at all.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest


def get_host(url: str) -> str:
    """``host:port`` of a URL in lower case, the default port left out, as browsers send it."""
    parts = urlsplit(url)
    return parts.netloc.lower()


def is_editor_host(host: str) -> bool:
    return host.lower() == get_host(settings.CANDYCE_EDITOR_URL)


def is_portal_host(host: str) -> bool:
    return host.lower() == get_host(settings.CANDYCE_PORTAL_URL)


class OriginMiddleware:
    """First of all middlewares: chooses the URLs of the origin, and takes cookies from the editor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.META.get("HTTP_HOST", "").lower()
        if is_editor_host(host):
            request.urlconf = "candyce.editor_urls"  # type: ignore[attr-defined]
            request.META.pop("HTTP_COOKIE", None)
            request.is_editor = True  # type: ignore[attr-defined]
            response = self.get_response(request)
            response.cookies.clear()
            return response
        if is_portal_host(host):
            request.is_editor = False  # type: ignore[attr-defined]
            return self.get_response(request)
        return HttpResponseBadRequest(
            f"Candyce does not answer under this address. Open {settings.CANDYCE_PORTAL_URL}/\n",
            content_type="text/plain; charset=utf-8",
        )
