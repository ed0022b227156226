"""The content of a document at a moment: a notebook (nbformat 4, a dict) or the exact text of a file (a str)."""

from __future__ import annotations

import json

from pycrdt import Doc

from candyce.collab.history.packing import compress, decompress
from candyce.collab.kinds import Content, get_kind, read_content
from candyce.projects.paths import is_notebook


def read(doc: Doc, path: str) -> Content:
    """What the document shows; the document is not changed."""
    return read_content(doc, get_kind(path))


def pack(content: Content) -> bytes:
    """The content as one compressed file."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return compress(text.encode("utf-8", "surrogatepass"))


def unpack(data: bytes | memoryview, path: str) -> Content:
    text = decompress(data).decode("utf-8", "surrogatepass")
    return json.loads(text) if is_notebook(path) else text
