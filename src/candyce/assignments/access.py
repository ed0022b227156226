"""Who may do what with assignments and copies.

The conditions below are written once, as database expressions: the lists filter by them and the checks
read them from the very same rows, so a list and a check cannot disagree.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.accounts.models import Class, Enrolment, User
from candyce.assignments.models import Assignment, Copy, Membership
from candyce.assignments.times import Times, compute, get_all_times, get_times
from candyce.lib.errors import CandyceError, Forbidden, NotFound
from candyce.projects.access import (
    COMMENT,
    MANAGE,
    NO_RIGHTS,
    READ,
    SUBMIT,
    WRITE,
    Policy,
    Rights,
)
from candyce.projects.models import Project

STUDENT, TEACHER = Enrolment.Role.STUDENT, Enrolment.Role.TEACHER
NOTHING = {"as_teacher": Value(False), "as_pupil": Value(False)}
MEMBERS = "group__memberships__pupil"  # to prefetch, for `Copy.members`
NO_COPY = {**NOTHING, "as_owner": Value(False)}


# --- the window of time -------------------------------------------------------------------------


def is_open_yet(
    assignment: Assignment, now: datetime | None = None, *, times: Times | None = None
) -> bool:
    """Whether the class may begin; with ``times``: the pupil whose times these are."""
    return (times or compute(assignment)).is_open_yet(now or timezone.now())


def is_closed(
    assignment: Assignment, now: datetime | None = None, *, times: Times | None = None
) -> bool:
    """Past the closing time of the class, or of the pupil whose ``times`` these are; or archived (which closes
    for good)."""
    if assignment.archived_at is not None:
        return True
    return (times or compute(assignment)).is_closed(now or timezone.now())


def is_in_window(assignment: Assignment, *, times: Times | None = None) -> bool:
    times = times or compute(assignment)
    return is_open_yet(assignment, times=times) and not is_closed(assignment, times=times)


def is_hidden(assignment: Assignment, times: Times, copy: Copy | None) -> bool:
    """Whether the pupil whose times these are sees nothing of it now. What was returned, or given back to work on,
    is seen."""
    if not times.hidden or is_in_window(assignment, times=times):
        return False
    return copy is None or not (copy.state == Copy.State.RETURNED or copy.reopened_at is not None)


# --- assignments --------------------------------------------------------------------------------


def _enrolled_in(user: User, role: str, assignment: str) -> Exists:
    """In a class of the assignment (named by the outer field), with this role."""
    return Exists(
        Enrolment.objects.filter(
            user=user, role=role, school_class__assignments=OuterRef(assignment)
        )
    )


def _assignments(user: User) -> QuerySet[Assignment]:
    """All assignments, each with what the person is to it."""
    if not user.is_authenticated or not user.is_active:
        return Assignment.objects.none().annotate(**NOTHING)
    return Assignment.objects.annotate(
        as_teacher=_enrolled_in(user, TEACHER, "pk"), as_pupil=_enrolled_in(user, STUDENT, "pk")
    )


def followed_by(user: User) -> QuerySet[Assignment]:
    """Assignments whose work the person follows: the author's own, and those of classes they teach."""
    return _assignments(user).filter(Q(author_id=user.pk) | Q(as_teacher=True), deleted_at=None)


@dataclass(frozen=True)
class Shut:
    """What a pupil's times keep away now (ids of assignments): ``unseen``, whose existence is not told, and
    ``unopened``, which has not begun."""

    unseen: frozenset[uuid.UUID] = frozenset()
    unopened: frozenset[uuid.UUID] = frozenset()


