"""Marking closed questions: the pupil's Markdown beside the author's.

Nothing is run: both texts are read, and the author's holds the right answer. Numbers are compared as exact
fractions, so that a tolerance of 0.01 admits 9.82 for 9.81 whatever the base of the machine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from candyce.exercises import answers
from candyce.exercises.format import Cell, get_key, get_question, get_source
from candyce.exercises.numbers import parse_number, read_fraction, tidy_unit

# The item kinds that this module marks.
KINDS = ("choice", "choices", "number", "text_short", "matching")

RIGHT, WRONG, PARTIAL, BLANK = "right", "wrong", "partial", "blank"
UNREADABLE, UNIT_MISSING, UNIT_WRONG, NO_KEY = "unreadable", "unit_missing", "unit_wrong", "no_key"
SAID = (RIGHT, WRONG, PARTIAL, BLANK, UNREADABLE, UNIT_MISSING, UNIT_WRONG, NO_KEY)


@dataclass(frozen=True)
class Verdict:
    """``fraction`` of the points, 0 to 1; ``said``: one of :data:`SAID`; both answers as one line to read."""

    fraction: Decimal
    said: str
    expected: str
    given: str


def mark_closed(author_cell: Cell, pupil_cell: Cell | None) -> Verdict:
    """The verdict on a closed question; a missing cell is a blank answer.

    A ``file`` question, and a cell that is no closed question, says ``no_key``: it wants a hand.
    """
    question = get_question(author_cell)
    source, given = get_source(author_cell), get_source(pupil_cell)
    if not has_key(author_cell):
        return _judge(NO_KEY, "", get_given(author_cell, given))
    kind = question["kind"]
    if kind in {"choice", "choices"}:
        return _mark_choice(question, source, given)
    if kind == "matching":
        return _mark_matching(question, source, given)
    mark = _mark_number if kind == "number" else _mark_text
    return mark(author_cell, given)


def has_key(author_cell: Cell) -> bool:
    """Whether the author's version says which answer is right."""
    kind, source = get_question(author_cell).get("kind"), get_source(author_cell)
    if kind in {"choice", "choices"}:
        ticked = sum(tick.ticked for tick in answers.read_ticks(source))
        return ticked == 1 if kind == "choice" else ticked > 0
    if kind == "number":
        return parse_number(answers.read_line(source) or "") is not None
    if kind == "text":
        return bool(get_accepted(author_cell))
    if kind == "matching":
        pairs = answers.read_pairs(source)
        return bool(pairs) and all(pair.right for pair in pairs)
    return False


def get_given(author_cell: Cell, source: str) -> str:
    """The answer in a version of the closed question's text, as one line; "" where it is blank."""
    kind = get_question(author_cell).get("kind")
    if kind in {"choice", "choices"}:
        return _join(tick.text for tick in answers.read_ticks(source) if tick.ticked)
    if kind == "matching":
        return _join(f"{p.left} → {p.right}" for p in answers.read_pairs(source) if p.right)
    return answers.read_line(source, file=kind == "file") or ""


def get_accepted(author_cell: Cell) -> list[str]:
    """The short texts that are right: the author's own answer first."""
    listed = get_key(author_cell).get("accepted")
    found = [answers.read_line(get_source(author_cell)) or ""]
    if isinstance(listed, list):
        found += [answers.clean_text(text) for text in listed if isinstance(text, str)]
    return list(dict.fromkeys(text for text in found if text))


def _judge(said: str, expected: str, given: str, fraction: Fraction | int | None = None) -> Verdict:
    if fraction is None:
        fraction = 1 if said == RIGHT else 0
    part = Decimal(fraction.numerator) / Decimal(fraction.denominator)
    return Verdict(part, said, expected, given)


def _join(texts: Any) -> str:
    return " ; ".join(texts)


# --- choices ------------------------------------------------------------------------------------


def _mark_choice(question: dict[str, Any], source: str, given: str) -> Verdict:
    wanted, ticks = answers.read_ticks(source), answers.read_ticks(given)
    right = {i for i, tick in enumerate(wanted) if tick.ticked}
    places = _find_places([tick.text for tick in wanted], [tick.text for tick in ticks])
    chosen = [place for place, tick in zip(places, ticks, strict=True) if tick.ticked]
    expected = _join(tick.text for tick in wanted if tick.ticked)
    said = _join(tick.text for tick in ticks if tick.ticked)
    if not chosen:
        return _judge(BLANK, expected, said)
    hits = len(right & {place for place in chosen if place is not None})
    misses = len(chosen) - hits
    if misses == 0 and hits == len(right):
        return _judge(RIGHT, expected, said)
    if question["kind"] == "choices" and question.get("partial") is True and hits > misses:
        return _judge(PARTIAL, expected, said, Fraction(hits - misses, len(right)))
    return _judge(WRONG, expected, said)


