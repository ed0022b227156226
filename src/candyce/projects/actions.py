"""Verbs on projects: make, fork, keep a version, rename, duplicate, delete and restore, share.

Verbs on a project's files stand in ``files``, imports in ``imports``.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.lib.errors import BadRequest
from candyce.projects import live, quota
from candyce.projects.access import READ
from candyce.projects.files import do_lock, do_store
from candyce.projects.models import Member, Project, Version
from candyce.projects.notebooks import make_notebook, write_notebook
from candyce.projects.paths import Exists, Names, check_path, get_parents, make_name
from candyce.projects.signals import access_changed

TITLE_LIMIT = 200


def check_title(text: str) -> str:
    """One line of text, trimmed; raises :class:`BadRequest` when it is empty or too long."""
    text = text.encode("utf-8", "replace").decode()
    title = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not title:
        raise BadRequest(_("Give a title."), fields={"title": _("Give a title.")})
    if len(title) > TITLE_LIMIT:
        message = _("This title is too long.")
        raise BadRequest(message, fields={"title": message})
    return title


def make_tree(files: Iterable[tuple[str, bytes]]) -> dict[str, list]:
    """Check and store files one by one; returns their tree. ``folder/`` names an empty folder.

    Raises at the first file that may not stand; what is stored by then belongs to no tree.
    """
    tree: dict[str, list] = {}
    names = Names()
    size = 0
    for key, data in files:
        path = check_path(key.removesuffix("/"))
        if not names.is_free(path):
            raise Exists
        for parent in get_parents(path):
            tree.pop(f"{parent}/", None)
        is_folder = key.endswith("/")
        entry: list = ["", 0, int(time.time())] if is_folder else do_store(path, data)
        tree[f"{path}/" if is_folder else path] = entry
        names.add(f"{path}/" if is_folder else path)
        size += entry[1]
        quota.check_totals(size, len(tree))
    return tree


def create_project(
    *,
    acting_user: User | None,
    title: str,
    files: Mapping[str, bytes] | None = None,
    kind: str = Project.Kind.PROJECT,
) -> Project:
    """A new project owned by ``acting_user`` (nobody: what Candyce itself brings).

    ``files``: path -> content; without them, an empty notebook of the project's title. An empty title
    means "Untitled notebook" in the reader's language.
    """
    title = check_title(title or gettext("Untitled notebook"))
    quota.check_project_count(acting_user)
    if files is None:
        files = {f"{make_name(title)}.ipynb": write_notebook(make_notebook(title))}
    return do_create(make_tree(files.items()), acting_user=acting_user, title=title, kind=kind)


def do_create(tree: dict[str, list], *, acting_user: User | None, title: str, kind: str) -> Project:
    """The row of a project whose contents are stored."""
    with transaction.atomic():
        project = Project.objects.create(title=title, kind=kind, owner=acting_user, tree=tree)
        do_audit("project_created", project, acting_user=acting_user, title=title)
    return project


def fork(
    version: Version, *, acting_user: User | None, owner: User | None, title: str, kind: str
) -> Project:
    """A new project that starts as the version is: one row, no content copied."""
    title = check_title(title)
    with transaction.atomic():
        project = Project.objects.create(
            title=title, kind=kind, owner=owner, tree=version.tree, forked_from=version
        )
        do_audit("project_forked", project, acting_user=acting_user, version=str(version.pk))
    return project


def cut_version(project: Project, reason: str, *, acting_user: User | None) -> Version:
    """Keep the project as it is now, what is typed in open notebooks included."""
    live.get().materialise(project)
    with do_lock(project.pk) as locked:
        version = Version.objects.create(
            project=locked, tree=locked.tree, reason=reason, author=acting_user
        )
        do_audit(
            "version_cut", locked, acting_user=acting_user, version=str(version.pk), reason=reason
        )
    project.tree = locked.tree
    return version


def rename(project: Project, *, acting_user: User, title: str) -> Project:
    title = check_title(title)
    with do_lock(project.pk) as locked:
        locked.title = title
        locked.updated_at = timezone.now()
        locked.save(update_fields=("title", "updated_at"))
        do_audit("project_renamed", locked, acting_user=acting_user, title=title)
    return locked


def duplicate(project: Project, *, acting_user: User, title: str = "") -> Project:
    """A project of one's own that starts as this one is now."""
    quota.check_project_count(acting_user)
    version = cut_version(project, Version.Reason.DUPLICATED, acting_user=acting_user)
    return duplicate_version(version, acting_user=acting_user, title=title)


