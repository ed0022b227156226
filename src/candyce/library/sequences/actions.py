"""Keeping resources; making, arranging, sharing and copying collections and sequences.

The order of a collection is changed under a lock on its row: two tabs, or two clicks, never mix it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import Organisation, User
from candyce.lib.errors import BadRequest
from candyce.lib.text import fold
from candyce.library.access import staff_organisations
from candyce.library.advice.actions import record_use
from candyce.library.models import Collection, CollectionItem, Resource, Use
from candyce.library.sequences.access import check_may_collect, visible_items
from candyce.projects.actions import check_title

ITEMS = 200
COLLECTIONS = 500
DESCRIPTION = 5000
NOTE = 2000
Visibility = Resource.Visibility


@dataclass(frozen=True)
class Said:
    """What a person says of a collection."""

    title: str
    description: str = ""
    kind: str = Collection.Kind.COLLECTION
    visibility: str = Visibility.ME
    establishment: Organisation | None = None
    discipline: str = ""
    levels: list[str] = field(default_factory=list)


# --- keeping ------------------------------------------------------------------------------------


@transaction.atomic
def keep(resource: Resource, *, acting_user: User) -> None:
    """Put the resource with those that the person keeps. Keeping twice keeps once."""
    check_may_collect(acting_user)
    kept = _get_kept(acting_user)
    if not kept.items.filter(resource=resource).exists():
        add_item(kept, resource, acting_user=acting_user)
        record_use(acting_user, resource, Use.Verb.KEPT)


@transaction.atomic
def keep_no_more(resource: Resource, *, acting_user: User) -> None:
    kept = Collection.objects.filter(owner=acting_user, kept=True).first()
    item = kept.items.filter(resource=resource).first() if kept else None
    if item is not None:
        remove_item(item, acting_user=acting_user)


def _get_kept(user: User) -> Collection:
    """The person's collection of what is kept, made at first use."""
    try:
        with transaction.atomic():
            return Collection.objects.get_or_create(owner=user, kept=True)[0]
    except IntegrityError:  # another tab made it in the same instant
        return Collection.objects.get(owner=user, kept=True)


# --- collections --------------------------------------------------------------------------------


@transaction.atomic
def create_collection(said: Said, *, acting_user: User) -> Collection:
    """Raises :class:`BadRequest` with the fields that are wrong, :class:`Forbidden`."""
    check_may_collect(acting_user)
    _check_number(acting_user)
    collection = Collection(owner=acting_user)
    _write(collection, said, acting_user)
    do_audit("collection_created", collection, acting_user=acting_user)
    return collection


@transaction.atomic
def edit_collection(collection: Collection, said: Said, *, acting_user: User) -> Collection:
    check_may_collect(acting_user)
    if collection.kept:
        raise BadRequest(_("What you keep has no other name and is seen by nobody else."))
    before = collection.visibility
    _write(collection, said, acting_user)
    do_audit(
        "collection_edited",
        collection,
        acting_user=acting_user,
        visibility=[before, collection.visibility],
    )
    return collection


@transaction.atomic
def delete_collection(collection: Collection, *, acting_user: User) -> None:
    """The resources stay, and so do the copies that others made."""
    do_audit("collection_deleted", collection, acting_user=acting_user, title=str(collection))
    collection.delete()


@transaction.atomic
def copy_collection(collection: Collection, *, acting_user: User) -> Collection:
    """A collection of one's own with what one may read of this one; it remembers where it is from."""
    check_may_collect(acting_user)
    _check_number(acting_user)
    items = list(visible_items(acting_user, collection)[:ITEMS])
    copied = Collection(owner=acting_user, copied_from=collection)
    said = Said(
        title=str(collection),
        description=collection.description,
        kind=collection.kind,
        discipline=collection.discipline,
        levels=collection.levels,
    )
    _write(copied, said, acting_user)
    CollectionItem.objects.bulk_create(
        CollectionItem(
            collection=copied, resource_id=item.resource_id, position=place, note=item.note
        )
        for place, item in enumerate(items, start=1)
    )
    do_audit("collection_copied", copied, acting_user=acting_user, copied=str(collection.pk))
    return copied


def _write(collection: Collection, said: Said, user: User) -> None:
    establishment = _check(said, user)
    collection.title = check_title(said.title)
    collection.description = clean(said.description)
    collection.kind, collection.visibility = said.kind, said.visibility
    collection.establishment = establishment
    collection.discipline = said.discipline
    collection.levels = [value for value in Resource.Level.values if value in said.levels]
    collection.search_text = make_search_text(collection)
    collection.save()


def clean(text: str) -> str:
    """What a database takes: no NUL, no half of a character, lines that end alike."""
    whole = text.encode("utf-8", "replace").decode().replace("\0", " ")
    return "\n".join(whole.splitlines()).strip()


def make_search_text(collection: Collection) -> str:
    """What is searched, folded: never what lies in it, which not every reader may know of."""
    levels = [str(label) for value, label in Resource.Level.choices if value in collection.levels]
    said = [collection.title, collection.description, collection.get_discipline_display()]
    return fold(" ".join([*map(str, said), *levels]))


