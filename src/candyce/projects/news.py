"""News for the pages of a project that no document holds: a number that grows, supplied by the room above.

A page that sees another number than before asks that room what is new. Live connections tell it at once
when ``access_changed`` rings, and otherwise whenever rights are asked for again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection

News = Callable[[Collection[uuid.UUID]], dict[uuid.UUID, int]]

_supplier: list[News] = []


def register_news(function: News) -> None:
    """Called once, from ``AppConfig.ready`` of the room that has news."""
    _supplier[:] = [function]


def get_news(project_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """``{project: number}``, in one query at most; a project without news may be missing."""
    return _supplier[0](project_ids) if _supplier and project_ids else {}
