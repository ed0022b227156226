"""Two moments side by side, as a page shows them: cells added, deleted, changed, with their lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candyce.collab.history.content import Content
from candyce.collab.notebook import join_text
from candyce.lib.notebook_diff import (
    Line,
    Row,
    TooDifferent,
    compare_notebooks,
    compare_texts,
    match_by_id,
)

LINES = 300  # shown of one cell that was added or deleted


@dataclass(slots=True)
class Block:
    """A cell that differs, or (``same``) a stretch of cells that do not.

    ``lines`` are signed as in :mod:`candyce.lib.notebook_diff`; ``settings`` is the metadata before and after.
    """

    kind: str
    title: str
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    settings: tuple[str, str] | None = None
    sources: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Comparison:
    """``rough`` where the contents were too large to be compared line by line."""

    blocks: list[Block]
    summary: str
    rough: bool = False


def compare(before: Content, after: Content) -> Comparison:
    """What differs; both contents are of one kind."""
    if isinstance(before, str) or isinstance(after, str):
        return _compare_texts(*(str(text).replace("\r\n", "\n") for text in (before, after)))
    rough = False
    try:
        rows = compare_notebooks(before, after)
    except TooDifferent:
        rows, rough = match_by_id(before, after), True
    blocks: list[Block] = []
    for kind, group in groupby(rows, key=lambda row: row["kind"]):
        if kind == "same":
            blocks.append(_same(list(group), after))
        else:
            blocks += [_block(row, before, after) for row in group]
    return Comparison(blocks, _summarise(rows), rough)


def _compare_texts(before: str, after: str) -> Comparison:
    if before == after:
        return Comparison([], "")
    try:
        lines = compare_texts(before, after)
    except TooDifferent:
        return Comparison([], _("The two are too different to be compared line by line."), True)
    counts = Counter(line[0] for line in lines)
    text = ngettext("%(count)s line added", "%(count)s lines added", counts["+"])
    gone = ngettext("%(count)s line deleted", "%(count)s lines deleted", counts["-"])
    summary = f"{text % {'count': counts['+']}}, {gone % {'count': counts['-']}}"
    return Comparison([Block("changed", _("Text"), lines)], summary)


def _summarise(rows: Sequence[Row]) -> str:
    counts = Counter(row["kind"] for row in rows)
    parts = []
    if counts["changed"]:
        text = ngettext("%(count)s cell changed", "%(count)s cells changed", counts["changed"])
        parts.append(text % {"count": counts["changed"]})
    if counts["added"]:
        text = ngettext("%(count)s cell added", "%(count)s cells added", counts["added"])
        parts.append(text % {"count": counts["added"]})
    if counts["removed"]:
        text = ngettext("%(count)s cell deleted", "%(count)s cells deleted", counts["removed"])
        parts.append(text % {"count": counts["removed"]})
    return ", ".join(parts)


def _same(rows: list[Row], after: dict[str, Any]) -> Block:
    text = ngettext("%(count)s cell unchanged", "%(count)s cells unchanged", len(rows))
    sources = [_source(after["cells"][row["b"]]) for row in rows]
    return Block("same", text % {"count": len(rows)}, sources=sources)


def _source(cell: dict[str, Any]) -> str:
    return join_text(cell.get("source", ""))


def _block(row: Row, before: dict[str, Any], after: dict[str, Any]) -> Block:
    old = before["cells"][row["a"]] if row["a"] is not None else None
    new = after["cells"][row["b"]] if row["b"] is not None else None
    place = (row["b"] if new is not None else row["a"]) + 1
    if old is None or new is None:
        return _whole(row["kind"], new or old or {}, place)
    block = Block("changed", _name_cell(new, place), row["lines"])
    parts = set(row["parts"])
    if old["cell_type"] != new["cell_type"]:
        block.notes.append(_("The cell changed its type."))
    if not row["lines"] and _source(old) != _source(new):  # too large for lines
        block.lines = [*_sign("-", old), *_sign("+", new)]
    if "outputs" in parts or old.get("outputs", []) != new.get("outputs", []):
        a, b = describe_outputs(old.get("outputs", [])), describe_outputs(new.get("outputs", []))
        block.notes.append(_("Result before: %(a)s. After: %(b)s.") % {"a": a, "b": b})
    elif "execution_count" in parts:
        block.notes.append(_("The cell was run again, with the same result."))
    if old.get("attachments") != new.get("attachments"):
        block.notes.append(_("The images in the text changed."))
    if old.get("metadata") != new.get("metadata"):
        block.settings = (_show(old.get("metadata")), _show(new.get("metadata")))
    return block


def _whole(kind: str, cell: dict[str, Any], place: int) -> Block:
    block = Block(kind, _name_cell(cell, place), _sign("+" if kind == "added" else "-", cell))
    if cell.get("outputs"):
        text = _("Result: %(what)s.") % {"what": describe_outputs(cell["outputs"])}
        block.notes.append(text)
    return block


def _sign(sign: str, cell: dict[str, Any]) -> list[Line]:
    lines = _source(cell).split("\n")
    shown: list[Line] = [[sign, [[text, False]]] for text in lines[:LINES]]
    return [*shown, ["…", len(lines) - LINES]] if len(lines) > LINES else shown


def _show(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)[:5000]


def _name_cell(cell: dict[str, Any], place: int) -> str:
    names = {
        "code": _("Code cell %(place)s"),
        "markdown": _("Text cell %(place)s"),
        "raw": _("Raw cell %(place)s"),
    }
    return names[cell["cell_type"]] % {"place": place}


def describe_outputs(outputs: Sequence[dict[str, Any]]) -> str:
    """Results in words: ``2 texts, 1 figure``."""
    counts = Counter(_get_output_kind(output) for output in outputs)
    if not counts:
        return _("nothing")
    words = {
        "text": ngettext("%(count)s text", "%(count)s texts", counts["text"]),
        "figure": ngettext("%(count)s figure", "%(count)s figures", counts["figure"]),
        "table": ngettext("%(count)s table", "%(count)s tables", counts["table"]),
        "error": ngettext("%(count)s error", "%(count)s errors", counts["error"]),
    }
    return ", ".join(
        words[kind] % {"count": counts[kind]} for kind in words if counts[kind]
    )  # in this order


def _get_output_kind(output: dict[str, Any]) -> str:
    if output.get("output_type") == "error":
        return "error"
    data = output.get("data") or {}
    if any(str(mime).startswith("image/") for mime in data):
        return "figure"
    return "table" if "text/html" in data else "text"
