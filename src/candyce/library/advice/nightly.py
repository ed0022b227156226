"""What the night does for advice: forgets what is old, learns what goes together, writes it down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from candyce.accounts.models import Role
from candyce.lib.text import fold
from candyce.library.advice.ranking import get_weight
from candyce.library.advice.standing import get_standing
from candyce.library.models import Resource, Standing, Use

RETENTION = timedelta(days=396)  # thirteen months: a school year, and the same week of the next
BATCH = 500
RATED = 3  # people; fewer ratings move nothing
RECOMMENDED = 0.5  # what an inspector's recommendation counts for, in -1..1


def do_forget_old() -> int:
    """Delete uses that are too old, and those of people who teach no more; gives how many."""
    old = Use.objects.filter(last_at__lt=timezone.now() - RETENTION).delete()[0]
    teachers = Role.objects.filter(name=Role.Name.TEACHER, user__is_active=True).values("user")
    return old + Use.objects.exclude(user__in=teachers).delete()[0]


def do_learn() -> int:
    """Write each resource's standing and neighbours anew; gives the number of resources.

    Only the worker comes here: it alone loads numpy and scipy.
    """
    from candyce.library.advice.learning import learn

    resources = list(Resource.objects.filter(withdrawn_at=None).defer("search_text", "abstract"))
    neighbours, people = learn(_read_uses(), {one.pk: get_words(one) for one in resources})
    most = max(people.values(), default=0)
    rows = [
        Standing(
            resource=one,
            people=people[one.pk],
            score=get_standing(people[one.pk], most, opinion=_get_opinion(one)),
            neighbours=[list(near) for near in neighbours[one.pk]],
        )
        for one in resources
    ]
    fields = ["people", "score", "neighbours"]
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        with transaction.atomic():  # short ones: the site goes on writing meanwhile
            there = Resource.objects.filter(pk__in=[row.pk for row in batch]).values_list("pk")
            known = {pk for (pk,) in there}
            Standing.objects.bulk_create(
                [row for row in batch if row.pk in known],
                update_conflicts=True,
                unique_fields=["resource"],
                update_fields=fields,
            )
    Standing.objects.exclude(resource__withdrawn_at=None).delete()
    return len(rows)


def _read_uses() -> Iterator[tuple[str, str, float, float]]:
    """``(person, resource, weight, time)``, one for each pair."""
    now = timezone.now()
    rows = Use.objects.order_by("user_id", "resource_id").values_list(
        "user_id", "resource_id", "verb", "count", "last_at"
    )
    pair, weight, latest = None, 0.0, 0.0
    for user, resource, verb, count, last_at in rows.iterator():
        if pair is not None and pair != (user, resource):
            yield str(pair[0]), pair[1], weight, latest
            weight, latest = 0.0, 0.0
        pair = (user, resource)
        weight += get_weight(verb, count, (now - last_at) / timedelta(days=1))
        latest = max(latest, last_at.timestamp())
    if pair is not None:
        yield str(pair[0]), pair[1], weight, latest


def get_words(resource: Resource) -> list[str]:
    """What is compared to find resources alike: the place in the programme and the keywords."""
    keywords = [fold(str(one)) for one in resource.keywords]
    words = [f"discipline {resource.discipline}", *(f"level {one}" for one in resource.levels)]
    if resource.theme:
        words.append(f"theme {resource.discipline} {fold(resource.theme)}")
    return [*words, *keywords, *(word for one in keywords for word in one.split())]


def _get_opinion(resource: Resource) -> float:
    """What colleagues and inspectors say, in -1..1."""
    rated = 0.0
    if resource.rating is not None and resource.rating_count >= RATED:
        rated = (resource.rating - 3) / 2
    return min(1.0, rated + (RECOMMENDED if resource.recommendation else 0.0))
