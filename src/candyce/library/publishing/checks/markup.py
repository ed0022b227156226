"""Images and links of a Markdown cell, HTML in it included, or of a result; what stands in code is not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

_FILE_NAME = re.compile(r"[\w .-]*\.(?:png|jpe?g|gif|svg|webp|bmp)", re.IGNORECASE)
_LENGTH = 500_000  # characters that are read
_EMPTY_WORDS = {"image", "img", "photo", "figure", "picture", "alt text", "texte alternatif"}


@dataclass
class Markup:
    """``images``: address and whether its text says something; ``links``: addresses."""

    images: list[tuple[str, bool]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def parse(source: str) -> Markup:
    found = Markup()
    reader = _Html(found)
    for token in _walk(_parser().parse(source[:_LENGTH])):
        if token.type == "image":
            found.images.append((str(token.attrGet("src") or ""), says_something(token.content)))
        elif token.type == "link_open":
            found.links.append(str(token.attrGet("href") or ""))
        elif token.type in {"html_inline", "html_block"}:
            reader.feed(token.content)
    return found


def parse_html(source: str) -> Markup:
    """Of HTML alone, as a result is."""
    found = Markup()
    _Html(found).feed(source[:_LENGTH])
    return found


def _walk(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or ())


def says_something(text: str) -> bool:
    """Whether an alternative text describes; a file's name does not."""
    text = text.strip()
    return bool(text) and text.lower() not in _EMPTY_WORDS and not _FILE_NAME.fullmatch(text)


class _Html(HTMLParser):
    def __init__(self, found: Markup) -> None:
        super().__init__()
        self.found = found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "img":
            # alt="" says that the image is an ornament: that is an answer too.
            alt = values.get("alt") if "alt" in values else None
            described = "alt" in values and (not alt or says_something(alt))
            self.found.images.append((values.get("src") or "", described))
        elif tag == "a" and values.get("href"):
            self.found.links.append(values["href"] or "")
