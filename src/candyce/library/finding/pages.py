"""What the templates of the search page need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from candyce.library import access
from candyce.library.advice import queries as advice
from candyce.library.finding.asked import SORTS, parse
from candyce.library.finding.facets import BY_NAME
from candyce.library.finding.queries import Results
from candyce.library.models import SavedSearch
from candyce.library.sequences import queries as sequences

SORT_LABELS = {"relevance": _("Best first"), "newest": _("Newest first"), "title": _("By title")}
OPENED = ("discipline", "level", "mark")  # facets whose choices are in sight at once
AROUND = 2  # pages named on either side of the one shown


@dataclass(frozen=True)
class Chip:
    """A choice made, and the address of the search without it."""

    label: str
    query: str


@dataclass(frozen=True)
class Kept:
    """A search that is kept: its address, what it chooses, and the whole address of its feed."""

    search: SavedSearch
    text: str
    labels: list[str]
    feed: str


def describe_saved(searches: Iterable[SavedSearch]) -> list[Kept]:
    found = []
    for search in searches:
        asked = parse(search.query)
        labels = [
            BY_NAME[name].get_label(value)
            for name, values in asked.chosen.items()
            for value in values
        ]
        feed = settings.CANDYCE_PORTAL_URL + reverse("library:saved_feed", args=[search.feed])
        found.append(Kept(search, asked.text.strip(), labels, feed))
    return found


def get_context(user: access.Visitor, results: Results) -> dict[str, Any]:
    asked = results.asked
    advised = advice.get_list(user) if asked.is_empty and asked.page == 1 else {}
    chips = [
        Chip(BY_NAME[name].get_label(value), asked.without(name, value))
        for name, values in asked.chosen.items()
        for value in values
    ]
    return {
        **advised,
        "collections": sequences.find(user, asked.text) if asked.page == 1 else [],
        "asked": asked,
        "results": results,
        "resources": results.resources,
        "facets": results.facets,
        "opened": OPENED,
        "chips": chips,
        "sorts": [(sort, SORT_LABELS[sort], sort == asked.sort) for sort in SORTS],
        "address": asked.encode(),
        "name": ", ".join([*filter(None, [asked.text.strip()]), *(chip.label for chip in chips)])[
            :100
        ],
        "pages": _get_pages(results),
        "corrected": ", ".join(dict.fromkeys(results.found.corrected.values())),
        "looser": asked.encode(chosen={}) if asked.text and asked.chosen else "",
    }


def _get_pages(results: Results) -> list[tuple[int, str] | None]:
    """Numbers of pages with their addresses; None stands for those left out."""
    last, shown = results.pages, results.asked.page
    if last < 2:
        return []
    near = set(range(shown - AROUND, shown + AROUND + 1)) & set(range(1, last + 1))
    found: list[tuple[int, str] | None] = []
    before = 0
    for number in sorted(near | {1, last}):
        if number - before > 1:
            found.append(None)
        found.append((number, results.asked.encode(page=number)))
        before = number
    return found
