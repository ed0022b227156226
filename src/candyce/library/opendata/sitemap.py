"""Sitemaps (sitemaps.org 0.9) of what everybody may read, and robots.txt, which names them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.etree import ElementTree as ET

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_response_headers
from django.views.decorators.http import require_safe

from candyce.lib.errors import NotFound
from candyce.library.models import PublicRecord
from candyce.library.opendata.describing import get_url, public_resources
from candyce.library.sequences import access as sequences
from candyce.projects.addresses import get_portal_url

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGE = 10_000  # addresses in one file; the protocol allows 50,000
SECONDS = 3600
PRIVATE = ("/projects/", "/admin/", "/preferences/", "/sign-in/", "/api/", "/library/*/export/")
Entry = tuple[str, datetime | None]


@require_safe
def show_sitemap(request: HttpRequest) -> HttpResponse:
    """The index of the files, of which there is at least one."""
    root = ET.Element("sitemapindex", xmlns=NAMESPACE)
    for number in range(1, _count_pages() + 1):
        address = get_portal_url("opendata:sitemap_page", number=number)
        ET.SubElement(ET.SubElement(root, "sitemap"), "loc").text = address
    return _answer(root)


@require_safe
def show_page(request: HttpRequest, number: int) -> HttpResponse:
    """One file; the first has the library itself and the collections too."""
    if not 1 <= number <= _count_pages():
        raise NotFound
    root = ET.Element("urlset", xmlns=NAMESPACE)
    entries: list[Entry] = [] if number > 1 else [*_get_first()]
    for address, changed in [*entries, *_get_resources(number)]:
        told = ET.SubElement(root, "url")
        ET.SubElement(told, "loc").text = address
        if changed is not None:
            ET.SubElement(told, "lastmod").text = changed.isoformat(timespec="seconds")
    return _answer(root)


@require_safe
def show_robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    lines.append("Allow: /api/library/")
    lines.append(f"Sitemap: {get_portal_url('opendata:sitemap')}")
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    patch_response_headers(response, SECONDS)
    return response


def _count_pages() -> int:
    return max(1, -(-public_resources().count() // PAGE))


def _get_first() -> Iterable[Entry]:
    yield get_portal_url("library:list"), None
    public = sequences.visible_to(AnonymousUser()).order_by("pk")
    for collection in public[:PAGE]:
        yield get_portal_url("library:collection", key=collection.key), collection.updated_at


def _get_resources(number: int) -> Iterable[Entry]:
    slugs = list(
        public_resources()
        .order_by("pk")
        .values_list("pk", flat=True)[(number - 1) * PAGE : number * PAGE]
    )
    changed: dict[str, datetime] = {}
    for start in range(0, len(slugs), 500):
        rows = PublicRecord.objects.filter(pk__in=slugs[start : start + 500])
        changed.update(rows.values_list("pk", "changed_at"))
    return [(get_url(slug), changed.get(slug)) for slug in slugs]


def _answer(root: ET.Element) -> HttpResponse:
    data = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    response = HttpResponse(data, content_type="application/xml; charset=utf-8")
    patch_response_headers(response, SECONDS)
    return response
