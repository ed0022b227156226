"""Keeping the index as the database is: catching up with what was committed, making it anew when it must be.

Who searches looks first whether the index is behind. A little behind, or a small library without an index: it is put
right there and then. More: the database answers meanwhile, and a process of its own on this node makes the index.
The database answers as well while another one writes, and when nothing can be written: nobody waits for a rebuild,
and an index that is behind is never searched. Its resources would be read again as the reader may see them, but not
its numbers, facets and corrections: these would still tell of what was withdrawn.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Max, Min
from django.utils import timezone

from candyce.library.finding import schema, store
from candyce.library.models import Resource, SearchChange

logger = logging.getLogger(__name__)

FEW = 200  # changes, or resources, that whoever searches waits for
SETTLED = timedelta(minutes=10)  # no transaction lasts longer: rows older than that are all there
DAY = timedelta(days=1)
KEPT = timedelta(days=14)  # of rows; an index that was away for longer is made anew
PATIENCE = 0.3  # seconds that a search waits for whoever else puts in a change
PAUSE = 60.0  # seconds between two attempts of a process to have the index made
_catching_up = threading.Lock()
_asked_at = 0.0


def get_index() -> store.Opened | None:
    """The index, as the database is now; None while it is being made: then the database is to be searched."""
    try:
        opened = store.open_index()
        return opened if is_current(opened) else _catch_up()
    except store.Unusable as error:
        return _get_anew(error)


def is_fresh(state: store.State) -> bool:
    after = SearchChange.objects.filter(pk__gt=state.low)
    facts = after.aggregate(count=Count("pk"), last=Max("pk"))
    last = max(state.seen, default=None)
    if facts["count"] == 0 and last is None:
        return True
    return bool(facts["count"] == len(state.seen) and facts["last"] == last)


def is_current(opened: store.Opened) -> bool:
    """Whether the index may be searched as it is: it agrees with the database, and said so lately."""
    return is_fresh(opened.state) and opened.state.at > (timezone.now() - DAY).timestamp()


def _catch_up() -> store.Opened | None:
    """Put in what changed, if it is little and nobody else is at it for long."""
    with _hold_lock_soon() as free:
        if not free:
            return None
        opened = store.open_index()
        if is_current(opened):
            return opened  # another process did it while this one waited
        done = apply_changes(opened, most=FEW)
    if not done:
        _have_made()  # takes the lock itself
        return None
    return store.open_index()


@contextlib.contextmanager
def _hold_lock_soon() -> Iterator[bool]:
    """The lock for whoever searches; gives False when another thread or process keeps it for long."""
    until = time.monotonic() + PATIENCE
    if not _catching_up.acquire(timeout=PATIENCE):
        yield False
        return
    try:
        with store.hold_lock(wait=False, patience=until - time.monotonic()) as free:
            yield free
    finally:
        _catching_up.release()


def apply_changes(opened: store.Opened, *, most: int | None = None) -> bool:
    """Put in all rows that the index has not read; False when they are more than ``most``, or were purged.

    Rows are numbered before they are committed: one may appear behind others that were read. So those of the last
    minutes are remembered one by one.
    """
    state, now = opened.state, timezone.now()
    if state.at < (now - KEPT).timestamp():
        raise store.Unusable("too far behind")
    rows = list(
        SearchChange.objects.filter(pk__gt=state.low).values_list("pk", "resource_id", "at")
    )
    seen = set(state.seen)
    if seen - {pk for pk, _slug, _at in rows}:
        raise store.Unusable("the database was put back")
    fresh = sorted({slug for pk, slug, _at in rows if pk not in seen})
    if most is not None and len(fresh) > most:
        return False
    entries = list(read_entries(fresh))
    settled = [pk for pk, _slug, at in rows if at < now - SETTLED]
    low = max([state.low, *settled])
    store.change_index(
        opened,
        sorted(set(fresh) - {entry.slug for entry in entries}),
        entries,
        low=low,
        seen=[pk for pk, _slug, _at in rows if pk > low],
        at=now.timestamp(),
    )
    return True


def read_entries(slugs: list[str] | None = None) -> Iterator[schema.Entry]:
    """Entries of these resources, or of all."""
    resources = Resource.objects.select_related("version", "released").prefetch_related(
        "co_authors"
    )
    if slugs is not None:
        resources = resources.filter(pk__in=slugs)
    for resource in resources.order_by("pk").iterator(chunk_size=200):
        yield schema.make_entry(resource)


def rebuild() -> int:
    """Make the index anew from the database; gives how many resources it holds. Hold the lock."""
    now = timezone.now()
    # Read before the resources: what changes meanwhile is put in afterwards.
    settled = SearchChange.objects.filter(at__lt=now - SETTLED).aggregate(last=Max("pk"))["last"]
    if settled is None:
        first = SearchChange.objects.aggregate(first=Min("pk"))["first"]
        settled = 0 if first is None else first - 1
    count = store.make_index(read_entries(), low=settled, at=now.timestamp())
    apply_changes(store.open_index())
    return count


def _get_anew(error: store.Unusable) -> store.Opened | None:
    """A small library's index is made here; a larger one's in the background."""
    if Resource.objects.count() > FEW:
        logger.warning("The search index is to be made anew (%s).", error)
        _have_made()
        return None
    with _hold_lock_soon() as free:
        if not free:
            return None
        try:
            opened = store.open_index()
            if is_current(opened):
                return opened
        except store.Unusable:
            pass
        rebuild()
    return store.open_index()


def report_broken(error: store.Unusable) -> None:
    """The index could be opened, not read: it is to be made anew."""
    logger.warning("The search index cannot be read (%s).", error)
    try:
        store.forget_state()
    except OSError as refused:
        report_unwritable(refused)


def report_unwritable(error: OSError | ValueError) -> None:
    """Its folder is not ours to write, or the disk is full: whoever searches is answered all the same."""
    logger.error("The search index cannot be written (%s).", error, exc_info=error)


def _have_made() -> None:
    """Have a process of its own bring the index up to date, if nobody writes it already."""
    global _asked_at
    if time.monotonic() - _asked_at < PAUSE and _asked_at:
        return
    with store.hold_lock(wait=False) as free:
        if not free:
            return
    _asked_at = time.monotonic()
    start_rebuild()


def start_rebuild() -> None:
    command = [sys.executable, "-m", "candyce.cli", "manage", "rebuild_search_index", "--if-needed"]
    subprocess.Popen(command, cwd=settings.ROOT, start_new_session=True)


def bring_up_to_date() -> int | None:
    """Catch up with whatever there is, or make the index anew if it cannot be used; gives what was made."""
    with store.hold_lock(wait=True):
        try:
            opened = store.open_index()
            if opened.searcher.num_docs != Resource.objects.count() and is_fresh(opened.state):
                return rebuild()  # another database of the same name
            apply_changes(opened)
        except store.Unusable:
            return rebuild()
    return None


def purge_changes() -> int:
    """Forget rows that every index has read by now; one that has not is made anew."""
    return SearchChange.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]
