"""Instructions and appraisals: Markdown that people write, shown inside a page."""

from __future__ import annotations

import html
import re

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from candyce.lib.markdown import render_markdown

_NO_SOURCE = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
_HEADING = re.compile(r"(</?h)([1-6])(?=[\s>])")


def render_prose(text: str) -> SafeString:
    """Safe HTML whose headings start below the page's own (``#`` becomes ``h3``)."""
    body = _NO_SOURCE.sub("", render_markdown(text))
    # In sanitised HTML a `<h1` is always a tag: text has `&lt;`.
    moved = _HEADING.sub(lambda found: f"{found[1]}{min(int(found[2]) + 2, 6)}", body)
    return mark_safe(moved)  # noqa: S308


def get_plain(text: str) -> str:
    """The text alone, on one line (not marked safe: the template escapes it)."""
    return " ".join(html.unescape(strip_tags(render_markdown(text))).split())
