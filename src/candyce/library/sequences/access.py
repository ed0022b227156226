"""Who may read a collection and who may change it: visibility as for resources, and each to their owner."""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from candyce.accounts.models import User
from candyce.lib.errors import Forbidden, NotFound
from candyce.library import access as library
from candyce.library.access import Visitor, is_staff, shown_to
from candyce.library.models import Collection, CollectionItem


def readable(user: Visitor) -> Q:
    """The one rule of visibility of collections; what lies in them has that of its own."""
    if user.is_authenticated and user.is_active:
        return shown_to(user) | Q(owner=user)
    return shown_to(user)


def visible_to(user: Visitor) -> QuerySet[Collection]:
    """Collections that the person, signed in or not, may find and read."""
    return Collection.objects.filter(readable(user))


def owned_by(user: Visitor) -> QuerySet[Collection]:
    """Collections that are the person's to change."""
    if not user.is_authenticated or not user.is_active:
        return Collection.objects.none()
    return Collection.objects.filter(owner=user)


def may_collect(user: Visitor) -> bool:
    """Whether the person may keep resources and make collections: who works in education."""
    return is_staff(user)


def check_may_collect(user: User) -> None:
    """Raises :class:`Forbidden`."""
    if not may_collect(user):
        raise Forbidden


def get_collection(user: Visitor, key: str) -> Collection:
    """The guarded fetch by slug (of those that ship) or id; raises :class:`NotFound`."""
    try:
        named = Q(pk=uuid.UUID(key))
    except ValueError:
        named = Q(slug=key)
    found = visible_to(user).filter(named)
    collection = found.select_related("owner", "establishment", "copied_from").first()
    if collection is None:
        raise NotFound
    return collection


def get_own_collection(user: User, key: str) -> Collection:
    """Guarded fetch, to change: raises :class:`NotFound`, or :class:`Forbidden` for who may only read."""
    collection = get_collection(user, key)
    if collection.owner_id != user.pk:
        raise Forbidden
    return collection


def visible_items(user: Visitor, collection: Collection) -> QuerySet[CollectionItem]:
    """What the person may read of the collection, in its order: the rest leaves no trace."""
    resources = library.visible_to(user)
    return collection.items.filter(resource__in=resources).order_by("position", "pk")


def get_own_item(user: User, collection: Collection, pk: int) -> CollectionItem:
    """Guarded fetch of an item of the person's own collection; raises :class:`NotFound`."""
    item = visible_items(user, collection).filter(pk=pk).select_related("resource").first()
    if item is None:
        raise NotFound
    return item
