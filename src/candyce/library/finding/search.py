"""Searching the index: a page of resources, how many there are, and what the facets would leave."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from tantivy import Occur, Order, Query

from candyce.library.finding import facets, schema, store
from candyce.library.finding.asked import PAGE, Asked
from candyce.library.finding.plan import Planner, Sight, all_of, choose

# Up to so many resources every count is exact; of more, a sample is counted, rare values still exactly.
EXACT = 30_000
RARE = 3_000  # resources with a value: so few are always counted
WINDOW = 5 * PAGE  # the best so many are put in order again by their weight
MOST_VALUES = 400
CACHED = 500


@dataclass(frozen=True)
class Found:
    """``slugs``: of the page asked for, best first. ``counts``: by facet and value; ``sampled``: those that are
    estimates. ``corrected``: words read instead of those typed. ``some``: nothing has all words, these have most."""

    slugs: list[str]
    total: int
    counts: facets.Counts
    sampled: frozenset[tuple[str, str]] = frozenset()
    corrected: dict[str, str] = field(default_factory=dict)
    some: bool = False


@dataclass(frozen=True)
class Tally:
    """The total and the facets' counts of a query: the same on each of its pages."""

    total: int
    counts: facets.Counts
    sampled: frozenset[tuple[str, str]]


class Cache:
    """The last tallies, of the last state of the index only."""

    def __init__(self) -> None:
        self.lock, self.key = Lock(), (0, 0)
        self.tallies: OrderedDict[Any, Tally] = OrderedDict()

    def get(self, key: tuple[int, int], asked: Any) -> Tally | None:
        with self.lock:
            if key != self.key:
                self.key = key
                self.tallies.clear()
            found = self.tallies.get(asked)
            if found is not None:
                self.tallies.move_to_end(asked)
            return found

    def put(self, key: tuple[int, int], asked: Any, tally: Tally) -> None:
        with self.lock:
            if key == self.key:
                self.tallies[asked] = tally
                while len(self.tallies) > CACHED:
                    self.tallies.popitem(last=False)


_cache = Cache()


def search(opened: store.Opened, sight: Sight, asked: Asked) -> Found:
    """Raises :class:`store.Unusable` when the index cannot be read."""
    with store.guard():
        planner = Planner(opened.searcher, sight)
        parts = planner.get_parts(asked.text)
        found = _find(opened, planner, [part.query for part in parts], asked)
        if not found.total and len(parts) > 1:
            most = Query.boolean_query(
                [(Occur.Should, part.query) for part in parts],
                minimum_number_should_match=max(1, len(parts) // 2 + len(parts) % 2),
            )
            found = replace(_find(opened, planner, [most], asked, "some"), some=True)
        corrected = {" ".join(part.typed): part.corrected for part in parts if part.corrected}
        return replace(found, corrected=corrected)


def _find(
    opened: store.Opened, planner: Planner, wanted: list[Query], asked: Asked, how: str = "all"
) -> Found:
    key = (planner.sight, asked.text, tuple(sorted(asked.chosen.items())), how)
    tally = _cache.get(opened.key, key)
    query = planner.see(_and(wanted, choose(asked.chosen)))
    slugs, total = _read_page(planner, query, asked, ranked=bool(wanted), count=tally is None)
    if tally is None:
        tally = _count(planner, wanted, asked.chosen, query, total)
        _cache.put(opened.key, key, tally)
    return Found(slugs, tally.total, tally.counts, tally.sampled)


def _and(wanted: list[Query], choices: list[Query]) -> Query:
    """All of them; only what was typed counts for the rank."""
    queries = [*wanted, *(Query.const_score_query(query, 0.0) for query in choices)]
    return all_of(queries) if queries else Query.all_query()


def _read_page(
    planner: Planner, query: Query, asked: Asked, *, ranked: bool, count: bool
) -> tuple[list[str], int]:
    """The page, and with ``count`` how many there are: one pass over a long list costs less than two."""
    searcher, first = planner.searcher, (asked.page - 1) * PAGE
    if asked.sort == "relevance" and ranked:
        # Windows as long as some pages: each is put in order by itself, so that pages neither overlap nor leave holes.
        start = first // WINDOW * WINDOW
        found: Any = searcher.search(query, WINDOW, count=count, offset=start)
        addresses = [address for _score, address in found.hits]
        weights = searcher.fast_field_values("weight", addresses)
        scored = [
            (score * (weight or 1.0), address)
            for (score, address), weight in zip(found.hits, weights, strict=True)
        ]
        scored.sort(key=lambda one: -one[0])
        page = [address for _score, address in scored[first - start : first - start + PAGE]]
    else:
        fields = {"relevance": "weight", "newest": "newest", "title": "title"}
        order = Order.Asc if asked.sort == "title" else Order.Desc
        field = fields[asked.sort]
        found = searcher.search(
            query, PAGE, count=count, offset=first, order_by_field=field, order=order
        )
        page = [address for _score, address in found.hits]
    return [searcher.doc(address)["slug"][0] for address in page], int(found.count or 0)


def _count(
    planner: Planner, wanted: list[Query], chosen: facets.Chosen, query: Query, total: int
) -> Tally:
    """What is left by the choices, and of each facet in which one chose, what the other choices leave."""
    counts, sampled = _count_values(planner, query, facets.NAMES, total)
    for name in chosen:
        if not facets.BY_NAME[name].every:
            wider = planner.see(_and(wanted, choose(chosen, but=name)))
            count = planner.count(wider)
            own, about = _count_values(planner, wider, (name,), count)
            counts |= own
            sampled = {one for one in sampled if one[0] != name} | about
    return Tally(total, counts, frozenset(sampled))


def _count_values(
    planner: Planner, query: Query, names: tuple[str, ...], total: int
) -> tuple[facets.Counts, set[tuple[str, str]]]:
    if total <= EXACT:
        return _aggregate(planner, query, names), set()
    one_of = next((one for one in schema.SAMPLES if total <= one * EXACT), schema.SAMPLES[-1])
    sample = Query.term_query(schema.make_schema(), "sample", str(one_of), "basic")
    some = Query.boolean_query([(Occur.Must, sample), (Occur.Must, query)])
    counts = _aggregate(planner, some, names)
    sampled = set()
    for name, found in counts.items():
        for value in found:
            found[value] = round(found[value] * one_of, -2)
            sampled.add((name, value))
        for value, everywhere in planner.searcher.terms_with_prefix(name, "", limit=MOST_VALUES):
            if everywhere <= RARE:
                term = Query.term_query(schema.make_schema(), name, value, "basic")
                both = Query.boolean_query([(Occur.Must, term), (Occur.Must, query)])
                sampled.discard((name, value))
                # The terms are those of all resources: one that this reader may see nowhere is not to be named.
                if count := planner.count(both):
                    found[value] = count
    return counts, sampled


def _aggregate(planner: Planner, query: Query, names: tuple[str, ...]) -> facets.Counts:
    asked = {name: {"terms": {"field": name, "size": MOST_VALUES}} for name in names}
    answer = planner.searcher.aggregate(query, asked)
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]}
        for name in names
    }
