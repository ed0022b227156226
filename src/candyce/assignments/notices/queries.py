"""What was sent, as the pupil reads it and as the teacher sees it read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from candyce.accounts.models import Enrolment, User
from candyce.assignments import queries
from candyce.assignments.board import number_pupils
from candyce.assignments.models import Assignment, Copy, Notice, NoticeReading
from candyce.assignments.notices import access
from candyce.assignments.notices.questions import Given, find_given
from candyce.assignments.prose import render_prose
from candyce.assignments.queries import Row
from candyce.lib.text import fold

RECEIVED = 100  # notices shown in one copy
SENT = 50  # notices in the teacher's list


@dataclass(frozen=True)
class Received:
    """A notice as its reader sees it; ``seen_at`` is None until the pupil says that it is read."""

    notice: Notice
    html: SafeString
    author: str
    question: Given | None
    seen_at: datetime | None


def get_received(user: User, copy: Copy) -> list[Received]:
    """What was sent to the pupil of a copy fetched through the room's door, newest first."""
    found = list(access.received_in(user, copy).select_related("author")[:RECEIVED])
    readers = [user] if access.is_reader(user, copy) else copy.members
    seen = dict(
        NoticeReading.objects.filter(notice__in=found, pupil__in=readers).values_list(
            "notice_id", "seen_at"
        )
    )
    return [
        Received(
            notice,
            render_prose(notice.text),
            notice.author.full_name if notice.author else "",
            _find_question(copy.assignment, notice),
            seen.get(notice.pk),
        )
        for notice in found
    ]


def _find_question(assignment: Assignment, notice: Notice) -> Given | None:
    if not notice.question_id:
        return None
    return find_given(assignment, notice.path, notice.question_id)


@dataclass(frozen=True)
class Sent:
    """A notice as a teacher sees it: to whom of those one follows, and who of them has read it."""

    notice: Notice
    html: SafeString
    author: User | None
    question: Given | None
    classes: tuple[str, ...]
    pupils: tuple[str, ...]  # labels of those chosen one by one
    read: tuple[str, ...]
    unread: tuple[str, ...]
    may_withdraw: bool

    @property
    def total(self) -> int:
        return len(self.read) + len(self.unread)


def get_labels(assignment: Assignment, rows: Iterable[Row], *, hidden: bool) -> dict[UUID, str]:
    """What each pupil is called, in the order of the list; while names are hidden, by number."""
    rows = list(rows)
    if hidden:
        groups = queries.gather(rows)
        numbers = number_pupils(assignment, groups)
        groups.sort(key=lambda row: numbers[row.pupil.pk])
        return {
            pupil.pk: _("Pupil %(number)s") % {"number": numbers[row.pupil.pk]}
            for row in groups
            for pupil in row.members
        }
    rows.sort(key=lambda row: fold(row.pupil.sort_name))
    return {row.pupil.pk: row.pupil.full_name for row in rows}


def get_sent(user: User, assignment: Assignment, *, hidden: bool = False) -> list[Sent]:
    """What was sent about an assignment that the person follows, newest first."""
    notices = list(
        access.sent_by(user, assignment)
        .select_related("author")
        .prefetch_related("classes", "pupils", "readings")[:SENT]
    )
    labels = get_labels(assignment, queries.get_rows(user, assignment), hidden=hidden)
    members = _get_members({one.pk for notice in notices for one in notice.classes.all()})
    return [_make_sent(user, assignment, notice, labels, members) for notice in notices]


def _get_members(classes: Collection[UUID]) -> dict[UUID, set[UUID]]:
    members: dict[UUID, set[UUID]] = defaultdict(set)
    enrolments = Enrolment.objects.filter(
        school_class__in=classes, role=Enrolment.Role.STUDENT
    ).values_list("school_class_id", "user_id")
    for class_id, user_id in enrolments:
        members[class_id].add(user_id)
    return members


def _make_sent(
    user: User,
    assignment: Assignment,
    notice: Notice,
    labels: dict[UUID, str],
    members: dict[UUID, set[UUID]],
) -> Sent:
    named = {one.pk for one in notice.pupils.all()}
    reached = named.union(*(members[one.pk] for one in notice.classes.all()))
    seen = {reading.pupil_id for reading in notice.readings.all()}

    def name(ids: set[UUID]) -> tuple[str, ...]:
        return tuple(label for pk, label in labels.items() if pk in ids)

    return Sent(
        notice=notice,
        html=render_prose(notice.text),
        author=notice.author,
        question=_find_question(assignment, notice),
        classes=tuple(sorted(one.title for one in notice.classes.all())),
        pupils=name(named),
        read=name(reached & seen),
        unread=name(reached - seen),
        may_withdraw=access.may_withdraw(user, notice, assignment),
    )


def get_news(project_ids: Collection[UUID]) -> dict[UUID, int]:
    """``{project: number}`` for copies; the number grows when there is something to look at."""
    rows = Copy.objects.filter(project__in=project_ids, news__gt=0)
    return dict(rows.values_list("project_id", "news"))
