"""What a check finds: a sentence, a place, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from candyce.library.models import Resource
from candyce.library.publishing.content import Place

BLOCK, CONFIRM, ADVICE = "block", "confirm", "advice"
# What holds even for a resource that only its authors see.
ALWAYS = frozenset({"no_notebook", "unreadable", "too_large"})


@dataclass(frozen=True)
class Finding:
    """``level``: ``block`` is to be mended first, ``confirm`` to be looked at by the author, ``advice`` to be known.

    ``number`` is the cell's, from 1; 0 for a whole file; ``path`` is empty for the whole project.
    """

    code: str
    level: str
    text: str
    mend: str = ""
    path: str = ""
    number: int = 0
    cell_id: str = ""

    @classmethod
    def at(cls, place: Place, code: str, level: str, text: str, mend: str = "") -> Finding:
        return cls(code, level, text, mend, place.path, place.number, place.cell_id)

    def blocks(self, visibility: str) -> bool:
        """Whether it keeps from publishing to these readers."""
        if self.level != BLOCK:
            return False
        return visibility != Resource.Visibility.ME or self.code in ALWAYS
