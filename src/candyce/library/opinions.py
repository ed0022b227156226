"""What colleagues and inspectors say of a resource, summed up in its row for cards, search and open data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from candyce.library.models import Endorsement, Resource, Review


def shown_reviews(resource: Resource) -> QuerySet[Review]:
    """Reviews that count and are shown: a moderator's decision hides one."""
    return resource.reviews.filter(hidden_at=None)


def standing_endorsements(resource: Resource) -> QuerySet[Endorsement]:
    """Recommendations that were not taken back, the latest first."""
    found = resource.endorsements.filter(withdrawn_at=None)
    return found.select_related("organisation", "user", "edition")


def do_summarise(resource: Resource) -> None:
    """Write ``rating``, ``rating_count`` and ``recommendation`` anew; hold the resource's row meanwhile.

    ``rating`` is the mean of all marks of all criteria, or None; ``recommendation`` is empty or
    ``{"by": name, "label": …, "edition": number, "older": whether a later edition exists}``.
    """
    Resource.objects.select_for_update().filter(pk=resource.pk).first()
    marks = [
        [mark for mark in row if mark is not None]
        for row in shown_reviews(resource).values_list(*Review.CRITERIA)
    ]
    given = [mark for row in marks for mark in row]
    resource.rating = sum(given) / len(given) if given else None
    resource.rating_count = sum(1 for row in marks if row)
    resource.recommendation = _describe(resource)
    resource.save(update_fields=["rating", "rating_count", "recommendation"])


def name_endorser(endorsement: Endorsement) -> str:
    """Who recommends: the academy, or the inspector."""
    return str(endorsement.organisation or endorsement.user or "")


def _describe(resource: Resource) -> dict[str, Any]:
    latest = standing_endorsements(resource).first()
    if latest is None:
        return {}
    last = resource.editions.values_list("number", flat=True).first() or 1
    number = latest.edition.number if latest.edition else last
    return {
        "by": name_endorser(latest),
        "label": latest.label,
        "edition": number,
        "older": number < last,
    }
