"""A strict reader of Yjs updates (encoding version 1), for bytes that come from anyone.

It runs before the CRDT library sees them: a native decoder that meets JSON nested 100,000 deep ends
the process, and one that meets a reference to the future keeps the update aside for ever. What
passes here decodes in bounded time and memory, refers only to what exists, and cannot nest deeper than
a notebook may. For a live text it notes what is more than plain text. Format: yjs ``src/utils/encoding.js`` and ``src/structs/``; lib0 ``encoding.writeAny``.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from math import isfinite
from struct import Struct

from candyce.collab import limits
from candyce.collab.protocol import ProtocolError, read_bytes, read_uint

CLIENT_MAX = 2**53
CLOCK_MAX = 2**31 - 1

_GC, _DELETED, _JSON, _BINARY, _STRING, _EMBED, _FORMAT, _TYPE, _ANY = range(9)
_HAS_ORIGIN, _HAS_RIGHT, _HAS_KEY = 0x80, 0x40, 0x20
# Array, map and text; a notebook has no XML, no weak links, no subdocuments.
_TYPES = frozenset({0, 1, 2})
# What a live text is made of; see Summary.odd.
_PLAIN = frozenset({_DELETED, _STRING})
_SOURCE = "source"
_SIMPLE_ANY = frozenset({127, 126, 121, 120})
# Numbers as JSON has them: neither NaN and infinity nor the integers of 64 bits (122), which JavaScript
# cannot write as JSON.
_FLOATS = {124: Struct(">f"), 123: Struct(">d")}


class InvalidUpdate(ProtocolError):
    """The update cannot be accepted; the text says why, for the log."""


@dataclass(slots=True)
class Summary:
    """What an update holds: ``ranges`` are new clocks, ``needs`` the clocks it builds upon.

    ``ranges``: ``{client: (first clock, next clock)}``; ``needs``: ``{client: highest next clock}``.
    ``odd``, only where it was read as ``plain``: ``(client, next clock)`` of each struct that is not
    plain text in the root ``source``.
    """

    ranges: dict[int, tuple[int, int]] = field(default_factory=dict)
    needs: dict[int, int] = field(default_factory=dict)
    deletes: bool = False
    plain: bool = False
    odd: list[tuple[int, int]] = field(default_factory=list)

    def is_plain(self, state: dict[int, int]) -> bool:
        """Nothing that is news to ``state`` is more than plain text."""
        return all(end <= state.get(client, 0) for client, end in self.odd)

    def is_known(self, state: dict[int, int]) -> bool:
        """Everything is in ``state`` already (only asked of updates without deletions)."""
        return all(end <= state.get(client, 0) for client, (_start, end) in self.ranges.items())

    def fits(self, state: dict[int, int]) -> bool:
        """Nothing is missing between ``state`` and this update."""
        for client, (start, _end) in self.ranges.items():
            if start > state.get(client, 0):
                return False
        for client, clock in self.needs.items():
            known = state.get(client, 0)
            if clock > known:
                own = self.ranges.get(client)
                if own is None or clock > own[1]:
                    return False
        return True

    def advance(self, state: dict[int, int]) -> None:
        """Bring ``state`` to what it is after this update."""
        for client, (_start, end) in self.ranges.items():
            if end > state.get(client, 0):
                state[client] = end


def read_update(data: bytes, *, plain: bool = False) -> Summary:
    """Check an update and say what it holds; raises :class:`InvalidUpdate`.

    ``plain``: note also what a live text may not hold (:attr:`Summary.odd`).
    """
    try:
        reader = _Reader(data, plain=plain)
        reader.read_structs()
        reader.read_deletes()
        reader.nesting.check()
    except InvalidUpdate:
        raise
    except (ProtocolError, RecursionError, IndexError) as error:
        raise InvalidUpdate(str(error)) from error
    if reader.at != len(data):
        raise InvalidUpdate("trailing bytes")
    return reader.summary


class _Nesting:
    """Where each struct of an update stands, to find shared types nested too deep in one another.

    A struct stands in the type that it names (``inside``) or beside another struct. References to
    structs outside the update end the walk: their depth is checked when the update is applied.
    """

    def __init__(self) -> None:
        self.starts: dict[int, list[int]] = {}
        self.links: dict[int, list[tuple[int, int, bool] | None]] = {}
        self.types: list[tuple[int, int]] = []

    def add(self, client: int, clock: int, link: tuple[int, int, bool] | None) -> None:
        self.starts.setdefault(client, []).append(clock)
        self.links.setdefault(client, []).append(link)

    def find(self, client: int, clock: int) -> tuple[int, int] | None:
        """The struct that holds the clock, as (client, position)."""
        starts = self.starts.get(client)
        index = bisect_right(starts, clock) - 1 if starts else -1
        return (client, index) if index >= 0 else None

    def check(self) -> None:
        depths: dict[tuple[int, int], int] = {}
        for client, clock in self.types:
            place = self.find(client, clock)
            trail: list[tuple[tuple[int, int], bool]] = []
            while place is not None and place not in depths:
                link = self.links[place[0]][place[1]]
                depths[place] = 0  # a circle ends here; the CRDT never integrates it
                trail.append((place, link is not None and link[2]))
                place = self.find(link[0], link[1]) if link else None
            depth = depths[place] if place is not None else 0
            for step, inside in reversed(trail):
                depth += inside
                depths[step] = depth
                if depth > limits.DEPTH:
                    raise InvalidUpdate("shared types nested too deep")


class _Reader:
    __slots__ = ("at", "data", "nesting", "structs", "summary")

    def __init__(self, data: bytes, *, plain: bool = False) -> None:
        self.data = data
        self.at = 0
        self.structs = 0
        self.summary = Summary(plain=plain)
        self.nesting = _Nesting()

    def uint(self) -> int:
        value, self.at = read_uint(self.data, self.at)
        return value

    def count(self) -> int:
        """A number of things that take a byte each at least."""
        value = self.uint()
        if value > len(self.data) - self.at:
            raise InvalidUpdate("more things than bytes")
        return value

    def tally(self, count: int) -> None:
        self.structs += count
        if self.structs > limits.STRUCTS:
            raise InvalidUpdate("too many structs")

    def string(self) -> str:
        raw, self.at = read_bytes(self.data, self.at)
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise InvalidUpdate("not UTF-8") from error

    def read_structs(self) -> None:
        for _ in range(self.count()):
            structs = self.count()
            self.tally(structs)
            client = self.uint()
            clock = start = self.uint()
            if client >= CLIENT_MAX or client in self.summary.ranges:
                raise InvalidUpdate("bad client")
            for _struct in range(structs):
                length = self.read_struct(client, clock)
                if length < 1:
                    raise InvalidUpdate("empty struct")
                clock += length
                if clock > CLOCK_MAX:
                    raise InvalidUpdate("clock out of range")
            self.summary.ranges[client] = (start, clock)

    def read_struct(self, client: int, clock: int) -> int:
        """Read one struct; gives the clocks it takes."""
        info = self.data[self.at]
        self.at += 1
        kind = info & 0x1F
        if kind == _GC:
            return self.uint()
        link: tuple[int, int, bool] | None = None
        odd = kind not in _PLAIN
        if info & _HAS_ORIGIN:
            link = (*self.reference(client, clock), False)
        if info & _HAS_RIGHT:
            right = self.reference(client, clock)
            link = link or (*right, False)
        if link is None:
            if self.uint() == 1:
                odd |= self.string() != _SOURCE
            else:
                link = (*self.reference(client, clock), True)
                odd = True
            if info & _HAS_KEY:
                self.string()
                odd = True
        self.nesting.add(client, clock, link)
        length = self.content(kind, (client, clock))
        if odd and self.summary.plain:
            self.summary.odd.append((client, clock + length))
        return length

    def reference(self, client: int, clock: int) -> tuple[int, int]:
        """Read an id that the struct builds upon."""
        other, at = self.uint(), self.uint()
        if other == client:
            if at >= clock:
                raise InvalidUpdate("refers to itself or later")
        elif at + 1 > self.summary.needs.get(other, 0):
            self.summary.needs[other] = at + 1
        if at >= CLOCK_MAX:
            raise InvalidUpdate("clock out of range")
        return other, at

    def content(self, kind: int, own: tuple[int, int]) -> int:
        if kind == _STRING:
            text = self.string()
            return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
        if kind == _DELETED:
            return self.uint()
        if kind == _ANY:
            count = self.count()
            for _ in range(count):
                self.any(0)
            return count
        if kind == _TYPE:
            if self.uint() not in _TYPES:
                raise InvalidUpdate("unknown shared type")
            self.nesting.types.append(own)
            return 1
        if kind == _FORMAT:
            self.string()
            self.json()
            return 1
        raise InvalidUpdate(f"content of kind {kind}")

    def json(self) -> None:
        # Formats are rare and small: a bold word. Their JSON is bounded instead of parsed.
        text = self.string()
        if len(text) > 1024 or text.count("[") + text.count("{") > limits.NESTING:
            raise InvalidUpdate("format too large")

    def any(self, depth: int) -> None:
        if depth > limits.NESTING:
            raise InvalidUpdate("value nested too deep")
        kind = self.data[self.at]
        self.at += 1
        if kind == 119:
            self.string()
        elif kind == 125:
            self.signed()
        elif kind in _SIMPLE_ANY:
            return
        elif kind in _FLOATS:
            self.float(_FLOATS[kind])
        elif kind == 118:
            for _ in range(self.count()):
                self.string()
                self.any(depth + 1)
        elif kind == 117:
            for _ in range(self.count()):
                self.any(depth + 1)
        else:
            raise InvalidUpdate(f"value of kind {kind}")

    def float(self, form: Struct) -> None:
        end = self.at + form.size
        if end > len(self.data):
            raise InvalidUpdate("shorter than it says")
        if not isfinite(form.unpack_from(self.data, self.at)[0]):
            raise InvalidUpdate("not a number of JSON")
        self.at = end

    def signed(self) -> None:
        for size in range(1, 10):
            byte = self.data[self.at]
            self.at += 1
            if byte < 128:
                return
            if size == 9:
                raise InvalidUpdate("number out of range")

    def read_deletes(self) -> None:
        for _ in range(self.count()):
            client = self.uint()
            ranges = self.count()
            self.tally(ranges)
            for _range in range(ranges):
                self.summary.deletes = True
                end = self.uint() + self.uint()
                if client >= CLIENT_MAX or end > CLOCK_MAX:
                    raise InvalidUpdate("deletes out of range")
                if end > self.summary.needs.get(client, 0):
                    self.summary.needs[client] = end
