"""Telling live connections that rights changed."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from candyce.assignments.models import Copy
from candyce.projects.signals import access_changed


def announce_access(copies: QuerySet[Copy]) -> None:
    """After the commit, connections to these copies ask for their rights again."""
    ids = list(copies.values_list("project_id", flat=True).distinct())
    if ids:
        announce = partial(access_changed.send, Copy, project_ids=ids)
        transaction.on_commit(announce, robust=True)
