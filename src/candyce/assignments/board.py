"""The class live: one card a pupil, with what the pupil is doing now.

Cards are made of plain facts, so that the same facts give the same HTML: what has not changed is neither
rendered again nor sent again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.utils import timezone

from candyce.accounts.models import User
from candyce.assignments import queries
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.queries import Row
from candyce.assignments.questions import get_probes
from candyce.collab import glance
from candyce.collab.answers import Probe
from candyce.collab.glance import Glance, Place, Wanted
from candyce.collab.queries import Recent, get_live_notebooks
from candyce.collab.watching import get_people
from candyce.lib.text import fold
from candyce.projects.stored import read_stored_notebook

IDLE_AFTER = timedelta(minutes=3)
# In the order in which a teacher wants to look at them.
STATUSES = ("error", "idle", "working", "not_started", "handed_in")


@dataclass(frozen=True)
class Card:
    """What is shown of one pupil, or of a group that shares a copy. ``number`` stands for the name while names are hidden."""

    pupil_id: UUID
    name: str
    sort_name: str
    number: int
    class_id: UUID | None
    class_title: str
    project_id: UUID | None
    copy_id: UUID | None
    member_ids: tuple[UUID, ...]  # all whose copy it is
    group: str  # its name; empty for a pupil alone
    state: str  # of the copy, or ``not_started``
    started_at: datetime | None
    status: str  # one of STATUSES
    connected: bool
    edited_at: datetime | None
    place: Place | None
    runs: int
    cells: int


@dataclass(frozen=True)
class Seen:
    """A live notebook of a copy as it was looked at; ``glance`` is None if it went meanwhile."""

    notebook: Recent
    glance: Glance | None


@dataclass(frozen=True)
class View:
    """The class as of now: ``cards`` by name, and ``{project: {path: notebook}}``."""

    cards: list[Card]
    seen: Mapping[UUID, Mapping[str, Seen]]


def get_cards(user: User, assignment: Assignment) -> list[Card]:
    """A card for each pupil or group that the person follows, by name."""
    return look(user, assignment).cards


def look(user: User, assignment: Assignment, paths: Collection[str] = ()) -> View:
    """The pupils or groups that the person follows. Eight queries while nobody types.

    In each copy, the notebook that changed last is looked at, and those of ``paths``.
    """
    rows = queries.gather(queries.get_rows(user, assignment))
    copies = {row.copy.project_id: row.copy for row in rows if row.copy}
    recent = {
        project_id: {one.path: one for one in found if one is found[-1] or one.path in paths}
        for project_id, found in get_live_notebooks(copies).items()
    }
    glances = glance.look(_get_wanted(assignment, copies, recent))
    people = get_people(copies)
    numbers = number_pupils(assignment, rows)
    now = timezone.now()
    seen = {
        project_id: {path: Seen(one, glances.get(one.document_id)) for path, one in found.items()}
        for project_id, found in recent.items()
    }
    cards = []
    for row in rows:
        project_id = row.copy.project_id if row.copy else None
        last = list(seen[project_id].values())[-1] if project_id in seen else None
        members = {pupil.pk for pupil in row.members}
        connected = project_id is not None and bool(members & people[project_id])
        number = numbers[row.pupil.pk]
        cards.append(_make_card(row, last, number=number, connected=connected, now=now))
    cards.sort(key=lambda card: fold(card.sort_name))
    return View(cards, seen)


def _get_wanted(
    assignment: Assignment,
    copies: Mapping[UUID, Copy],
    notebooks: Mapping[UUID, Mapping[str, Recent]],
) -> dict[int, Wanted]:
    tree = assignment.given_version.tree if notebooks else {}
    given: dict[str, tuple[Mapping[str, float | None], tuple[Probe, ...]]] = {}
    for path in {path for found in notebooks.values() for path in found}:
        entry = tree.get(path)
        given[path] = (_get_counts(entry[0]), get_probes(assignment, path)) if entry else ({}, ())
    return {
        one.document_id: _want(copies[project_id], *given[path])
        for project_id, found in notebooks.items()
        for path, one in found.items()
    }


def _want(copy: Copy, given: Mapping[str, float | None], probes: tuple[Probe, ...]) -> Wanted:
    others = {pupil.pk: pupil.username for pupil in copy.members if pupil != copy.pupil}
    return Wanted(copy.pupil.pk, copy.pupil.username, given, probes, others)


@lru_cache(maxsize=32)
def _get_counts(sha256: str) -> Mapping[str, float | None]:
    """The execution counts that came with a notebook, by cell."""
    notebook = read_stored_notebook(sha256) or {}
    return {
        cell["id"]: cell.get("execution_count")
        for cell in notebook.get("cells", ())
        if cell.get("cell_type") == "code" and "id" in cell
    }


def number_pupils(assignment: Assignment, rows: Iterable[Row]) -> dict[UUID, int]:
    """A number for each pupil that says nothing about the name, and stays."""

    def shuffle(pupil_id: UUID) -> bytes:
        return hashlib.blake2s(assignment.pk.bytes + pupil_id.bytes).digest()

    ids = sorted((row.pupil.pk for row in rows), key=shuffle)
    return {pupil_id: number for number, pupil_id in enumerate(ids, 1)}


def _make_card(
    row: Row,
    last: Seen | None,
    *,
    number: int,
    connected: bool,
    now: datetime,
) -> Card:
    recent, seen = (last.notebook, last.glance) if last else (None, None)
    edited_at = seen.edited_at if seen else None
    if edited_at is None and recent is not None and recent.compacted:
        edited_at = recent.updated_at  # the log no longer tells who; a long one was the pupil's
    return Card(
        pupil_id=row.pupil.pk,
        name=row.name,
        sort_name=row.sort_name,
        number=number,
        class_id=row.school_class.pk if row.school_class else None,
        class_title=row.class_title,
        project_id=row.copy.project_id if row.copy else None,
        copy_id=row.copy.pk if row.copy else None,
        member_ids=tuple(pupil.pk for pupil in row.members),
        group=str(row.group or ""),
        state=row.state,
        started_at=row.copy.started_at if row.copy else None,
        status=_get_status(row.state, seen, edited_at, now),
        connected=connected,
        # To the second: what a page shows is not finer, and the same second gives the same card.
        edited_at=edited_at.replace(microsecond=0) if edited_at else None,
        place=seen.place if seen else None,
        runs=seen.runs if seen else 0,
        cells=seen.cells if seen else 0,
    )


def _get_status(state: str, seen: Glance | None, edited_at: datetime | None, now: datetime) -> str:
    if state in {Copy.State.HANDED_IN, Copy.State.RETURNED}:
        return "handed_in"
    if edited_at is None:
        return "not_started"
    output = seen.place.output if seen and seen.place else None
    if output is not None and output.kind == "error":
        return "error"
    return "idle" if now - edited_at > IDLE_AFTER else "working"


def count(cards: Iterable[Card]) -> dict[str, int]:
    """How many of each status, of all (``all``) and of those connected (``connected``)."""
    cards = list(cards)
    counts: dict[str, int] = dict.fromkeys(STATUSES, 0)
    counts |= Counter(card.status for card in cards)
    counts["all"] = len(cards)
    counts["connected"] = sum(card.connected for card in cards)
    return counts


def choose(
    cards: Iterable[Card], *, status: str, class_id: str, sort: str, hidden: bool
) -> list[Card]:
    """The cards asked for, in order. While names are hidden, their order is hidden too."""
    found = [
        card
        for card in cards
        if (not status or card.status == status)
        and (not class_id or str(card.class_id) == class_id)
    ]
    if hidden:
        found.sort(key=lambda card: card.number)
    if sort == "status":
        found.sort(key=lambda card: STATUSES.index(card.status))
    elif sort == "activity":
        found.sort(key=lambda card: -(card.edited_at.timestamp() if card.edited_at else 0))
    elif sort == "progress":
        found.sort(key=lambda card: -(card.runs / card.cells if card.cells else 0))
    return found


def get_project_ids(cards: Iterable[Card]) -> list[UUID]:
    return [card.project_id for card in cards if card.project_id]
