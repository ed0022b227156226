"""How updates stand in a chunk: a table of columns, then the updates one after the other, compressed.

Columns compress better than rows: authors repeat, lengths and pauses are small numbers.
"""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LEVEL = 6


@dataclass(slots=True, frozen=True)
class LoggedUpdate:
    """One update of the log; ``author_id`` is None where the server itself wrote."""

    seq: int
    data: bytes
    author_id: uuid.UUID | None
    at: datetime


def compress(data: bytes) -> bytes:
    return zlib.compress(data, LEVEL)


def decompress(data: bytes | memoryview) -> bytes:
    return zlib.decompress(data)


def pack(updates: Sequence[LoggedUpdate]) -> bytes:
    """Updates with consecutive numbers, to be read back by :func:`unpack`."""
    authors: dict[uuid.UUID | None, int] = {}
    start = round(updates[0].at.timestamp() * 1000)
    who, pauses, before = [], [], start
    for one in updates:
        who.append(authors.setdefault(one.author_id, len(authors)))
        at = round(one.at.timestamp() * 1000)
        pauses.append(at - before)
        before = at
    table = {
        "start": start,
        "authors": [str(author) if author else None for author in authors],
        "who": who,
        "pauses": pauses,
        "lengths": [len(one.data) for one in updates],
    }
    header = json.dumps(table, separators=(",", ":")).encode()
    return compress(header + b"\n" + b"".join(one.data for one in updates))


def unpack(packed: bytes | memoryview, first_seq: int) -> list[LoggedUpdate]:
    """What :func:`pack` packed; times are exact to the millisecond."""
    header, _newline, rest = decompress(packed).partition(b"\n")
    return _read(header, rest, first_seq)


def _read(header: bytes, rest: bytes, first_seq: int) -> list[LoggedUpdate]:
    table = json.loads(header)
    authors = [uuid.UUID(author) if author else None for author in table["authors"]]
    found, place, at = [], 0, table["start"]
    columns = zip(table["who"], table["pauses"], table["lengths"], strict=True)
    for seq, (who, pause, length) in enumerate(columns, first_seq):
        at += pause
        moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at)
        found.append(LoggedUpdate(seq, rest[place : place + length], authors[who], moment))
        place += length
    return found


def unpack_table(packed: bytes | memoryview, first_seq: int) -> list[LoggedUpdate]:
    """As :func:`unpack`, without the data: only the table is decompressed."""
    stream = zlib.decompressobj()
    table = bytearray(stream.decompress(packed, 4096))
    while b"\n" not in table and not stream.eof:
        table += stream.decompress(stream.unconsumed_tail, 65_536)
    return _read(bytes(table.partition(b"\n")[0]), b"", first_seq)


def to_updates(
    rows: Iterable[tuple[int, bytes | memoryview, uuid.UUID | None, datetime]],
) -> list[LoggedUpdate]:
    """Rows ``(seq, data, author_id, at)`` of the log."""
    return [LoggedUpdate(seq, bytes(data), author, at) for seq, data, author, at in rows]
