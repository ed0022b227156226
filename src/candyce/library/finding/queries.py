"""What the search page shows of what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from candyce.library import access
from candyce.library.finding import facets, keeping, plain, search, store
from candyce.library.finding.asked import LAST_PAGE, PAGE, Asked
from candyce.library.finding.plan import cut, get_sight
from candyce.library.finding.search import Found
from candyce.library.models import Resource


@dataclass(frozen=True)
class Results:
    """A page of results. ``plain``: the index is being made, the database answered."""

    asked: Asked
    resources: list[Resource]
    found: Found
    plain: bool

    @property
    def total(self) -> int:
        return self.found.total

    @property
    def wordless(self) -> bool:
        """Something was typed, and none of it is a word to look for."""
        return bool(self.asked.text.strip()) and not cut(self.asked.text)[0]

    @property
    def pages(self) -> int:
        return min(-(-self.total // PAGE), LAST_PAGE)

    @property
    def facets(self) -> list[facets.Shown]:
        return facets.show(
            self.found.counts,
            self.asked.chosen,
            lambda name, value: (name, value) in self.found.sampled,
        )


def find(user: access.Visitor, asked: Asked) -> Results:
    """Search as the person may; whatever state the index is in, there is an answer."""
    found = _search_index(user, asked)
    is_plain = found is None
    if found is None:
        found = plain.search(user, asked)
    resources = get_resources(user, found.slugs)
    if len(resources) < len(found.slugs):  # changed since the index was looked at
        lost = len(found.slugs) - len(resources)
        found = replace(found, total=max(len(resources), found.total - lost))
    return Results(asked, resources, found, is_plain)


def _search_index(user: access.Visitor, asked: Asked) -> Found | None:
    try:
        opened = keeping.get_index()
        return None if opened is None else search.search(opened, get_sight(user), asked)
    except store.Unusable as error:
        keeping.report_broken(error)
    except (OSError, ValueError) as error:  # Tantivy's writer raises ValueError
        keeping.report_unwritable(error)
    return None


def get_resources(user: access.Visitor, slugs: Iterable[str]) -> list[Resource]:
    """These resources in this order, as far as the person may read them: the rule is asked again."""
    known = access.visible_to(user).defer("search_text").in_bulk(list(slugs))
    return [known[slug] for slug in slugs if slug in known]
