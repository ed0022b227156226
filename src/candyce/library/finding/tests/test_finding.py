"""Finding: words in their forms, misprints, synonyms, facets, and whose eyes see what."""

from __future__ import annotations

import json
import re

import pytest
from django.utils import timezone

from candyce.library.editions import do_make_edition, do_note_change
from candyce.library.finding import asked, facets, keeping, queries, store
from candyce.library.models import Resource, SearchChange
from candyce.projects.blobs import do_store_blob


def publish(slug, title, cells=(), **values):
    """A resource with one notebook of these code cells."""
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{place}",
                "metadata": {},
                "source": source,
                "outputs": [],
            }
            for place, source in enumerate(cells)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    blob = do_store_blob(json.dumps(notebook).encode())
    defaults = {
        "title": title, "abstract": "", "discipline": "nsi", "levels": ["premiere"],
        "keywords": [], "objectives": [], "duration": 55, "kind": "lesson", "language": "fr",
    }  # fmt: skip
    tree = {"n.ipynb": [blob.sha256, blob.size, 0]}
    return do_make_edition(slug, {**defaults, **values}, tree, acting_user=None).resource


def find(user, address):
    return queries.find(user, asked.parse(address))


def get_slugs(user, address):
    return [one.pk for one in find(user, address).resources]


@pytest.fixture
def shelf(school):
    publish("derivation", "La dérivation, pas à pas", keywords=["tangente"], levels=["premiere", "terminale"],
            discipline="mathematiques", theme="Analyse", duration=110)  # fmt: skip
    publish("tangentes", "Courbes et droites", abstract="Des tangentes pour la dérivation.",
            discipline="mathematiques", duration=25)  # fmt: skip
    publish("dictionnaires", "Les dictionnaires", ["eleves = {'Ada': 12}\nfor cle in eleves: print(cle)"],
            packages=["numpy"], offline=False)  # fmt: skip
    publish(
        "loops",
        "Writing loops",
        abstract="Derivatives are not needed.",
        language="en",
        kind="exercise",
    )
    publish("chevaux", "Compter les chevaux", levels=["seconde"], discipline="snt")
    return school


FORMS = {
    "DERIVATION": ["derivation", "tangentes", "loops"],
    "dérivations": ["derivation", "tangentes", "loops"],
    "l'élève": ["dictionnaires"],
    "cheval": ["chevaux"],
    "loop": ["loops"],
    "loops ": ["loops"],
    "dico": ["dictionnaires"],
    "maths": ["derivation", "tangentes"],
    "derivatoin": ["derivation", "tangentes", "loops"],
    "dictionaire ": ["dictionnaires"],
    "dictio": ["dictionnaires"],
    "di": ["dictionnaires"],
    "tangente": ["derivation", "tangentes"],
    "les dictionnaires de la": ["dictionnaires"],
    "print cle": ["dictionnaires"],
    "seconde": ["chevaux"],
    "Year 12": ["dictionnaires"],
    "zzzzzz": [],
}


def test_words_are_found_in_all_their_forms(shelf):
    assert {query: get_slugs(shelf.alice, f"q={query}") for query in FORMS} == FORMS


def test_when_nothing_has_all_words_those_that_have_most_are_said_to_be_so(shelf):
    results = find(shelf.alice, "q=tangente chevaux zebre")
    assert results.found.some
    assert find(shelf.alice, "q=tangente chevaux").found.some
    assert {one.pk for one in find(shelf.alice, "q=tangente chevaux").resources} == {
        "derivation", "tangentes", "chevaux",
    }  # fmt: skip


def test_each_facet_counts_what_the_other_choices_leave(shelf):
    results = find(shelf.alice, "discipline=mathematiques&discipline=snt&level=seconde")
    counts = results.found.counts
    assert [one.pk for one in results.resources] == ["chevaux"]
    assert counts["discipline"] == {"snt": 1}
    assert counts["level"] == {"premiere": 2, "terminale": 1, "seconde": 1}
    assert counts["kind"] == {"lesson": 1}
    shown = {shown.name: shown for shown in results.facets}
    assert [(one.value, one.chosen) for one in shown["discipline"].choices] == [
        ("snt", True), ("mathematiques", True),
    ]  # fmt: skip


CHOICES = {
    "mark=offline&kind=lesson&discipline=nsi": [],
    "package=numpy": ["dictionnaires"],
    "theme=Analyse": ["derivation"],
    "duration=30&duration=120": ["derivation", "tangentes"],
    "language=en": ["loops"],
    "q=derivation&mark=recommended": [],
    "level=sorcery": ["chevaux", "derivation", "dictionnaires", "loops", "tangentes"],
}


