"""The notebook on the page of a resource: its contents, what stands first, and the rest folded away."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from candyce.exercises.format import get_cells, get_source, get_type
from candyce.lib.markdown import Room
from candyce.lib.notebook_html import CELL_LIMIT, render_cell
from candyce.projects.pictures import Frames

FIRST = 24  # cells that are shown at once
FEW = 8  # cells that are not worth folding
ENTRIES = 40  # of the contents
TEXT = 300_000  # characters of all cells: colouring and formulas take seconds a million
HEADING = re.compile(r"<h([1-6])(?=[\s>])[^>]*>(.*?)</h\1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Entry:
    """A heading of the notebook. ``depth``: 1 for those on top."""

    anchor: str
    text: str
    depth: int


@dataclass(frozen=True)
class Preview:
    """``tail``: what is folded, of ``folded`` cells; ``left_out``: cells that are too much for a page."""

    contents: list[Entry]
    head: SafeString
    tail: SafeString
    folded: int
    left_out: int


def make_preview(
    notebook: dict[str, Any], tree: Mapping[str, list] | None = None, path: str = ""
) -> Preview:
    """A notebook (nbformat 4, parsed) as safe HTML whose headings stand below the page's own.

    ``path``: where it is in ``tree``, whose pictures it shows; the tree is the one that the reader gets.
    """
    frames, room = Frames(tree or {}, path), Room()
    everything = get_cells(notebook)
    lengths = itertools.accumulate(len(get_source(cell)) for cell in everything[:CELL_LIMIT])
    cells = everything[: sum(length <= TEXT for length in lengths)]
    contents: list[Entry] = []
    parts = [_render(cell, contents, frames, room) for cell in cells]
    first = FIRST if len(parts) > FIRST + FEW else len(parts)
    return Preview(
        _sort(contents),
        _join(parts[:first]),
        _join(parts[first:]),
        len(parts) - first,
        len(everything) - len(cells),
    )


def _sort(found: list[Entry]) -> list[Entry]:
    """Two levels of headings, without the notebook's own title, which the page says already."""
    top = min((entry.depth for entry in found), default=1)
    if found and found[0].depth == top and sum(entry.depth == top for entry in found) == 1:
        found = found[1:]
        top = min((entry.depth for entry in found), default=1)
    entries = [Entry(one.anchor, one.text, one.depth - top + 1) for one in found]
    return [one for one in entries if one.depth <= 2][:ENTRIES]


def _join(parts: list[SafeString]) -> SafeString:
    return format_html_join("\n", "{}", ((part,) for part in parts))


def _render(cell: dict[str, Any], contents: list[Entry], frames: Frames, room: Room) -> SafeString:
    if get_type(cell) != "markdown":
        return render_cell(cell)
    html = frames.fill(render_cell({**cell, "source": frames.hold(get_source(cell))}, room))

    def place(found: re.Match[str]) -> str:
        depth, inner = int(found[1]), found[2]
        text = " ".join(unescape(TAG.sub("", inner)).split())[:120]
        anchor = f"part-{len(contents) + 1}"
        if not text:
            return found[0]
        contents.append(Entry(anchor, text, depth))
        level = min(depth + 2, 6)
        return format_html('<h{} id="{}">{}</h{}>', level, anchor, mark_safe(inner), level)  # noqa: S308

    # In sanitised HTML a `<h1` is always a tag: text has `&lt;`.
    return mark_safe(HEADING.sub(place, html))  # noqa: S308
