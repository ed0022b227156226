"""What an adaptation was made of, kept as it was cited then: attribution outlives the original's page."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from candyce.lib.text import fold
from candyce.library.models import Edition, Resource


def describe_origin(original: Resource, edition: Edition | None = None) -> dict[str, Any]:
    """The citation kept: ``slug``, ``title``, ``authors``, ``licence``, ``edition`` (number), ``year``, ``doi``."""
    edition = edition or original.editions.first()
    published = edition.published_at if edition else original.published_at
    return {
        "slug": original.slug,
        "title": original.title,
        "authors": list(original.authors),
        "licence": original.licence,
        "edition": edition.number if edition else None,
        "year": published.year,
        "doi": original.doi,
    }


def is_written_by(
    work: Resource, people: AbstractSet[Any], *, into: Resource | None = None
) -> bool:
    """Whether nobody else than these (ids of users) has a part in the work, so that its licence does not bind them.

    Owner and co-authors are not all who wrote: others are named, or wrote what it was adapted from. ``into``: the
    work to which changes of this one, an adaptation of it, go back: what comes from there binds nothing new.
    """
    signers = [*work.co_authors.all(), *([work.owner] if work.owner else [])]
    if work.owner is None or any(one.pk not in people for one in signers):
        return False
    known = {into.pk} if into is not None else set()
    sources = {work.adapted_from_id, work.origin.get("slug")} - {None} - known
    names = {fold(one.full_name) for one in signers} | {
        fold(name) for name in (into.authors if into is not None else ())
    }
    return not sources and all(fold(name) in names for name in work.authors)


def do_keep_origin(resource: Resource) -> None:
    """Write the citation of what the resource was adapted from, unless it is kept for that edition already."""
    original = resource.adapted_from
    if original is None:
        return
    found = describe_origin(original, resource.adapted_edition)
    if {key: resource.origin.get(key) for key in ("slug", "edition")} == {
        key: found[key] for key in ("slug", "edition")
    }:
        return
    resource.origin = found
    resource.save(update_fields=["origin"])
