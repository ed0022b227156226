"""Putting resources in order for one teacher, and knowing why; plain values in and out.

Used by the pages and by the benchmark alike. Nothing here knows of other persons: only of the teacher's own uses,
of what the teacher teaches, and of the neighbours of each resource.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

# What a use says of a taste.
WEIGHTS = {"opened": 1.0, "kept": 2.0, "adapted": 2.5, "given": 3.0}
HALF_LIFE = 180.0  # days after which a use says half as much

TOGETHER, ALIKE, NEXT, LIKED, FRESH = 1.0, 0.15, 0.35, 0.5, 0.3
NEXT_STEPS = 6  # resources ahead in the programme that are still "next"
ALIKE_TOO_MUCH = 0.75  # each further one of the same theme counts so much of the one before


class Neighbour(NamedTuple):
    """``together`` and ``alike`` are similarities; ``people`` used both, ``after`` of them in this order."""

    key: str
    together: float
    alike: float
    people: int
    after: int


class Item(NamedTuple):
    """What ranking knows of a resource. ``standing`` and ``freshness`` are in 0..1."""

    key: str
    discipline: str
    levels: tuple[str, ...]
    theme: str
    rank: float | None
    standing: float = 0.0
    freshness: float = 0.0


@dataclass(frozen=True)
class Profile:
    """Shares of what is taught; empty: not known. ``sure``: the person said so."""

    disciplines: Mapping[str, float] = field(default_factory=dict)
    levels: Mapping[str, float] = field(default_factory=dict)
    sure: bool = False


class Ranked(NamedTuple):
    """``why``: together, alike, next, fresh or liked; ``because`` is the used resource, or empty."""

    key: str
    score: float
    why: str
    because: str


def get_weight(verb: str, count: int, days: float) -> float:
    """What one kind of use of one resource says: more when often, less when long ago."""
    return WEIGHTS[verb] * (1 + math.log(count)) * 0.5 ** (days / HALF_LIFE)


def guess_profile(used: Mapping[str, float], items: Mapping[str, Item]) -> Profile:
    """What is taught, from what was used; a single use of something else counts for little."""
    disciplines: dict[str, float] = {}
    levels: dict[str, float] = {}
    for key, weight in used.items():
        if key in items:
            item = items[key]
            disciplines[item.discipline] = disciplines.get(item.discipline, 0) + weight
            for level in item.levels:
                levels[level] = levels.get(level, 0) + weight / len(item.levels)
    return Profile(_share(disciplines), _share(levels))


def _share(counts: dict[str, float]) -> dict[str, float]:
    total = sum(counts.values())
    return {key: value / total for key, value in counts.items()} if total else {}


def rank(
    used: Mapping[str, float],
    items: Mapping[str, Item],
    neighbours: Mapping[str, Iterable[Neighbour]],
    profile: Profile,
    *,
    count: int,
    repeated: float = 1.0,
) -> list[Ranked]:
    """The ``count`` best of ``items`` that were not used, spread over themes, each with its reason.

    ``repeated``: what each further one for the same reason counts of the one before.
    """
    parts: dict[str, dict[str, float]] = {}
    because: dict[tuple[str, str], tuple[float, str]] = {}

    def add(key: str, why: str, value: float, source: str) -> None:
        if key not in items or key in used or value <= 0:
            return
        mine = parts.setdefault(key, {})
        mine[why] = mine.get(why, 0.0) + value
        if value > because.get((key, why), (0.0, ""))[0]:
            because[key, why] = (value, source)

    total = sum(used.values()) or 1.0
    for source, key, together, alike in _weigh(used, neighbours, total):
        add(key, "together", together, source)
        add(key, "alike", alike, source)
    _add_next(used, items, total, add)
    for key, item in items.items():
        add(key, "liked", LIKED * item.standing, "")
        add(key, "fresh", FRESH * item.freshness, "")
    found = []
    for key, mine in parts.items():
        place = _get_place(items[key], profile)
        why = max(mine, key=lambda name: (mine[name], name))
        found.append(Ranked(key, place * sum(mine.values()), why, because[key, why][1]))
    return _spread(sorted(found, key=lambda one: (-one.score, one.key)), items, count, repeated)


def weigh_neighbours(
    used: Mapping[str, float], neighbours: Mapping[str, Iterable[Neighbour]]
) -> dict[str, float]:
    """What each neighbour of what was used gains by that alone, in :func:`rank`."""
    weights: dict[str, float] = {}
    for _source, key, together, alike in _weigh(used, neighbours, sum(used.values()) or 1.0):
        weights[key] = weights.get(key, 0.0) + together + alike
    return weights


def _weigh(
    used: Mapping[str, float], neighbours: Mapping[str, Iterable[Neighbour]], total: float
) -> Iterator[tuple[str, str, float, float]]:
    """Source, neighbour, and what being used together and being alike make it gain."""
    for source, weight in used.items():
        for near in neighbours.get(source, ()):
            together = TOGETHER * weight * near.together / math.sqrt(total)
            yield source, near.key, together, ALIKE * weight * near.alike / total


def _add_next(used, items, total: float, add: Callable[[str, str, float, str], None]) -> None:
    """What comes next in the programme of each discipline and level after what was used."""
    places: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for item in items.values():
        if item.rank is not None:
            for level in item.levels:
                places.setdefault((item.discipline, level), []).append((item.rank, item.key))
    for source, weight in used.items():
        item = items.get(source)
        if item is None or item.rank is None:
            continue
        for level in item.levels:
            ahead = sorted(one for one in places[item.discipline, level] if one[0] > item.rank)
            for step, (_rank, key) in enumerate(ahead[:NEXT_STEPS]):
                value = NEXT * weight / math.sqrt(total) * (1 - step / NEXT_STEPS)
                add(key, "next", value / len(item.levels), source)


def _get_place(item: Item, profile: Profile) -> float:
    """How much the resource stands where the person teaches: 1 for their main discipline and level."""
    discipline = _get_fit(profile.disciplines, [item.discipline])
    level = _get_fit(profile.levels, item.levels)
    return discipline * level


def _get_fit(shares: Mapping[str, float], values: Iterable[str]) -> float:
    if not shares:
        return 1.0
    best = max((shares.get(value, 0.0) for value in values), default=0.0)
    return 0.1 + 0.9 * math.sqrt(best / max(shares.values()))


def _spread(
    ranked: list[Ranked], items: Mapping[str, Item], count: int, repeated: float
) -> list[Ranked]:
    """The best ones, where each of the same discipline, level and theme as one before counts for less."""
    pool = ranked[: count * 8]
    seen: dict[tuple[str, str, tuple[str, ...]], int] = {}
    reasons: dict[str, int] = {}
    chosen: list[Ranked] = []

    def weigh(one: Ranked) -> float:
        return one.score * _damp(seen, items[one.key]) * repeated ** reasons.get(one.because, 0)

    while pool and len(chosen) < count:
        best = max(pool, key=weigh)  # of equals, the first
        pool.remove(best)
        chosen.append(best)
        group = _get_group(items[best.key])
        seen[group] = seen.get(group, 0) + 1
        if best.because:
            reasons[best.because] = reasons.get(best.because, 0) + 1
    return chosen


def _get_group(item: Item) -> tuple[str, str, tuple[str, ...]]:
    return (item.discipline, item.theme, item.levels)


def _damp(seen: Mapping[tuple[str, str, tuple[str, ...]], int], item: Item) -> float:
    return ALIKE_TOO_MUCH ** seen.get(_get_group(item), 0)
