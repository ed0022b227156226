"""What an adaptation was made of, kept as it was cited then: attribution outlives the original's page."""

from __future__ import annotations

from typing import Any

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
