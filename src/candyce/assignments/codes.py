"""Codes that a class types: six characters that no one confuses, read aloud or from the board.

No vowel (no word appears by accident), and neither of any pair that looks alike on a projector or in
handwriting: 0 O, 1 I L, 2 Z, 5 S, 8 B, 6 G, U V, Q.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "CDFHJKMNPRTVWXY34679"
LENGTH = 6


def make_code() -> str:
    """A code drawn at random from 64 million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalise(text: str) -> str:
    """What was meant: capitals, without the spaces and dashes people put in."""
    return re.sub(r"[\W_]", "", text).upper()[:32]


def is_code(text: str) -> bool:
    """Whether the (normalised) text could be a code at all."""
    return len(text) == LENGTH and set(text) <= set(ALPHABET)
