"""The class live, by questions: a line a pupil, a column a question, and what many are stuck at.

Like cards, lines are made of plain facts. What they say comes from the pupils' documents (see
:mod:`candyce.collab.answers`) and counts for no mark.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from candyce.assignments.board import Card, Seen, View
from candyce.assignments.models import Copy
from candyce.assignments.questions import Column
from candyce.collab.answers import FAILING, NONE, PASSING, Answer, Hand

STUCK = 2  # pupils who fail alike: from so many on it is said
SENTENCES = 6
_NOTHING = Answer(NONE)


@dataclass(frozen=True)
class Mark:
    """How far a pupil is with a question; ``state`` is one of those of :mod:`candyce.collab.answers`."""

    state: str
    error: str
    message: str
    hand: bool
    query: str  # of the address that opens the copy there


@dataclass(frozen=True)
class Line:
    """What is shown of one pupil; ``hand_at`` is None while the hand is down."""

    pupil_id: UUID
    name: str
    number: int
    class_id: UUID | None
    class_title: str
    project_id: UUID | None
    copy_id: UUID | None
    member_ids: tuple[UUID, ...]
    group: str
    state: str  # of the copy, or ``not_started``
    connected: bool
    hand_at: datetime | None
    marks: tuple[Mark, ...]

    @property
    def done(self) -> bool:
        return self.state in {Copy.State.HANDED_IN, Copy.State.RETURNED}

    @property
    def passing(self) -> int:
        return sum(mark.state == PASSING for mark in self.marks)

    @property
    def need(self) -> int:
        """0 for who asks for help, 1 for who fails, 2 for the others, 3 for who is done."""
        if self.done:
            return 3
        if self.hand_at is not None:
            return 0
        return 1 if any(mark.state == FAILING for mark in self.marks) else 2


@dataclass(frozen=True)
class Stuck:
    """Pupils whom the same error stops at the same question; ``error`` may be unknown ("")."""

    column: Column
    error: str
    lines: tuple[Line, ...]

    @property
    def id(self) -> str:
        """Stays while the page is brought up to date."""
        text = f"{self.column.path}\n{self.column.id}\n{self.error}"
        return hashlib.blake2s(text.encode(), digest_size=5).hexdigest()

    @property
    def pupils(self) -> int:
        """How many they are, each of a group counted."""
        return sum(len(line.member_ids) for line in self.lines)

    @property
    def query(self) -> str:
        """Of the address where these pupils are written to, about this question."""
        pupils = [("pupil", str(pupil)) for line in self.lines for pupil in line.member_ids]
        return urlencode([*pupils, ("question", self.column.key)])


@dataclass(frozen=True)
class Raised:
    """A raised hand; ``column`` is None when it is not said for which question."""

    line: Line
    column: Column | None


def get_lines(view: View, cards: Iterable[Card], columns: Sequence[Column]) -> list[Line]:
    """A line for each of ``cards``, in their order."""
    places: dict[str, list[int]] = defaultdict(list)  # by notebook, in the order of its probes
    for index, column in enumerate(columns):
        places[column.path].append(index)
    lines = []
    for card in cards:
        seen = view.seen.get(card.project_id, {}) if card.project_id else {}
        lines.append(_make_line(card, seen, columns, places))
    return lines


def _make_line(
    card: Card,
    seen: Mapping[str, Seen],
    columns: Sequence[Column],
    places: Mapping[str, Sequence[int]],
) -> Line:
    answers: dict[int, Answer] = {}
    hands: list[tuple[datetime, str, str]] = []  # since when, in which notebook, for which question
    for path, one in seen.items():
        if one.glance is None or path not in places:
            continue
        answers |= dict(zip(places[path], one.glance.answers, strict=False))
        if one.glance.hand is not None and card.state == Copy.State.WORKING:
            hands.append((_clamp(one.glance.hand, card, one), path, one.glance.hand.question))
    hand_at, *asked = min(hands, default=(None,))
    marks = tuple(
        _make_mark(column, answers.get(index, _NOTHING), asked == [column.path, column.id])
        for index, column in enumerate(columns)
    )
    return Line(
        pupil_id=card.pupil_id,
        name=card.name,
        number=card.number,
        class_id=card.class_id,
        class_title=card.class_title,
        project_id=card.project_id,
        copy_id=card.copy_id,
        member_ids=card.member_ids,
        group=card.group,
        state=card.state,
        connected=card.connected,
        hand_at=hand_at,
        marks=marks,
    )


def _make_mark(column: Column, answer: Answer, hand: bool) -> Mark:
    return Mark(answer.state, answer.error, answer.message, hand, column.query)


def _clamp(hand: Hand, card: Card, seen: Seen) -> datetime:
    """Since when the hand is up: not before the copy was there, not after its last change."""
    last = seen.notebook.updated_at
    at = min(hand.at or last, last)
    return (max(at, card.started_at) if card.started_at else at).replace(microsecond=0)


def sort(lines: Iterable[Line], order: str) -> list[Line]:
    """``status``: who needs help first; ``progress``: who passed most first; else as they come."""
    if order == "status":
        return sorted(lines, key=lambda line: line.need)
    if order == "progress":
        return sorted(lines, key=lambda line: -line.passing)
    return list(lines)


def get_stuck(lines: Iterable[Line], columns: Sequence[Column]) -> list[Stuck]:
    """What stops several pupils alike, most pupils first; those who handed in do not count."""
    found: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in lines:
        if line.done:
            continue
        for index, mark in enumerate(line.marks):
            if mark.state == FAILING:
                found[index, mark.error].append(line)
    groups = [(key, group) for key, group in found.items() if len(group) >= STUCK]
    groups.sort(key=lambda item: (-len(item[1]), item[0]))
    return [
        Stuck(columns[index], error, tuple(group)) for (index, error), group in groups[:SENTENCES]
    ]


def get_raised(lines: Iterable[Line], columns: Sequence[Column]) -> list[Raised]:
    """The raised hands, who waits longest first."""
    up = sorted(
        ((line.hand_at, line.number, line) for line in lines if line.hand_at is not None),
        key=lambda item: item[:2],
    )
    return [
        Raised(line, next((columns[i] for i, mark in enumerate(line.marks) if mark.hand), None))
        for _at, _number, line in up
    ]
