"""What everybody in a notebook may read of its comments, written into the live document."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from candyce.collab import bell, store
from candyce.collab.comments.guard import Wanted, write
from candyce.collab.comments.queries import get_threads
from candyce.collab.comments.shape import describe
from candyce.collab.kinds import Kind, make_replica
from candyce.collab.models import LiveDocument


def lock(document_id: int) -> LiveDocument | None:
    """The document's row, held until the end of the transaction; None where it is gone.

    Comments of one document are written one after the other, and nobody appends in between.
    """
    held = LiveDocument.objects.select_for_update().filter(pk=document_id)
    return held.only("pk", "path", "project_id").first()


def refresh(document_id: int) -> bool:
    """Bring the document to show the visible threads, as an edit of nobody; gives whether it changed.

    Callable from any process, while people type.
    """
    with transaction.atomic():
        stored = store.load(document_id) if lock(document_id) is not None else None
        if stored is None:
            return False
        replica = make_replica(stored.updates, Kind.NOTEBOOK)
        try:
            update = replica.edit(partial(_write, wanted=_get_wanted(document_id)))
        finally:
            replica.close()
        if update is not None:
            store.append({document_id: [store.Entry(update, None)]})
            transaction.on_commit(partial(bell.poke, document_id))
    return update is not None


def _write(doc, *, wanted: Wanted) -> None:  # type: ignore[no-untyped-def]
    with doc.transaction():
        write(doc, wanted)


def _get_wanted(document_id: int) -> Wanted:
    found = get_threads(document_id).filter(hidden=False)
    return {str(thread.pk): describe(thread) for thread in found}
