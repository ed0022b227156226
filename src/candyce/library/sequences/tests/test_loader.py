"""The sequences that ship: loaded with the content, once."""

from __future__ import annotations

import pytest

from candyce.library.loader import CONTENT, load_content, read_resource
from candyce.library.models import Collection, Resource
from candyce.library.sequences.access import get_collection, visible_items
from candyce.library.sequences.loader import InvalidSequence, load_sequences, read_sequence
from candyce.library.tests.test_library import get_folder

SHIPPED = sorted((CONTENT / "sequences").glob("*.toml"))
TOML = """
title = "Compter"
abstract = "Deux séances."
discipline = "nsi"
levels = ["premiere"]
kind = "sequence"
[[items]]
resource = "autre"
note = "Commencez ici."
[[items]]
resource = "essai"
"""


def write(root, text=TOML):
    folder = root / "sequences"
    folder.mkdir(exist_ok=True)
    (folder / "compter.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_sequence_is_complete(path):
    data = read_sequence(path)
    assert 50 <= len(data["abstract"]) <= 600
    for slug, note in data["items"]:
        metadata, _files = read_resource(CONTENT / slug)
        assert metadata["title"]
        assert len(note) <= 1000


def test_loading_with_the_content_is_done_once_and_again_when_it_changes(db, tmp_path):
    get_folder(tmp_path)
    get_folder(tmp_path, "autre")
    folder = write(tmp_path)
    assert load_content(tmp_path) == ["autre", "essai", "compter"]
    assert load_content(tmp_path) == []
    collection = Collection.objects.get()
    items = list(collection.items.values_list("position", "resource_id", "note"))
    assert items == [(1, "autre", "Commencez ici."), (2, "essai", "")]
    assert (collection.owner, collection.visibility, collection.kind) == (
        None,
        "everyone",
        "sequence",
    )
    write(tmp_path, TOML.split("[[items]]", maxsplit=1)[0] + '[[items]]\nresource = "essai"\n')
    assert load_sequences(folder) == ["compter"]
    assert Collection.objects.get().pk == collection.pk
    assert list(collection.items.values_list("position", "resource_id")) == [(1, "essai")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nsi", "sorcery"),
        ("premiere", "x"),
        ("essai", "unknown"),
        ("essai", "autre"),
        ("sequence", "x"),
        ("title", "name"),
    ],
)
def test_invalid_file_is_named_and_nothing_of_it_is_loaded(db, tmp_path, before, after):
    get_folder(tmp_path)
    get_folder(tmp_path, "autre")
    write(tmp_path, TOML.replace(before, after, 1))
    with pytest.raises(InvalidSequence, match="compter"):
        load_content(tmp_path)
    assert not Collection.objects.exists()


def test_what_is_withdrawn_is_left_out_for_readers(school, tmp_path):
    get_folder(tmp_path)
    get_folder(tmp_path, "autre")
    write(tmp_path)
    load_content(tmp_path)
    Resource.objects.filter(pk="autre").update(visibility="me")
    collection = get_collection(school.bob, "compter")
    items = visible_items(school.bob, collection)
    assert [item.resource_id for item in items] == ["essai"]
