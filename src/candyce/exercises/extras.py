"""What ``metadata.candyce`` adds to an exercise cell, read with care: title, difficulty, hint, rubric."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from candyce.exercises.format import TITLE_LIMIT, Cell, get_candyce, to_points


def get_title(ours: dict[str, Any]) -> str:
    """One line, trimmed; "" where the author gave none."""
    title = ours.get("title")
    return " ".join(title.split())[:TITLE_LIMIT] if isinstance(title, str) else ""


def get_difficulty(ours: dict[str, Any]) -> int | None:
    value = ours.get("difficulty")
    return value if type(value) is int and value in {1, 2, 3} else None


def get_hint_cost(ours: dict[str, Any]) -> Decimal | None:
    """What the hint costs; None where there is none (a released hint has no text any more)."""
    hint = ours.get("hint")
    if not isinstance(hint, dict) or not ("cost" in hint or get_hint_text(ours)):
        return None
    return to_points(hint.get("cost", 0))


def get_hint_text(ours: dict[str, Any]) -> str:
    """The hint's Markdown, the author's secret until it is asked for."""
    hint = ours.get("hint")
    text = hint.get("text") if isinstance(hint, dict) else None
    return text if isinstance(text, str) and text.strip() else ""


def get_rubric(cell: Cell) -> list[dict[str, Any]]:
    """The criteria of a cell marked by hand: ``id`` and ``label`` (str), ``points`` (number); ids once each."""
    rubric = get_candyce(cell).get("rubric")
    found: dict[str, dict[str, Any]] = {}
    for entry in rubric if isinstance(rubric, list) else []:
        if not isinstance(entry, dict):
            continue
        name, label = entry.get("id"), entry.get("label")
        if isinstance(name, str) and name and isinstance(label, str):
            points = float(to_points(entry.get("points", 0)))
            found.setdefault(name, {"id": name, "label": label, "points": points})
    return list(found.values())
