"""Markdown, with mathematics, to HTML that is safe to show on the portal.

CommonMark with tables and strikethrough (markdown-it-py), ``$…$`` as MathML made on the server
(latex2mathml), everything sanitised by nh3. No script, no style, no image from another host.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

MATH_TAGS = {
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mspace",
    "msup",
    "msub",
    "msubsup",
    "mfrac",
    "msqrt",
    "mroot",
    "munder",
    "mover",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mpadded",
    "mphantom",
    "menclose",
    "mfenced",
    "mstyle",
    "mmultiscripts",
    "mprescripts",
}
MATH_ATTRIBUTES = {"display", "mathvariant", "stretchy", "fence", "form", "separator", "lspace"}
MATH_ATTRIBUTES |= {
    "rspace",
    "accent",
    "columnalign",
    "rowspacing",
    "columnspacing",
    "width",
    "height",
}
MATH_ATTRIBUTES |= {"depth", "minsize", "maxsize", "movablelimits", "linethickness", "notation"}
TAGS = (nh3.ALLOWED_TAGS | MATH_TAGS | {"section", "figure", "figcaption", "audio", "source"}) - {
    "article",
    "header",
    "footer",
    "nav",
    "aside",
}
SAFE_DATA = re.compile(r"^data:(image/(png|jpeg|gif|webp|svg\+xml)|audio/(wav|x-wav|mpeg|ogg));")
_EMPTY_HEADER = re.compile(r"<th(?: [^>]*)?>\s*</th>")
_TABLE = re.compile(r"<table(?=[\s>])")
# Of a short remark under something: no heading, picture, sound or table.
REMARK_TAGS = MATH_TAGS | {"p", "br", "em", "strong", "del", "code", "pre", "ul", "ol", "li", "a"}
REMARK_TAGS |= {"blockquote"}
PICTURES = 18 * 2**20  # characters of pictures put into one page: some 13 MB of them
CLASSES = {tag: {"hl"} for tag in ("div", "pre")}


class Room:
    """Characters of pictures that may yet be put into a page; a picture counts each time it stands there."""

    def __init__(self, left: int = PICTURES) -> None:
        self.left = left

    def take(self, size: int) -> bool:
        """Whether there was room for so much; if so it is taken."""
        fits = size <= self.left
        if fits:
            self.left -= size
        return fits


def _attributes() -> dict[str, set[str]]:
    found = {
        tag: set(names) - {"style", "align", "bgcolor"}
        for tag, names in nh3.ALLOWED_ATTRIBUTES.items()
    }
    found |= {tag: set(MATH_ATTRIBUTES) for tag in MATH_TAGS}
    found["audio"] = {"src", "controls"}
    found["source"] = {"src", "type"}
    found["img"] = {"src", "alt", "width", "height", "title"}
    for tag in ("td", "th"):
        found[tag] = {"colspan", "rowspan", "scope"}
    return found


def _filter(tag: str, name: str, value: str) -> str | None:
    """Media come along in the document (``data:``) or not at all; links stay web links."""
    if name == "src":
        return value if SAFE_DATA.match(value) else None
    if name == "href" and value.lower().startswith("data:"):
        return None
    return value


@cache
def _cleaner(*, remark: bool = False) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=REMARK_TAGS if remark else TAGS,
        attributes=_attributes(),
        attribute_filter=_filter,
        url_schemes={"http", "https", "mailto", "data"},
        clean_content_tags={"script", "style", "template", "iframe", "object"},
        link_rel="noopener noreferrer nofollow",
    )


def sanitise(text: str, *, remark: bool = False) -> SafeString:
    """HTML of a stranger, made safe for the portal.

    Tables and formulas scroll by themselves on a narrow page, so the keyboard must reach them
    (WCAG 2.1.1).
    """
    clean = _cleaner(remark=remark).clean(text)
    # In sanitised HTML a `<table` is always a tag: text has `&lt;`.
    clean = _EMPTY_HEADER.sub("<td></td>", clean)
    clean = clean.replace('<math display="block"', '<math tabindex="0" display="block"')
    return mark_safe(_TABLE.sub('<table tabindex="0"', clean))  # noqa: S308


def _math(text: str, options: Mapping[str, Any]) -> str:
    """TeX as MathML; what the converter does not know stays readable as code."""
    try:
        return convert(text, display="block" if options.get("display_mode") else "inline")
    except Exception:  # noqa: BLE001  (the converter's errors are many and undocumented)
        return f"<code>{html.escape(text)}</code>"


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False})
    parser.enable(["table", "strikethrough"])
    dollarmath_plugin(parser, allow_space=False, allow_digits=False, renderer=_math)
    return parser


def render_markdown(
    text: str,
    *,
    attachments: Mapping[str, Mapping[str, str]] | None = None,
    room: Room | None = None,
) -> SafeString:
    """Markdown as safe HTML; ``attachments`` are a notebook cell's (name -> mimetype -> base64).

    ``room`` is what a page of several cells has left for pictures. Those without a place in it are left out:
    their alternative text stands.
    """
    room = room or Room()
    for name, bundle in (attachments or {}).items():
        for mimetype, data in bundle.items() if isinstance(bundle, dict) else ():
            body = "".join(map(str, data)) if isinstance(data, list) else str(data)
            address = f"data:{mimetype};base64,{body.strip()}"
            times = min(text.count(f"attachment:{name}"), room.left // len(address))
            if times and room.take(times * len(address)):
                text = text.replace(f"attachment:{name}", address, times)
    return sanitise(_parser().render(text))


def render_remark(text: str) -> SafeString:
    """Markdown of a comment as safe HTML: paragraphs, lists, emphasis, links, code and formulas alone."""
    return sanitise(_parser().render(text), remark=True)
