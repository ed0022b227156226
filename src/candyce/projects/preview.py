"""What the portal shows of a file: an image, a rendered text, a table, the text itself, or nothing.

Everything here is somebody's upload: bounded before it is parsed, escaped or sanitised where it is shown.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from candyce.lib.markdown import render_markdown
from candyce.projects.kinds import Kind, kind_of, read_text
from candyce.projects.paths import is_notebook

# Shown by <img> only, which runs nothing; see the view for what a direct visit gets.
IMAGE_TYPES = {
    "avif": "image/avif",
    "bmp": "image/bmp",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}
TEXT_SHOWN = 100_000  # characters
ROWS_SHOWN = 200
COLUMNS_SHOWN = 40
_DELIMITERS = ";\t,"


@dataclass(frozen=True)
class Preview:
    """``kind``: ``image``, ``notebook``, ``markdown``, ``table``, ``text`` or ``none``.

    ``whole`` is False when only the beginning is shown.
    """

    kind: str
    text: str = ""
    html: SafeString | None = None
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    whole: bool = True


def get_image_type(path: str) -> str | None:
    """The MIME type of an image that browsers show, by its name; None for any other file."""
    return IMAGE_TYPES.get(_extension(path))


def _extension(path: str) -> str:
    return path.rpartition(".")[2].lower()


def needs_content(path: str) -> bool:
    """Whether :func:`make_preview` looks into the file at all."""
    return kind_of(path) is Kind.TEXT and get_image_type(path) is None


def make_preview(path: str, data: bytes) -> Preview:
    """What to show of the file ``path`` with this content."""
    if get_image_type(path):
        return Preview("image")
    if is_notebook(path):
        return Preview("notebook")
    text = read_text(data) if kind_of(path) is Kind.TEXT else None
    if text is None:
        return Preview("none")
    text = text.removeprefix("\ufeff")
    whole = len(text) <= TEXT_SHOWN
    text = text[:TEXT_SHOWN]
    if _extension(path) in {"csv", "tsv"}:
        return _make_table(text, whole=whole)
    if _extension(path) == "md" and whole:
        return Preview("markdown", html=render_markdown(text))
    return Preview("text", text=text, whole=whole)


def _make_table(text: str, *, whole: bool) -> Preview:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    lines = text.splitlines(keepends=True)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row[:COLUMNS_SHOWN])
            whole = whole and len(row) <= COLUMNS_SHOWN
            if len(rows) > ROWS_SHOWN:
                whole = False
                break
    except csv.Error:
        return Preview("text", text=text, whole=whole)
    rows = [row for row in rows if row]
    if not rows:
        return Preview("text", text=text, whole=whole)
    return Preview("table", head=rows[0], rows=rows[1 : ROWS_SHOWN + 1], whole=whole)
