"""Skills beside marks: the frameworks that are shipped, and the level that a pupil's work shows.

A level is proposed from the shares of the points (0 to 1) that a pupil has in the columns linked to a skill:

- Socle (four levels, no target): the level whose weight in the brevet stood nearest to the mean share. The weights were
  10, 25, 40 and 50 points of 50 for each component, so the limits are 35, 65 and 90 %.
- CRCN (eight levels): each column names the level that its tasks ask for. From 75 % of the points on it is shown, from 50 %
  the level below, from 25 % the one below that; less shows none. What was shown once is shown: the highest counts.

A teacher's own level stands before the proposal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from candyce.grading.gradebook.averages import TWENTY
from candyce.grading.gradebook.book import Book, Cell, Column
from candyce.grading.gradebook.models import SkillLevel

FOLDER = Path(__file__).parent / "frameworks"
KEYS = ("socle", "crcn")
LIMITS = (Fraction(35, 100), Fraction(65, 100), Fraction(90, 100))
STEPS = (
    (Fraction(3, 4), 0),
    (Fraction(1, 2), 1),
    (Fraction(1, 4), 2),
)  # share, levels below the target


@dataclass(frozen=True)
class Skill:
    """``code`` names it in the database, ``short`` on a page; titles are the official French ones."""

    code: str
    short: str
    title: str


@dataclass(frozen=True)
class Domain:
    title: str
    skills: tuple[Skill, ...]


@dataclass(frozen=True)
class Framework:
    """``levels``: their names, the lowest first. ``targets``: a column says which level its points show."""

    key: str
    title: str
    short: str
    source: str
    levels: tuple[str, ...]
    targets: bool
    domains: tuple[Domain, ...]

    @property
    def skills(self) -> tuple[Skill, ...]:
        return tuple(skill for domain in self.domains for skill in domain.skills)


@lru_cache(maxsize=1)
def get_frameworks() -> tuple[Framework, ...]:
    return tuple(_read(key) for key in KEYS)


def _read(key: str) -> Framework:
    data = json.loads((FOLDER / f"{key}.json").read_text(encoding="utf-8"))
    domains = tuple(
        Domain(
            f"{one['code']}. {one['title']}",
            tuple(
                Skill(f"{key}:{code}", f"{data['short']} {code}", title)
                for code, title in one["skills"]
            ),
        )
        for one in data["domains"]
    )
    return Framework(
        key,
        data["title"],
        data["short"],
        data["source"],
        tuple(data["levels"]),
        data["targets"],
        domains,
    )


def get_framework(code: str) -> Framework | None:
    """That of a skill; None for a code that no framework has (any more)."""
    return next(
        (one for one in get_frameworks() if any(skill.code == code for skill in one.skills)), None
    )


def propose(code: str, work: Sequence[tuple[Fraction, int | None]]) -> int | None:
    """A level from shares of the points and their targets; None where nothing can be said."""
    framework = get_framework(code)
    if framework is None or not work:
        return None
    if not framework.targets:
        mean = sum((share for share, _target in work), Fraction(0)) / len(work)
        return 1 + sum(mean >= limit for limit in LIMITS)
    shown = [_get_shown(share, target) for share, target in work if target]
    return max(shown, default=0) or None


def _get_shown(share: Fraction, target: int) -> int:
    return max(0, next((target - below for limit, below in STEPS if share >= limit), 0))


@dataclass(frozen=True)
class Level:
    """A pupil's level of a skill: proposed, and written by a teacher. Either may be missing."""

    skill: Skill
    proposed: int | None
    by_hand: int | None

    @property
    def value(self) -> int | None:
        return self.proposed if self.by_hand is None else self.by_hand

    @property
    def word(self) -> str:
        framework = get_framework(self.skill.code)
        return framework.levels[self.value - 1] if framework and self.value else ""

    @property
    def most(self) -> int:
        framework = get_framework(self.skill.code)
        return len(framework.levels) if framework else 0


def get_linked(columns: Iterable[Column]) -> list[Skill]:
    """Skills that these columns work on, in the frameworks' order."""
    codes = {link.skill for one in columns for link in one.links}
    return [skill for one in get_frameworks() for skill in one.skills if skill.code in codes]


def get_levels(
    cells: Iterable[Cell], skills: Iterable[Skill], by_hand: dict[str, int | None]
) -> list[Level]:
    """One pupil's, in the order of ``skills``; ``by_hand`` by code."""
    work: dict[str, list[tuple[Fraction, int | None]]] = {}
    for cell in cells:
        if cell.exact is not None:
            for link in cell.column.links:
                work.setdefault(link.skill, []).append((cell.exact / TWENTY, link.target))
    return [
        Level(one, propose(one.code, work.get(one.code, ())), by_hand.get(one.code))
        for one in skills
    ]


def get_class_levels(book: Book) -> tuple[list[Skill], list[list[Level]]]:
    """The skills that the book's columns work on, and each row's levels; one query."""
    skills = get_linked(book.columns)
    if not skills:
        return [], [[] for _row in book.rows]
    by_hand: dict[object, dict[str, int | None]] = {}
    for one in SkillLevel.objects.filter(school_class=book.school_class):
        by_hand.setdefault(one.pupil_id, {})[one.skill] = one.level
    return skills, [
        get_levels(row.cells, skills, by_hand.get(row.pupil.pk, {})) for row in book.rows
    ]
