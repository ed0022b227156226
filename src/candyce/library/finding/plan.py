"""From what is typed to what Tantivy is asked. Nothing typed is ever parsed as Tantivy's own query language.

Every word must be there, in one of its forms: its stem in French or in English, a synonym, the beginning of
a longer word while it is the last and one still types, or the nearest word of a title when no resource has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tantivy import Occur, Query, Searcher

from candyce.accounts.models import User
from candyce.library import access
from candyce.library.finding import schema
from candyce.library.finding.asked import LETTERS, WORDS
from candyce.library.finding.facets import BY_NAME, Chosen
from candyce.library.finding.words import (
    SMALL,
    get_stems,
    get_synonyms,
    measure_distance,
    split,
)

CONTENT_BOOST, SYNONYM_BOOST, BEGIN_BOOST = 0.35, 0.8, 0.8
KNOWN = 100  # resources with a word: then nobody need ask whether this reader may see one of them
MOST_COMPLETIONS = 40
CANDIDATES = 30  # resources in whose words a correction is looked for


@dataclass(frozen=True)
class Sight:
    """Whose eyes: what :func:`access.readable` says, as words of the index."""

    blind: str
    shown: tuple[str, ...]

    @cached_property
    def hidden(self) -> Query:
        """What this reader may not find."""
        parts = [(Occur.Must, _term("hidden", self.blind))]
        parts += [(Occur.MustNot, _term("hidden", token)) for token in self.shown]
        return Query.boolean_query(parts)


def get_sight(user: access.Visitor) -> Sight:
    if not user.is_authenticated or not user.is_active:
        return Sight("not:everyone", ())
    assert isinstance(user, User)
    own = f"by:{user.pk}"
    if not access.is_staff(user):
        return Sight("not:everyone", (own,))
    places = access.staff_organisations(user).values_list("pk", flat=True)
    return Sight("not:teachers", (own, *sorted(f"at:{pk}" for pk in places)))


@dataclass(frozen=True)
class Part:
    """A word typed (or a group that has synonyms), and the query for it."""

    typed: tuple[str, ...]
    query: Query
    corrected: str = ""


def _term(field: str, value: str) -> Query:
    option = "freq" if field in {"words", "begins", "content"} else "basic"
    return Query.term_query(schema.make_schema(), field, value, option)


def any_of(queries: list[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def all_of(queries: list[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _whole(word: str, *, but: Collection[str] = ()) -> list[Query]:
    """The word in each of its stems (those in ``but`` aside), in the metadata and in the notebooks."""
    found = []
    for stem in get_stems(word):
        if stem in but:
            continue
        found.append(_term("words", stem))
        found.append(Query.boost_query(_term("content", stem), CONTENT_BOOST))
    return found


def cut(text: str) -> tuple[list[str], bool]:
    """The words that are searched, and whether the last of them is still being typed."""
    words = split(text[:LETTERS])[:WORDS]
    unfinished = bool(words) and not text[-1:].isspace()
    kept = [
        word
        for place, word in enumerate(words)
        if word not in SMALL or (unfinished and place == len(words) - 1 and len(word) > 2)
    ]
    return kept, unfinished and bool(kept) and kept[-1] == words[-1]


class Planner:
    """Makes the parts of one query against one state of the index, for one reader."""

    def __init__(self, searcher: Searcher, sight: Sight) -> None:
        self.searcher, self.sight = searcher, sight

    def get_parts(self, text: str) -> list[Part]:
        words, unfinished = cut(text)
        parts, place = [], 0
        while place < len(words):
            group = self._group(words, place)
            last = unfinished and place + len(group) == len(words)
            parts.append(self._part(group, beginning=last))
            place += len(group)
        return parts

    def _group(self, words: list[str], place: int) -> tuple[str, ...]:
        """The longest run of words that has synonyms, or one word."""
        for length in range(min(5, len(words) - place), 1, -1):
            group = tuple(words[place : place + length])
            if group in get_synonyms():
                return group
        return (words[place],)

    def _part(self, group: tuple[str, ...], *, beginning: bool) -> Part:
        forms = (
            [all_of([any_of(_whole(word)) for word in group])]
            if len(group) > 1
            else _whole(group[0])
        )
        forms += self._synonyms(group)
        word = group[-1]
        if beginning and len(group) == 1:
            forms += self._begin(word)
        known = group in get_synonyms() or self._is_known(word, any_of(forms), beginning=beginning)
        if known:
            return Part(group, any_of(forms))
        corrections = self.correct(word, beginning=beginning)
        if not corrections:
            return Part(group, any_of(forms))
        queries = [query for one in corrections for query in _whole(one)]
        return Part(group, any_of(queries), corrected=corrections[0])

    def _synonyms(self, group: tuple[str, ...]) -> list[Query]:
        """What stands for the group; each stem once, for every list of resources that is read costs its length."""
        asked = set(get_stems(group[0])) if len(group) == 1 else set()
        found = []
        for other in get_synonyms().get(group, ()):
            if len(other) > 1:
                found.append(all_of([any_of(_whole(word)) for word in other]))
            else:
                found += _whole(other[0], but=asked)
                asked.update(get_stems(other[0]))
        return [Query.boost_query(query, SYNONYM_BOOST) for query in found]

    def _begin(self, word: str) -> list[Query]:
        """Words of the metadata that begin so; of very short beginnings and long ones, those that are few."""
        if len(word) < schema.BEGINNINGS.start:
            return []
        if len(word) < schema.BEGINNINGS.stop:
            return [Query.boost_query(_term("begins", word), BEGIN_BOOST)]
        longer = self.searcher.terms_with_prefix("names", word, limit=MOST_COMPLETIONS)
        stems = {stem for name, _count in longer for stem in get_stems(name)} - set(get_stems(word))
        return [Query.boost_query(_term("words", stem), BEGIN_BOOST) for stem in sorted(stems)]

    def _is_known(self, word: str, query: Query, *, beginning: bool) -> bool:
        """Whether this reader may find a resource with the word."""
        if len(word) < 4:
            return True  # too short to be told from another
        known = sum(self.searcher.doc_freq("words", stem) for stem in get_stems(word))
        if beginning and len(word) < schema.BEGINNINGS.stop:
            known += self.searcher.doc_freq("begins", word)
        return known > KNOWN or self.has_any(query)

    def has_any(self, query: Query) -> bool:
        return bool(self.searcher.search(self.see(query), 1, count=False).hits)

    def count(self, query: Query) -> int:
        found: Any = self.searcher.search(query, 1)
        return int(found.count)

    def see(self, query: Query) -> Query:
        """Those of them that the reader may find."""
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, self.sight.hidden)])

    def correct(self, word: str, *, beginning: bool) -> list[str]:
        """The nearest words in the metadata of what this reader may see: a misprint or two away."""
        for distance in (1, 2) if len(word) >= 8 else (1,):
            near = Query.fuzzy_term_query(
                schema.make_schema(), "names", word, distance, prefix=beginning
            )
            hits = self.searcher.search(self.see(near), CANDIDATES, count=False).hits
            names = Counter(
                name
                for _score, address in hits
                for name in self.searcher.doc(address)["names"][0].split()
            )
            found = [
                name
                for name in names
                if measure_distance(word, name, distance, beginning=beginning) <= distance
            ]
            if found:
                ranked = sorted(found, key=lambda name: (name[0] != word[0], -names[name], name))
                return ranked[:3]
        return []


def choose(chosen: Chosen, *, but: str = "") -> list[Query]:
    """The choices as queries, those of the facet ``but`` aside (unless one must have all of its values)."""
    queries = []
    for name, values in chosen.items():
        terms = [_term(name, value) for value in values]
        if BY_NAME[name].every:
            queries += terms
        elif name != but:
            queries.append(any_of(terms))
    return queries
