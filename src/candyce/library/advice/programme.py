"""What comes next: in a sequence, in the year's progression, in what teachers do one after the other."""

from __future__ import annotations

from statistics import median

from django.db.models import QuerySet

from candyce.library import access
from candyce.library.access import Visitor
from candyce.library.advice import reasons
from candyce.library.advice.suggestion import Suggestion
from candyce.library.models import Collection, CollectionItem, Resource, Standing
from candyce.library.sequences import access as sequences

AHEAD = 60  # resources of the discipline looked at
PEOPLE = 3  # fewer say nothing of an order
MOSTLY = 2 / 3  # of those who used both, so many in this order


def get_next(user: Visitor, resource: Resource, *, count: int) -> list[Suggestion]:
    """What the reader may read of what follows, the surest first.

    A sequence says it best; then ranks in the programme of the same discipline and level (a resource without
    a rank stands where its theme stands), and the year after it; then the order in which colleagues use things.
    """
    found: dict[str, Suggestion] = {}
    steps = (_get_in_sequences, _get_by_rank, _get_by_use)
    for step in steps:
        for one in step(user, resource):
            if one.resource.pk != resource.pk:
                found.setdefault(one.resource.pk, one)
        if len(found) >= count:
            break
    return list(found.values())[:count]


def _get_in_sequences(user: Visitor, resource: Resource) -> list[Suggestion]:
    """The next readable one of each readable sequence, those that ship first."""
    readable = sequences.visible_to(user).filter(
        kind=Collection.Kind.SEQUENCE, items__resource=resource
    )
    found = []
    for collection in readable.order_by("owner", "title")[:5]:
        items: QuerySet[CollectionItem] = sequences.visible_items(user, collection)
        here = items.filter(resource=resource).values_list("position", "pk").first()
        ordered = list(items.select_related("resource").defer("resource__search_text"))
        after = [one for one in ordered if here and (one.position, one.pk) > here]
        if after:
            reason = reasons.say_in_sequence(collection.title)
            found.append(Suggestion(after[0].resource, reason))
    return found


def _get_by_rank(user: Visitor, resource: Resource) -> list[Suggestion]:
    readable = access.visible_to(user).filter(discipline=resource.discipline).defer("search_text")
    readable = readable.exclude(pk=resource.pk).exclude(rank=None).order_by("rank", "pk")
    # Another version of the same lesson is not what comes after it.
    family = {resource.pk, resource.adapted_from_id} - {None}
    readable = readable.exclude(adapted_from__in=family).exclude(pk__in=family)
    rank = resource.rank if resource.rank is not None else _guess_rank(resource, readable)
    if rank is None:
        return []
    levels = set(resource.levels)
    later = [one for one in readable.filter(rank__gt=rank)[:AHEAD] if levels & set(one.levels)]
    if later:
        return [Suggestion(one, reasons.say_next(resource, one)) for one in later[:2]]
    level = _get_level_after(resource)
    first = next((one for one in readable[:AHEAD] if level and level in one.levels), None)
    return [Suggestion(first, reasons.say_new_year(first, level))] if first else []


def _guess_rank(resource: Resource, readable: QuerySet[Resource]) -> float | None:
    """Where the theme stands in the year, for a resource that has no rank."""
    if not resource.theme:
        return None
    same = readable.filter(theme=resource.theme)[:AHEAD]
    ranks = [one.rank for one in same if set(one.levels) & set(resource.levels)]
    return float(median(rank for rank in ranks if rank is not None)) if ranks else None


def _get_level_after(resource: Resource) -> str:
    """The level above the highest of the resource, or nothing."""
    values = list(Resource.Level.values)
    places = [values.index(one) for one in resource.levels if one in values]
    return values[max(places) + 1] if places and max(places) + 1 < len(values) else ""


def _get_by_use(user: Visitor, resource: Resource) -> list[Suggestion]:
    row = Standing.objects.filter(resource=resource).first()
    keys = [
        key
        for key, _together, _alike, people, after in (row.neighbours if row else ())
        if people >= PEOPLE and after >= PEOPLE and after >= MOSTLY * people
    ]
    readable = access.visible_to(user).defer("search_text").in_bulk(keys)
    return [
        Suggestion(readable[key], reasons.say_later(resource)) for key in keys if key in readable
    ][:2]
