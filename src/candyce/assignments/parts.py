"""Each member's part in a group's copy, as its history tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from candyce.accounts.models import User
from candyce.assignments.models import Copy
from candyce.collab.history.timeline import list_marks
from candyce.collab.models import LiveDocument

TOUCHED = ("added", "edited", "deleted", "moved")  # what one does to a cell besides running it


@dataclass
class Part:
    """``changes``: edits as they were stored. ``share``: per cent of the members' changes. ``seconds``: of writing."""

    pupil: User
    changes: int = 0
    cells: set[tuple[int, str]] = field(default_factory=set)
    seconds: float = 0
    last_at: datetime | None = None
    share: int = 0

    @property
    def minutes(self) -> int:
        return max(1, round(self.seconds / 60)) if self.changes else 0


def get_parts(copy: Copy) -> list[Part]:
    """A part for each member of the copy's group, by name; none for a copy of one pupil.

    Opening the copy is no work; what one wrote who is in the group no more counts for nobody.
    """
    if copy.group is None or len(copy.members) < 2:
        return []
    parts = {str(pupil.pk): Part(pupil) for pupil in copy.members}
    for document in LiveDocument.objects.filter(project=copy.project_id).defer("snapshot"):
        for mark in list_marks(document):
            part = parts.get(mark["by"] or "")
            touched = {cell for what in TOUCHED for cell in mark["did"].get(what, ())}
            if part is None or not (touched or any(mark["typed"])):
                continue
            part.changes += mark["count"]
            part.cells |= {(document.pk, cell) for cell in touched}
            part.seconds += (mark["end"] - mark["start"]) / 1000
            at = datetime.fromtimestamp(mark["end"] / 1000, UTC)
            part.last_at = max(at, part.last_at or at)
    total = sum(part.changes for part in parts.values())
    for part in parts.values():
        part.share = round(100 * part.changes / total) if total else 0
    return list(parts.values())
