"""The comments in a live document are the server's word: what a page writes there is put back.

They stand in the root map ``comments``: ``{thread id: its JSON}``, see :mod:`.shape`. Putting back, in the same
stored update, rather than refusing it: a page that comes back after a fault with what the server has forgotten
keeps what its person typed. Afterwards the room has the map written anew from the rows (:mod:`.shared`), since
its replica may not have heard yet of the comment of a moment ago.
"""

from __future__ import annotations

from typing import Any

from pycrdt import Doc, Map

Wanted = dict[str, dict[str, Any]]


def get_map(doc: Doc) -> Map:
    return doc.get("comments", type=Map)


def write(doc: Doc, wanted: Wanted) -> bool:
    """Bring the map to hold ``wanted``; gives whether anything was written.

    To be called inside a transaction of the document.
    """
    shared = get_map(doc)
    done = False
    for key in list(shared.keys()):
        if key not in wanted:
            del shared[key]
            done = True
    for key, thread in wanted.items():
        present = shared.get(key)
        # A value, never something shared in which a page could go on writing.
        if not isinstance(present, dict) or present != thread:
            shared[key] = thread
            done = True
    return done


class CommentsGuard:
    """The comments of one replica, as the server wrote them last."""

    __slots__ = ("_doc", "_kept")

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        self.take_in()

    def take_in(self) -> None:
        """What stands in the map now is the server's own."""
        found = get_map(self._doc).to_py() or {}
        self._kept: Wanted = {key: value for key, value in found.items() if isinstance(value, dict)}

    def put_back(self) -> bool:
        """Undo what a page wrote; to be called inside a transaction of the document."""
        return write(self._doc, self._kept)
