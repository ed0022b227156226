"""What the pages read. Counts and durations are of what the reader may see, like the items themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest

from candyce.accounts.models import User
from candyce.lib.text import fold
from candyce.library import access as library
from candyce.library.access import Visitor
from candyce.library.models import Collection, CollectionItem, Resource
from candyce.library.sequences import access

FOUND = 3
SHOWN = 100
WORDS = 12


@dataclass(frozen=True)
class Shown:
    """A collection as its page shows it."""

    collection: Collection
    items: list[CollectionItem]

    @property
    def minutes(self) -> int:
        return sum(item.resource.duration for item in self.items)

    @property
    def level_names(self) -> list[str]:
        """As its owner said, or all levels of what lies in it; youngest first."""
        found = set(self.collection.levels)
        if not found:
            found = {level for item in self.items for level in item.resource.levels}
        return [str(label) for value, label in Resource.Level.choices if value in found]

    @property
    def disciplines(self) -> list[str]:
        found = {self.collection.discipline} - {""}
        if not found:
            found = {item.resource.discipline for item in self.items}
        return [str(label) for value, label in Resource.Discipline.choices if value in found]

    @property
    def language(self) -> str:
        """The language in which the resources are, where they have one; "" otherwise."""
        found = {item.resource.language for item in self.items}
        return found.pop() if len(found) == 1 else ""


def get_shown(user: Visitor, collection: Collection) -> Shown:
    """The collection with what the reader may see of it."""
    items = access.visible_items(user, collection).select_related("resource")
    items = items.defer("resource__search_text")
    return Shown(collection, list(items))


def count_items(user: Visitor, collections: QuerySet[Collection]) -> QuerySet[Any]:
    """With ``shown`` and ``minutes``: how many of the resources the reader may see, how long they take."""
    seen = Q(items__resource__in=library.visible_to(user).values("pk"))
    return collections.annotate(
        shown=Count("items", filter=seen),
        minutes=Sum("items__resource__duration", filter=seen),
    ).select_related("owner")


def get_lists(user: Visitor) -> dict[str, Any]:
    """The page of collections: what is kept, mine, what others share, what ships."""
    mine = access.owned_by(user)
    others = access.visible_to(user).exclude(pk__in=mine.values("pk"))
    return {
        "kept": count_items(user, mine.filter(kept=True)).first(),
        "mine": count_items(user, mine.filter(kept=False)).order_by("-updated_at")[:SHOWN],
        "shared": count_items(user, others.exclude(owner=None))
        .filter(shown__gt=0)
        .order_by("-updated_at")[:SHOWN],
        "shipped": count_items(user, others.filter(owner=None)).order_by("title")[:SHOWN],
    }


def find(user: Visitor, text: str, *, count: int = FOUND) -> list[Collection]:
    """Collections and sequences in whose own words are all words of ``text``, in the title first.

    One query, none without a word. Each has ``shown`` and ``minutes``, as of :func:`count_items`.
    """
    words = fold(text)[:500].split()[:WORDS]
    if not words:
        return []
    found = access.visible_to(user).filter(kept=False)
    for word in words:
        stem = word[:-1] if len(word) > 3 and word[-1] in "sx" else word
        found = found.filter(search_text__contains=stem)
    some = list(count_items(user, found).filter(shown__gt=0).order_by("-updated_at")[:SHOWN])
    some.sort(key=lambda one: -sum(word in fold(one.title) for word in words))
    return some[:count]


def get_containing(user: Visitor, resource: Resource) -> list[Collection]:
    """Collections, but what is kept, that the person may read and in which the resource is."""
    found = access.visible_to(user).filter(kept=False, items__resource=resource)
    return list(found.select_related("owner").order_by("owner", "title")[:6])


def get_detail(user: Visitor, resource: Resource) -> dict[str, Any]:
    """What the page of a resource shows of collections."""
    return {"collections": get_containing(user, resource)}


def get_kept(request: HttpRequest) -> frozenset[str] | None:
    """The slugs that the person keeps, asked once for each request; None for who keeps nothing at all."""
    user: Any = request.user
    if not hasattr(request, "_kept_resources"):
        kept = None
        if access.may_collect(user):
            items = CollectionItem.objects.filter(collection__owner=user, collection__kept=True)
            kept = frozenset(items.values_list("resource_id", flat=True))
        request._kept_resources = kept  # type: ignore[attr-defined]  # noqa: SLF001
    return request._kept_resources  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001


def get_choices(user: User, resource: Resource) -> list[tuple[Collection, bool]]:
    """One's own collections, but what is kept, and whether the resource is in each."""
    holding = set(
        CollectionItem.objects.filter(collection__owner=user, resource=resource).values_list(
            "collection_id", flat=True
        )
    )
    mine = access.owned_by(user).filter(kept=False).order_by("-updated_at")
    return [(one, one.pk in holding) for one in mine]