def test_choices_leave_the_resources_that_have_one_of_each(shelf):
    assert {one: sorted(get_slugs(shelf.alice, one)) for one in CHOICES} == CHOICES


def test_index_and_database_count_alike(shelf, monkeypatch):
    addresses = [
        "",
        "q=tangentes",
        "discipline=mathematiques&level=terminale",
        "mark=offline",
        "duration=60",
    ]
    indexed = [find(shelf.alice, one) for one in addresses]
    monkeypatch.setattr(keeping, "get_index", lambda: None)
    plain = [find(shelf.alice, one) for one in addresses]
    assert [one.plain for one in plain] == [True] * 5
    for one, other in zip(indexed, plain, strict=True):
        assert sorted(one.found.slugs) == sorted(other.found.slugs)
        assert one.found.counts == {name: dict(count) for name, count in other.found.counts.items()}


def test_a_change_is_found_at_once_and_what_is_gone_is_not(shelf):
    assert get_slugs(shelf.alice, "q=giraffe") == []
    resource = Resource.objects.get(pk="loops")
    resource.title = "A giraffe"
    resource.save()
    do_note_change(resource)
    assert get_slugs(shelf.alice, "q=giraffe") == ["loops"]
    resource.withdrawn_at = timezone.now()
    resource.save()
    do_note_change(resource)
    assert get_slugs(shelf.alice, "q=giraffe") == []
    assert find(shelf.alice, "").total == 4


def test_a_solution_cannot_be_found(school):
    publish(
        "secret",
        "Exercice",
        ["def double(x):\n    ### BEGIN SOLUTION\n    return deuxfoisplus\n    ### END SOLUTION"],
    )
    resource = Resource.objects.get()
    resource.visibility = "everyone"
    resource.save()
    assert get_slugs(school.bob, "q=double") == ["secret"]
    assert get_slugs(school.bob, "q=deuxfoisplus ") == []
    assert get_slugs(school.alice, "q=deuxfoisplus ") == []


@pytest.mark.parametrize(
    "harm", ["missing", "garbage", "truncated", "schema", "database", "folder"]
)
def test_an_index_that_cannot_be_used_is_made_anew(shelf, harm, settings):
    assert get_slugs(shelf.alice, "q=loop") == ["loops"]
    folder = settings.SEARCH_DIR
    state = json.loads((folder / "state.json").read_text())
    store._opened.clear()
    if harm == "missing":
        (folder / "state.json").unlink()
    elif harm == "garbage":
        (folder / "state.json").write_text("{")
    elif harm in {"schema", "database"}:
        (folder / "state.json").write_text(json.dumps({**state, harm: 99}))
    elif harm == "truncated":
        for file in (folder / state["folder"]).iterdir():
            if file.suffix in {".term", ".idx", ".store", ".fast"}:
                file.write_bytes(b"")
    else:
        (folder / state["folder"] / "meta.json").unlink()
    assert get_slugs(shelf.alice, "q=loop") == ["loops"]
    assert get_slugs(shelf.alice, "q=loop") == ["loops"]
    assert json.loads((folder / "state.json").read_text())["folder"] != state["folder"]


def spoil(monkeypatch, harm):
    """Have the index be of no use, and its folder refuse what is to be written there."""

    def refuse(*_args, **_more):
        raise ValueError("the writer was killed") if harm == "writer" else OSError(28, harm)

    if harm == "broken":
        monkeypatch.setattr(store.Path, "unlink", refuse)
        monkeypatch.setattr("candyce.library.finding.search.Planner", refuse)
    else:
        store.forget_state()
        monkeypatch.setattr(store, "hold_lock" if harm == "folder" else "make_index", refuse)


@pytest.mark.parametrize("harm", ["folder", "disk", "writer", "broken"])
def test_an_index_that_cannot_be_written_leaves_the_database_to_answer(
    shelf, portal, monkeypatch, caplog, harm
):
    Resource.objects.update(visibility="everyone")
    assert not find(shelf.alice, "q=loop").plain
    spoil(monkeypatch, harm)
    page = portal.get("/library/?q=loop")
    assert page.status_code == 200
    assert [one.pk for one in page.context["resources"]] == ["loops"]
    assert "mots exacts" in page.content.decode()
    assert "search index cannot be" in caplog.text
    data = portal.get("/api/library/?q=loop").json()
    assert [one["id"] for one in data["resources"]] == ["loops"]
    assert "/library/loops/" in portal.get("/library/feed/?q=loop").content.decode()


@pytest.fixture
def made(monkeypatch):
    """How often the index was asked to be made by a process of its own; two resources are many."""
    made = []
    monkeypatch.setattr(keeping, "FEW", 2)
    monkeypatch.setattr(keeping, "_asked_at", 0.0)
    monkeypatch.setattr(keeping, "start_rebuild", lambda: made.append(1))
    return made


