"""Middlewares of the two origins: headers, language, errors; cookies only on the portal."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import translation

from candyce.lib.errors import CandyceError

Handler = Callable[[HttpRequest], HttpResponse]


def _is_editor(request: HttpRequest) -> bool:
    return bool(getattr(request, "is_editor", False))


def _portal_only(base: type) -> type:
    """The same middleware, passed over on the editor's origin, which knows no cookie."""

    class PortalOnly(base):  # type: ignore[misc, valid-type]
        def __call__(self, request: HttpRequest) -> HttpResponse:
            if _is_editor(request):
                return self.get_response(request)
            return super().__call__(request)

        def process_view(self, request: HttpRequest, *args: object) -> object:
            parent = getattr(super(), "process_view", None)
            return None if parent is None or _is_editor(request) else parent(request, *args)

    PortalOnly.__name__ = PortalOnly.__qualname__ = f"Portal{base.__name__}"
    return PortalOnly


PortalSessionMiddleware = _portal_only(SessionMiddleware)
PortalCsrfMiddleware = _portal_only(CsrfViewMiddleware)
PortalAuthenticationMiddleware = _portal_only(AuthenticationMiddleware)
PortalMessageMiddleware = _portal_only(MessageMiddleware)

PORTAL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " font-src 'self'; connect-src 'self'; media-src 'self' data:; manifest-src 'self'; worker-src 'self'; form-action 'self' {editor};"
    " base-uri 'none'; frame-ancestors 'none'"
)
API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


class SecurityHeadersMiddleware:
    """Content-Security-Policy and isolation headers of each origin (DESIGN section 5)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_editor(request):
            response.headers.setdefault("Content-Security-Policy", API_POLICY)
            response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
            response.headers.setdefault("Cache-Control", "no-store")
        else:
            policy = PORTAL_POLICY.format(editor=settings.CANDYCE_EDITOR_URL)
            response.headers.setdefault("Content-Security-Policy", policy)
            response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
            response.headers.setdefault(
                "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
            )
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class LanguageMiddleware:
    """The person's choice, else the visitor's cookie, else the browser's language, else French."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._choose(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response

    def _choose(self, request: HttpRequest) -> str:
        known = {code for code, _name in settings.LANGUAGES}
        if not _is_editor(request):
            chosen = request.session.get("language") or request.COOKIES.get(
                settings.LANGUAGE_COOKIE_NAME
            )
            if chosen in known:
                return chosen
        found = translation.get_language_from_request(request)
        return found if found in known else settings.LANGUAGE_CODE


class ErrorMiddleware:
    """Renders typed errors: JSON on the editor's origin, a helpful page in the portal."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, CandyceError):
            return None
        if _is_editor(request):
            response: HttpResponse = JsonResponse(exception.as_dict(), status=exception.status)
        else:
            context = {"error": exception}
            response = render(request, "web/error.html", context, status=exception.status)
        if exception.retry_after is not None:
            response.headers["Retry-After"] = str(exception.retry_after)
        return response
