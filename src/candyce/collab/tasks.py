"""Background work of this room; thin, takes ids."""

from __future__ import annotations

from django.db.models import F
from django_tasks import task

from candyce.collab import actions, limits
from candyce.collab.models import LiveDocument


@task()
def compact_document(document_id: int) -> int:
    """Merge one document's log into its snapshot."""
    return actions.compact(document_id)


@task()
def tidy_documents() -> int:
    """Bring every stale file up to date and merge every long log; gives the documents treated."""
    stale = LiveDocument.objects.filter(last_seq__gt=F("materialised_seq"))
    long = LiveDocument.objects.filter(last_seq__gt=F("snapshot_seq") + limits.COMPACT_AFTER)
    ids = set(stale.values_list("pk", flat=True)) | set(long.values_list("pk", flat=True))
    for document_id in sorted(ids):
        actions.materialise_document(document_id)
    return len(ids)
