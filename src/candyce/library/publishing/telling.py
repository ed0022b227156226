"""Who is told of an edition: authors of what it was made of, those whose changes it takes in, those who adapted it."""

from __future__ import annotations

from typing import Any

from candyce.accounts.models import User
from candyce.library.access import visible_to
from candyce.library.models import Edition, Resource
from candyce.library.news import do_tell

TOLD = 200  # owners of adaptations that hear of a new edition


def do_tell_of_edition(edition: Edition, taken: list[dict[str, Any]], *, acting_user: User) -> None:
    """Nobody hears of what they may not read; ``taken``: :attr:`Draft.credits`."""
    resource = edition.resource
    if edition.number == 1 and resource.adapted_from is not None:
        for person in _list_authors(resource.adapted_from):
            if person != acting_user and _may_read(person, resource):
                do_tell(
                    person, "adaptation_published", resource.adapted_from, who=acting_user.full_name
                )
    merged = {credit["slug"] for credit in taken}
    for adaptation in resource.adaptations.select_related("owner").order_by("slug")[:TOLD]:
        adapter = adaptation.owner
        if adapter is None or adapter == acting_user:
            continue
        if adaptation.pk in merged:
            do_tell(adapter, "merged", adaptation)
        elif edition.number > 1 and _may_read(adapter, resource):
            do_tell(adapter, "original_changed", resource)


def _list_authors(resource: Resource) -> list[User]:
    found = [*resource.co_authors.all(), *([resource.owner] if resource.owner else [])]
    return [person for person in found if person.is_active]


def _may_read(person: User, resource: Resource) -> bool:
    return visible_to(person).filter(pk=resource.pk).exists()
