"""The server's replica of one document: it takes in updates, or refuses them, and answers what differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, TransactionEvent, merge_updates

from candyce.collab import runs
from candyce.collab.comments.guard import CommentsGuard
from candyce.collab.guard import Guard
from candyce.collab.protocol import EMPTY_UPDATE, read_state, write_state
from candyce.collab.schema import Change, Watcher
from candyce.collab.updates import InvalidUpdate, Summary, read_update


class Gap(Exception):
    """The update builds on something that this replica lacks: the sender must be asked for all."""


@dataclass(slots=True, frozen=True)
class Applied:
    """``news`` is what the update added to the replica; ``repaired`` if the server mended it.

    ``meddled``: a page wrote into the comments. That is put back, as far as this replica knows them.
    """

    news: bytes | None
    repaired: bool = False
    meddled: bool = False


def load_doc(updates: Iterable[bytes]) -> Doc:
    """A document only to be read."""
    doc: Doc = Doc()
    for update in updates:
        if update:
            doc.apply_update(update)
    return doc


class Replica:
    """A notebook in memory (``textreplica`` has texts). After ``broken`` it must be thrown away and loaded anew.

    ``close`` it in the end: what the native library holds of its observers is out of the garbage
    collector's sight, and would keep the document for ever.
    """

    plain = False  # whether updates are read as a text's: see Summary.odd
    __slots__ = (
        "_events",
        "_subscription",
        "broken",
        "comments",
        "doc",
        "guard",
        "state",
        "watcher",
    )

    def __init__(self, updates: Iterable[bytes] = ()) -> None:
        self.doc: Doc = load_doc(updates)
        self.broken = False
        self.state: dict[int, int] = read_state(self.doc.get_state())
        self._watch()
        self._events: list[bytes] = []
        self._subscription = self.doc.observe(self._on_event)

    def _watch(self) -> None:
        self.watcher = Watcher(self.doc)
        self.guard = Guard(self.doc)
        self.comments = CommentsGuard(self.doc)

    def close(self) -> None:
        self.watcher.close()
        self.doc.unobserve(self._subscription)

    def _on_event(self, event: TransactionEvent) -> None:
        self._events.append(event.update)

    def apply(
        self,
        data: bytes,
        summary: Summary | None = None,
        *,
        guarded: bool = False,
        author: runs.Author | None = None,
        stored: bool = False,
    ) -> Applied:
        """Take in an update; raises :class:`InvalidUpdate` or :class:`Gap` (nothing is taken in).

        ``guarded``: from someone who may not change locked cells. ``author``: who ran the cells whose outputs
        it brings. ``stored``: it comes from the log, what the server wrote included.
        """
        if summary is None or summary.plain is not self.plain:
            summary = read_update(data, plain=self.plain)
        if not summary.fits(self.state):
            raise Gap
        if not summary.deletes and summary.is_known(self.state):
            return Applied(None)
        if not stored and not summary.is_plain(self.state):
            raise InvalidUpdate("more than plain text")
        self.broken = True
        try:
            self.doc.apply_update(data)
            meddled = self.is_meddled and not stored
            repaired = self._mend(guarded=guarded, author=author, stored=stored)
        except InvalidUpdate:
            raise
        except BaseException as error:
            # A panic of the native library derives from BaseException only.
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            raise InvalidUpdate(f"{type(error).__name__}: {error}") from error
        if repaired:
            self.state = read_state(self.doc.get_state())
        else:
            summary.advance(self.state)
        self.broken = False
        return Applied(self._take_news(), repaired, meddled)

    @property
    def is_meddled(self) -> bool:
        """Whether the last transaction wrote into the comments."""
        return self.watcher.meddled

    def _note_touched(self) -> list[Change]:
        for index in self.watcher.touched:
            self.guard.note(index)
        return self.watcher.changes

    def _mend(self, *, guarded: bool, author: runs.Author | None, stored: bool = False) -> bool:
        """Judge what the last transaction changed and put right what may not stay; gives whether it did."""
        changes, ran = self._note_touched(), self.watcher.ran
        meddled = self.watcher.meddled and not stored
        if self.watcher.meddled and stored:
            self.comments.take_in()
        untrusted = self.watcher.check(stored=stored)
        if not guarded:
            self.guard.take_in(changes)
        elif not changes and not self.guard.has_locks:
            guarded = False
        ran = ran if author is not None else set()
        if not (guarded or untrusted or ran or meddled):
            return False
        with self.doc.transaction():
            done = self.guard.put_back(changes) if guarded else False
            if meddled:
                done |= self.comments.put_back()
            for metadata in untrusted:
                if "trusted" in metadata:
                    del metadata["trusted"]
            if ran and author is not None:
                done |= runs.note(self.doc, ran, author)
        self.watcher.forget()
        return done or bool(untrusted)

    def _take_news(self) -> bytes | None:
        events, self._events = [e for e in self._events if e != EMPTY_UPDATE], []
        if not events:
            return None
        return events[0] if len(events) == 1 else merge_updates(*events)

    def edit(self, change: Any, *, guarded: bool = False) -> bytes | None:
        """Run ``change(doc)`` as an edit of the server; gives its update.

        ``guarded``: on behalf of someone who may not change locked cells.
        """
        change(self.doc)
        self._mend(guarded=guarded, author=None, stored=True)
        self.state = read_state(self.doc.get_state())
        return self._take_news()

    def diff(self, state: dict[int, int]) -> bytes:
        """What a replica in ``state`` lacks."""
        return self.doc.get_update(write_state(state))

    def size(self) -> int:
        return len(self.doc.get_update())
