"""Searching the database itself, while there is no index: plainer, never wrong about who may see what.

Words are looked for as they stand in ``search_text``; the first :data:`MOST` resources found are counted.
"""

from __future__ import annotations

from collections import Counter

from candyce.lib.text import fold
from candyce.library import access
from candyce.library.finding import facets
from candyce.library.finding.asked import PAGE, Asked
from candyce.library.finding.plan import cut
from candyce.library.finding.search import Found
from candyce.library.models import Resource

MOST = 3000


def search(user: access.Visitor, asked: Asked) -> Found:
    """The same answer as the index gives, without corrections, synonyms and stems."""
    words, _unfinished = cut(asked.text)
    resources = access.visible_to(user).defer("search_text", "abstract", "programme")
    for word in words:
        # A final s or x of a plural is forgiven.
        stem = word[:-1] if len(word) > 3 and word[-1] in "sx" else word
        resources = resources.filter(search_text__contains=stem)
    known = list(resources.defer("search_text").order_by("-published_at", "pk")[:MOST])
    values = {one.pk: facets.get_values(one) for one in known}
    counts: dict[str, Counter[str]] = {name: Counter() for name in facets.NAMES}
    for found in values.values():
        for name in facets.NAMES:
            if facets.matches(found, asked.chosen, but=name):
                counts[name].update(found[name])
    left = [one for one in known if facets.matches(values[one.pk], asked.chosen)]
    left.sort(key=lambda one: _rank(one, asked.sort, words))
    first = (asked.page - 1) * PAGE
    return Found([one.pk for one in left[first : first + PAGE]], len(left), dict(counts))


def _rank(resource: Resource, sort: str, words: list[str]) -> tuple[object, ...]:
    title = fold(resource.title)
    if sort == "newest":
        return (-resource.published_at.timestamp(), title)
    return (0, title) if sort == "title" else (-sum(word in title for word in words), title)
