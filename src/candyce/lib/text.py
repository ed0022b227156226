"""Text as people type it: folded for search, reduced to ASCII for names of accounts."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
MAX_ID = 2**63 - 1  # what a column of identifiers holds


def fold(text: str) -> str:
    """Lower case, no accents, ligatures opened, spaces single: ``"Œuvre  Élodie"`` -> ``"oeuvre elodie"``."""
    lowered = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    bare = "".join(char for char in lowered if not unicodedata.combining(char))
    return " ".join(bare.split())


def clean_spaces(text: str) -> str:
    """NFC, with every run of white space one plain space, trimmed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def read_number(text: str, most: int) -> int | None:
    """The number that digits of ASCII write, from 0 to ``most``; None for anything else, as "²" or ten thousand 9s."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if number <= most else None


def to_handle(text: str) -> str:
    """Letters, digits and inner hyphens of ASCII: ``"D'Artagnan de La Tour"`` -> ``"dartagnan-de-la-tour"``."""
    words = re.sub(r"['’.]", "", fold(text))
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")
