"""Frames as a page plays them: who, when, the cells and which of them changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from candyce.accounts.models import User
from candyce.collab.history.frames import list_frames, read_frames
from candyce.collab.history.moments import Moment
from candyce.collab.history.show import Picture, draw, mark_changes
from candyce.collab.models import LiveDocument

MOST = 20  # frames of one answer


@dataclass(slots=True)
class Scene:
    """A frame, drawn. ``changed`` maps cells to ``added`` or ``edited``; ``gone`` counts deleted ones."""

    number: int
    frame: Moment
    person: User | None
    picture: Picture
    changed: dict[str, str]
    gone: int

    @property
    def cells(self) -> list[tuple[str, str, str, SafeString]]:
        """``(id, digest, what changed or "", html)`` in order."""
        html = self.picture.html
        return [
            (cell, digest, self.changed.get(cell, ""), html[digest])
            for cell, digest in self.picture.cells
        ]


def make_scenes(
    document: LiveDocument, frames: Sequence[Moment], start: int, count: int
) -> tuple[Picture | None, list[Scene]]:
    """The picture before frame ``start``, and ``count`` scenes from there on."""
    first = max(start - 1, 0)
    wanted = frames[first : start + min(count, MOST)]
    contents = read_frames(document, wanted)
    people = User.objects.in_bulk({frame.author_id for frame in wanted if frame.author_id})
    before: Picture | None = None
    opening: Picture | None = None
    scenes: list[Scene] = []
    for number, frame in enumerate(wanted, first):
        if frame.seq not in contents:
            continue
        picture = draw(contents[frame.seq], document.path)
        if number < start:
            opening = before = picture
            continue
        person = people.get(frame.author_id) if frame.author_id else None
        scenes.append(Scene(number, frame, person, picture, *mark_changes(before, picture)))
        before = picture
    return opening, scenes


def find_frame(document: LiveDocument, seq: int) -> int:
    """The number of the frame that shows update ``seq``."""
    frames = list_frames(document)
    return next((n for n, frame in enumerate(frames) if frame.seq >= seq), max(len(frames) - 1, 0))
