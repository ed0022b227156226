"""A public resource in plain values: what the formats say each in their way.

Only what its page shows to everybody; names of reviewers and of who recommends stay on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from candyce.library import access
from candyce.library.doi import clean_doi
from candyce.library.licences import get_licence
from candyce.library.models import Resource
from candyce.library.opendata.cleaning import clean, clean_all
from candyce.projects.addresses import get_portal_url

MINUTES = 60


@dataclass(frozen=True)
class Description:
    """One resource. ``disciplines`` and ``levels`` are ``(value, name)`` in the active language."""

    slug: str
    url: str
    title: str
    abstract: str
    discipline: tuple[str, str]
    levels: list[tuple[str, str]]
    kind: tuple[str, str]
    keywords: list[str]
    objectives: list[str]
    programme: str
    theme: str
    minutes: int
    language: str
    licence: str
    licence_name: str
    licence_url: str
    authors: list[str]
    doi: str
    offline: bool
    packages: list[str]
    edition: int
    published_at: datetime
    updated_at: datetime
    rating: float | None
    rating_count: int
    recommended: str
    execution: str
    executed_at: datetime | None
    based_on: str

    @property
    def duration(self) -> str:
        """ISO 8601: ``PT1H30M``."""
        hours, minutes = divmod(self.minutes, MINUTES)
        text = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes)
        return f"PT{text or '0M'}"

    @property
    def licence_link(self) -> str:
        """The address of the licence, or its SPDX identifier where there is none."""
        return self.licence_url or self.licence


def public_resources() -> QuerySet[Resource]:
    """What everybody may read, without an account."""
    return access.visible_to(AnonymousUser())


def prepared(resources: QuerySet[Resource]) -> QuerySet[Resource]:
    """With all that a description needs, in few queries."""
    return resources.select_related("adapted_from").prefetch_related("editions")


def get_url(slug: str) -> str:
    """The address of the resource's page."""
    return get_portal_url("library:detail", slug=slug)


def describe(resource: Resource, *, public: set[str] | None = None) -> Description:
    """``public``: which originals of adaptations everybody may read, when the caller knows."""
    licence = get_licence(resource.licence)
    editions = list(resource.editions.all())
    recommendation = resource.recommendation if isinstance(resource.recommendation, dict) else {}
    return Description(
        slug=resource.pk,
        url=get_url(resource.pk),
        title=clean(resource.title),
        abstract=clean(resource.abstract),
        discipline=(resource.discipline, str(resource.get_discipline_display())),
        levels=[
            (value, str(label))
            for value, label in Resource.Level.choices
            if value in resource.levels
        ],
        kind=(resource.kind, str(resource.get_kind_display())),
        keywords=clean_all(resource.keywords),
        objectives=clean_all(resource.objectives),
        programme=clean(resource.programme),
        theme=clean(resource.theme),
        minutes=resource.duration,
        language=clean(resource.language),
        licence=clean(resource.licence),
        licence_name=clean(licence.name),
        licence_url=licence.url,
        authors=clean_all(resource.authors),
        doi=clean_doi(resource.doi),
        offline=resource.offline,
        packages=clean_all(resource.packages),
        edition=editions[0].number if editions else 1,
        published_at=resource.published_at,
        updated_at=editions[0].published_at if editions else resource.published_at,
        rating=resource.rating if resource.rating_count else None,
        rating_count=resource.rating_count,
        recommended=clean(recommendation.get("label", "")),
        execution=resource.execution,
        executed_at=resource.executed_at,
        based_on=_get_original(resource, public),
    )


def find_public_originals(resources: list[Resource]) -> set[str]:
    """Of the originals of these, those that everybody may read."""
    keys = {one.adapted_from_id for one in resources} - {None}
    return set(public_resources().filter(pk__in=keys).values_list("pk", flat=True))


def _get_original(resource: Resource, public: set[str] | None) -> str:
    """The address of what it was adapted from, unless that is hidden."""
    if resource.adapted_from_id is None:
        return ""
    known = find_public_originals([resource]) if public is None else public
    return get_url(resource.adapted_from_id) if resource.adapted_from_id in known else ""


def as_json(told: Description) -> dict[str, Any]:
    """As the interface says it; ``openapi.py`` has the schema."""
    return {
        "id": told.slug,
        "url": told.url,
        "title": told.title,
        "abstract": told.abstract,
        "discipline": _name(told.discipline),
        "levels": [_name(one) for one in told.levels],
        "kind": _name(told.kind),
        "keywords": told.keywords,
        "objectives": told.objectives,
        "programme": told.programme,
        "theme": told.theme,
        "duration": told.duration,
        "language": told.language,
        "licence": {"id": told.licence, "name": told.licence_name, "url": told.licence_url or None},
        "authors": told.authors,
        "doi": told.doi or None,
        "offline": told.offline,
        "packages": told.packages,
        "edition": told.edition,
        "published": told.published_at.isoformat(timespec="seconds"),
        "updated": told.updated_at.isoformat(timespec="seconds"),
        "rating": None
        if told.rating is None
        else {"value": round(told.rating, 2), "count": told.rating_count},
        "recommended": told.recommended or None,
        "execution": None
        if not told.execution or told.executed_at is None
        else {"result": told.execution, "at": told.executed_at.isoformat(timespec="seconds")},
        "adapted_from": told.based_on or None,
    }


def _name(pair: tuple[str, str]) -> dict[str, str]:
    return {"id": pair[0], "name": pair[1]}