def _find_places(wanted: Sequence[str], given: Sequence[str]) -> list[int | None]:
    """For each given text its place among the wanted ones, each used once; None for a text of the pupil's.

    Where nobody added or took away a line, a line whose words were changed keeps its place.
    """
    free: dict[str, list[int]] = {}
    for index, text in enumerate(wanted):
        free.setdefault(_fold_text(text), []).append(index)
    places: list[int | None] = []
    for text in given:
        same = free.get(_fold_text(text))
        places.append(same.pop(0) if same else None)
    if len(wanted) == len(given):
        taken = set(places)
        places = [
            index if place is None and index not in taken else place
            for index, place in enumerate(places)
        ]
    return places


# --- matching -----------------------------------------------------------------------------------


def _mark_matching(question: dict[str, Any], source: str, given: str) -> Verdict:
    wanted, pairs = answers.read_pairs(source), answers.read_pairs(given)
    places = _find_places([pair.left for pair in wanted], [pair.left for pair in pairs])
    found = {place: pair.right for place, pair in zip(places, pairs, strict=True) if pair.right}
    expected = _join(f"{pair.left} → {pair.right}" for pair in wanted)
    said = _join(f"{pair.left} → {pair.right}" for pair in pairs if pair.right)
    if not found:
        return _judge(BLANK, expected, said)
    hits = sum(
        _fold_text(found[i]) == _fold_text(pair.right)
        for i, pair in enumerate(wanted)
        if i in found
    )
    if hits == len(wanted):
        return _judge(RIGHT, expected, said)
    if question.get("partial") is True and hits:
        return _judge(PARTIAL, expected, said, Fraction(hits, len(wanted)))
    return _judge(WRONG, expected, said)


# --- numbers and short texts --------------------------------------------------------------------


def _mark_number(author_cell: Cell, source: str) -> Verdict:
    question, key = get_question(author_cell), get_key(author_cell)
    expected = answers.read_line(get_source(author_cell)) or ""
    given = answers.read_line(source) or ""
    if not given:
        return _judge(BLANK, expected, given)
    wanted, found = parse_number(expected), parse_number(given)
    if wanted is None or found is None:
        return _judge(UNREADABLE, expected, given)
    if abs(found.value - wanted.value) > get_margin(key, wanted.value):
        return _judge(WRONG, expected, given)
    if question.get("unit") is True:
        listed = key.get("units")
        units = (
            [unit for unit in listed if isinstance(unit, str)] if isinstance(listed, list) else []
        )
        allowed = {tidy_unit(unit) for unit in [wanted.unit, *units] if tidy_unit(unit)}
        if allowed and not tidy_unit(found.unit):
            return _judge(UNIT_MISSING, expected, given)
        if allowed and tidy_unit(found.unit) not in allowed:
            return _judge(UNIT_WRONG, expected, given)
    return _judge(RIGHT, expected, given)


def get_margin(key: dict[str, Any], value: Fraction) -> Fraction:
    """How far from ``value`` an answer may be: the larger of the tolerances given; 0 without any."""
    tolerance = key.get("tolerance")
    if not isinstance(tolerance, dict):
        return Fraction(0)
    absolute = read_fraction(tolerance.get("absolute"))
    relative = read_fraction(tolerance.get("relative"))
    return max(absolute, relative * abs(value))


def _mark_text(author_cell: Cell, source: str) -> Verdict:
    question = get_question(author_cell)
    accepted = get_accepted(author_cell)
    given = answers.read_line(source) or ""
    if not given:
        return _judge(BLANK, accepted[0], given)
    case, accents = question.get("case") is True, question.get("accents") is True
    wanted = {_fold_text(text, case=case, accents=accents) for text in accepted}
    said = RIGHT if _fold_text(given, case=case, accents=accents) in wanted else WRONG
    return _judge(said, accepted[0], given)


_QUOTES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-"})
_LETTERS = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss"})
_END = re.compile(r"[\s.!;,]{1,20}\Z")


def _fold_text(text: str, *, case: bool = True, accents: bool = True) -> str:
    """The text as it is compared: ``case`` and ``accents`` say whether these count."""
    text = unicodedata.normalize("NFC", text).translate(_QUOTES)
    text = " ".join(text.split())
    text = _END.sub("", text) or text
    if not accents:
        parts = unicodedata.normalize("NFD", text.translate(_LETTERS))
        text = "".join(char for char in parts if not unicodedata.combining(char))
    return text if case else text.casefold()