def _check(said: Said, user: User) -> Organisation | None:
    """The establishment that goes with the visibility; raises :class:`BadRequest` by field."""
    fields = {}
    if len(said.description) > DESCRIPTION:
        fields["description"] = _("This text is too long.")
    for name, choices in (("kind", Collection.Kind), ("visibility", Visibility)):
        if getattr(said, name) not in choices.values:
            fields[name] = _("Choose one of these.")
    if said.discipline and said.discipline not in Resource.Discipline.values:
        fields["discipline"] = _("Choose one of these.")
    establishment = None
    if said.visibility == Visibility.ESTABLISHMENT:
        mine = list(staff_organisations(user)[:50])
        establishment = said.establishment or (mine[0] if len(mine) == 1 else None)
        if establishment not in mine:
            fields["establishment"] = _("Choose one of your establishments.")
    try:
        check_title(said.title)
    except BadRequest as error:
        fields |= error.fields
    if fields:
        raise BadRequest(fields=fields)
    return establishment


def _check_number(user: User) -> None:
    if Collection.objects.filter(owner=user).count() >= COLLECTIONS:
        raise BadRequest(_("You have very many collections: delete one first."))


# --- items --------------------------------------------------------------------------------------


@transaction.atomic
def add_item(
    collection: Collection, resource: Resource, *, acting_user: User, note: str = ""
) -> CollectionItem:
    """Put the resource at the end; one that is there stays where it is, with its note."""
    _lock(collection)
    items = collection.items
    known = items.filter(resource=resource).first()
    if known is not None:
        return known
    if items.count() >= ITEMS:
        raise BadRequest(_("This collection is full: begin another one."))
    last = items.aggregate(last=Max("position"))["last"] or 0
    item = CollectionItem.objects.create(
        collection=collection, resource=resource, position=last + 1, note=_check_note(note)
    )
    _touch(collection)
    do_audit("collection_added", collection, acting_user=acting_user, resource=resource.pk)
    return item


@transaction.atomic
def collect(
    resource: Resource,
    *,
    acting_user: User,
    wanted: Mapping[Collection, bool],
    title: str = "",
    kind: str = Collection.Kind.COLLECTION,
) -> None:
    """Have the resource in these of one's collections and not in those, and in a new one if it has a title."""
    for collection, holds in wanted.items():
        if holds:
            add_item(collection, resource, acting_user=acting_user)
            continue
        item = collection.items.filter(resource=resource).first()
        if item is not None:
            remove_item(item, acting_user=acting_user)
    if title.strip():
        made = create_collection(Said(title=title, kind=kind), acting_user=acting_user)
        add_item(made, resource, acting_user=acting_user)


@transaction.atomic
def remove_item(item: CollectionItem, *, acting_user: User) -> None:
    _lock(item.collection)
    do_audit(
        "collection_removed", item.collection, acting_user=acting_user, resource=item.resource_id
    )
    item.delete()
    _touch(item.collection)


@transaction.atomic
def set_note(item: CollectionItem, note: str, *, acting_user: User) -> None:
    item.note = _check_note(note)
    item.save(update_fields=["note"])
    _touch(item.collection)
    do_audit(
        "collection_noted", item.collection, acting_user=acting_user, resource=item.resource_id
    )


@transaction.atomic
def move_item(
    item: CollectionItem, *, acting_user: User, by: int | None = None, to: int | None = None
) -> list[int]:
    """Move by so many places, or to a place (from 0), of those the person sees; returns their ids in order.

    What the person does not see keeps its place. A place beyond the ends is the end.
    """
    _lock(item.collection)
    seen = list(visible_items(acting_user, item.collection))
    ids = [one.pk for one in seen]
    if item.pk not in ids:
        return ids  # taken out meanwhile
    place = ids.index(item.pk)
    wanted = place + by if by is not None else (place if to is None else to)
    ids.insert(max(0, min(wanted, len(ids) - 1)), ids.pop(place))
    _put_in_order(item.collection, ids)
    do_audit("collection_ordered", item.collection, acting_user=acting_user, item=item.pk)
    return ids


def _put_in_order(collection: Collection, ids: Iterable[int]) -> None:
    """Give these items, in this order, the places that they have between them; renumber all from 1."""
    every = list(collection.items.order_by("position", "pk"))
    moved = list(ids)
    by_id, turn = {one.pk: one for one in every}, iter(moved)
    seen = set(moved)
    ordered = [by_id[next(turn)] if one.pk in seen else one for one in every]
    for position, one in enumerate(ordered, start=1):
        one.position = position
    CollectionItem.objects.bulk_update(ordered, ["position"])
    _touch(collection)


def _check_note(note: str) -> str:
    note = clean(note)
    if len(note) > NOTE:
        raise BadRequest(fields={"note": _("This text is too long.")})
    return note


def _lock(collection: Collection) -> None:
    """Nobody else changes the order before the end of the transaction."""
    Collection.objects.select_for_update().filter(pk=collection.pk).first()


def _touch(collection: Collection) -> None:
    collection.save(update_fields=["updated_at"])