def get_shut(user: User) -> Shut:
    """Worked out by the rule that checks ask, and filtered by as ids; one query where nothing is kept away."""
    if not user.is_authenticated:
        return Shut()
    now = timezone.now()
    told = Q(outside=Assignment.Outside.HIDDEN) | Q(opens_at__gt=now) | Q(pupil_times__pupil=user)
    works = list(
        Assignment.objects.filter(
            _enrolled_in(user, STUDENT, "pk"), told, deleted_at=None
        ).distinct()
    )
    if not works:
        return Shut()
    times = get_all_times(works, [user.pk])
    mine = Copy.objects.filter(owned_by(user), assignment__in=works)
    copies = {copy.assignment_id: copy for copy in mine}
    return Shut(
        frozenset(
            work.pk
            for work in works
            if is_hidden(work, times[work.pk, user.pk], copies.get(work.pk))
        ),
        frozenset(
            work.pk for work in works if not is_open_yet(work, now, times=times[work.pk, user.pk])
        ),
    )


def given_to(user: User) -> QuerySet[Assignment]:
    """Assignments given to the pupil's classes, which the pupil may know of now."""
    seen = ~Q(pk__in=get_shut(user).unseen)
    return _assignments(user).filter(Q(as_pupil=True), seen, deleted_at=None)


def visible_to(user: User) -> QuerySet[Assignment]:
    """Assignments that the person may know of."""
    as_pupil = Q(as_pupil=True) & ~Q(pk__in=get_shut(user).unseen)
    return _assignments(user).filter(
        Q(author_id=user.pk) | Q(as_teacher=True) | as_pupil, deleted_at=None
    )


def get_abilities(user: User, assignment: Assignment) -> dict[str, bool]:
    """What the person may do with an assignment fetched through this module.

    ``follow`` covers the pupils' rows, their copies and marks; ``edit`` also deletes and archives.
    """
    author = assignment.author_id == user.pk
    follow = author or assignment.as_teacher  # type: ignore[attr-defined]
    pupil = assignment.as_pupil and assignment.deleted_at is None  # type: ignore[attr-defined]
    present = assignment.deleted_at is None
    return {
        "follow": follow and present,
        "edit": author and present,
        "restore": author and not present,
        "duplicate": follow and present,
        "open_copy": pupil,
    }


def get_assignment(user: User, pk: uuid.UUID | str, *abilities: str) -> Assignment:
    """The guarded fetch; raises :class:`NotFound`, or :class:`Forbidden` for a missing ability."""
    assignment = visible_to(user).filter(pk=pk).select_related("author").first()
    if assignment is None:
        raise NotFound
    have = get_abilities(user, assignment)
    if not all(have[ability] for ability in abilities):
        raise Forbidden
    return assignment


def get_deleted_assignment(user: User, pk: uuid.UUID | str) -> Assignment:
    """Guarded fetch from the author's deleted assignments; raises :class:`NotFound`."""
    assignment = (
        _assignments(user).filter(pk=pk, author_id=user.pk, deleted_at__isnull=False).first()
    )
    if assignment is None:
        raise NotFound
    return assignment


def followed_classes(user: User, assignment: Assignment) -> QuerySet[Class]:
    """The assignment's classes that the person follows: all for the author, else those they teach."""
    classes = Class.objects.filter(assignments=assignment)
    if assignment.author_id == user.pk:
        return classes
    return classes.filter(enrolments__user=user, enrolments__role=TEACHER)


def taught_pupils(user: User) -> QuerySet[User]:
    """Pupils of the classes that the person teaches."""
    classes = Class.objects.filter(enrolments__user=user, enrolments__role=TEACHER)
    return User.objects.filter(
        pk__in=Enrolment.objects.filter(school_class__in=classes, role=STUDENT).values("user_id")
    )


# --- copies -------------------------------------------------------------------------------------


def owned_by(people: User | Iterable[Any]) -> Q:
    """The copies of a person, or of any of these people (ids): the one answer to "whose copy is it".

    A copy without a group is its pupil's; a group's belongs to those who are in the group now.
    """
    ids: list[Any] = [people.pk] if isinstance(people, User) else list(people)
    member = Membership.objects.filter(group=OuterRef("group_id"), pupil__in=ids)
    return Q(group=None, pupil__in=ids) | Q(Exists(member))


