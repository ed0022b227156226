"""What differs between live notebooks and live texts, in one place.

``Content`` is a notebook (nbformat 4, a dict) or the exact text of a file (a str).
"""

from __future__ import annotations

from collections.abc import Iterable

from pycrdt import Doc

from candyce.collab import edits, notebook, textfile
from candyce.collab.notebook import Notebook
from candyce.collab.replica import Replica
from candyce.collab.textreplica import TextReplica
from candyce.projects.kinds import Kind, kind_of

__all__ = (
    "Content",
    "Kind",
    "get_kind",
    "kind_of",
    "make_replica",
    "make_seed",
    "read_content",
    "replace_content",
    "write_content",
)

Content = Notebook | str


def get_kind(path: str) -> Kind:
    """The kind of a live document, by the path of its file."""
    return kind_of(path) or Kind.TEXT


def make_seed(data: bytes, kind: Kind, *, limit: int) -> bytes:
    """The first update of a document, from the bytes of its file; see the kinds' own modules."""
    return textfile.make_seed(data) if kind is Kind.TEXT else notebook.make_seed(data, limit=limit)


def make_replica(updates: Iterable[bytes], kind: Kind) -> Replica:
    """The replica that these updates make; see :class:`Replica`."""
    return TextReplica(updates) if kind is Kind.TEXT else Replica(updates)


def read_content(doc: Doc, kind: Kind) -> Content:
    """What a (checked) document shows; the document is not changed."""
    return textfile.read(doc) if kind is Kind.TEXT else notebook.read(doc)


def write_content(content: Content) -> bytes | None:
    """The bytes of the file; None for a notebook that nbformat refuses."""
    if isinstance(content, str):
        return content.encode()
    valid = notebook.make_valid(content)
    return None if valid is None else notebook.write(valid)


def replace_content(doc: Doc, content: Content, *, salt: str) -> None:
    """Bring ``doc`` to show ``content``, of its own kind, by the least change.

    ``salt`` makes the ids of cells that have none; raises :class:`NotText` for a text that cannot be
    edited live.
    """
    if isinstance(content, str):
        textfile.replace(doc, content)
    else:
        edits.replace(doc, content, salt=salt)
