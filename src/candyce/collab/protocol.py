"""The wire format of live documents: y-protocols' sync and awareness, and four messages of ours.

Framing is lib0's: every message starts with a variable-length unsigned integer, its type. See
https://github.com/yjs/y-protocols/blob/master/PROTOCOL.md and docs/decisions/live-documents.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

SYNC, AWARENESS = 0, 1
SAVED, STATUS, REJECTED, TOKEN = 64, 65, 66, 67
STEP1, STEP2, UPDATE = 0, 1, 2

SUBPROTOCOL = "candyce-collab"
EMPTY_UPDATE = b"\x00\x00"

CLOSE_POLICY = 1008
CLOSE_RESTART = 1012
CLOSE_LATER = 1013
CLOSE_TOKEN = 4401
CLOSE_FORBIDDEN = 4403
CLOSE_GONE = 4404
CLOSE_ENDED = 4408
CLOSE_TOO_BIG = 4413
CLOSE_NOT_TEXT = 4415
CLOSE_FULL = 4429


class ProtocolError(ValueError):
    """A message that is not well formed."""


@dataclass(slots=True, frozen=True)
class Step1:
    """What do you have that I lack? ``state`` is the asker's state vector."""

    state: dict[int, int]


@dataclass(slots=True, frozen=True)
class Update:
    """A Yjs update, spontaneous or as the answer to a step 1 (``answer``)."""

    data: bytes
    answer: bool


@dataclass(slots=True, frozen=True)
class Awareness:
    """Presence: ``{client id: (clock, state or None)}``."""

    states: dict[int, tuple[int, Any]]


@dataclass(slots=True, frozen=True)
class Token:
    text: str


Message = Step1 | Update | Awareness | Token


def read_uint(data: bytes, at: int) -> tuple[int, int]:
    """A lib0 ``varUint`` of at most 53 bits: its value and the position after it."""
    value = shift = 0
    while True:
        if at >= len(data) or shift > 49:
            raise ProtocolError("not a number")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def write_uint(value: int) -> bytes:
    if value < 128:
        return bytes((value,))
    out = bytearray()
    while value > 127:
        out.append(128 | (value & 127))
        value >>= 7
    out.append(value)
    return bytes(out)


def read_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    size, at = read_uint(data, at)
    if at + size > len(data):
        raise ProtocolError("shorter than it says")
    return data[at : at + size], at + size


def write_bytes(data: bytes) -> bytes:
    return write_uint(len(data)) + data


def read_text(data: bytes, at: int) -> tuple[str, int]:
    raw, at = read_bytes(data, at)
    try:
        return raw.decode(), at
    except UnicodeDecodeError as error:
        raise ProtocolError("not UTF-8") from error


def read_state(data: bytes) -> dict[int, int]:
    """A state vector: ``{client id: next clock}``."""
    count, at = read_uint(data, 0)
    if count * 2 > len(data):
        raise ProtocolError("not a state vector")
    state = {}
    for _ in range(count):
        client, at = read_uint(data, at)
        state[client], at = read_uint(data, at)
    if at != len(data):
        raise ProtocolError("trailing bytes")
    return state


def write_state(state: dict[int, int]) -> bytes:
    parts = [write_uint(len(state))]
    for client, clock in state.items():
        parts += (write_uint(client), write_uint(clock))
    return b"".join(parts)


def read_message(data: bytes, *, largest_presence: int = 2**20) -> Message | None:
    """Read a client's message; None for a type that is not known; raises :class:`ProtocolError`."""
    kind, at = read_uint(data, 0)
    if kind == SYNC:
        step, at = read_uint(data, at)
        payload, at = read_bytes(data, at)
        if at != len(data) or step > UPDATE:
            raise ProtocolError("not a sync message")
        return Step1(read_state(payload)) if step == STEP1 else Update(payload, step == STEP2)
    if kind == AWARENESS:
        payload, at = read_bytes(data, at)
        if at != len(data) or at > largest_presence:
            raise ProtocolError("not a presence message, or too large")
        return Awareness(_read_awareness(payload))
    if kind == TOKEN:
        text, at = read_text(data, at)
        return Token(text)
    return None


def _read_awareness(data: bytes) -> dict[int, tuple[int, Any]]:
    count, at = read_uint(data, 0)
    if count * 3 > len(data):
        raise ProtocolError("not an awareness update")
    states: dict[int, tuple[int, Any]] = {}
    for _ in range(count):
        client, at = read_uint(data, at)
        clock, at = read_uint(data, at)
        text, at = read_text(data, at)
        try:
            states[client] = (clock, json.loads(text))
        except (ValueError, RecursionError) as error:
            raise ProtocolError("not JSON") from error
    if at != len(data):
        raise ProtocolError("trailing bytes")
    return states


def sync_message(step: int, payload: bytes) -> bytes:
    return bytes((SYNC, step)) + write_bytes(payload)


def awareness_message(states: dict[int, tuple[int, Any]]) -> bytes:
    parts = [write_uint(len(states))]
    for client, (clock, state) in states.items():
        text = json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode()
        parts += (write_uint(client), write_uint(clock), write_bytes(text))
    return bytes((AWARENESS,)) + write_bytes(b"".join(parts))


def saved_message(count: int) -> bytes:
    return bytes((SAVED,)) + write_uint(count)


def rejected_message(ordinal: int) -> bytes:
    return bytes((REJECTED,)) + write_uint(ordinal)


def status_message(status: dict[str, Any]) -> bytes:
    text = json.dumps(status, separators=(",", ":"), ensure_ascii=False).encode()
    return bytes((STATUS,)) + write_bytes(text)


def token_message(token: str) -> bytes:
    return bytes((TOKEN,)) + write_bytes(token.encode())
