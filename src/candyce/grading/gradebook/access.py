"""Whose gradebook one may read: teachers that of the classes they teach, pupils their own marks."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet

from candyce.accounts.access import taught_classes
from candyce.accounts.models import Class, Enrolment, User
from candyce.assignments import access as assignment_access
from candyce.assignments.models import Assignment, Copy
from candyce.grading.gradebook.models import Entry, LineItem
from candyce.lib.errors import NotFound


def get_classes(user: User) -> QuerySet[Class]:
    """The classes that the person teaches, the newest school year first."""
    return taught_classes(user).order_by("-session__start_date", "title")


def get_class(user: User, pk: uuid.UUID | str) -> Class:
    """The guarded fetch of a class that the person teaches; raises :class:`NotFound`."""
    found = taught_classes(user).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def attended_classes(user: User) -> QuerySet[Class]:
    """Classes in which the person is a pupil, the newest school year first."""
    return Class.objects.filter(
        enrolments__user=user, enrolments__role=Enrolment.Role.STUDENT
    ).order_by("-session__start_date", "title")


def followed_assignments(user: User, school_class: Class) -> QuerySet[Assignment]:
    """What was given to the class and whose work the person follows; archived work too."""
    return assignment_access.followed_by(user).filter(classes=school_class)


def followed_copies(user: User, school_class: Class) -> QuerySet[Copy]:
    """The copies of that work; of other classes' pupils too, where it was given to these as well."""
    given = followed_assignments(user, school_class).values("pk")
    copies = assignment_access.copies_followed_by(user).filter(assignment__in=given)
    return copies.select_related("pupil", "group").prefetch_related(assignment_access.MEMBERS)


def own_returned_copies(user: User) -> QuerySet[Copy]:
    """The pupil's own copies, a group's too, that a teacher has returned: the only ones whose mark is told."""
    return assignment_access.copies_visible_to(user).filter(
        assignment_access.owned_by(user),
        Q(as_pupil=True),
        assignment__deleted_at=None,
        state=Copy.State.RETURNED,
    )


def items_of(school_class: Class) -> QuerySet[LineItem]:
    """The class's columns without an assignment; of a class that was fetched through the guard."""
    return LineItem.objects.filter(school_class=school_class, deleted_at=None)


def get_item(user: User, school_class: Class, pk: uuid.UUID | str) -> LineItem:
    """The guarded fetch of one of them; raises :class:`NotFound`."""
    found = items_of(get_class(user, school_class.pk)).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def get_deleted_item(user: User, class_pk: uuid.UUID, pk: uuid.UUID) -> LineItem:
    """One that was deleted, to put it back; raises :class:`NotFound`."""
    school_class = get_class(user, class_pk)
    found = LineItem.objects.filter(school_class=school_class, pk=pk, deleted_at__isnull=False)
    item = found.first()
    if item is None:
        raise NotFound
    return item


def entries_told_to(user: User) -> QuerySet[Entry]:
    """What a pupil reads of their own entries: marks of line items that are told, and states of work that
    teachers have begun to return to a class of theirs. Another class's teacher decides for that class alone."""
    shared = attended_classes(user).filter(assignments=OuterRef("assignment"))
    # A second filter is a second join: somebody else's enrolment in that same class.
    alone = shared.filter(
        enrolments__user=OuterRef("pupil"), enrolments__role=Enrolment.Role.STUDENT
    )
    member = shared.filter(
        enrolments__user__group_memberships__group=OuterRef("group"),
        enrolments__role=Enrolment.Role.STUDENT,
    )
    returned = Copy.objects.filter(
        Q(Q(group=None), Exists(alone)) | Q(Exists(member)),
        assignment=OuterRef("assignment"),
        state=Copy.State.RETURNED,
    )
    item = Q(
        line_item__deleted_at=None,
        line_item__told_at__isnull=False,
        line_item__school_class__in=attended_classes(user),
    )
    work = Q(
        Exists(returned),
        assignment__deleted_at=None,
        assignment__in=assignment_access.given_to(user),
    )
    return Entry.objects.filter(item | work, pupil=user).exclude(mark=None, state="")
