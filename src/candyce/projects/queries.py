"""What the room's pages read."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from candyce.accounts.models import User
from candyce.lib.errors import NotFound
from candyce.lib.text import fold
from candyce.projects.access import COMMENT, MANAGE, READ, WRITE, get_rights, visible_to
from candyce.projects.models import Member, Project, Version
from candyce.projects.paths import is_notebook


def list_projects(user: User, text: str = "") -> QuerySet[Project]:
    """The person's projects, shared ones included, last changed first; ``text`` is sought in titles."""
    mine = Member.objects.filter(user=user)
    projects = (
        visible_to(user)
        .filter(kind=Project.Kind.PROJECT)
        .select_related("owner")
        .prefetch_related(Prefetch("members", queryset=mine, to_attr="my_membership"))
        .order_by("-updated_at", "pk")
    )
    words = fold(text).split()
    if words:
        found = [
            pk
            for pk, title in projects.values_list("pk", "title")
            if all(word in fold(title) for word in words)
        ]
        projects = projects.filter(pk__in=found)
    return projects


def get_abilities(user: User, project: Project) -> dict[str, bool]:
    """What the person may do with the project on the portal's pages."""
    membership = getattr(project, "my_membership", None)
    owner = project.owner_id == user.pk and project.kind == Project.Kind.PROJECT
    if membership is not None and not owner:
        rights = set(membership[0].rights) if membership else set()
    else:
        rights = set(get_rights(user, project).scopes)
    return {
        "open": READ in rights,
        "write": WRITE in rights,
        "export": READ in rights,
        "duplicate": READ in rights,
        # A teacher leads a pupil's copy; the project itself stays the pupil's.
        "rename": MANAGE in rights and project.kind == Project.Kind.PROJECT,
        "share": MANAGE in rights and project.kind == Project.Kind.PROJECT,
        # To those who teach: the room above says so.
        "publish": MANAGE in rights and project.kind == Project.Kind.PROJECT,
        # What an author has taken out of a project since is not for those who only read it.
        "versions": WRITE in rights,
        "history": bool(rights & {COMMENT, WRITE, MANAGE}),
        "delete": owner,
    }


def list_trash(user: User) -> QuerySet[Project]:
    """The person's deleted projects that can still be restored, last deleted first."""
    since = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    return Project.objects.filter(
        owner=user, kind=Project.Kind.PROJECT, deleted_at__gte=since
    ).order_by("-deleted_at")


def list_files(project: Project) -> list[dict[str, object]]:
    """The files of the tree, those of the top folder first."""
    entries = [(path.count("/"), path) for path in project.tree if not path.endswith("/")]
    return [
        {
            "path": path,
            "size": project.tree[path][1],
            "modified": datetime.fromtimestamp(project.tree[path][2], UTC),
            "is_notebook": is_notebook(path),
        }
        for _depth, path in sorted(entries)
    ]


def list_versions(project: Project) -> QuerySet[Version]:
    """What was kept of the project, newest first; not what was made from it for pupils."""
    kept = project.versions.exclude(reason=Version.Reason.RELEASED)
    return kept.select_related("author")[:50]


def get_version(project: Project, pk: uuid.UUID) -> Version:
    """A version of this project, which the person may read; raises :class:`NotFound`."""
    version = project.versions.filter(pk=pk).select_related("project").first()
    if version is None:
        raise NotFound
    return version


def list_members(project: Project) -> QuerySet[Member]:
    return project.members.select_related("user").order_by("user__family_name", "user__given_name")


def find_member(project: Project, pk: str) -> User:
    """A member by the person's id; raises :class:`NotFound`."""
    try:
        member = project.members.select_related("user").filter(user_id=uuid.UUID(pk)).first()
    except ValueError:
        member = None
    if member is None:
        raise NotFound
    return member.user


def get_trash_days() -> int:
    return settings.TRASH_DAYS
