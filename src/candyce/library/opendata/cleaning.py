"""Text that XML can carry, whatever people typed."""

from __future__ import annotations

import re
from collections.abc import Iterable

# XML 1.0 section 2.2: all that is not a Char.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(value: object) -> str:
    """The text without control characters and halves of surrogate pairs, trimmed."""
    return _FORBIDDEN.sub("", str(value)).strip()


def clean_all(values: Iterable[object]) -> list[str]:
    """Of each that says something."""
    return [text for text in map(clean, values) if text]
