"""What people type about a resource, made fit to be kept and shown: no control signs, bounded, one value a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Marks that turn the direction of what follows them: a title could be made to show another.
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_line(text: str) -> str:
    """One line of NFC text: control signs and direction marks gone, spaces single, trimmed."""
    return " ".join(_strip(text, keep="").split())


def clean_text(text: str) -> str:
    """As :func:`clean_line` for several lines: line ends stay, at most one empty line between two."""
    lines = [" ".join(line.split()) for line in _strip(text, keep="\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _strip(text: str, *, keep: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_clean_sign(sign, keep) for sign in text if sign not in _BIDI)


def _clean_sign(sign: str, keep: str) -> str:
    if sign in keep:
        return sign
    # Cc: control signs; Cs: lone surrogates, which no database takes; Zl, Zp: lines of another kind.
    return " " if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} else sign


def split_lines(text: str, *, commas: bool = False) -> list[str]:
    """The values typed one a line (or between commas and semicolons), each once, in order."""
    parts = re.split(r"[\n,;]" if commas else r"\n", clean_text(text))
    found: dict[str, str] = {}
    for part in parts:
        value = part.strip(" \t-•*") if not commas else part.strip()
        if value:
            found.setdefault(value.casefold(), value)
    return list(found.values())


def join_lines(values: Iterable[str]) -> str:
    return "\n".join(values)
