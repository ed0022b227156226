"""Links and images lead somewhere, whatever the network: files that are there, addresses that answer."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from candyce.library.needs import uses_network
from candyce.library.publishing.checks.findings import ADVICE, BLOCK, Finding
from candyce.library.publishing.checks.markup import parse, parse_html
from candyce.library.publishing.content import Content, Place, iter_html
from candyce.projects.paths import get_folders

EXTERNAL = 40  # addresses that are tried


def find_links(content: Content) -> Iterator[Finding]:
    """What needs no network to be known."""
    known = set(content.tree) | get_folders(content.tree)
    for place in content.iter_places():
        if place.kind == "markdown":
            yield from _find_in_text(place, known)
        elif place.kind == "code":
            yield from _find_in_code(place)


def _find_in_code(place: Place) -> Iterator[Finding]:
    if uses_network(place.source):
        yield Finding.at(
            place, "fetches", ADVICE,
            _("This cell reads from the network: without one it fails."),
            _("Put the data among the files of the project, or untick “Works without a network”."),
        )  # fmt: skip
    # Advice: a library may have written the image, and text beside it may say what it shows.
    if any(not described for html in iter_html(place.cell) for _src, described in _images(html)):
        yield Finding.at(
            place, "no_alternative_result", ADVICE,
            _("An image in the result has no alternative text: who cannot see it learns nothing of it."),
            _('Give it one where the code writes it (<img … alt="a map of the rivers">), or say below what it shows.'),
        )  # fmt: skip


def _images(html: str) -> list[tuple[str, bool]]:
    return parse_html(html).images if "<img" in html.lower() else []


def _find_in_text(place: Place, known: set[str]) -> Iterator[Finding]:
    markup = parse(place.source)
    for address, described in markup.images:
        if not described:
            yield Finding.at(
                place, "no_alternative", BLOCK,
                _("An image has no alternative text: who cannot see it learns nothing of it."),
                _("Say in a few words what it shows: ![a map of the rivers](map.png)."),
            )  # fmt: skip
        if _is_external(address):
            yield Finding.at(
                place, "image_elsewhere", ADVICE,
                _("An image is fetched from another site: without a network, and on its page here, it is missing."),
                _("Put the image among the files of the project."),
            )  # fmt: skip
        elif not _leads(address, place, known):
            yield _make_missing(place, address)
    for address in markup.links:
        if not _is_external(address) and not _leads(address, place, known):
            yield _make_missing(place, address)


def _make_missing(place: Place, address: str) -> Finding:
    return Finding.at(
        place, "missing_file", BLOCK,
        _("This leads to a file that is not in the project: %(name)s.") % {"name": address[:100]},
        _("Add the file, or correct its name."),
    )  # fmt: skip


def _is_external(address: str) -> bool:
    return address.lower().startswith(("http://", "https://", "//"))


def _leads(address: str, place: Place, known: set[str]) -> bool:
    """Whether an address inside the project leads to something."""
    if not address or address.startswith("#"):
        return True
    if address.startswith("attachment:"):
        attachments = place.cell.get("attachments")
        return isinstance(attachments, dict) and unquote(address[11:]) in attachments
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme.lower() in {"mailto", "data", "tel"}
    folder = place.path.rpartition("/")[0]
    return posixpath.normpath(posixpath.join(folder, unquote(parts.path))) in known


def list_external(content: Content) -> list[tuple[str, Place]]:
    """Addresses of other sites, each once, with the first place that names it."""
    found: dict[str, Place] = {}
    for place in content.iter_places():
        if place.kind == "markdown":
            markup = parse(place.source)
            for address in [*markup.links, *(address for address, _alt in markup.images)]:
                if address.lower().startswith(("http://", "https://")):
                    found.setdefault(address.partition("#")[0], place)
    return list(found.items())[:EXTERNAL]
