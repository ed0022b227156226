"""One-time passwords that a pupil can copy from a card: ``bamolu-ridova-472``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.contrib.auth.hashers import make_password

CONSONANTS = "bdfglmnrtv"
VOWELS = "aiou"


def make_one_time_password() -> str:
    """Six syllables and three digits: 42 bits, enough behind the throttle until the first sign-in."""
    word = [secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _syllable in range(6)]
    digits = "".join(secrets.choice("23456789") for _digit in range(3))
    return f"{''.join(word[:3])}-{''.join(word[3:])}-{digits}"


def hash_all(passwords: Sequence[str]) -> list[str]:
    """Hash a class's passwords on two cores (Argon2 lets go of the interpreter while it works)."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(make_password, passwords))
