"""What processes tell each other through Redis.

A message is a seal, one byte that says its kind, the sender and a body. The seal is a keyed hash over all
of it and the channel: who can write into the Redis, but does not hold the secret, is not believed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Any, NamedTuple

from django.conf import settings

from candyce.collab.protocol import read_uint, write_uint
from candyce.collab.watching import Watch

# About a document, in its channel
UPDATE, PRESENCE, HELLO, HERE, BYE, GROWN, GONE = range(1, 8)
# About processes and rights, in the channel of all
BEAT, QUIT, ACCESS, PEOPLE, WATCH, CONNECTED = range(32, 38)

_SEAL, _SENDER = 16, 8
IDS_AT_ONCE = 1000


class Message(NamedTuple):
    kind: int
    sender: bytes
    body: bytes


@lru_cache(maxsize=4)
def _get_key(secret: str) -> bytes:
    return blake2b(secret.encode(), digest_size=32, person=b"candyce-relay").digest()


def get_prefix() -> str:
    """Channels of this installation; another one with another secret may use the same Redis."""
    return f"candyce:{blake2b(_get_key(settings.SECRET_KEY), digest_size=6).hexdigest()}:"


def get_channel(document_id: int | None = None) -> str:
    """The channel of a document, or the one of all."""
    return get_prefix() + ("all" if document_id is None else str(document_id))


def _make_seal(channel: str, rest: bytes) -> bytes:
    key = _get_key(settings.SECRET_KEY)
    return blake2b(channel.encode() + b"\x00" + rest, digest_size=_SEAL, key=key).digest()


def write_message(channel: str, kind: int, sender: bytes, body: bytes = b"") -> bytes:
    rest = bytes((kind,)) + sender + body
    return _make_seal(channel, rest) + rest


def read_message(channel: str, data: bytes) -> Message | None:
    """The message, or None where the seal is not ours."""
    seal, rest = data[:_SEAL], data[_SEAL:]
    if len(rest) <= _SENDER or not compare_digest(seal, _make_seal(channel, rest)):
        return None
    return Message(rest[0], rest[1 : 1 + _SENDER], rest[1 + _SENDER :])


def write_update(seq: int, data: bytes) -> bytes:
    return write_uint(seq) + data


def read_update(body: bytes) -> tuple[int, bytes]:
    seq, at = read_uint(body, 0)
    return seq, body[at:]


def write_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def read_json(body: bytes) -> Any:
    return json.loads(body)


def write_ids(ids: Iterable[uuid.UUID]) -> list[bytes]:
    """The bodies of as many messages as it takes."""
    known = [one.bytes for one in ids]
    return [
        b"".join(known[start : start + IDS_AT_ONCE]) for start in range(0, len(known), IDS_AT_ONCE)
    ]


def read_ids(body: bytes) -> set[uuid.UUID]:
    return {uuid.UUID(bytes=body[at : at + 16]) for at in range(0, len(body), 16)}


def write_watch(watch: Watch) -> bytes:
    projects = sorted(str(one) for one in watch.project_ids)
    return write_json({"projects": projects, "user": watch.user})


def read_watch(body: bytes) -> Watch:
    read = read_json(body)
    return Watch(frozenset(uuid.UUID(one) for one in read["projects"]), read["user"])