def duplicate_version(version: Version, *, acting_user: User, title: str = "") -> Project:
    """A project of one's own that starts as the version is."""
    quota.check_project_count(acting_user)
    title = title or gettext("%(title)s (copy)") % {"title": version.project.title}
    return fork(
        version,
        acting_user=acting_user,
        owner=acting_user,
        title=title[:TITLE_LIMIT],
        kind=Project.Kind.PROJECT,
    )


def delete(project: Project, *, acting_user: User) -> None:
    """Put the project in its owner's trash: nobody reaches it until it is restored."""
    with do_lock(project.pk) as locked:
        locked.deleted_at = timezone.now()
        locked.save(update_fields=("deleted_at",))
        do_audit("project_deleted", locked, acting_user=acting_user)
        _announce_access([locked.pk])
        transaction.on_commit(_plan_purge, robust=True)


def _plan_purge() -> None:
    """Have the trash emptied when this deletion is due; a queue that cannot wait leaves it to others."""
    from candyce.projects.tasks import purge

    if purge.get_backend().supports_defer:
        due = timezone.now() + timedelta(days=settings.TRASH_DAYS, minutes=1)
        purge.using(run_after=due).enqueue()


def restore(project: Project, *, acting_user: User) -> None:
    """Take the project out of the trash again, as it was."""
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(deleted_at=None, updated_at=timezone.now())
        do_audit("project_restored", project, acting_user=acting_user)
        _announce_access([project.pk])


def set_member(
    project: Project, user: User, rights: Iterable[str], *, acting_user: User
) -> Member | None:
    """Give a person these rights in the project, and no others; none takes the person out.

    A member can always read.
    """
    chosen = set(rights)
    unknown = chosen - set(Member.Right.values)
    if unknown or user.pk == project.owner_id:
        raise BadRequest
    with do_lock(project.pk) as locked:
        member = None
        if chosen:
            ordered = [right for right in Member.Right.values if right in chosen | {READ}]
            member, _created = Member.objects.update_or_create(
                project=locked, user=user, defaults={"rights": ordered}
            )
        else:
            Member.objects.filter(project=locked, user=user).delete()
        do_audit(
            "member_set", locked, acting_user=acting_user, user=str(user.pk), rights=sorted(chosen)
        )
        _announce_access([locked.pk])
    return member


def _announce_access(project_ids: list[uuid.UUID]) -> None:
    announce = partial(access_changed.send, Project, project_ids=project_ids)
    transaction.on_commit(announce, robust=True)


def purge_trash() -> int:
    """Delete for good what has been in the trash too long; returns how many projects.

    A project of which someone else still needs a version (it was given to a class, handed in,
    published) keeps its row and versions; its working tree goes.
    """
    cutoff = timezone.now() - timedelta(days=settings.TRASH_DAYS)
    purged = 0
    for project in Project.objects.filter(deleted_at__lt=cutoff).exclude(
        tree={}, versions__isnull=False
    ):
        with transaction.atomic():
            do_audit("project_purged", project, acting_user=None, title=project.title)
            try:
                with transaction.atomic():
                    project.delete()
            except ProtectedError:
                for path in project.tree:
                    live.get().deleted(project, path)
                Project.objects.filter(pk=project.pk).update(tree={})
        purged += 1
    return purged