def _teaches_owner(user: User) -> Q:
    """Teaches, in a class of the assignment, the copy's pupil, a member of its group, or that group's class."""
    classes = Class.objects.filter(
        assignments=OuterRef("assignment_id"), enrolments__user=user, enrolments__role=TEACHER
    )
    # A second filter is a second join: the pupil's own enrolment in that same class.
    alone = classes.filter(enrolments__user=OuterRef("pupil_id"), enrolments__role=STUDENT)
    member = classes.filter(
        enrolments__user__group_memberships__group=OuterRef("group_id"),
        enrolments__role=STUDENT,
    )
    whole = classes.filter(pk=OuterRef("group__school_class_id"))
    return Q(Q(group=None), Exists(alone)) | Q(Exists(whole)) | Q(Exists(member))


def _copies(user: User) -> QuerySet[Copy]:
    """All copies, each with what the person is to it."""
    if not user.is_authenticated or not user.is_active:
        return Copy.objects.none().annotate(**NO_COPY)
    return Copy.objects.annotate(
        as_teacher=ExpressionWrapper(_teaches_owner(user), BooleanField()),
        as_pupil=_enrolled_in(user, STUDENT, "assignment_id"),
        as_owner=ExpressionWrapper(owned_by(user), BooleanField()),
    )


def _teacher_of_copy(user: User) -> Q:
    # The author keeps reading what a deleted assignment left.
    return Q(assignment__author_id=user.pk) | Q(as_teacher=True, assignment__deleted_at=None)


def _pupil_of_copy(user: User) -> Q:
    return Q(as_owner=True, as_pupil=True, assignment__deleted_at=None)


def copies_visible_to(user: User) -> QuerySet[Copy]:
    """Copies the person may read: a pupil's own ones, and those of the pupils one follows."""
    shut = get_shut(user)
    opened = ~Q(assignment__in=shut.unopened) | ~Q(state=Copy.State.WORKING)
    mine = _pupil_of_copy(user) & opened & ~Q(assignment__in=shut.unseen)
    return _copies(user).filter(mine | _teacher_of_copy(user))


def copies_followed_by(user: User) -> QuerySet[Copy]:
    """Copies of the pupils whose work the person follows."""
    return _copies(user).filter(_teacher_of_copy(user))


def _is_teacher(user: User, copy: Copy) -> bool:
    deleted = copy.assignment.deleted_at is not None
    return copy.assignment.author_id == user.pk or (copy.as_teacher and not deleted)  # type: ignore[attr-defined]


def _is_pupil(user: User, copy: Copy) -> bool:
    return copy.as_owner and copy.as_pupil  # type: ignore[attr-defined]


def is_owner(user: User, copy: Copy) -> bool:
    """Whether a copy is this person's own, or one's group's."""
    return Copy.objects.filter(owned_by(user), pk=copy.pk).exists()


def _pupil_rights(user: User, copy: Copy) -> Rights:
    times = get_times(copy.assignment, user)
    until = times.get_next_change(timezone.now())
    rights = _pupil_rights_now(copy, times)
    scopes = rights.scopes
    if copy.assignment.frozen_at is not None:  # eyes up, whatever has become of the copy
        scopes -= {COMMENT}
    return replace(rights, scopes=scopes, until=until)


def _pupil_rights_now(copy: Copy, times: Times) -> Rights:
    assignment = copy.assignment
    if assignment.deleted_at is not None:
        return Rights(frozenset(), "project_deleted")
    if is_hidden(assignment, times, copy):
        return NO_RIGHTS
    if copy.state == Copy.State.RETURNED:
        return Rights(frozenset({READ, COMMENT}), "read_only")
    if copy.state == Copy.State.HANDED_IN:
        # Submitting goes both ways: it is what taking back needs.
        scopes = {READ, COMMENT}
        if is_in_window(assignment, times=times):
            scopes.add(SUBMIT)
        return Rights(frozenset(scopes), "handed_in")
    if not is_open_yet(assignment, times=times):
        return Rights(frozenset(), "not_open_yet")
    return _working_rights(copy, times)


