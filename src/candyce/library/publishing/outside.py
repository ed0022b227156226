"""Addresses of other sites that a project names, asked one after the other's shoulder: which do not answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.utils.translation import gettext as _

from candyce.lib.outgoing import fetch
from candyce.lib.outgoing_errors import OutgoingError
from candyce.library.publishing.checks.links import list_external
from candyce.library.publishing.content import Content

SECONDS, SIZE = 10, 64 * 1024
AT_ONCE = 6
GONE = {404, 410}
# What a machine without a network meets everywhere.
_AWAY = {"outgoing_unknown", "outgoing_unreachable", "outgoing_slow"}


def ask_links(content: Content) -> dict[str, Any]:
    """``asked``: how many addresses, None where none could be asked; ``links``: those that do not answer.

    Each: ``url``, ``why`` (a status or an error's code), and the place that names it.
    """
    named = list_external(content)
    if not named:
        return {"asked": 0, "links": []}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(_ask, [url for url, _place in named]))
    if all(why in _AWAY for why in answers):
        return {"asked": None, "links": []}
    dead = [
        {
            "url": url,
            "why": why,
            "path": place.path,
            "number": place.number,
            "cell_id": place.cell_id,
        }
        for (url, place), why in zip(named, answers, strict=True)
        if why
    ]
    return {"asked": len(named), "links": dead}


def _ask(url: str) -> str:
    """Why the address does not answer; "" where it does, if only to refuse a program what it shows to people."""
    try:
        status = fetch(url, seconds=SECONDS, size=SIZE, cut=True).status
    except OutgoingError as error:
        return error.code
    return str(status) if status in GONE else ""


def say_why(why: str) -> str:
    """The reason in words."""
    if why.isdigit():
        return _("the page is gone: %(status)s") % {"status": why}
    words = {
        "outgoing_unknown": _("no site has this name"),
        "outgoing_private": _("it belongs to a private network"),
        "outgoing_url": _("it is no address of a page"),
        "outgoing_slow": _("it takes too long"),
    }
    return words.get(why, _("it cannot be reached"))
