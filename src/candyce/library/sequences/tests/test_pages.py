"""The pages, without JavaScript: keep, collect, arrange, share."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candyce.library.loader import load_content
from candyce.library.models import Collection, Resource
from candyce.library.sequences import actions, queries
from candyce.library.tests.test_library import get_folder

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7*7 }}"
PART = {"headers": {"X-Requested-With": "fetch"}}


@pytest.fixture
def alice(portal, school):
    portal.force_login(school.alice)
    return portal


def get_order(collection):
    return list(collection.items.values_list("resource_id", flat=True))


def test_one_click_keeps_and_leads_back_to_where_the_button_stands(alice, resources):
    sent = {"kept": "1", "next": "/library/?q=tri"}
    answer = alice.post("/library/tris/keep/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/library/?q=tri")
    for strange in ("https://evil.example/", "//evil.example", "javascript:alert(1)", ""):
        answer = alice.post("/library/tris/keep/", {"kept": "1", "next": strange})
        assert answer["Location"] == "/library/tris/"
    kept = Collection.objects.get()
    assert get_order(kept) == ["tris"]
    html = alice.get("/library/tris/").content.decode()
    assert 'aria-pressed="true"' in html
    answer = alice.post("/library/tris/keep/", {"kept": "0"}, **PART)
    assert answer.json() == {"kept": False}
    assert get_order(kept) == []
    assert alice.post("/library/unknown/keep/").status_code == 404


def test_dialog_puts_a_resource_where_it_is_ticked(alice, sequence, resources, school):
    other = actions.create_collection(actions.Said(title="Autre"), acting_user=school.alice)
    page = alice.get("/library/tris/keep/collections/", **PART)
    assert b"<html" not in page.content
    sent = {
        "collections": [str(other.pk)],
        "shown": [str(other.pk), str(sequence.pk)],
        "title": "Toute neuve",
        "kind": "sequence",
    }
    answer = alice.post("/library/tris/keep/collections/", sent, **PART)
    assert answer.status_code == 200
    assert get_order(other) == ["tris"]
    assert get_order(sequence) == ["boucles", "graphes"]
    made = Collection.objects.get(title="Toute neuve")
    assert (made.kind, get_order(made)) == ("sequence", ["tris"])
    # A collection made since the page was shown is left as it is.
    alice.post("/library/tris/keep/collections/", {"shown": [str(other.pk)]})
    assert get_order(other) == []
    assert get_order(made) == ["tris"]
    sent = {"title": "x" * 300}
    refused = alice.post("/library/tris/keep/collections/", sent, **PART)
    assert refused.status_code == 422


def test_somebody_elses_collection_is_not_reached_by_its_id(portal, sequence, school):
    portal.force_login(school.charlie)
    sent = {"collections": [], "shown": [str(sequence.pk)]}
    portal.post("/library/tris/keep/collections/", sent)
    assert get_order(sequence) == ["boucles", "tris", "graphes"]


def test_sequence_is_made_arranged_shared_and_deleted(alice, school, resources):
    sent = {"title": "Ma suite", "kind": "sequence", "visibility": "me", "levels": ["premiere"]}
    answer = alice.post("/library/collections/new/?resource=tris", sent)
    made = Collection.objects.get()
    address = f"/library/collections/{made.pk}/"
    assert (answer["Location"], get_order(made)) == (address, ["tris"])
    item = actions.add_item(made, resources["boucles"], acting_user=school.alice)
    answer = alice.post(f"{address}{item.pk}/move/", {"by": "-1"})
    assert (answer["Location"], get_order(made)) == (
        f"{address}#item-{item.pk}",
        ["boucles", "tris"],
    )
    order = alice.post(f"{address}{item.pk}/move/", {"to": "1"}, **PART).json()["order"]
    assert order[1] == item.pk
    alice.post(f"{address}{item.pk}/note/", {"note": "Prévoir une heure."})
    assert "Prévoir une heure." in alice.get(address).content.decode()
    alice.post(f"{address}{item.pk}/note/", {"note": "x" * 3000})
    assert made.items.get(pk=item.pk).note == "Prévoir une heure."
    answer = alice.post(f"{address}edit/", sent | {"title": "Suite", "visibility": "establishment"})
    made.refresh_from_db()
    assert (made.title, made.visibility, made.establishment) == (
        "Suite",
        "establishment",
        school.organisation,
    )
    alice.post(f"{address}{item.pk}/remove/")
    assert get_order(made) == ["tris"]
    assert alice.get(f"{address}delete/").status_code == 200
    assert alice.post(f"{address}delete/").status_code == 302
    assert not Collection.objects.exists()


@pytest.mark.parametrize("sent", [{"by": "x"}, {"by": "9" * 30}, {"to": "-1"}])
def test_move_that_makes_no_sense_is_refused(alice, sequence, sent):
    item = sequence.items.first()
    address = f"/library/collections/{sequence.pk}/{item.pk}/move/"
    assert alice.post(address, sent).status_code == 422
    assert get_order(sequence) == ["boucles", "tris", "graphes"]
    strange = f"/library/collections/{sequence.pk}/{'9' * 30}/move/"
    assert alice.post(strange, {"by": "1"}).status_code == 404


def test_hostile_words_are_shown_as_words(alice, sequence, school):
    said = actions.Said(title=HOSTILE, description=HOSTILE, kind="sequence", visibility="everyone")
    actions.edit_collection(sequence, said, acting_user=school.alice)
    actions.set_note(sequence.items.first(), HOSTILE, acting_user=school.alice)
    pages = [
        f"/library/collections/{sequence.pk}/",
        f"/library/collections/{sequence.pk}/edit/",
        f"/library/collections/{sequence.pk}/delete/",
        "/library/collections/",
        "/library/boucles/",
        "/library/boucles/keep/collections/",
        "/library/?q=script",
    ]
    for page in pages:
        html = alice.get(page).content.decode()
        assert "<script>alert" not in html, page
        assert "<img src=x" not in html, page
        assert "alert(1)" in html or "q=" in page, page


@pytest.mark.parametrize("key", ["unknown", "0" * 32, "x" * 300, "new-one"])
def test_unknown_collection_is_not_found(alice, key, db):
    assert alice.get(f"/library/collections/{key}/").status_code == 404


def test_pages_ask_as_many_questions_for_many_as_for_few(alice, school, sequence, tmp_path):
    pages = ["/library/collections/", f"/library/collections/{sequence.pk}/", "/library/?q=boucle"]

    def count():
        found = []
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert alice.get(page).status_code == 200
            found.append(len(asked))
        return found

    count()
    before = count()
    for number in range(5):
        get_folder(tmp_path, f"boucle-{number}", title=f"Boucle {number}")
    load_content(tmp_path)
    for resource in Resource.objects.all():
        actions.add_item(sequence, resource, acting_user=school.alice)
        actions.keep(resource, acting_user=school.alice)
    for number in range(4):
        actions.create_collection(
            actions.Said(title=f"boucle {number}", visibility="everyone"), acting_user=school.alice
        )
    count()  # the index reads what changed
    assert count() == before


def test_search_shows_matching_collections_above(alice, sequence, school):
    page = alice.get("/library/?q=algorithme")
    assert page.context["collections"] == [sequence]
    assert queries.find(school.alice, "   ") == []
    assert queries.find(school.alice, "boucle graphe") == [sequence]
    assert queries.find(school.alice, "boucle inconnue") == []
    assert queries.find(school.alice, "x" * 10_000) == []