def _working_rights(copy: Copy, times: Times) -> Rights:
    if is_closed(copy.assignment, times=times) and copy.reopened_at is None:
        return Rights(frozenset({READ, COMMENT}), "window_closed")
    if copy.assignment.frozen_at is not None:
        return Rights(frozenset({READ, SUBMIT}), "frozen")
    return Rights(frozenset({READ, COMMENT, WRITE, SUBMIT}))


def get_copy_rights(user: User, copy: Copy) -> Rights:
    """Rights in the copy's project, for a copy fetched through this module."""
    if _is_pupil(user, copy):
        return _pupil_rights(user, copy)
    if _is_teacher(user, copy):
        if copy.assignment.deleted_at is not None:
            return Rights(frozenset({READ}), "read_only")
        return Rights(frozenset({READ, COMMENT, WRITE, MANAGE}))
    return NO_RIGHTS


def get_copy_abilities(user: User, copy: Copy) -> dict[str, bool]:
    """What the person may do with a copy fetched through this module."""
    rights = get_copy_rights(user, copy)
    present = copy.assignment.deleted_at is None
    teacher = _is_teacher(user, copy) and not _is_pupil(user, copy)
    returned = copy.state == Copy.State.RETURNED
    return {
        "read": READ in rights,
        "write": WRITE in rights,
        "hand_in": SUBMIT in rights and copy.state == Copy.State.WORKING,
        "take_back": SUBMIT in rights and copy.state == Copy.State.HANDED_IN,
        "follow": teacher,
        "mark": teacher and present,
        "return": teacher and present and not returned,
        "reopen": teacher and present and copy.state != Copy.State.WORKING,
        "see_mark": teacher or (READ in rights and returned),
    }


def find_copy(user: User, project: Project) -> Copy | None:
    """The copy that a project is, with what the person is to it; unguarded, for rules only."""
    found = _copies(user).filter(project=project).select_related("assignment", "pupil", "group")
    return found.prefetch_related(MEMBERS).first()


def get_copy(user: User, pk: uuid.UUID | str, *abilities: str) -> Copy:
    """The guarded fetch; raises :class:`NotFound`, or :class:`Forbidden` for a missing ability."""
    copy = (
        copies_visible_to(user)
        .filter(pk=pk, project__deleted_at=None)
        .select_related("assignment", "pupil", "project", "group")
        .prefetch_related(MEMBERS)
        .first()
    )
    if copy is None:
        raise NotFound
    check_copy(user, copy, *abilities)
    return copy


def check_copy(user: User, copy: Copy, *abilities: str) -> None:
    """Raises :class:`Forbidden` with the reason when the person lacks an ability."""
    have = get_copy_abilities(user, copy)
    if not all(have[ability] for ability in abilities):
        reason = get_copy_rights(user, copy).reason
        raise Forbidden(get_reason_message(reason, copy.assignment), code=reason or "forbidden")


def get_reason_message(reason: str | None, assignment: Assignment) -> str:
    """Why writing is withheld, in the reader's words."""
    return {
        "window_closed": _("The time for this work is over. You can still read your copy."),
        "handed_in": _("This copy is handed in. Take it back to go on working."),
        "not_open_yet": _("This work is not open yet."),
        "read_only": _("This copy can only be read now."),
        "held": _("Your teacher writes for now. What you typed before is kept."),
        "frozen": _("Your teacher has frozen the class: look up. What you typed before is kept."),
        "project_deleted": _("Your teacher has deleted this assignment."),
    }.get(reason or "", str(CandyceError.default_message if reason else Forbidden.default_message))


# --- the rule of copies, for the projects room --------------------------------------------------


def _project_visible(user: User) -> Q:
    return Q(pk__in=copies_visible_to(user).values("project_id"))


def _project_rights(user: User, project: Project) -> Rights:
    copy = find_copy(user, project)
    return NO_RIGHTS if copy is None else get_copy_rights(user, copy)


COPY_POLICY = Policy(_project_visible, _project_rights)
