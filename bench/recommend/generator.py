"""A school world made by chance: who teaches what, and what they use in a year. Its assumptions, all of them:

- **Catalogue.** Disciplines are unequal (Zipf, exponent 0.7). A resource has one discipline, one level or two
  neighbouring ones, one of twelve themes of the programme of its discipline and level, a rank in the year, and a
  quality. How often it is met follows a Zipf law (exponent 0.9) over the catalogue, as in public sets of
  interactions (MovieLens, Last.fm), mixed with its quality.
- **Teachers.** One discipline, or two (35 %); one to three neighbouring levels; a taste of six dimensions that
  resources have too (formal or playful, guided or open…): what the metadata do not say.
- **Uses.** How many a teacher has is log-normal (median 14). One use in three goes on in the programme: the same
  discipline and level, a little further in the year. The others are drawn from the teacher's disciplines and levels
  in proportion to popularity times exp(taste). Eight in a hundred are noise: anything, by popularity alone.
- **Time.** Uses are spread over the year. One resource in ten appears during its last quarter, and is used only
  from then on, more by its taste and its place than by a popularity that it has not had time to get.
- **Verbs.** A use is an opening; a quarter of them go on to being given, a tenth each to being kept or adapted.

The split is by time: the last fifth of the year is held out, for everybody at the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DISCIPLINES = 11
LEVELS = 7
THEMES = 12
TASTE = 6
FRESH = 0.1
LAST_QUARTER = 0.75
SPLIT = 0.8


@dataclass(frozen=True)
class World:
    """Arrays by resource, teachers, and uses ``(teacher, resource, verb, time in 0..1)`` by time."""

    discipline: np.ndarray
    level: np.ndarray  # the lower of the two
    wide: np.ndarray  # whether it is for the level above too
    theme: np.ndarray
    rank: np.ndarray
    born: np.ndarray
    teaches: list[tuple[tuple[int, ...], tuple[int, ...]]]
    uses: list[tuple[int, int, str, float]]


def make_world(*, resources: int, teachers: int, seed: int) -> World:
    chance = np.random.default_rng(seed)
    share = 1 / np.arange(1, DISCIPLINES + 1) ** 0.7
    share /= share.sum()
    discipline = chance.choice(DISCIPLINES, resources, p=share)
    level = chance.integers(0, LEVELS, resources)
    wide = (chance.random(resources) < 0.25) & (level < LEVELS - 1)
    rank = chance.random(resources)
    theme = (rank * THEMES).astype(int)
    quality = chance.normal(0, 0.5, resources)
    popularity = 1 / (chance.permutation(resources) + 1) ** 0.9 * np.exp(quality)
    fresh = chance.random(resources) < FRESH
    born = np.where(fresh, chance.uniform(LAST_QUARTER, 1, resources), 0.0)
    popularity[fresh] = np.median(popularity) * 3 * np.exp(quality[fresh])
    taste = chance.normal(0, 1, (resources, TASTE)) / np.sqrt(TASTE)
    world = World(discipline, level, wide, theme, rank, born, [], [])
    for teacher in range(teachers):
        _add_teacher(world, chance, teacher, share=share, popularity=popularity, taste=taste)
    world.uses.sort(key=lambda use: use[3])
    return world


def _add_teacher(world, chance, teacher, *, share, popularity, taste) -> None:
    mine = chance.choice(DISCIPLINES, 2 if chance.random() < 0.35 else 1, replace=False, p=share)
    first = int(chance.integers(0, LEVELS))
    levels = tuple(range(first, min(LEVELS, first + int(chance.integers(1, 4)))))
    world.teaches.append((tuple(int(one) for one in mine), levels))
    of_level = np.isin(world.level, levels) | (world.wide & np.isin(world.level + 1, levels))
    fits = np.isin(world.discipline, mine) & of_level
    pull = popularity * np.exp(taste @ chance.normal(0, 1.6, TASTE))
    times = np.sort(chance.random(min(150, max(2, int(chance.lognormal(np.log(14), 0.8))))))
    last = None
    for time in times:
        there = world.born <= time
        if chance.random() < 0.08:
            weights = popularity * there
        else:
            weights = pull * (fits & there)
            if last is not None and chance.random() < 1 / 3:
                ahead = world.rank - world.rank[last]
                same = (world.discipline == world.discipline[last]) & (
                    world.level == world.level[last]
                )
                weights = pull * (same & there & (ahead > 0) & (ahead < 0.12))
        if not weights.any():
            continue
        last = int(chance.choice(len(weights), p=weights / weights.sum()))
        world.uses.append((teacher, last, "opened", float(time)))
        for verb, odds in (("given", 0.25), ("kept", 0.1), ("adapted", 0.1)):
            if chance.random() < odds:
                world.uses.append((teacher, last, verb, float(time)))
