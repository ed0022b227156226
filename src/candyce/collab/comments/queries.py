"""Reading comments."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from candyce.collab.models import CommentMessage, CommentThread
from candyce.projects.models import Project

_MESSAGES = Prefetch("messages", CommentMessage.objects.select_related("author"))


def get_threads(document_id: int) -> QuerySet[CommentThread]:
    """All threads of a document, whoever may see them, with all that is shown of them."""
    return _complete(CommentThread.objects.filter(document_id=document_id))


def get_threads_of(
    project_ids: Iterable[uuid.UUID], *, hidden: bool
) -> dict[tuple[uuid.UUID, str, str], list[CommentThread]]:
    """The threads of many projects by ``(project, path, cell)``; ``hidden``: those too."""
    found = CommentThread.objects.filter(document__project__in=list(project_ids))
    if not hidden:
        found = found.filter(hidden=False)
    threads: dict[tuple[uuid.UUID, str, str], list[CommentThread]] = {}
    for thread in _complete(found).select_related("document").defer("document__snapshot"):
        assert thread.document is not None  # as was asked for
        key = (thread.document.project_id, thread.document.path, thread.cell)
        threads.setdefault(key, []).append(thread)
    return threads


def get_hidden_mark(project: Project) -> str:
    """A short text that is another one once the hidden threads of a project are."""
    hidden = CommentThread.objects.filter(document__project=project, hidden=True)
    threads = hidden.aggregate(threads=Count("pk"), resolved=Max("resolved_at"))
    said = CommentMessage.objects.filter(thread__in=hidden).aggregate(
        messages=Count("pk"),
        at=Max("at"),
        edited=Max("edited_at"),
        deleted=Count("pk", filter=Q(deleted=True)),
    )
    return " ".join(str(value) for value in (threads | said).values())


def _complete(found: QuerySet[CommentThread]) -> QuerySet[CommentThread]:
    return found.select_related("resolved_by").prefetch_related(_MESSAGES)
