"""Keeping a history bounded: full detail for a time, then one state a day; the oldest goes first.

Named versions are never touched. Everything happens in one transaction a chunk.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from candyce.collab.history import content
from candyce.collab.history.chunks import find_chain, load_base
from candyce.collab.history.packing import LoggedUpdate, compress, unpack
from candyce.collab.models import HistoryChunk, KeptState, LiveDocument


def thin_document(document_id: int, now: datetime | None = None) -> int:
    """Thin one document's history to what the settings allow; gives the chunks and days taken away."""
    old = (now or timezone.now()) - timedelta(days=settings.HISTORY_DAYS)
    gone = 0
    while True:
        with transaction.atomic():
            document = LiveDocument.objects.select_for_update().filter(pk=document_id).first()
            if document is None:
                return gone
            chunks = HistoryChunk.objects.filter(document=document)
            oldest = chunks.order_by("first_seq").first()
            too_much = measure(document_id) > settings.HISTORY_LIMIT
            if oldest is not None and (too_much or oldest.last_at < old):
                _thin(document, oldest)
            elif not (too_much and _drop_oldest_day(document)):
                return gone
        gone += 1


def measure(document_id: int) -> int:
    """Bytes of a document's history, named versions left out."""
    chunks = HistoryChunk.objects.filter(document=document_id).aggregate(size=Sum("size"))
    days = KeptState.objects.filter(document=document_id, kind=KeptState.Kind.DAY)
    return (chunks["size"] or 0) + (days.aggregate(size=Sum("size"))["size"] or 0)


def _drop_oldest_day(document: LiveDocument) -> bool:
    day = (
        KeptState.objects.filter(document=document, kind=KeptState.Kind.DAY).order_by("seq").first()
    )
    if day is not None:
        day.delete()
    return day is not None


def _thin(document: LiveDocument, chunk: HistoryChunk) -> None:
    """Keep the last state of each day of the oldest chunk, and let its updates go."""
    chain = find_chain(document.pk, chunk.last_seq)
    # The oldest chunk has its base, or is the first of all.
    doc = load_base(chain) if chain else None
    updates = unpack(chunk.updates, chunk.first_seq)
    for day, of_day in groupby(updates, key=lambda one: timezone.localtime(one.at).date()):
        group = list(of_day)
        if doc is not None:
            for update in group:
                doc.apply_update(update.data)
            _keep_day(document, day, group, content.pack(content.read(doc, document.path)))
    after = HistoryChunk.objects.filter(document=document, first_seq=chunk.last_seq + 1).first()
    if after is not None and not after.base and doc is not None:
        after.base = compress(doc.get_update())
        after.size = len(after.base) + len(after.updates)
        after.save(update_fields=("base", "size"))
    chunk.delete()


def _keep_day(document: LiveDocument, day: date, group: list[LoggedUpdate], data: bytes) -> None:
    """The state at the end of a day takes the place of the earlier one of that day."""
    people: Counter[str | None] = Counter(
        str(one.author_id) if one.author_id else None for one in group
    )
    for before in KeptState.objects.filter(document=document, kind=KeptState.Kind.DAY).order_by(
        "-seq"
    )[:1]:
        if timezone.localtime(before.at).date() == day:
            people.update(dict(before.people))
            before.delete()
    KeptState.objects.create(
        document=document,
        kind=KeptState.Kind.DAY,
        seq=group[-1].seq,
        at=group[-1].at,
        content=data,
        size=len(data),
        people=[list(one) for one in people.most_common()],
    )
