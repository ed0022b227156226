"""More readers for what is published already: they get nothing that could not have been published to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from candyce.accounts.models import User
from candyce.library.models import Resource
from candyce.library.publishing.pages import Publication
from candyce.library.publishing.trial import Trial, read_execution

_ORDER = (
    Resource.Visibility.ME,
    Resource.Visibility.ESTABLISHMENT,
    Resource.Visibility.TEACHERS,
    Resource.Visibility.EVERYONE,
)


def widens(resource: Resource, values: dict[str, Any]) -> bool:
    """Whether people may read it with these values who may not now."""
    before, after = resource.visibility, values["visibility"]
    if before == after == Resource.Visibility.ESTABLISHMENT:
        return values["establishment"] != resource.establishment
    return _ORDER.index(after) > _ORDER.index(before)


@dataclass
class Widening(Publication):
    """The last edition, looked at as if it were published now; its execution is its trial."""

    resource: Resource | None = None

    @cached_property
    def trial(self) -> Trial:
        assert self.resource is not None
        return read_execution(self.resource, self.numbers)


def make_widening(resource: Resource, user: User) -> Widening:
    version = resource.version
    return Widening(version.project, user, version.tree, resource=resource)
