"""Playing a document back: frames are moments a reader can follow, some edits or seconds apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from candyce.collab.history import content
from candyce.collab.history.content import Content
from candyce.collab.history.moments import Moment, list_moments, replay
from candyce.collab.models import KeptState, LiveDocument

STEP = timedelta(seconds=2)  # a pause in typing that ends a frame
EDITS = 25  # of one frame at most


def list_frames(document: LiveDocument) -> list[Moment]:
    """The frames of a document, in order; days that were thinned have one each."""
    moments = list_moments(document)
    first = moments[0].seq if moments else None
    kept = KeptState.objects.filter(document=document).order_by("seq")
    if first is not None:
        kept = kept.filter(seq__lt=first)
    frames = {
        one.seq: Moment(one.seq, None, one.at) for one in kept.defer("content")
    }  # a name and a day may be one moment
    return [*frames.values(), *_gather(moments)]


def _gather(moments: Sequence[Moment]) -> list[Moment]:
    frames: list[Moment] = []
    count = 0
    for number, one in enumerate(moments):
        count += 1
        after = moments[number + 1] if number + 1 < len(moments) else None
        ends = (
            after is None
            or after.author_id != one.author_id
            or abs(after.at - one.at) > STEP
            or count >= EDITS
        )
        if ends:
            frames.append(one)
            count = 0
    return frames


def read_frames(document: LiveDocument, frames: Sequence[Moment]) -> dict[int, Content]:
    """The content at each frame; one pass over the log for all of them."""
    wanted = [frame.seq for frame in frames]
    kept = KeptState.objects.filter(document=document, seq__in=wanted)
    found = {one.seq: content.unpack(one.content, document.path) for one in kept}
    rest = [seq for seq in wanted if seq not in found]
    for seq, doc in replay(document, rest):
        found[seq] = content.read(doc, document.path)
    return found
