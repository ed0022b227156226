"""Finding resources: every word typed, folded, in title, abstract, objectives, keywords or text."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from candyce.lib.text import fold
from candyce.library.models import Resource
from candyce.projects.blobs import read_blob
from candyce.projects.models import Version

WORDS = 12  # words of a query that count
LOOKED_AT = 200  # of a discipline, when looking for related ones
MAX_PREVIEW = 5_000_000  # bytes of a notebook that is still rendered


@dataclass(frozen=True)
class Choice:
    """One value of a facet with how many resources it would leave."""

    value: str
    label: str
    count: int
    chosen: bool


def search(
    resources: QuerySet[Resource], *, text: str = "", discipline: str = "", level: str = ""
) -> list[Resource]:
    """Resources that match all that is given, best first (a word of the title outweighs the rest)."""
    words = fold(text)[:500].split()[:WORDS]
    for word in words:
        # A final s or x of a plural is forgiven.
        stem = word[:-1] if len(word) > 3 and word[-1] in "sx" else word
        resources = resources.filter(search_text__contains=stem)
    if discipline:
        resources = resources.filter(discipline=discipline)
    found = [one for one in resources if not level or level in one.levels]
    return sorted(found, key=lambda one: (-_weight(one, words), one.title))


def _weight(resource: Resource, words: list[str]) -> int:
    title = fold(resource.title)
    return sum(word in title for word in words)


def get_facets(
    resources: QuerySet[Resource], *, text: str, discipline: str, level: str
) -> dict[str, list[Choice]]:
    """Disciplines and levels with counts: each facet counts what the other choices leave."""
    for_discipline = search(resources, text=text, level=level)
    for_level = search(resources, text=text, discipline=discipline)
    disciplines = Counter(one.discipline for one in for_discipline)
    levels = Counter(value for one in for_level for value in one.levels)
    return {
        "disciplines": _choices(Resource.Discipline.choices, disciplines, discipline),
        "levels": _choices(Resource.Level.choices, levels, level),
    }


def _choices(known: list[tuple[str, Any]], counts: Counter[str], chosen: str) -> list[Choice]:
    return [
        Choice(value, str(label), counts[value], value == chosen)
        for value, label in known
        if counts[value] or value == chosen
    ]


def get_notebook(version: Version) -> dict[str, Any] | None:
    """The notebook of a resource's version, or None when there is none to show."""
    tree = version.tree
    notebooks = sorted((path.count("/"), path) for path in tree if path.endswith(".ipynb"))
    if not notebooks:
        return None
    sha256, size, _modified = tree[notebooks[0][1]]
    if size > MAX_PREVIEW:
        return None
    notebook = json.loads(read_blob(sha256))
    return notebook if isinstance(notebook, dict) else None


def get_related(
    resources: QuerySet[Resource], resource: Resource, *, count: int = 3
) -> list[Resource]:
    """Others of the same discipline, those that share levels and keywords first."""
    mine = set(resource.keywords) | set(resource.levels)
    others = resources.filter(discipline=resource.discipline).exclude(pk=resource.pk)
    others = others.defer("search_text").order_by("-published_at")[:LOOKED_AT]
    ranked = sorted(
        others, key=lambda one: (-len(mine & (set(one.keywords) | set(one.levels))), one.title)
    )
    return ranked[:count]
