"""Notebooks as one page of HTML that stands alone: no script, no other file, good on paper.

The PDF is made of the same page. One way only: what the page does not show (metadata, widgets, hidden parts
of long outputs) is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from candyce.lib.markdown import Room
from candyce.lib.notebook_html import render_notebook

STYLE = Path(__file__).with_name("notebook_page.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Cover:
    """What the first page says. ``facts``: ``(word, text)``; ``language`` of the content."""

    title: str
    language: str
    kind: str = ""
    abstract: str = ""
    facts: Sequence[tuple[str, str]] = field(default_factory=tuple)
    address: str = ""


def make_page(
    cover: Cover, documents: Sequence[tuple[str, dict[str, Any]]], room: Room | None = None
) -> str:
    """The page of notebooks given as ``(path, notebook)``; ``room``: what is left of it for pictures."""
    room = room or Room()
    several = len(documents) > 1
    sections = format_html_join(
        "\n",
        '<section class="document" id="d{}" aria-label="{}">{}{}</section>',
        (
            (
                number,
                path,
                format_html('<p class="name">{}</p>', path) if several else "",
                render_notebook(notebook, room),
            )
            for number, (path, notebook) in enumerate(documents)
        ),
    )
    return str(
        format_html(
            '<!doctype html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            "<title>{}</title>\n{}\n<style>\n{}</style>\n</head>\n<body>\n{}\n<main>\n{}\n</main>\n{}"
            "</body>\n</html>\n",
            cover.language,
            cover.title,
            _make_author(cover),
            mark_safe(STYLE),  # noqa: S308  (our own)
            _make_cover(cover, [path for path, _notebook in documents] if several else []),
            sections,
            _make_end(cover),
        )
    )


def _make_author(cover: Cover) -> SafeString:
    authors = dict(cover.facts).get(_("Authors"), "")
    return format_html('<meta name="author" content="{}">', authors) if authors else SafeString("")


def _make_cover(cover: Cover, paths: list[str]) -> SafeString:
    facts = format_html_join("", "<dt>{}</dt><dd>{}</dd>", cover.facts)
    contents = format_html_join(
        "", '<li><a href="#d{}">{}</a></li>', ((number, path) for number, path in enumerate(paths))
    )
    return format_html(
        '<header class="cover">{}<h1>{}</h1>{}{}{}</header>',
        format_html('<p class="kind">{}</p>', cover.kind) if cover.kind else "",
        cover.title,
        format_html('<p class="abstract">{}</p>', cover.abstract) if cover.abstract else "",
        format_html("<dl>{}</dl>", facts) if cover.facts else "",
        format_html('<ol class="contents">{}</ol>', contents) if paths else "",
    )


def _make_end(cover: Cover) -> SafeString:
    if not cover.address:
        return SafeString("")
    return format_html(
        '<footer class="end"><p>{} <a href="{}">{}</a></p></footer>\n',
        _("To run it and change it:"),
        cover.address,
        cover.address,
    )
