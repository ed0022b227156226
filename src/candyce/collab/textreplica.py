"""The server's replica of a live text, and what it lets in.

Only plain text in the root ``source``. ``Summary.odd`` (see ``updates``) has told everything that is of
another nature or stands elsewhere; what remains to be seen here is what only a place among the others
tells: a letter put into the server's own ``state``, or one that no editor counts as we do.
"""

from __future__ import annotations

from typing import Any

from pycrdt import Doc, Map, Text

from candyce.collab.replica import Replica
from candyce.collab.runs import Author
from candyce.collab.updates import InvalidUpdate

# Pages count a line end as one letter: "\r\n" would shift everything after it. NUL is in no text.
_REFUSED = ("\r", "\0")


class TextWatcher:
    """Collects what a transaction touched in a document; ``check`` judges it afterwards."""

    def __init__(self, doc: Doc) -> None:
        self.source: Text = doc.get("source", type=Text)
        self.state: Map = doc.get("state", type=Map)
        self._inserted: list[Any] = []
        self._state_touched = False
        self._source_watch = self.source.observe(self._on_source)
        self._state_watch = self.state.observe_deep(self._on_state)

    def close(self) -> None:
        self.source.unobserve(self._source_watch)
        self.state.unobserve(self._state_watch)

    def _on_source(self, event: Any) -> None:
        self._inserted += [step for step in event.delta if "insert" in step or "attributes" in step]

    def _on_state(self, _events: list[Any]) -> None:
        self._state_touched = True

    def check(self, *, stored: bool = False) -> None:
        """Judge what was collected, and forget it; raises :class:`InvalidUpdate`.

        ``stored``: the server's own words may be in it.
        """
        inserted, self._inserted = self._inserted, []
        touched, self._state_touched = self._state_touched, False
        if stored:
            return
        if touched:
            raise InvalidUpdate("the state of a text is the server's")
        for step in inserted:
            text = step.get("insert", "")
            if "attributes" in step or not isinstance(text, str):
                raise InvalidUpdate("not plain text")
            if any(letter in text for letter in _REFUSED):
                raise InvalidUpdate("a letter that no text may hold")


class TextReplica(Replica):
    """A text in memory: nothing in it is locked, run or repaired."""

    plain = True
    __slots__ = ("text_watcher",)

    def _watch(self) -> None:
        self.text_watcher = TextWatcher(self.doc)

    def close(self) -> None:
        self.text_watcher.close()
        self.doc.unobserve(self._subscription)

    @property
    def is_meddled(self) -> bool:
        return False  # there is no place for comments: they would be more than plain text

    def _mend(self, *, guarded: bool, author: Author | None, stored: bool = False) -> bool:
        self.text_watcher.check(stored=stored)
        return False
