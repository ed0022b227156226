"""Recommending: NDCG@10 and coverage beside popularity, popularity by discipline, and item neighbours by cosine.

    ./candyce bench recommend [--teachers 3000] [--resources 1500] [--seeds 11 12 13]

Every method sees the same first four fifths of the same year, and must put in order what each teacher uses for the
first time in the last fifth (`generator.py` says how the world is made; weights were tuned on seeds 1 and 2, which
are not among those of the table). Ours is the product's own code: `advice/learning.py` and `advice/ranking.py`.
Ends with 1 when ours is under 1.5 times popularity's NDCG.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).parent)]

import numpy as np
from generator import SPLIT, World, make_world

from candyce.library.advice import ranking
from candyce.library.advice.learning import learn
from candyce.library.advice.standing import get_freshness, get_standing

AT = 10
DAYS = 365
TARGET = 1.5
Advise = Callable[[int], list[str]]


@dataclass
class Data:
    world: World
    uses: dict[int, dict[str, list[tuple[str, float]]]]  # teacher: resource: (verb, time)
    wanted: dict[int, set[str]]
    there: list[str]  # resources that exist at the split


def make_data(world: World) -> Data:
    uses: dict[int, dict[str, list[tuple[str, float]]]] = defaultdict(lambda: defaultdict(list))
    wanted: dict[int, set[str]] = defaultdict(set)
    for teacher, resource, verb, when in world.uses:
        if when < SPLIT:
            uses[teacher][str(resource)].append((verb, when))
    for teacher, resource, _verb, when in world.uses:
        old = str(resource) in uses[teacher] or world.born[resource] >= SPLIT
        if when >= SPLIT and not old:
            wanted[teacher].add(str(resource))
    there = [str(index) for index in np.flatnonzero(world.born < SPLIT)]
    return Data(world, uses, wanted, there)


def get_weights(mine: dict[str, list[tuple[str, float]]]) -> dict[str, float]:
    """As `advice.queries` makes them of rows."""
    found = {}
    for key, uses in mine.items():
        last: dict[str, tuple[int, float]] = {}
        for verb, when in uses:
            count, _before = last.get(verb, (0, 0.0))
            last[verb] = (count + 1, when)
        found[key] = sum(
            ranking.get_weight(verb, count, (SPLIT - when) * DAYS)
            for verb, (count, when) in last.items()
        )
    return found


def make_items(data: Data, people: dict[str, int]) -> dict[str, ranking.Item]:
    world, items, most = data.world, {}, max(people.values(), default=0)
    for key in data.there:
        index = int(key)
        levels = [int(world.level[index])] + [int(world.level[index]) + 1] * bool(world.wide[index])
        age = (SPLIT - world.born[index]) * DAYS if world.born[index] else 1000.0
        items[key] = ranking.Item(
            key, f"d{world.discipline[index]}", tuple(f"l{level}" for level in levels),
            f"t{world.theme[index]}", float(world.rank[index]),
            get_standing(people.get(key, 0), most), get_freshness(age),
        )  # fmt: skip
    return items


def advise_ours(data: Data) -> tuple[Advise, float, Advise]:
    start = time.perf_counter()
    rows, words = [], {}
    weights = {teacher: get_weights(mine) for teacher, mine in data.uses.items()}
    for teacher, mine in weights.items():
        for key, weight in mine.items():
            rows.append((str(teacher), key, weight, max(t for _v, t in data.uses[teacher][key])))
    plain = make_items(data, {})
    for key, item in plain.items():
        words[key] = [item.discipline, f"{item.discipline} {item.theme}", *item.levels]
    neighbours, people = learn(rows, words)
    spent = time.perf_counter() - start
    items = make_items(data, people)

    def advise(teacher: int) -> list[str]:
        used = weights.get(teacher, {})
        profile = ranking.guess_profile(used, items)
        ranked = ranking.rank(used, items, neighbours, profile, count=AT)
        return [one.key for one in ranked]

    def advise_newcomer(teacher: int) -> list[str]:
        disciplines, levels = data.world.teaches[teacher]
        profile = ranking.Profile(
            {f"d{one}": 1.0 for one in disciplines}, {f"l{one}": 1.0 for one in levels}, sure=True
        )
        return [one.key for one in ranking.rank({}, items, {}, profile, count=AT)]

    return advise, spent, advise_newcomer


def advise_popular(data: Data, *, by_discipline: bool, by_level: bool = False) -> Advise:
    counts = Counter(key for mine in data.uses.values() for key in mine)
    order = sorted(data.there, key=lambda key: (-counts[key], key))

    def advise(teacher: int) -> list[str]:
        mine = data.uses.get(teacher, {})
        disciplines = {data.world.discipline[int(key)] for key in mine}
        levels = {data.world.level[int(key)] for key in mine}
        fits = (
            key
            for key in order
            if key not in mine
            and (not by_discipline or data.world.discipline[int(key)] in disciplines)
            and (not by_level or data.world.level[int(key)] in levels)
        )
        return [key for key, _n in zip(fits, range(AT), strict=False)]

    return advise


def advise_peer(data: Data, name: str) -> tuple[Advise, float]:
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender
    from scipy import sparse

    start = time.perf_counter()
    columns = {key: index for index, key in enumerate(data.there)}
    cells = [
        (t, columns[key], w)
        for t, mine in data.uses.items()
        for key, w in get_weights(mine).items()
    ]
    row, column, value = (np.array(one) for one in zip(*cells, strict=True))
    shape = (len(data.world.teaches), len(columns))
    matrix = sparse.csr_matrix((value.astype(np.float64), (row, column)), shape=shape)
    if name == "cosine":
        model = CosineRecommender(K=100, num_threads=1)
    else:
        matrix = matrix.astype(np.float32)
        model = AlternatingLeastSquares(
            factors=32, regularization=0.05, alpha=2.0, iterations=15, num_threads=1, random_state=1
        )
    model.fit(matrix, show_progress=False)
    spent = time.perf_counter() - start

    def advise(teacher: int) -> list[str]:
        ids, _scores = model.recommend(
            teacher, matrix[teacher], N=AT, filter_already_liked_items=True
        )
        # Where it has nothing left to say, implicit fills up with what was liked already.
        mine = data.uses.get(teacher, {})
        return [data.there[one] for one in ids if one >= 0 and data.there[one] not in mine]

    return advise, spent


def measure(data: Data, advise: Advise, teachers: list[int]) -> tuple[float, float]:
    """NDCG@10 over teachers, and the share of the catalogue that stands in a list."""
    gains, shown = [], set()
    discount = 1 / np.log2(np.arange(2, AT + 2))
    for teacher in teachers:
        advice, wanted = advise(teacher), data.wanted[teacher]
        assert not set(advice) & set(data.uses.get(teacher, {}))
        shown |= set(advice)
        found = sum(discount[n] for n, key in enumerate(advice) if key in wanted)
        gains.append(found / discount[: min(len(wanted), AT)].sum())
    return float(np.mean(gains)), len(shown) / len(data.there)


def run(seed: int, resources: int, teachers: int) -> dict[str, tuple[float, float, float]]:
    data = make_data(make_world(resources=resources, teachers=teachers, seed=seed))
    known = [one for one, wanted in data.wanted.items() if wanted and data.uses.get(one)]
    everyone = [one for one, wanted in data.wanted.items() if wanted]
    ours, spent, newcomer = advise_ours(data)
    cosine, cosine_spent = advise_peer(data, "cosine")
    factors, factors_spent = advise_peer(data, "als")
    rows = {
        "popularity": (advise_popular(data, by_discipline=False), 0.0),
        "popularity in one's disciplines": (advise_popular(data, by_discipline=True), 0.0),
        "the same, and one's levels": (
            advise_popular(data, by_discipline=True, by_level=True),
            0.0,
        ),
        "item neighbours, cosine (implicit)": (cosine, cosine_spent),
        "ALS factors (implicit)": (factors, factors_spent),
        "Candyce": (ours, spent),
    }
    found = {name: (*measure(data, advise, known), cost) for name, (advise, cost) in rows.items()}
    found["Candyce, as if nobody had used anything"] = (
        *measure(data, _without(data, newcomer), everyone),
        0.0,
    )
    return found


def _without(data: Data, advise: Advise) -> Advise:
    return lambda teacher: [key for key in advise(teacher) if key not in data.uses.get(teacher, {})]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=int, default=3000)
    parser.add_argument("--resources", type=int, default=1500)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    options = parser.parse_args()
    runs = [run(seed, options.resources, options.teachers) for seed in options.seeds]
    print(f"{options.teachers} teachers, {options.resources} resources, seeds {options.seeds}\n")
    print(
        "| method | NDCG@10 | of popularity's | coverage | learning, s |\n|---|---:|---:|---:|---:|"
    )
    base = float(np.mean([one["popularity"][0] for one in runs]))
    for name in runs[0]:
        gain, cover, spent = np.mean([one[name] for one in runs], axis=0)
        print(f"| {name} | {gain:.4f} | {gain / base:.2f} | {cover:.0%} | {spent:.1f} |")
    ours = float(np.mean([one["Candyce"][0] for one in runs]))
    return 0 if ours >= TARGET * base else 1


if __name__ == "__main__":
    sys.exit(main())
