"""The picture of a resource: the most telling of what it shows, drawn small.

Which outputs are candidates is decided here; they are drawn by a program of its own (``draw``), as they are strangers'.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from candyce.exercises import format as notebooks

PROGRAM = Path(__file__).with_name("draw.py")
SECONDS = 60
PICTURES, TABLES, TEXTS = 8, 2, 2  # candidates of each kind
SVG_SIZE, IMAGE_SIZE, HTML_SIZE = 1_500_000, 4_000_000, 400_000  # characters
IMAGES = ("image/png", "image/jpeg", "image/webp", "image/gif")
LEADING = re.compile(r"^[\W\d_]+")  # numbers of sections, pencils, …
TAGS = re.compile(r"[#*_`$\[\]<>]+")


@dataclass(frozen=True)
class Picture:
    """``description``: in the notebook's own words, for who does not see it; "" where there are none."""

    data: bytes
    description: str
    mimetype: str = "image/webp"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Candidate:
    """``kind``: svg, image, table or text; ``data``: what ``draw`` takes for it; ``heading``: what it stands under."""

    kind: str
    data: Any
    heading: str


def make_picture(executed: Iterable[dict[str, Any]]) -> Picture | None:
    """The picture of the first of these notebooks (the same, executed here or as published) that shows something."""
    for notebook in executed:
        candidates = sort_candidates(find_candidates(notebook))
        if candidates and (picture := _draw(candidates)) is not None:
            return picture
    return None


def find_candidates(notebook: dict[str, Any]) -> Iterator[Candidate]:
    """All outputs that could be drawn, in the notebook's order; errors and what stands on stderr are none."""
    heading = ""
    for cell in notebooks.get_cells(notebook):
        if notebooks.get_type(cell) == "markdown":
            heading = _find_heading(notebooks.get_source(cell)) or heading
        elif notebooks.get_type(cell) == "code":
            for output in cell.get("outputs") or []:
                if isinstance(output, dict) and (found := _read(output)) is not None:
                    yield Candidate(*found, heading)


def _find_heading(source: str) -> str:
    lines = [line for line in source.split("\n") if line.startswith("#")]
    return LEADING.sub("", TAGS.sub("", lines[-1])).strip()[:200] if lines else ""


def _read(output: dict[str, Any]) -> tuple[str, Any] | None:
    """Kind and content of what can be drawn of an output."""
    if output.get("output_type") == "stream":
        text = "" if output.get("name") == "stderr" else _join(output.get("text"))
        return ("text", text[:4000]) if text.strip() else None
    data = output.get("data")
    if not isinstance(data, dict):
        return None
    for name in IMAGES:
        if name in data and len(value := _join(data[name])) <= IMAGE_SIZE:
            return "image", value
    if "image/svg+xml" in data and len(value := _join(data["image/svg+xml"])) <= SVG_SIZE:
        return "svg", value
    return _read_html(_join(data.get("text/html"))) or _read_text(_join(data.get("text/plain")))


def _read_html(html: str) -> tuple[str, Any] | None:
    if not html or len(html) > HTML_SIZE:
        return None
    if rows := read_table(html):
        return "table", rows
    svg = re.search(r"<svg\b.*?</svg>", html, re.DOTALL | re.IGNORECASE)
    return ("svg", svg[0]) if svg else None


def _read_text(text: str) -> tuple[str, Any] | None:
    return ("text", text[:4000]) if text.strip() and not text.startswith("<") else None


def _join(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


class _Table(HTMLParser):
    """The cells of the first table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.within = self.done = False

    def handle_starttag(self, tag: str, _attributes: Any) -> None:
        if tag == "tr" and not self.done:
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows and not self.done:
            self.rows[-1].append("")
            self.within = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.within = False
        elif tag == "table":
            self.done = True

    def handle_data(self, data: str) -> None:
        if self.within and not self.done and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def read_table(html: str) -> list[list[str]]:
    """At most eight rows of six cells of the first table; empty where it is no table worth showing."""
    if "<table" not in html.lower():
        return []
    reader = _Table()
    reader.feed(html)
    rows = [[" ".join(cell.split())[:80] for cell in row[:6]] for row in reader.rows if row][:8]
    return rows if len(rows) > 1 and max(len(row) for row in rows) > 1 else []


def sort_candidates(found: Iterable[Candidate]) -> list[Candidate]:
    """Pictures, then tables, then texts of more than a line; of many, the later ones, which sum up."""
    every = list(found)
    pictures = [one for one in every if one.kind in {"svg", "image"}]
    tables = [one for one in every if one.kind == "table"]
    texts = [one for one in every if one.kind == "text"]
    texts.sort(key=lambda one: -min(one.data.strip().count("\n"), 9))
    return [*_spread(pictures, PICTURES), *tables[:TABLES], *texts[:TEXTS]]


def _spread(found: list[Candidate], count: int) -> list[Candidate]:
    """At most so many, from all over the notebook."""
    if len(found) <= count:
        return found
    return [found[round(place * (len(found) - 1) / (count - 1))] for place in range(count)]


@cache
def find_font() -> str:
    """A font that comes with what is installed: servers need have none."""
    spec = find_spec("ziafont")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "fonts" / "DejaVuSans.ttf")


def _draw(candidates: list[Candidate]) -> Picture | None:
    asked = {
        "font": find_font(),
        "candidates": [{"kind": one.kind, "data": one.data} for one in candidates],
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PROGRAM)],
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env={},
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError):
        # It came to its bounds over one of them: what needs no drawing of a stranger's figure remains.
        plain = [one for one in candidates if one.kind in {"table", "text"}]
        return _draw(plain) if plain and len(plain) < len(candidates) else None
    if "webp" not in answer:
        return None
    heading = candidates[answer["index"]].heading
    return Picture(base64.b64decode(answer["webp"]), heading)
