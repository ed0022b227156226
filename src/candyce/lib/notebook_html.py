"""A notebook as HTML that needs no JavaScript: Markdown, highlighted code, stored outputs.

Outputs come from strangers: HTML is sanitised, SVG is shown as an image (where it can run nothing), JavaScript
and widgets are named and left out. Lengths are bounded, so that a 20 MB output does not make a 20 MB page.
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache, lru_cache
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from candyce.lib.markdown import Room, render_markdown, sanitise

TEXT_LIMIT = 20_000  # characters of one text output
IMAGE_LIMIT = 2_000_000  # characters of one base64 image
CELL_LIMIT = 1000  # cells of a page
REMEMBERED = 20_000  # characters of a cell (as JSON) whose HTML is kept for the next look
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
IMAGES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")


def _text(value: Any) -> str:
    """A multiline string of nbformat: a list of lines or one string."""
    return "".join(str(part) for part in value) if isinstance(value, list) else str(value or "")


@cache
def _python() -> tuple[PythonLexer, HtmlFormatter[str]]:
    return PythonLexer(), HtmlFormatter(nowrap=True)


def render_code(source: str) -> SafeString:
    """Python code with Pygments' classes."""
    lexer, formatter = _python()
    code = mark_safe(highlight(source, lexer, formatter))  # noqa: S308  (Pygments escapes)
    return format_html('<pre class="hl source" tabindex="0"><code>{}</code></pre>', code)


def _pre(text: str, kind: str = "") -> SafeString:
    text = ANSI.sub("", text)
    if len(text) > TEXT_LIMIT:
        text = text[:TEXT_LIMIT] + "\n… " + _("(the rest is in the notebook)")
    return format_html('<pre class="{}" tabindex="0">{}</pre>', kind, text)


def _image(mimetype: str, value: str, description: str) -> SafeString:
    data = value.strip()
    if mimetype == "image/svg+xml":
        data = base64.b64encode(value.encode()).decode()
    if len(data) > IMAGE_LIMIT or not re.fullmatch(r"[A-Za-z0-9+/=\s]*", data):
        return format_html("<p>{}</p>", _("(image too large to be shown here)"))
    return format_html('<img src="data:{};base64,{}" alt="{}">', mimetype, data, description)


def _bundle(data: dict[str, Any]) -> SafeString:
    """The richest safe form of a display's data, in Jupyter's order of preference."""
    description = _text(data.get("text/plain"))[:200]
    if description.startswith("<") or not description:
        description = _("Figure made by the code above")
    for mimetype in IMAGES:
        if mimetype in data:
            return _image(mimetype, _text(data[mimetype]), description)
    if "text/html" in data:
        return sanitise(_text(data["text/html"])[: 50 * TEXT_LIMIT])
    if "text/markdown" in data:
        return render_markdown(_text(data["text/markdown"])[:TEXT_LIMIT])
    if "text/latex" in data:
        return render_markdown(_text(data["text/latex"])[:TEXT_LIMIT])
    if "text/plain" in data:
        return _pre(_text(data["text/plain"]))
    return format_html("<p>{}</p>", _("(output that only the editor can show)"))


def _output(output: dict[str, Any]) -> SafeString:
    kind = output.get("output_type")
    if kind == "stream":
        return _pre(_text(output.get("text")), "stderr" if output.get("name") == "stderr" else "")
    if kind == "error":
        return _pre("\n".join(str(line) for line in output.get("traceback") or []), "traceback")
    data = output.get("data")
    return _bundle(data) if isinstance(data, dict) else SafeString("")


def render_cell(cell: dict[str, Any], room: Room | None = None) -> SafeString:
    """One cell (nbformat 4) as a safe fragment of HTML; ``room``: the page's, for attached pictures."""
    source = _text(cell.get("source"))
    if cell.get("cell_type") == "markdown":
        attachments = cell.get("attachments")
        safe = attachments if isinstance(attachments, dict) else None
        prose = render_markdown(source, attachments=safe, room=room)
        return format_html('<div class="prose">{}</div>', prose)
    if cell.get("cell_type") != "code":
        return _pre(source)
    outputs = [_output(output) for output in cell.get("outputs") or [] if isinstance(output, dict)]
    body = format_html_join("", "{}", ((part,) for part in outputs))
    shown = format_html('<div class="outputs">{}</div>', body) if outputs else SafeString("")
    return format_html('<div class="cell-code">{}{}</div>', render_code(source), shown)


def render_again(cell: str, language: str | None, room: Room) -> SafeString:
    """A cell (nbformat 4, as JSON) of a page that is made again and again, in the active ``language``.

    What is small is kept for the next time, with little room for pictures; the rest shares the page's ``room``.
    """
    if len(cell) < REMEMBERED:
        return _render_small(cell, language)
    return render_cell(json.loads(cell), room)


@lru_cache(maxsize=1024)
def _render_small(cell: str, _language: str | None) -> SafeString:
    return render_cell(json.loads(cell), Room(10 * REMEMBERED))


def render_notebook(notebook: dict[str, Any], room: Room | None = None) -> SafeString:
    """A notebook (nbformat 4, as parsed JSON) as a safe fragment of HTML."""
    room = room or Room()
    cells = [cell for cell in notebook.get("cells") or [] if isinstance(cell, dict)]
    parts = [render_cell(cell, room) for cell in cells[:CELL_LIMIT]]
    body = format_html_join("\n", "{}", ((part,) for part in parts))
    return format_html('<div class="notebook">{}</div>', body)
