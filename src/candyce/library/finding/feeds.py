"""Atom feeds (RFC 4287) of a search: its newest resources, as the reader of the feed may see them now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from candyce.library import access
from candyce.library.finding import queries
from candyce.library.finding.asked import Asked

MIMETYPE = "application/atom+xml; charset=utf-8"


def make_feed(user: access.Visitor, asked: Asked, *, title: str, path: str) -> str:
    """The feed as text; ``path``: its own address. Says nothing of who reads it."""
    results = queries.find(user, replace(asked, sort="newest", page=1))
    page = reverse("library:list") + (f"?{asked.encode()}" if asked.encode() else "")
    feed = Atom1Feed(
        title=_clean(title),
        link=_get_address(page),
        feed_url=_get_address(path),
        description=None,
        language=None,
        feed_guid=_get_address(path),
    )
    for resource in results.resources:
        address = _get_address(reverse("library:detail", args=[resource.pk]))
        feed.add_item(
            title=_clean(resource.title),
            link=address,
            description=_clean(resource.abstract),
            author_name=_clean(_name_authors(resource.authors)),
            unique_id=address,
            pubdate=resource.published_at,
            updateddate=max(resource.published_at, resource.updated_at),
            categories=[_clean(str(word)) for word in resource.keywords],
        )
    return feed.writeString("utf-8")


def name_search(asked: Asked) -> str:
    """What a feed without a name is called."""
    text = asked.text.strip()
    return _("Candyce library: %(text)s") % {"text": text} if text else _("Candyce library")


def _get_address(path: str) -> str:
    return urljoin(settings.CANDYCE_PORTAL_URL + "/", path.lstrip("/"))


def _name_authors(authors: Sequence[object]) -> str:
    return ", ".join(map(str, authors)) or "Candyce"


def _clean(text: str) -> str:
    """Without what XML 1.0 forbids: control characters, halves of pairs, non-characters."""
    return "".join(
        char
        for char in text
        if char in "\t\n\r"
        or (char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff")
    )
