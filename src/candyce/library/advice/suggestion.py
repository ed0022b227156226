"""A resource with the sentence that says why it is shown."""

from __future__ import annotations

from typing import NamedTuple

from candyce.library.models import Resource


class Suggestion(NamedTuple):
    resource: Resource
    reason: str
