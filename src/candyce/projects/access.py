"""Who may do what in a project.

One definition per kind of project yields both the queryset (``visible_to``) and the check
(``get_rights``). Rooms above add the rule of their kind with :func:`register_policy`: assignments do so
for copies, the library for resources.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import Role, User
from candyce.lib.errors import Forbidden, NotFound
from candyce.projects.models import Member, Project

READ, COMMENT, WRITE, SUBMIT, MANAGE = "read", "comment", "write", "submit", "manage"
ALL_RIGHTS = frozenset({READ, COMMENT, WRITE, SUBMIT, MANAGE})

REASONS = {
    "read_only": _("You can read this, not change it. Make a copy of your own to work on it."),
    "window_closed": _("The time for this work is over. You can still read it."),
    "not_open_yet": _("This work is not open yet."),
    "handed_in": _("This is handed in. Take it back to go on working on it."),
    "held": _("Only the person who leads writes for now. What you typed before is kept."),
    "frozen": _("Your teacher has frozen the class: look up. What you typed before is kept."),
}


class ProjectDeleted(NotFound):
    code = "project_deleted"
    default_message = _("This project was deleted. Its owner can still restore it from the trash.")


def get_refusal(reason: str | None) -> NotFound | Forbidden:
    """The error that says why; ``reason`` is a code of :class:`Rights`."""
    if reason == "project_deleted":
        return ProjectDeleted()
    return Forbidden(REASONS.get(reason or ""), code=reason or "forbidden")


@dataclass(frozen=True)
class Rights:
    """What a person may do in a project now; ``reason`` is a code of why writing is withheld.

    Codes: ``read_only``, ``window_closed``, ``not_open_yet``, ``handed_in``, ``held``, ``frozen``,
    ``project_deleted``. ``until``: the next moment at which the clock alone may change these rights.
    """

    scopes: frozenset[str] = frozenset()
    reason: str | None = None
    until: datetime | None = None

    def __contains__(self, scope: str) -> bool:
        return scope in self.scopes


NO_RIGHTS = Rights()


@dataclass(frozen=True)
class Policy:
    """The rule of one kind of project: ``visible(user)`` filters, ``rights(user, project)`` decides."""

    visible: Callable[[User], Q]
    rights: Callable[[User, Project], Rights]


_policies: dict[str, Policy] = {}


def register_policy(kind: str, policy: Policy) -> None:
    """Give ``Project.kind`` its rule; called once from the room's ``AppConfig.ready``."""
    _policies[kind] = policy


def _member_visible(user: User) -> Q:
    # A member row always carries at least `read` (a constraint of `set_member`).
    return Q(owner=user) | Q(pk__in=Member.objects.filter(user=user).values("project_id"))


def _member_rights(user: User, project: Project) -> Rights:
    if project.owner_id == user.pk:
        return Rights(ALL_RIGHTS - {SUBMIT})
    member = Member.objects.filter(project=project, user=user).first()
    if member is None:
        return NO_RIGHTS
    scopes = frozenset(member.rights) & ALL_RIGHTS
    return Rights(scopes, None if WRITE in scopes else "read_only")


register_policy(Project.Kind.PROJECT, Policy(_member_visible, _member_rights))


def visible_to(user: User, *, deleted: bool = False) -> QuerySet[Project]:
    """Projects that the person may read, of every kind."""
    if not user.is_authenticated or not user.is_active:
        return Project.objects.none()
    rule = Q(pk__in=[])
    for kind, policy in _policies.items():
        rule |= Q(kind=kind) & policy.visible(user)
    return Project.objects.filter(rule, deleted_at__isnull=not deleted).distinct()


def get_rights(user: User, project: Project) -> Rights:
    """What the person may do in the project now. A deleted project gives nothing."""
    if not user.is_authenticated or not user.is_active:
        return NO_RIGHTS
    if project.deleted_at is not None:
        return Rights(frozenset(), "project_deleted")
    policy = _policies.get(project.kind)
    return _hold(policy.rights(user, project), user, project) if policy else NO_RIGHTS


def _hold(rights: Rights, user: User, project: Project) -> Rights:
    """While the project is held, only who manages it and who has the pen may write.

    In a project the pen lets a reader write; in a copy the window and the hand-in have the last word.
    """
    if MANAGE in rights or READ not in rights:
        return rights
    if project.pen_id == user.pk:
        if project.kind != Project.Kind.PROJECT or WRITE in rights:
            return rights
        return replace(rights, scopes=rights.scopes | {WRITE}, reason=None)
    if project.held_at is None or WRITE not in rights:
        return rights
    return replace(rights, scopes=rights.scopes - {WRITE}, reason="held")


def keeps_outputs(user: User, project: Project, rights: Rights) -> bool:
    """Whether what the person runs is written into the live notebooks for everybody."""
    if WRITE not in rights:
        return False
    if project.outputs == Project.Outputs.SHARED or project.owner_id == user.pk:
        return True
    # In a copy: the pupils' results, all members' of a group, not those of a teacher who tries something.
    return project.kind == Project.Kind.COPY and MANAGE not in rights


def get_project(user: User, pk: uuid.UUID | str, *rights: str) -> Project:
    """The guarded fetch: the project, if the person may read it and has all ``rights``.

    Raises :class:`NotFound` (absent, deleted or not visible: all alike) or :class:`Forbidden`.
    """
    project = Project.objects.filter(pk=pk, deleted_at=None).first()
    if project is None:
        raise NotFound
    check_rights(get_rights(user, project), *rights)
    return project


def get_own_project(user: User, pk: uuid.UUID | str) -> Project:
    """Guarded fetch of a project that the person administers (its name, its members).

    Copies and resources have their own rooms for that: whoever leads in one does not administer it.
    """
    project = get_project(user, pk, MANAGE)
    if project.kind != Project.Kind.PROJECT:
        raise Forbidden
    return project


def check_rights(have: Rights, *rights: str) -> None:
    """Raises :class:`NotFound` when nothing may be seen, :class:`Forbidden` when a right is missing.

    Who may not even read is told why only when the rule itself gives a reason.
    """
    if READ not in have:
        raise get_refusal(have.reason) if have.reason else NotFound
    if not all(right in have for right in rights):
        raise get_refusal(have.reason)


def get_deleted_project(user: User, pk: uuid.UUID | str) -> Project:
    """Guarded fetch of a project in its owner's trash; raises :class:`NotFound`."""
    project = Project.objects.filter(pk=pk, owner=user, deleted_at__isnull=False).first()
    if project is None:
        raise NotFound
    return project


def schoolmates(user: User) -> QuerySet[User]:
    """People of one's own schools: those one may share a project with."""
    own = Role.objects.filter(user=user).values("organisation_id")
    return User.objects.filter(is_active=True, roles__organisation__in=own).distinct()
