"""Change a shared text where it differs from the wanted one, in few and small places, in bounded time.

Lines that stand once in both texts, in the same order, stay ("patience diff"); between two of them the
common beginning and end stay, letter by letter. O(n log n), whatever the texts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from pycrdt import Text

Change = tuple[int, int, str]


def set_text(shared: Text, before: str, after: str) -> None:
    """Bring ``shared``, which says ``before``, to say ``after``."""
    changes = find_changes(before, after)
    # The CRDT's text is indexed in bytes of UTF-8. From the end, so that places before stay valid.
    places, at, size = [], 0, 0
    for start, end, _new in changes:
        size += len(before[at:start].encode())
        first = size
        size += len(before[start:end].encode())
        places.append((first, size))
        at = end
    for (first, last), (_start, _end, new) in zip(reversed(places), reversed(changes), strict=True):
        if last > first:
            del shared[first:last]
        if new:
            shared.insert(first, new)


def find_changes(before: str, after: str) -> list[Change]:
    """``(start, end, new)``: ``before[start:end]`` becomes ``new``; in rising order, all needed."""
    if before == after:
        return []
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    changes = []
    for old_from, old_to, new_from, new_to in _find_gaps(old, new):
        gap = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        if gap[0] != gap[1]:
            changes.append(_trim(starts[old_from], *gap))
    return changes


def _find_gaps(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """The stretches between the lines that stay: ``(old from, old to, new from, new to)``."""
    counted, wanted = Counter(old), Counter(new)
    places = {line: index for index, line in enumerate(old) if counted[line] == 1}
    pairs = [
        (places[line], index)
        for index, line in enumerate(new)
        if wanted[line] == 1 and line in places
    ]
    old_at = new_at = 0
    for old_index, new_index in [*_longest_rising(pairs), (len(old), len(new))]:
        yield old_at, old_index, new_at, new_index
        old_at, new_at = old_index + 1, new_index + 1


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that rises on both sides (it rises on the second already)."""
    tails: list[int] = []  # the smallest old place that ends a run of each length
    ends: list[int] = []  # and its position in `pairs`
    back: list[int | None] = []
    for position, (place, _index) in enumerate(pairs):
        length = bisect_left(tails, place)
        tails[length : length + 1] = [place]
        ends[length : length + 1] = [position]
        back.append(ends[length - 1] if length else None)
    result = []
    step = ends[-1] if ends else None
    while step is not None:
        result.append(pairs[step])
        step = back[step]
    return result[::-1]


def _trim(at: int, before: str, after: str) -> Change:
    """One change, without what both sides begin and end with."""
    most = min(len(before), len(after))
    start = 0
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return at + start, at + len(before) - end, after[start : len(after) - end]
