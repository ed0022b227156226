"""Numbers as pupils write them: decimal comma or point, spaces between thousands, powers of ten, a unit."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

LENGTH_LIMIT = 120  # characters of an answer
EXPONENT_LIMIT = 400

_MINUS = str.maketrans({"−": "-", "–": "-", "‒": "-", "﹣": "-", "－": "-", "＋": "+"})
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_TIMES = r"(?:×|\*|·|⋅|x|X|\\times)"
_NUMBER = re.compile(
    r"(?:[a-zA-Z]{1,10}\s?(?:=|≈)\s?)?"  # g = 9,81
    r"(?:=|≈)?\s?"
    r"(?P<sign>[-+]?)\s?"
    r"(?P<digits>\d[\d.,'\s]*|[.,]\d+)"
    rf"(?:[eE](?P<e>[-+]?\d{{1,4}})(?!\d)|\s?{_TIMES}\s?10\s?(?:\^|\*\*)\s?[{{(]?\s?(?P<p>[-+]?\s?\d{{1,4}})\s?[}})]?"
    rf"|\s?{_TIMES}\s?10(?P<s>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]{{1,5}}))?"
    r"(?P<unit>.*)\Z",
    re.DOTALL,
)
_POWER = re.compile(
    r"(?P<sign>[-+]?)\s?10(?:\^\s?[{(]?\s?(?P<p>[-+]?\d{1,4})\s?[)}]?|(?P<s>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]{1,5}))(?P<unit>.*)\Z",
    re.DOTALL,
)


@dataclass(frozen=True)
class Number:
    """A number exactly as written, and the unit behind it as written ("" without one)."""

    value: Fraction
    unit: str


def parse_number(text: str) -> Number | None:
    """The number in an answer; None where the text is not one number with perhaps a unit."""
    text = " ".join(text.replace("$", " ").replace("{,}", ",").split())
    if not text or len(text) > LENGTH_LIMIT:
        return None
    text = text.translate(_MINUS)
    power = _POWER.match(text)
    if power:
        exponent = _read_exponent(power["p"] or power["s"])
        return _make("1", power["sign"], exponent, power["unit"])
    match = _NUMBER.match(text)
    if match is None:
        return None
    digits, unit = _split_digits(match["digits"], match["unit"])
    if digits is None:
        return None
    exponent = _read_exponent(match["e"] or match["p"] or match["s"] or "0")
    return _make(digits, match["sign"], exponent, unit)


def _read_exponent(text: str) -> int | None:
    text = text.translate(_SUPERSCRIPTS).replace(" ", "")
    return int(text) if re.fullmatch(r"[-+]?[0-9]{1,5}", text) else None


def _make(digits: str, sign: str, exponent: int | None, unit: str) -> Number | None:
    unit = unit.strip().rstrip(".;,! ")
    # A second number, or words, behind the first: not an answer that says one thing.
    if exponent is None or abs(exponent) > EXPONENT_LIMIT or not _looks_like_unit(unit):
        return None
    value = Fraction(Decimal(digits)) * Fraction(10) ** exponent
    return Number(-value if sign == "-" else value, unit)


_NO_UNIT = re.compile(
    r"[\d+\-=<>,;{]|[eE][-+]?\d|.*(?:\s|[=<>])\d|.*\b(?:ou|or|et|and|à|to)\b", re.IGNORECASE
)


def _looks_like_unit(unit: str) -> bool:
    return len(unit) <= 40 and _NO_UNIT.match(unit) is None


def _split_digits(text: str, unit: str) -> tuple[str | None, str]:
    """The digits as Python writes them, or None; what was taken too much goes back to the unit."""
    text = text.rstrip()
    end = text.rstrip(".,' ")
    unit = f"{text[len(end) :]}{unit}" if end != text else unit
    text = end.replace("'", " ")
    parts = text.split(" ")
    if len(parts) > 1:
        # Spaces stand between groups of three before the decimal mark, as is written in French.
        whole = re.split(r"[.,]", parts[-1])[0]
        groups = [*parts[1:-1], whole]
        if len(parts[0]) > 3 or not parts[0].isdigit() or any(not _is_group(g) for g in groups):
            return None, unit
    text = "".join(parts)
    marks = [char for char in text if char in ".,"]
    if len(marks) <= 1:
        plain = text.replace(",", ".")
    elif marks[-1] not in marks[:-1]:
        # 1.234,5 and 1,234.5: the last mark is the decimal one.
        other = marks[0]
        if len(set(marks[:-1])) > 1:
            return None, unit
        plain = text.replace(other, "").replace(",", ".")
    else:
        return None, unit
    return (plain, unit) if re.fullmatch(r"[0-9]*\.?[0-9]+|[0-9]+\.", plain) else (None, unit)


def _is_group(text: str) -> bool:
    return len(text) == 3 and text.isdigit()


def read_fraction(value: Any) -> Fraction:
    """A tolerance of the metadata as an exact number, not below 0; what is none is 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return Fraction(0)
    number = parse_number(str(value))
    return max(number.value, Fraction(0)) if number else Fraction(0)


_DOTS = re.compile(r"\s*(?:\.|·|⋅|×|\*(?!\*))\s*|\s+")


def tidy_unit(unit: str) -> str:
    """One spelling for the ways of writing a unit: ``m s^-2``, ``m.s-2`` and ``m·s⁻²`` are the same."""
    unit = unit[:LENGTH_LIMIT].strip().strip("[]()$ ").replace("**", "^").replace("\\", "")
    unit = unit.translate(_MINUS)
    unit = unicodedata.normalize("NFKC", unit).translate(_MINUS)
    unit = unit.replace("^", "").replace("{", "").replace("}", "")
    unit = re.sub(r"\s*/\s*", "/", unit)
    return _DOTS.sub(".", unit.strip()).strip(".")
