"""DOIs, as they are typed, kept, shown and cited."""

from __future__ import annotations

import re

LONGEST = 200  # characters that are kept
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[-._;()/:,A-Za-z0-9<>\[\]+]+")
_ADDRESS = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.IGNORECASE)


def clean_doi(text: str) -> str:
    """The bare DOI of ``https://doi.org/10.…``, ``doi:10.…`` or itself; empty for what is none."""
    text = _ADDRESS.sub("", text.strip())
    return text if len(text) <= LONGEST and _DOI.fullmatch(text) else ""
