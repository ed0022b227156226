"""What is asked for: the address of the search page, read and written again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict

from candyce.lib.text import read_number
from candyce.library.finding.facets import FACETS, NAMES, Chosen
from candyce.library.finding.words import split

LETTERS = 500  # of a query that count
WORDS = 12
SORTS = ("relevance", "newest", "title")
PAGE = 24
LAST_PAGE = 200
MOST_VALUES = 20  # of one facet


@dataclass(frozen=True)
class Asked:
    """``text`` as typed, cut to :data:`LETTERS`; ``cut``: there was more of it than is searched."""

    text: str = ""
    chosen: Chosen = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    cut: bool = False

    def encode(self, **changes: object) -> str:
        """The address of the same search; ``page`` only when it is given."""
        asked = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        pairs = [("q", asked.text)] if asked.text else []
        pairs += [
            (name, value) for name in NAMES if name in asked.chosen for value in asked.chosen[name]
        ]
        if asked.sort != SORTS[0]:
            pairs.append(("sort", asked.sort))
        if asked.page > 1:
            pairs.append(("page", str(asked.page)))
        return urlencode(pairs)

    def without(self, name: str, value: str) -> str:
        """The address without one of the choices."""
        left = tuple(one for one in self.chosen.get(name, ()) if one != value)
        chosen = {**self.chosen, name: left}
        return self.encode(chosen={key: values for key, values in chosen.items() if values})

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.chosen


def read(query: QueryDict) -> Asked:
    """Whatever the address says: what makes no sense is passed over."""
    typed = " ".join(query.get("q", "").replace("\0", " ").split())
    text = typed[:LETTERS]
    # An unfinished last word is one without a space after it.
    if query.get("q", "")[-1:].isspace() and text and len(text) < LETTERS:
        text += " "
    sort = query.get("sort", "")
    return Asked(
        text=text,
        chosen=_read_choices(query),
        sort=sort if sort in SORTS else SORTS[0],
        page=min(read_number(query.get("page", ""), 99_999) or 1, LAST_PAGE),
        cut=len(typed) > LETTERS or len(split(text)) > WORDS,
    )


def _read_choices(query: QueryDict) -> Chosen:
    chosen: Chosen = {}
    for facet in FACETS:
        values = [
            value
            for value in dict.fromkeys(query.getlist(facet.name))
            if (
                value in facet.labels
                if not facet.open
                else 0 < len(value) <= 100 and "\0" not in value
            )
        ]
        if values:
            chosen[facet.name] = tuple(values[:MOST_VALUES])
    return chosen


def parse(address: str) -> Asked:
    """The same of a stored address (what stands after the question mark)."""
    return read(QueryDict(address))
