"""The content of a document at a moment: a notebook (nbformat 4, a dict) or a text (a str)."""

from __future__ import annotations

import json
from typing import Any

from pycrdt import Doc, Text

from candyce.collab import notebook
from candyce.collab.history.packing import compress, decompress
from candyce.projects.paths import is_notebook

Content = dict[str, Any] | str


def read(doc: Doc, path: str) -> Content:
    """What the document shows; the document is not changed."""
    return notebook.read(doc) if is_notebook(path) else str(doc.get("source", type=Text))


def pack(content: Content) -> bytes:
    """The content as one compressed file."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return compress(text.encode("utf-8", "surrogatepass"))


def unpack(data: bytes | memoryview, path: str) -> Content:
    text = decompress(data).decode("utf-8", "surrogatepass")
    return json.loads(text) if is_notebook(path) else text
