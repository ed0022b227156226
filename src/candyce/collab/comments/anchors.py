"""Passages: where in a cell's text a comment stands.

``{"start": …, "end": …, "before": …, "after": …}``: two relative positions of Yjs (``encodeRelativePosition``,
base64) that stay with the letters they stand beside, and the text around the passage, by which a page finds
it again where the letters were replaced (a moved cell, a restored version).
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from candyce.collab.comments.access import is_storable
from candyce.collab.protocol import ProtocolError, read_uint
from candyce.collab.updates import CLIENT_MAX, CLOCK_MAX
from candyce.lib.errors import BadRequest

CONTEXT = 40  # UTF-16 units before and after
POSITION = 24  # bytes
_IN_ITEM, _END_OF_TYPE = 0, 2
_ASSOC = (b"\x00", b"\x41")  # 0 and -1 as variable-length integers of lib0
Anchor = dict[str, str]


def read_anchor(value: Any) -> Anchor | None:
    """An anchor that came from anyone, nothing else in it; raises :class:`BadRequest`."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise BadRequest
    positions = {key: value.get(key) for key in ("start", "end")}
    around = {key: value.get(key, "") for key in ("before", "after")}
    if not all(isinstance(text, str) and _is_position(text) for text in positions.values()):
        raise BadRequest
    if not all(isinstance(text, str) and len(text) <= CONTEXT for text in around.values()):
        raise BadRequest
    if not all(is_storable(text) for text in around.values()):
        raise BadRequest
    return {**positions, **around}


def _is_position(text: str) -> bool:
    try:
        data = base64.b64decode(text, validate=True)
        if len(data) > POSITION or data[0] not in {_IN_ITEM, _END_OF_TYPE}:
            return False
        client, at = read_uint(data, 1)
        clock, at = read_uint(data, at)
    except (binascii.Error, ValueError, IndexError, ProtocolError):
        return False
    return client < CLIENT_MAX and clock < CLOCK_MAX and data[at:] in _ASSOC
