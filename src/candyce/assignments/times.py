"""When a pupil may work: opening, due time, closing, each pupil's own.

One rule (:func:`compute`), asked by checks and by lists alike. It reckons in absolute time, so that a change to
summer time lengthens or shortens nobody's work.

- A time of the pupil's own holds exactly as it stands.
- Extra time is added to the due time and to the closing of all: minutes, and a share of the time given, which is from
  the opening (or the giving) to the due time (or the closing). A lasting accommodation is added where the work is
  timed: at most a day is given for it.
- Where late work is refused, the due time is the closing.
- Members of a group share a copy, so they share its times: of each time, the most generous of its members'.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from candyce.accounts.models import User
from candyce.assignments.models import Accommodation, Assignment, Copy, Membership, PupilTimes

TIMED = timedelta(days=1)  # who is given more does homework, not a test
LAST = datetime(9999, 12, 29, tzinfo=UTC)  # two days within what a date can say, for each zone


@dataclass(frozen=True)
class Times:
    """A pupil's times in an assignment; None: there is no such time.

    ``extra``: by how much the class's times were lengthened, ``percent`` of it a share of the time given;
    ``own``: the teacher gave this pupil other times; ``hidden``: what lies outside the window is not seen.
    """

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    extra: timedelta = timedelta(0)
    percent: int = 0
    own: bool = False
    hidden: bool = False

    @property
    def hand_in_by(self) -> datetime | None:
        """What the pupil works towards: after it the work is late, or cannot be handed in."""
        return self.due_at or self.closes_at

    def is_open_yet(self, now: datetime) -> bool:
        return self.opens_at is None or self.opens_at <= now

    def is_closed(self, now: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= now

    def get_next_change(self, now: datetime) -> datetime | None:
        """The next moment at which the clock changes what the pupil may do."""
        ahead = [at for at in (self.opens_at, self.closes_at) if at is not None and at > now]
        return min(ahead, default=None)


def merge(found: Iterable[Times], mine: Times) -> Times:
    """The times of a group's copy for one of its members: the most generous of all members'."""
    every = [mine, *found]
    return Times(
        opens_at=None if any(t.opens_at is None for t in every) else min(_some(every, "opens_at")),
        due_at=None if any(t.due_at is None for t in every) else max(_some(every, "due_at")),
        closes_at=None
        if any(t.closes_at is None for t in every)
        else max(_some(every, "closes_at")),
        extra=mine.extra,
        percent=mine.percent,
        own=mine.own,
        hidden=mine.hidden,
    )


def _some(every: Iterable[Times], name: str) -> list[datetime]:
    return [getattr(one, name) for one in every]


# --- the rule -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnTimes:
    """What a pupil's times are where they are not those of all; see :class:`PupilTimes`."""

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    extra_minutes: int = 0
    extra_percent: int | None = None
    outside: str = ""


@dataclass(frozen=True)
class Own(OwnTimes):
    """What is known of one pupil in an assignment: these, and the lasting extra time (per cent)."""

    standing: int = 0

    @property
    def differs(self) -> bool:
        return any(
            (self.opens_at, self.due_at, self.closes_at, self.extra_minutes, self.outside)
        ) or (self.extra_percent is not None)


NOBODY = Own()


def compute(assignment: Assignment, own: Own = NOBODY) -> Times:
    """The times that follow from an assignment and what is known of a pupil; asks nothing of the database.

    Without ``own``: those of the class.
    """
    extra, percent = _get_extra(assignment, own)
    closes_at = _get_closing(assignment, own, extra)
    due_at = _add(assignment.due_at, extra)
    if own.due_at is not None:
        due_at = own.due_at
    elif _refuses(assignment) and own.closes_at is not None and due_at is not None:
        due_at = own.closes_at
    if due_at is not None and closes_at is not None:
        due_at = min(due_at, closes_at)
    endless = due_at is None and closes_at is None
    return Times(
        own.opens_at or assignment.opens_at,
        due_at,
        closes_at,
        timedelta(0) if endless else extra,
        0 if endless else percent,
        own.differs,
        (own.outside or assignment.outside) == Assignment.Outside.HIDDEN,
    )


def _refuses(assignment: Assignment) -> bool:
    return assignment.late_rule == Assignment.LateRule.REFUSE


def _get_extra(assignment: Assignment, own: Own) -> tuple[timedelta, int]:
    """Extra time, and the share of the time given that is in it."""
    begins = assignment.opens_at or assignment.created_at or timezone.now()
    ends = [at for at in (assignment.due_at, assignment.closes_at) if at is not None]
    window = max(min(ends) - begins, timedelta(0)) if ends else timedelta(0)
    percent = own.extra_percent
    if percent is None:
        timed = assignment.accommodated and window <= TIMED
        percent = own.standing if timed else 0
    return timedelta(minutes=own.extra_minutes) + window // 100 * percent, percent


