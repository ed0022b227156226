"""A pupil's own work: what is to do, what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from candyce.accounts.models import User
from candyce.assignments import access
from candyce.assignments.late import Lateness, get_lateness
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.queries import NOT_STARTED
from candyce.assignments.times import Times, get_all_times


@dataclass(frozen=True)
class Work:
    """An assignment as its pupil sees it."""

    assignment: Assignment
    copy: Copy | None
    times: Times
    open_yet: bool
    closed: bool
    now: datetime  # by the server's clock, for what counts down

    @property
    def state(self) -> str:
        return self.copy.state if self.copy else NOT_STARTED

    @property
    def writable(self) -> bool:
        if self.state not in {NOT_STARTED, Copy.State.WORKING} or not self.open_yet:
            return False
        return not self.closed or bool(self.copy and self.copy.reopened_at)

    @property
    def lateness(self) -> Lateness | None:
        return get_lateness(self.copy, self.times) if self.copy else None

    @property
    def overdue(self) -> bool:
        """In time no more, and still to be handed in."""
        due_at = self.times.due_at
        return self.writable and due_at is not None and due_at <= timezone.now()


@dataclass
class MyWork:
    """The pupil's work by what there is to do; ``over`` is what was not handed in in time."""

    to_do: list[Work] = field(default_factory=list)
    handed_in: list[Work] = field(default_factory=list)
    returned: list[Work] = field(default_factory=list)
    over: list[Work] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.to_do, self.handed_in, self.returned, self.over))


def get_my_work(user: User) -> MyWork:
    """Everything given to the pupil's classes, in four queries, five where some work in groups."""
    mine = Copy.objects.filter(access.owned_by(user), project__deleted_at=None)
    copies = {copy.assignment_id: copy for copy in mine}
    shown = Q(archived_at=None) | Q(pk__in=list(copies))
    found = MyWork()
    given = list(access.given_to(user).filter(shown).select_related("author", "sequence"))
    every = get_all_times(given, [user.pk])
    for assignment in given:
        times, copy = every[assignment.pk, user.pk], copies.get(assignment.pk)
        if copy is not None:
            copy.assignment = assignment
        work = Work(
            assignment,
            copy,
            times,
            access.is_open_yet(assignment, times=times),
            access.is_closed(assignment, times=times),
            timezone.now(),
        )
        _choose_list(found, work).append(work)
    found.to_do.sort(key=_urgency)
    found.returned.sort(key=lambda work: work.copy.returned_at.timestamp(), reverse=True)  # type: ignore[union-attr]
    return found


def _choose_list(found: MyWork, work: Work) -> list[Work]:
    if work.state == Copy.State.RETURNED:
        return found.returned
    if work.state == Copy.State.HANDED_IN:
        return found.handed_in
    return found.to_do if work.writable or not work.open_yet else found.over


def _urgency(work: Work) -> tuple[bool, float]:
    """What can be done before what cannot yet; what is to be handed in first, first."""
    wanted = work.times.hand_in_by if work.open_yet else work.times.opens_at
    return not work.open_yet, wanted.timestamp() if wanted else float("inf")
