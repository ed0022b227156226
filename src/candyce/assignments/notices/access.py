"""Who sends to whom, and who reads what was sent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from candyce.accounts.models import Enrolment, User
from candyce.assignments import access
from candyce.assignments.models import Assignment, Copy, Notice
from candyce.lib.errors import Forbidden, NotFound


def _reaching(pupil_ids: Iterable[uuid.UUID]) -> Q:
    """Notices sent to one of these pupils, or to a class of the assignment where one of them is."""
    ids = list(pupil_ids)
    named = Notice.pupils.through.objects.filter(user_id__in=ids)
    theirs = Enrolment.objects.filter(user_id__in=ids, role=Enrolment.Role.STUDENT)
    in_class = Notice.classes.through.objects.filter(
        class_id__in=theirs.values("school_class_id"), notice__assignment__classes=F("class_id")
    )
    return Q(pk__in=named.values("notice_id")) | Q(pk__in=in_class.values("notice_id"))


def is_reader(user: User, copy: Copy) -> bool:
    """Whether what was sent to this copy was sent to the person."""
    return access.is_owner(user, copy)


def received_in(user: User, copy: Copy) -> QuerySet[Notice]:
    """What was sent to the copy's pupil (for a teacher: to any member of its group) and not withdrawn, newest first.

    ``copy`` comes from the room's guarded fetch: those who follow it read what its pupil reads.
    """
    readers = [user.pk] if is_reader(user, copy) else [pupil.pk for pupil in copy.members]
    return Notice.objects.filter(
        _reaching(readers), assignment=copy.assignment_id, withdrawn_at=None
    )


def sent_by(user: User, assignment: Assignment) -> QuerySet[Notice]:
    """Notices that the person may read as a teacher; ``assignment`` is fetched with ``follow``.

    One's own, and those that reach pupils whose work one follows: all of them for the author.
    """
    notices = Notice.objects.filter(assignment=assignment)
    if assignment.author_id == user.pk:
        return notices
    pupils = Enrolment.objects.filter(
        school_class__in=access.followed_classes(user, assignment), role=Enrolment.Role.STUDENT
    )
    return notices.filter(Q(author=user) | _reaching(pupils.values_list("user_id", flat=True)))


def may_withdraw(user: User, notice: Notice, assignment: Assignment) -> bool:
    """Who sent it, or who gave the work."""
    return notice.withdrawn_at is None and user.pk in {notice.author_id, assignment.author_id}


def get_notice(user: User, pk: uuid.UUID | str) -> Notice:
    """The guarded fetch of what one may withdraw; raises :class:`NotFound` or :class:`Forbidden`."""
    found = Notice.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    assignment = access.get_assignment(user, found.assignment_id)
    if not access.get_abilities(user, assignment)["follow"]:
        raise NotFound  # a pupil who guesses learns nothing
    notice = sent_by(user, assignment).filter(pk=pk).first()
    if notice is None:
        raise NotFound
    notice.assignment = assignment
    if not may_withdraw(user, notice, assignment):
        raise Forbidden
    return notice
