"""What is advised to a teacher, and beside a resource. All of it passes through ``access.readable``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from candyce.accounts.models import User
from candyce.library import access
from candyce.library.access import Visitor
from candyce.library.advice import ranking, reasons
from candyce.library.advice.actions import may_be_advised, may_record
from candyce.library.advice.profile import get_profile, get_reader
from candyce.library.advice.programme import get_next
from candyce.library.advice.standing import get_freshness
from candyce.library.advice.suggestion import Suggestion
from candyce.library.models import Resource, Standing, Use
from candyce.library.queries import get_related

LATEST_USES = 200  # rows that speak for a taste
POOL = 60  # resources considered of each kind: liked, new, next
NEW = timedelta(days=60)
TOGETHER = 3  # people: fewer say nothing of a pair
REPEATED = 0.5  # a card for the same reason as one before counts half
FEW = 3  # shown beside a resource


@dataclass(frozen=True)
class Used:
    """What a person used: ``weights`` of resources, and the strongest verb of each."""

    weights: dict[str, float]
    verbs: dict[str, str]


def get_for_you(user: Visitor, *, count: int = 4) -> list[Suggestion]:
    """The best resources that the teacher did not use yet, each with its reason; none for others."""
    if not may_record(user):
        return []
    assert isinstance(user, User)
    used, reader = _get_used(user), get_reader(user)
    readable = access.visible_to(user).select_related("standing").defer("search_text")
    mine = {one.pk: one for one in readable.filter(pk__in=used.weights)}
    profile = get_profile(user, reader, used.weights, _make_items(mine.values()))
    neighbours = {
        pk: _read_neighbours(one) for pk, one in mine.items() if getattr(one, "standing", None)
    }
    weights = ranking.weigh_neighbours(used.weights, neighbours)
    found = _get_candidates(user, readable, mine.values(), weights, profile)
    items = _make_items([*mine.values(), *found.values()])
    ranked = ranking.rank(used.weights, items, neighbours, profile, count=count, repeated=REPEATED)
    return [Suggestion(found[one.key], _say(one, found, mine, used, neighbours)) for one in ranked]


def _get_used(user: User) -> Used:
    rows = Use.objects.filter(user=user).order_by("-last_at")[:LATEST_USES]
    weights: dict[str, float] = {}
    verbs: dict[str, str] = {}
    now = timezone.now()
    for row in rows:
        days = (now - row.last_at) / timedelta(days=1)
        weight = ranking.get_weight(row.verb, row.count, max(days, 0.0))
        weights[row.resource_id] = weights.get(row.resource_id, 0.0) + weight
        known = verbs.get(row.resource_id)
        if known is None or ranking.WEIGHTS[row.verb] > ranking.WEIGHTS[known]:
            verbs[row.resource_id] = row.verb
    return Used(weights, verbs)


def _read_neighbours(resource: Resource) -> list[ranking.Neighbour]:
    return [ranking.Neighbour(*row) for row in resource.standing.neighbours]


def _make_items(resources: Iterable[Resource]) -> dict[str, ranking.Item]:
    now = timezone.now()
    return {
        one.pk: ranking.Item(
            key=one.pk,
            discipline=one.discipline,
            levels=tuple(one.levels),
            theme=one.theme,
            rank=one.rank,
            standing=one.standing.score if getattr(one, "standing", None) else 0.0,
            freshness=get_freshness((now - one.published_at) / timedelta(days=1)),
        )
        for one in resources
    }


def _get_candidates(
    user: User,
    readable: QuerySet[Resource],
    mine: Iterable[Resource],
    weights: dict[str, float],
    profile: ranking.Profile,
) -> dict[str, Resource]:
    """Neighbours of what was used, what stands well or is new in the disciplines taught, what comes next.

    ``weights``: of the neighbours.
    """
    known = [one.pk for one in mine]
    others = readable.exclude(access.written_by(user)).exclude(pk__in=known)
    # Of one and the same lesson, the one that they know is enough.
    others = others.exclude(adapted_from__in=known)
    near = _find_near(others, weights)
    taught = others
    if profile.disciplines:
        taught = others.filter(discipline__in=list(profile.disciplines))
    groups = [
        others.filter(pk__in=near),
        taught.order_by("-standing__score", "-published_at", "pk").exclude(standing=None)[:POOL],
        taught.order_by("-published_at", "pk")[:POOL],
    ]
    after = Q()
    for discipline, rank in {(one.discipline, one.rank) for one in mine if one.rank is not None}:
        after |= Q(discipline=discipline, rank__gt=rank, rank__lte=rank + 10)
    if after:
        groups.append(others.filter(after).order_by("rank", "pk")[:POOL])
    found = {one.pk: one for group in groups for one in group}
    if not profile.sure:
        return found
    # Who said what they teach is not shown the rest, except what goes with what they used.
    return {
        pk: one for pk, one in found.items() if pk in near or one.discipline in profile.disciplines
    }


def _find_near(others: QuerySet[Resource], weights: dict[str, float]) -> list[str]:
    """The nearest: two hundred resources that were used have thousands of neighbours."""
    keys = others.order_by().filter(pk__in=list(weights)).values_list("pk", flat=True)
    return sorted(keys, key=lambda key: (-weights[key], key))[:POOL]


def _say(
    ranked: ranking.Ranked,
    found: dict[str, Resource],
    mine: dict[str, Resource],
    used: Used,
    neighbours: dict[str, list[ranking.Neighbour]],
) -> str:
    resource, source = found[ranked.key], mine.get(ranked.because)
    if source is None:
        return _say_of_itself(resource)
    if ranked.why == "next":
        return reasons.say_next(source, resource)
    if ranked.why == "alike":
        return reasons.say_alike(source)
    verb = used.verbs[source.pk]
    people = {near.key: near.people for near in neighbours.get(source.pk, ())}
    if verb == Use.Verb.OPENED and people.get(ranked.key, 0) >= TOGETHER:
        return reasons.say_often(source)
    return reasons.say_because(source, verb)


def _say_of_itself(resource: Resource) -> str:
    fresh = timezone.now() - resource.published_at < NEW
    standing = getattr(resource, "standing", None)
    return reasons.say_of_itself(resource, fresh=fresh, people=standing.people if standing else 0)


def get_list(user: Visitor) -> dict[str, Any]:
    """For the library's first page: a few suggestions, and whether the person may choose about them."""
    return {"for_you": get_for_you(user, count=FEW), "may_advise": may_be_advised(user)}


