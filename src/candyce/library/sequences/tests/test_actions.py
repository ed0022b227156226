"""Keeping, arranging, noting; in whatever order it happens."""

from __future__ import annotations

import pytest

from candyce.lib.errors import BadRequest
from candyce.library.models import Collection, CollectionItem, Resource, Use
from candyce.library.sequences import actions
from candyce.library.sequences.actions import Said


def get_order(collection):
    return list(collection.items.values_list("resource_id", flat=True))


def get_item(collection, slug):
    return CollectionItem.objects.get(collection=collection, resource=slug)


def test_keeping_twice_keeps_once_and_letting_go_empties(school, resources):
    for _time in range(2):
        actions.keep(resources["tris"], acting_user=school.alice)
    kept = Collection.objects.get()
    assert (kept.owner, kept.kept, get_order(kept)) == (school.alice, True, ["tris"])
    assert Use.objects.get(verb="kept").count == 1
    for _time in range(2):
        actions.keep_no_more(resources["tris"], acting_user=school.alice)
    assert get_order(kept) == []


@pytest.mark.parametrize(
    ("slug", "how", "order"),
    [
        ("boucles", {"by": 1}, ["tris", "boucles", "graphes"]),
        ("boucles", {"by": -1}, ["boucles", "tris", "graphes"]),
        ("graphes", {"by": 1}, ["boucles", "tris", "graphes"]),
        ("graphes", {"to": 0}, ["graphes", "boucles", "tris"]),
        ("boucles", {"to": 99}, ["tris", "graphes", "boucles"]),
        ("tris", {}, ["boucles", "tris", "graphes"]),
    ],
)
def test_item_moves_by_a_place_or_to_one(school, sequence, slug, how, order):
    actions.move_item(get_item(sequence, slug), acting_user=school.alice, **how)
    assert get_order(sequence) == order
    assert list(sequence.items.values_list("position", flat=True)) == [1, 2, 3]


def test_what_is_not_seen_keeps_its_place(school, sequence):
    Resource.objects.filter(pk="tris").update(visibility="me")
    order = actions.move_item(get_item(sequence, "graphes"), acting_user=school.alice, by=-1)
    assert get_order(sequence) == ["graphes", "tris", "boucles"]
    assert order == [get_item(sequence, slug).pk for slug in ("graphes", "boucles")]


def test_adding_again_leaves_the_place_and_the_note(school, sequence, resources):
    actions.add_item(sequence, resources["boucles"], acting_user=school.alice, note="autre")
    assert get_order(sequence) == ["boucles", "tris", "graphes"]
    assert get_item(sequence, "boucles").note == "Note de boucles"


def test_full_collection_takes_no_more(school, sequence, resources, monkeypatch):
    actions.remove_item(get_item(sequence, "tris"), acting_user=school.alice)
    monkeypatch.setattr(actions, "ITEMS", 2)
    with pytest.raises(BadRequest):
        actions.add_item(sequence, resources["tris"], acting_user=school.alice)
    monkeypatch.setattr(actions, "COLLECTIONS", 1)
    with pytest.raises(BadRequest):
        actions.create_collection(Said(title="Une de trop"), acting_user=school.alice)


@pytest.mark.parametrize(
    "said",
    [
        {"title": "  \u200b\n"},
        {"title": "x" * 201},
        {"title": "x", "kind": "heap"},
        {"title": "x", "visibility": "martians"},
        {"title": "x", "discipline": "sorcery"},
        {"title": "x", "description": "x" * 5001},
    ],
)
def test_what_makes_no_sense_is_refused_by_field(school, said):
    with pytest.raises(BadRequest) as refused:
        actions.create_collection(Said(**said), acting_user=school.alice)
    assert refused.value.fields
    assert not Collection.objects.exists()


def test_words_that_a_database_refuses_are_made_harmless(school, resources):
    said = Said(title="a\0b \ud800", description="c\0d\r\ne \udfff", levels=["seconde", "x"])
    made = actions.create_collection(said, acting_user=school.alice)
    made.refresh_from_db()
    assert (made.title, made.description, made.levels) == ("a b ?", "c d\ne ?", ["seconde"])
    item = actions.add_item(made, resources["tris"], acting_user=school.alice)
    actions.set_note(item, "n\0\udfff", acting_user=school.alice)
    with pytest.raises(BadRequest):
        actions.set_note(item, "x" * 2001, acting_user=school.alice)


def test_deleting_leaves_resources_and_copies(school, sequence):
    Collection.objects.filter(pk=sequence.pk).update(visibility="teachers")
    made = actions.copy_collection(sequence, acting_user=school.charlie)
    actions.delete_collection(sequence, acting_user=school.alice)
    made.refresh_from_db()
    assert made.copied_from is None
    assert get_order(made) == ["boucles", "tris", "graphes"]
    assert Resource.objects.count() == 3