def test_a_large_library_is_searched_in_the_database_until_its_index_is_made(shelf, made):
    results = find(shelf.alice, "q=loop")
    assert (results.plain, [one.pk for one in results.resources], made) == (True, ["loops"], [1])
    assert find(shelf.alice, "q=loop").plain
    assert made == [1]
    assert keeping.bring_up_to_date() == 5
    assert not find(shelf.alice, "q=loop").plain


def test_an_index_that_is_far_behind_is_brought_up_to_date_in_the_background(shelf, made):
    keeping.bring_up_to_date()
    assert not find(shelf.alice, "q=zebre").plain
    for number in range(3):
        publish(f"zebre-{number}", "Un zèbre")
    results = find(shelf.alice, "q=zebre")
    assert (results.plain, results.total, made) == (True, 3, [1])
    assert keeping.bring_up_to_date() is None
    results = find(shelf.alice, "q=zebre")
    assert (results.plain, results.total, made) == (False, 3, [1])


def hold_thread():
    return keeping._catching_up


def hold_process():
    return store.hold_lock(wait=True)


@pytest.mark.parametrize("hold", [hold_thread, hold_process])
@pytest.mark.parametrize("usable", [True, False])
def test_nobody_waits_for_who_writes_the_index_and_nobody_sees_it_behind(
    shelf, monkeypatch, hold, usable
):
    keeping.bring_up_to_date()
    monkeypatch.setattr(keeping, "PATIENCE", 0.03)
    publish("loops-again", "Loops, again")
    Resource.objects.filter(pk="loops").delete()
    SearchChange.objects.create(resource_id="loops")
    if not usable:
        store.forget_state()
    with hold():
        results = find(shelf.alice, "q=loops&language=fr")
        assert (results.plain, results.total) == (True, 1)
        assert results.found.counts["language"] == {"fr": 1}
    results = find(shelf.alice, "q=loops&language=fr")
    assert (results.plain, results.total) == (False, 1)


def test_facets_of_a_huge_library_name_nothing_that_is_hidden(shelf, monkeypatch):
    Resource.objects.update(visibility="everyone")
    publish("hidden", "Une boucle", theme="Secret", packages=["secretlib"], visibility="teachers")
    monkeypatch.setattr("candyce.library.finding.search.EXACT", -1)
    counts = find(shelf.bob, "package=secretlib&kind=lesson").found.counts
    assert find(shelf.alice, "").found.counts["package"]["secretlib"] == 1
    results = find(shelf.bob, "")
    assert all(all(found.values()) for found in [*results.found.counts.values(), *counts.values()])
    assert [one.value for one in {one.name: one for one in results.facets}["theme"].choices] == [
        "Analyse"
    ]
    chosen = find(shelf.bob, "theme=Secret").facets
    shown = {one.name: [(choice.value, choice.count) for choice in one.choices] for one in chosen}
    assert shown["theme"] == [("Analyse", 1), ("Secret", 0)]


def read_themes(page):
    """The themes of the page in sight, and those of its part that unfolds with whether it is open."""
    body = page.split('id="filter-theme"')[1].split('id="filter-language"')[0]
    head, _tag, rest = body.partition('<details class="filter-more" id="more-theme"')
    names = [re.findall(r'name="theme" value="([^"]+)"', part) for part in (head, rest)]
    return *names, rest.startswith(" open>"), "Tout afficher (15)" in plain_spaces(rest)


def plain_spaces(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_every_theme_can_be_ticked_those_beyond_the_first_ones_in_a_part_that_unfolds(
    school, portal
):
    themes = [f"Thème {number:02}" for number in range(15)]
    for number, theme in enumerate(themes):
        publish(f"r-{number}", "Une leçon", theme=theme, visibility="everyone")
    page = portal.get("/library/").content.decode()
    assert read_themes(page) == (themes[:12], themes[12:], False, True)
    assert 'id="more-language"' not in page
    page = portal.get("/library/?theme=Thème+13").content.decode()
    assert read_themes(page) == (themes[:12], themes[12:], True, True)
    assert [one["id"] for one in portal.get("/api/library/").json()["facets"]["theme"]] == themes


def test_a_facet_of_very_many_values_shows_the_hundred_most_frequent_and_what_was_chosen():
    counts = {"package": {f"package-{number:03}": 1 for number in range(150)}}
    [shown] = facets.show(counts, {"package": ("package-140",)}, lambda *_value: False)
    assert len(shown.choices) == 101
    assert (shown.choices[-1].value, shown.more_chosen, shown.whole) == ("package-140", True, False)