def get_detail(user: Visitor, resource: Resource) -> dict[str, Any]:
    """What stands beside a resource: used with it, next in the programme, else what is close to it.

    Nothing of it for who switched recommendations off.
    """
    if _is_off(user):
        return {"following": [], "together": [], "close": []}
    following = get_next(user, resource, count=FEW)
    shown = {one.resource.pk for one in following}
    together = [one for one in get_together(user, resource) if one.resource.pk not in shown][:FEW]
    close = [] if together else _get_close(user, resource, shown)
    return {"following": following, "together": together, "close": close}


def _is_off(user: Visitor) -> bool:
    return user.is_authenticated and not get_reader(user).recommendations


def get_together(user: Visitor, resource: Resource) -> list[Suggestion]:
    """What several teachers used as well; nothing for who switched recommendations off."""
    if _is_off(user):
        return []
    rows = [near for near in _get_neighbours(resource) if near.people >= TOGETHER]
    rows.sort(key=lambda near: -near.together)
    readable = access.visible_to(user).defer("search_text").in_bulk([near.key for near in rows])
    return [
        Suggestion(readable[near.key], reasons.say_used_together(near.people))
        for near in rows
        if near.key in readable
    ]


def _get_close(user: Visitor, resource: Resource, shown: set[str]) -> list[Suggestion]:
    """Of the same theme or with the same keywords: for where uses say nothing yet."""
    found = _find_close(user, resource)
    others = [one for one in found if one.pk not in shown][:FEW]
    return [Suggestion(one, reasons.say_close(resource, one)) for one in others]


def _find_close(user: Visitor, resource: Resource) -> list[Resource]:
    rows = sorted(_get_neighbours(resource), key=lambda near: -near.alike)
    if not rows:  # new since last night
        return get_related(access.visible_to(user), resource, count=2 * FEW)
    keys = [near.key for near in rows if near.alike]
    readable = access.visible_to(user).defer("search_text").in_bulk(keys)
    found = [readable[key] for key in keys if key in readable]
    return [one for one in found if one.discipline == resource.discipline] or found


def _get_neighbours(resource: Resource) -> list[ranking.Neighbour]:
    row = Standing.objects.filter(resource=resource).first()
    return [ranking.Neighbour(*near) for near in row.neighbours] if row else []
