"""schema.org LearningResource (with the terms of LRMI) in a resource's page, for search engines."""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from candyce.library.access import Visitor
from candyce.library.models import Resource
from candyce.library.opendata.describing import Description, describe, public_resources

# What a page cannot break out of: as `json_script` of Django, which has one type only.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
KINDS = {
    "lesson": "Lesson",
    "exercise": "Exercise",
    "project": "Project",
    "assessment": "Assessment",
}
PUBLISHER = "Candyce"


def get_detail(user: Visitor, resource: Resource) -> dict[str, Any]:
    """For the resource's page: the script, of public resources alone."""
    if not public_resources().filter(pk=resource.pk).exists():
        return {"jsonld": ""}
    return {"jsonld": as_script(make_jsonld(describe(resource)))}


def as_script(data: dict[str, Any]) -> SafeString:
    """The element. A block of data: the browser executes nothing, and the page's policy does not mind."""
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above


def make_jsonld(told: Description) -> dict[str, Any]:
    """https://schema.org/LearningResource; what is not known is left out."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "LearningResource",
        "@id": told.url,
        "url": told.url,
        "name": told.title,
        "description": told.abstract,
        "inLanguage": told.language,
        "learningResourceType": KINDS.get(told.kind[0], told.kind[0]),
        "educationalLevel": [name for _value, name in told.levels],
        "educationalAlignment": _get_alignments(told),
        "about": told.discipline[1],
        "teaches": told.objectives,
        "keywords": told.keywords,
        "timeRequired": told.duration,
        "license": told.licence_link,
        "isAccessibleForFree": True,
        "interactivityType": "active",
        "author": [{"@type": "Person", "name": name} for name in told.authors],
        "provider": {"@type": "Organization", "name": PUBLISHER},
        "datePublished": told.published_at.date().isoformat(),
        "dateModified": told.updated_at.date().isoformat(),
        "version": str(told.edition),
        "isBasedOn": told.based_on,
        "identifier": f"https://doi.org/{told.doi}" if told.doi else "",
    }
    if told.rating is not None:
        data["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(told.rating, 2),
            "ratingCount": told.rating_count,
            "bestRating": 5,
            "worstRating": 1,
        }
    return {key: value for key, value in data.items() if value not in ("", [], None)}


def _get_alignments(told: Description) -> list[dict[str, str]]:
    found = [
        ("educationalSubject", told.discipline[1]),
        *(("educationalLevel", name) for _value, name in told.levels),
    ]
    if told.theme:
        found.append(("teaches", told.theme))
    return [
        {"@type": "AlignmentObject", "alignmentType": kind, "targetName": name}
        for kind, name in found
    ]