def _get_closing(assignment: Assignment, own: Own, extra: timedelta) -> datetime | None:
    refused = _refuses(assignment)
    if own.closes_at is not None:
        return min(own.closes_at, own.due_at) if refused and own.due_at else own.closes_at
    if refused and own.due_at is not None:
        return own.due_at
    ends = [assignment.closes_at, assignment.due_at if refused else None]
    closes_at = _add(min((at for at in ends if at is not None), default=None), extra)
    if closes_at is None or own.due_at is None:
        return closes_at
    # A due time of one's own that is later than the closing moves the closing too.
    return max(closes_at, own.due_at)


def _add(moment: datetime | None, extra: timedelta) -> datetime | None:
    """None beyond the dates that there are."""
    if moment is None or LAST - moment <= extra:
        return None
    return moment + extra


# --- asked of the database ----------------------------------------------------------------------


def get_times(assignment: Assignment, pupil: User) -> Times:
    """The pupil's times in the assignment, or those of the pupil's group: the one answer to that question."""
    return get_all_times([assignment], [pupil.pk])[assignment.pk, pupil.pk]


def get_copy_times(copy: Copy) -> Times:
    """The times that hold for a copy: its pupil's, or the most generous of its members'."""
    members = copy.members if copy.group_id else [copy.pupil]
    assignment = copy.assignment
    if not members:
        return compute(assignment)
    own = _get_own([assignment.pk], [one.pk for one in members])
    found = [compute(assignment, own(assignment.pk, one.pk)) for one in members]
    return merge(found, found[0])


def get_class_times(assignment: Assignment, pupil_ids: Iterable[uuid.UUID]) -> dict[Any, Times]:
    """The times of many pupils in one assignment; always two queries, three where there are groups."""
    found = get_all_times([assignment], pupil_ids)
    return {pupil: times for (_assignment, pupil), times in found.items()}


def get_all_times(
    assignments: Iterable[Assignment], pupil_ids: Iterable[uuid.UUID]
) -> dict[tuple[Any, Any], Times]:
    """The times of each of these pupils in each of these assignments, by both ids; the same few queries."""
    works, ids = {one.pk: one for one in assignments}, list(pupil_ids)
    mates = _get_mates([one.pk for one in works.values() if one.group_mode], ids)
    everyone = {*ids, *(pupil for those in mates.values() for pupil in those)}
    own = _get_own(list(works), everyone)

    def find(assignment: Assignment, pupil: Any) -> Times:
        mine = compute(assignment, own(assignment.pk, pupil))
        others = mates.get((assignment.pk, pupil), ())
        return merge((compute(assignment, own(assignment.pk, one)) for one in others), mine)

    return {(work.pk, pupil): find(work, pupil) for work in works.values() for pupil in ids}


def _get_mates(assignment_ids: list[Any], ids: list[Any]) -> dict[tuple[Any, Any], list[Any]]:
    """Who shares a copy with each of these pupils, by assignment and pupil."""
    if not assignment_ids:
        return {}
    groups: dict[Any, list[tuple[Any, Any]]] = {}
    rows = Membership.objects.filter(
        assignment__in=assignment_ids, group__memberships__pupil__in=ids
    ).distinct()
    for group, assignment, pupil in rows.values_list("group_id", "assignment_id", "pupil_id"):
        groups.setdefault(group, []).append((assignment, pupil))
    return {
        (assignment, pupil): [other for _same, other in members if other != pupil]
        for members in groups.values()
        for assignment, pupil in members
    }


def _get_own(assignment_ids: list[Any], ids: Iterable[Any]) -> Any:
    """What is known of these pupils, as a function of assignment and pupil (ids); two queries."""
    ids = list(ids)
    rows = {
        (row.assignment_id, row.pupil_id): row
        for row in PupilTimes.objects.filter(assignment__in=assignment_ids, pupil__in=ids)
    }
    standing = dict(
        Accommodation.objects.filter(pupil__in=ids).values_list("pupil_id", "extra_percent")
    )
    return lambda assignment, pupil: _make_own(
        rows.get((assignment, pupil)), standing.get(pupil, 0)
    )


def _make_own(row: PupilTimes | None, standing: int) -> Own:
    if row is None:
        return Own(standing=standing)
    return Own(
        row.opens_at,
        row.due_at,
        row.closes_at,
        row.extra_minutes,
        row.extra_percent,
        row.outside,
        standing,
    )
