"""Who may read a history, and change by it.

Who can read a copy can read how it came to be. Elsewhere what an author has taken out since is not for
those who only read: it takes the right to write, comment or manage, as owner or member. Holding a room or
freezing a class withholds writing, not this; the pen that one is handed does not give it.
"""

from __future__ import annotations

import uuid

from candyce.accounts.models import User
from candyce.collab.models import KeptState, LiveDocument
from candyce.lib.errors import Forbidden, NotFound
from candyce.projects import access as projects
from candyce.projects.access import COMMENT, MANAGE, READ, WRITE
from candyce.projects.models import Member, Project, Version

_WORKING = frozenset({WRITE, COMMENT, MANAGE})


def may_read(user: User, project: Project) -> bool:
    """Whether the person may read the project's history now."""
    rights = projects.get_rights(user, project)
    if READ not in rights:
        return False
    if project.kind == Project.Kind.COPY:
        return True
    if project.kind != Project.Kind.PROJECT:
        return bool(rights.scopes & _WORKING)
    if project.owner_id == user.pk:
        return True
    member = Member.objects.filter(project=project, user=user).first()
    return member is not None and bool(set(member.rights) & _WORKING)


def get_project(user: User, pk: uuid.UUID, *rights: str) -> Project:
    """The guarded fetch: a project whose history the person may read, with all ``rights``.

    Raises :class:`NotFound` or :class:`Forbidden` as the project itself does.
    """
    project = projects.get_project(user, pk, *rights)
    if not may_read(user, project):
        raise Forbidden
    return project


def find_document(project: Project, path: str) -> LiveDocument | None:
    """The live document of a file of this project; None while nobody has opened it.

    Raises :class:`NotFound` where the project has no such file.
    """
    if "\0" in path:  # PostgreSQL does not even look for it
        raise NotFound
    document = LiveDocument.objects.filter(project=project, path=path).defer("snapshot").first()
    if document is None and (path.endswith("/") or path not in project.tree):
        raise NotFound
    return document


def get_document(project: Project, path: str) -> LiveDocument:
    """:func:`find_document` where there must be one."""
    document = find_document(project, path)
    if document is None:
        raise NotFound
    return document


def get_version(project: Project, path: str, pk: uuid.UUID) -> Version:
    """A version of this project that holds the file; raises :class:`NotFound`."""
    version = project.versions.filter(pk=pk).first()
    if version is None or path not in version.tree:
        raise NotFound
    return version


def get_named(user: User, project: Project, pk: int) -> KeptState:
    """A named version whose name the person may take away: one's own, or any for who manages.

    Raises :class:`NotFound` or :class:`Forbidden`.
    """
    kept = KeptState.objects.filter(
        pk=pk, kind=KeptState.Kind.NAMED, document__project=project
    ).first()
    if kept is None:
        raise NotFound
    if not may_unname(user, project, kept.user_id):
        raise Forbidden
    return kept


def may_unname(user: User, project: Project, namer_id: uuid.UUID | None) -> bool:
    rights = projects.get_rights(user, project)
    return MANAGE in rights or (WRITE in rights and namer_id == user.pk)
