"""How much a project may hold."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import User
from candyce.lib.errors import QuotaFull, TooLarge, TooMany
from candyce.projects.models import Project

FILE_COUNT_LIMIT = 2000  # per project; a tree is one row
PROJECT_COUNT_LIMIT = 1000  # per person


def check_file_size(size: int) -> None:
    """Raises :class:`TooLarge` when a file of this size may not stand in a project."""
    if size > settings.FILE_LIMIT:
        message = gettext("This file is too large: a file may have %(limit)s MB at most.")
        raise TooLarge(message % {"limit": settings.FILE_LIMIT // settings.MEGABYTE})


def check_tree(tree: dict[str, list], *, before: int = 0) -> None:
    """Raises when the tree is over its limits and has grown from ``before`` bytes.

    A tree that is too large may always shrink.
    """
    size = sum(entry[1] for entry in tree.values())
    check_totals(min(size, settings.PROJECT_QUOTA) if size <= before else size, len(tree))


def check_totals(size: int, count: int) -> None:
    """Raises :class:`QuotaFull` or :class:`TooLarge` when a project may not hold so much."""
    if size > settings.PROJECT_QUOTA:
        raise QuotaFull
    if count > FILE_COUNT_LIMIT:
        message = gettext("A project may have %(limit)s files at most.")
        raise TooLarge(message % {"limit": FILE_COUNT_LIMIT})


def check_project_count(owner: User | None) -> None:
    """Raises :class:`TooMany` when the person has as many projects as one may have."""
    if owner is None:
        return
    count = Project.objects.filter(owner=owner, kind=Project.Kind.PROJECT).count()
    if count >= PROJECT_COUNT_LIMIT:
        raise TooMany(_("You have too many projects. Delete some of them, then try again."))
