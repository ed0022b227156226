"""A cell in few lines: the text around the last edit, the last output in short. Plain text throughout."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pycrdt import Array, Map

LINES = 9
BEFORE = 6  # lines shown before the line of the last edit
LINE = 160  # characters of one line
OUTPUT_LINES = 3
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a text; ``line`` (from 0, in ``lines``) is that of the last edit."""

    lines: tuple[str, ...]
    line: int
    first: int  # number of the first line shown, from 1
    total: int


@dataclass(frozen=True, slots=True)
class Output:
    """``kind`` is ``error``, ``text``, ``image`` or ``other``; ``text`` is short, empty for an image."""

    kind: str
    text: str


def get_excerpt(source: str, position: int) -> Excerpt:
    """The lines around a position, which counts bytes of UTF-8 as pycrdt does."""
    lines = source.split("\n")
    before = source.encode("utf-8", "replace")[: max(position, 0)]
    line = min(before.count(b"\n"), len(lines) - 1)
    start = max(0, min(line - BEFORE, len(lines) - LINES))
    shown = tuple(_cut(one) for one in lines[start : start + LINES])
    return Excerpt(shown, line - start, start + 1, len(lines))


def _cut(line: str) -> str:
    line = line.rstrip()
    return line if len(line) <= LINE else line[: LINE - 1] + "…"


def get_output(outputs: Array) -> Output | None:
    """The last output that says something; an error wherever it stands."""
    count = len(outputs)
    last = None
    for index in range(count - 1, max(-1, count - 12), -1):
        found = _summarise(outputs[index])
        if found is not None and found.kind == "error":
            return found
        last = last or found
    return last


def _summarise(output: Any) -> Output | None:
    kind = output.get("output_type") if isinstance(output, (Map, dict)) else None
    if kind == "error":
        name, value = str(output.get("ename") or ""), str(output.get("evalue") or "")
        return Output("error", _cut(": ".join(part for part in (name, value) if part)))
    if kind == "stream":
        text = _last_lines(_join(output.get("text", "")))
        return Output("text", text) if text else None
    data = output.get("data") if kind else None
    if not isinstance(data, (Map, dict)):
        return None
    if any(str(mime).startswith("image/") for mime in data.keys()):  # noqa: SIM118 a pycrdt map iterates otherwise
        return Output("image", "")
    text = _last_lines(_join(data.get("text/plain", "")))
    return Output("text", text) if text else Output("other", "")


def _join(text: Any) -> str:
    if isinstance(text, (Array, list, tuple)):
        return "".join(str(part) for part in text)
    return str(text)


def _last_lines(text: str) -> str:
    lines: Iterable[str] = _ESCAPES.sub("", text[-4000:]).replace("\r", "\n").split("\n")
    kept = [_cut(line) for line in lines if line.strip()]
    return "\n".join(kept[-OUTPUT_LINES:])
