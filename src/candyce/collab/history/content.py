"""The content of a document at a moment: a notebook (nbformat 4, a dict) or the exact text of a file (a str)."""

from __future__ import annotations

import json

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pycrdt import Doc

from candyce.collab import notebook
from candyce.collab.history.packing import compress, decompress
from candyce.collab.kinds import Content, get_kind, read_content, write_content
from candyce.lib.errors import BadRequest, CandyceError
from candyce.projects.kinds import read_text
from candyce.projects.paths import is_notebook

__all__ = ("CannotRead", "Content", "pack", "read", "read_file", "unpack", "write_file")


class CannotRead(BadRequest):
    default_message = _("This moment cannot be read any more.")


def read(doc: Doc, path: str) -> Content:
    """What the document shows; the document is not changed."""
    return read_content(doc, get_kind(path))


def read_file(data: bytes, path: str) -> Content:
    """A file of a version; raises :class:`CannotRead`."""
    if not is_notebook(path):
        text = read_text(data)
        if text is None:
            raise CannotRead
        return text
    try:
        return notebook.parse(data, limit=settings.FILE_LIMIT)
    except CandyceError as error:
        raise CannotRead from error


def write_file(content: Content) -> bytes:
    """The bytes of the file; raises :class:`CannotRead` for what nbformat refuses."""
    data = write_content(content)
    if data is None:
        raise CannotRead
    return data


def pack(content: Content) -> bytes:
    """The content as one compressed file."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return compress(text.encode("utf-8", "surrogatepass"))


def unpack(data: bytes | memoryview, path: str) -> Content:
    text = decompress(data).decode("utf-8", "surrogatepass")
    return json.loads(text) if is_notebook(path) else text
