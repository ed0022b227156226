"""A moment as HTML, whole or cell by cell (for playback, where only what changed is drawn anew)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from candyce.collab.history.content import Content
from candyce.lib.markdown import Room
from candyce.lib.notebook_html import CELL_LIMIT, render_again, render_code, render_notebook

TEXT_LIMIT = 200_000  # characters of a text shown


def render(content: Content, path: str) -> SafeString:
    """The whole content, to be read."""
    if isinstance(content, str):
        return format_html('<div class="notebook">{}</div>', _render_text(content, path))
    return render_notebook(content)


def _render_text(text: str, path: str) -> SafeString:
    if len(text) > TEXT_LIMIT:
        text = text[:TEXT_LIMIT] + "\n… " + _("(the rest is in the file)")
    if path.endswith(".py"):
        return format_html('<div class="cell-code">{}</div>', render_code(text))
    return format_html('<pre class="plain" tabindex="0">{}</pre>', text)


@dataclass(slots=True)
class Picture:
    """One frame: its cells as ``(id, digest)``, in order, and what each digest looks like."""

    cells: list[tuple[str, str]] = field(default_factory=list)
    html: dict[str, SafeString] = field(default_factory=dict)


def draw(content: Content, path: str) -> Picture:
    """The cells of a content; a text is one cell."""
    picture, room = Picture(), Room()
    if isinstance(content, str):
        digest = _digest(content)
        picture.cells.append(("text", digest))
        picture.html[digest] = _render_text(content, path)
        return picture
    for number, cell in enumerate(content["cells"][:CELL_LIMIT]):
        source = json.dumps(cell, sort_keys=True)
        digest = _digest(source)
        picture.cells.append((str(cell.get("id") or number), digest))
        picture.html[digest] = render_again(source, get_language(), room)
    return picture


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def mark_changes(before: Picture | None, after: Picture) -> tuple[dict[str, str], int]:
    """``({cell: "added" or "edited"}, cells that are gone)`` from one frame to the next."""
    if before is None:
        return {}, 0
    old, new = dict(before.cells), dict(after.cells)
    changed: dict[str, Any] = {}
    for cell, digest in after.cells:
        if cell not in old:
            changed[cell] = "added"
        elif old[cell] != digest:
            changed[cell] = "edited"
    return changed, len(old.keys() - new.keys())
