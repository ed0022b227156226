"""Background work of this room; thin, takes ids."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django_tasks import task

from candyce.collab import actions, limits
from candyce.collab.history.thinning import thin_document
from candyce.collab.models import HistoryChunk, KeptState, LiveDocument

RESTING = timedelta(days=7)  # without an edit: then a log of any length is merged


@task()
def compact_document(document_id: int) -> int:
    """Merge one document's log into its snapshot."""
    return actions.compact(document_id)


@task()
def tidy_documents() -> int:
    """Bring every stale file up to date, merge long logs and those at rest; gives the documents treated."""
    stale = LiveDocument.objects.filter(last_seq__gt=F("materialised_seq"))
    long = LiveDocument.objects.filter(last_seq__gt=F("snapshot_seq") + limits.COMPACT_AFTER)
    resting = LiveDocument.objects.filter(
        last_seq__gt=F("snapshot_seq"), updated_at__lt=timezone.now() - RESTING
    )
    ids = set(stale.values_list("pk", flat=True)) | set(long.values_list("pk", flat=True))
    for document_id in sorted(ids):
        actions.materialise_document(document_id)
    resting_ids = list(resting.values_list("pk", flat=True))
    for document_id in resting_ids:
        actions.compact(document_id)
    return len(ids.union(resting_ids))


@task()
def thin_histories() -> int:
    """Bring every history within what the settings allow; gives the chunks and days taken away."""
    ids = set(HistoryChunk.objects.values_list("document_id", flat=True).distinct())
    days = KeptState.objects.filter(kind=KeptState.Kind.DAY)
    ids |= set(days.values_list("document_id", flat=True).distinct())
    return sum(thin_document(document_id) for document_id in sorted(ids))
