"""Who is told of an edition: authors of what it was made of, those whose changes it takes in, those who adapted it."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

from django.db import transaction

from candyce.accounts.models import User
from candyce.library.access import visible_to
from candyce.library.models import Edition, Resource
from candyce.library.news import do_tell

TOLD = 200  # owners of adaptations that hear of a new edition


def do_tell_of_edition(edition: Edition, taken: list[dict[str, Any]], *, acting_user: User) -> None:
    """Nobody hears of what they may not read; ``taken``: :attr:`Draft.credits`.

    Those who adapted it may be hundreds: a task tells them.
    """
    from candyce.library.publishing.tasks import tell_adapters

    resource = edition.resource
    if edition.number == 1 and resource.adapted_from is not None:
        for person in _list_authors(resource.adapted_from):
            if person != acting_user and _may_read(person, resource):
                do_tell(
                    person, "adaptation_published", resource.adapted_from, who=acting_user.full_name
                )
    merged = [credit["slug"] for credit in taken]
    for adaptation in resource.adaptations.select_related("owner").filter(pk__in=merged):
        if adaptation.owner is not None and adaptation.owner != acting_user:
            do_tell(adaptation.owner, "merged", adaptation)
    if edition.number > 1:
        call = partial(tell_adapters.enqueue, edition.pk, merged, str(acting_user.pk))
        transaction.on_commit(call, robust=True)


def tell_of_change(resource: Resource, *, but: Collection[str], acting_user: User) -> None:
    """Tell those who adapted the resource that it changed; ``but``: not for these adaptations."""
    adaptations = resource.adaptations.select_related("owner").exclude(pk__in=but)
    for adaptation in adaptations.order_by("slug")[:TOLD]:
        adapter = adaptation.owner
        if adapter is not None and adapter != acting_user and _may_read(adapter, resource):
            do_tell(adapter, "original_changed", resource)


def _list_authors(resource: Resource) -> list[User]:
    found = [*resource.co_authors.all(), *([resource.owner] if resource.owner else [])]
    return [person for person in found if person.is_active]


def _may_read(person: User, resource: Resource) -> bool:
    return visible_to(person).filter(pk=resource.pk).exists()
