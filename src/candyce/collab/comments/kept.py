"""Threads outlive their live document: whoever takes a notebook away does not unsay what others said.

Without a document nobody is shown them. They are kept under the path of the file, go along when it is renamed,
as whatever it may be, and are found again once a notebook is opened at that path.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction

from candyce.collab import bell
from candyce.collab.comments import shared
from candyce.collab.models import CommentThread, LiveDocument
from candyce.projects.kinds import Kind, kind_of
from candyce.projects.models import Project


def keep(project: Project, path: str) -> None:
    """Take the threads off the document, which is about to go; a project that is purged keeps none."""
    if project.deleted_at is not None:
        CommentThread.objects.filter(kept_in=project, kept_at=path).delete()
        return
    threads = CommentThread.objects.filter(document__project=project, document__path=path)
    threads.update(document=None, kept_in=project, kept_at=path)


def move(project: Project, old: str, new: str) -> None:
    CommentThread.objects.filter(kept_in=project, kept_at=old).update(kept_at=new)


def find_again(document: LiveDocument) -> bool:
    """Give a notebook the threads that were kept under its path; gives whether there were any."""
    if kind_of(document.path) is not Kind.NOTEBOOK:
        return False
    kept = CommentThread.objects.filter(kept_in=document.project_id, kept_at=document.path)
    if not kept.update(document=document, kept_in=None, kept_at=""):
        return False
    shared.refresh(document.pk)
    transaction.on_commit(partial(bell.recheck, [document.project_id]))
    return True
