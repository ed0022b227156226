"""Without a network: the portal's service worker, its page, and the keys that it remembers.

The page is the same for everybody and holds nothing of anybody; the list in it is made in the browser.
"""

from __future__ import annotations

import hashlib
import json

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from candyce.projects.offline import list_keys

SHELL = ("portal.css", "portal.js", "web/icon.svg")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What the browser shows in place of a page that it cannot fetch (``lang``: ``fr`` or ``en``)."""
    language = request.GET.get("lang")
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language()
    with translation.override(language):
        context = {"LANGUAGE_CODE": language, "theme": "", "user": None, "demo": False}
        response = render(request, "web/offline.html", context)
    response.headers["Content-Language"] = language or settings.LANGUAGE_CODE
    return response


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """For this browser and the person signed in: what it may open without a network.

    ``id`` (repeated): projects that the browser knows from earlier.
    """
    user = request.user
    answer: dict[str, object] = {"person": None, "days": max(0, settings.CANDYCE_OFFLINE_DAYS)}
    if user.is_authenticated:
        answer |= {
            "person": str(user.pk),
            "name": user.full_name,
            "language": request.LANGUAGE_CODE,  # type: ignore[attr-defined]
            "theme": user.theme or request.COOKIES.get("candyce-theme", ""),
            "projects": list_keys(user, request.session, request.GET.getlist("id")),
        }
    response = JsonResponse(answer)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the whole portal. Its text changes when what it keeps changes."""
    code = _read("sw.js")
    names = [_read(name) for name in SHELL]
    address = reverse("web:offline")
    shell = {
        "version": hashlib.sha256(b"".join([code, *names, _get_page_hash(request)])).hexdigest()[
            :16
        ],
        "days": max(0, settings.CANDYCE_OFFLINE_DAYS),
        "pages": {code: f"{address}?lang={code}" for code, _name in settings.LANGUAGES},
        "files": [static(name) for name in SHELL],
        "keys": reverse("web:offline_keys"),
    }
    text = b"self.CANDYCE=" + json.dumps(shell).encode() + b";\n" + code
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _get_page_hash(request: HttpRequest) -> bytes:
    """Changes when the page's words or template do."""
    pages = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            context = {"LANGUAGE_CODE": code, "theme": "", "user": None, "demo": False}
            pages.append(render(request, "web/offline.html", context).content)
    return hashlib.sha256(b"".join(pages)).digest()


def _read(name: str) -> bytes:
    """A static file's bytes; empty when it was not built."""
    path = finders.find(name)
    if path is None and settings.STATIC_ROOT.joinpath(name).is_file():
        path = str(settings.STATIC_ROOT / name)
    if path is None:
        return b""
    with open(path, "rb") as file:
        return file.read()
