"""An adaptation's changes go back into the original: seen cell by cell, chosen, looked over, credited."""

from __future__ import annotations

import json

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from candyce.library.models import Draft, News, Resource
from candyce.library.publishing import changes, tasks
from candyce.library.publishing.merging import plan
from candyce.library.publishing.merging.cells import BOTH, THEIRS, apply, find_changes
from candyce.library.publishing.tests.publications import (
    TEXT,
    give_notebook,
    make_notebook,
    make_project,
    publish,
)
from candyce.projects import files
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project


def make(*sources):
    cells = [
        {"id": f"c{n}", "cell_type": "markdown", "metadata": {}, "source": source}
        for n, source in enumerate(sources)
        if source is not None
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def sources(notebook):
    return [cell["source"] for cell in notebook["cells"]]


CELL, FILE = "library/publishing/_merge_cell.html", {"number": 0, "path": "a.ipynb"}
LONG = "une première ligne\nune deuxième\nune troisième\nune quatrième\nune cinquième"


def test_changes_of_cells_that_i_left_are_taken():
    base = make("titre", "texte un", "texte deux", "fin")
    theirs = make("titre", "texte un, plus clair", None, "fin", "une cellule de plus")
    mine = make("mon titre à moi", "texte un", "texte deux", "fin")
    # Ids alone do not tell whether the cell that went is the one that came: nbdime does.
    changes = find_changes(base, theirs, mine)
    assert [(one.kind, one.meets) for one in changes] == [
        ("changed", False), ("removed", False), ("added", False),
    ]  # fmt: skip
    everything = apply(mine, changes, {one.number: THEIRS for one in changes})
    assert sources(everything) == [
        "mon titre à moi",
        "texte un, plus clair",
        "fin",
        "une cellule de plus",
    ]
    assert sources(apply(mine, changes, {2: THEIRS})) == [*sources(mine), "une cellule de plus"]
    assert apply(mine, changes, {}) == mine


def test_changes_of_both_are_put_together_where_they_do_not_meet_and_else_asked_about():
    base = make(LONG, "a\nb")
    theirs = make(LONG.replace("première", "toute première"), "a\ntheirs")
    mine = make(LONG.replace("cinquième", "dernière"), "a\nmine")
    apart, meeting = find_changes(base, theirs, mine)
    assert [apart.meets, meeting.meets] == [False, True]
    merged, kept = sources(apply(mine, [apart, meeting], {0: THEIRS}))
    assert "toute première" in merged
    assert "dernière" in merged
    assert kept == "a\nmine"
    assert sources(apply(mine, [meeting], {1: THEIRS}))[1] == "a\ntheirs"
    both = apply(mine, [meeting], {1: BOTH})
    assert sources(both)[1:] == ["a\nmine", "a\ntheirs"]
    assert len({cell["id"] for cell in both["cells"]}) == 3


def test_what_i_have_already_and_what_i_deleted():
    base = make("a", "b", "c")
    assert find_changes(base, make("a", "b2", "c"), make("a", "b2", "c")) == []
    (change,) = find_changes(base, make("a", "b2", "c"), make("a", None, "c"))
    assert (change.meets, change.place) == (True, None)
    assert sources(apply(make("a", None, "c"), [change], {0: THEIRS})) == ["a", "b2", "c"]


def test_what_i_changed_of_a_cell_that_they_delete_or_change_is_said_as_it_is():
    base = make("a", "b", "c")
    mine = make("a", "b à moi", "c")
    mine["cells"][2]["metadata"] = {"tags": ["mien"]}
    theirs = make("a", None, "c")
    theirs["cells"][1]["metadata"] = {"tags": ["leur"]}
    deleted, settings = find_changes(base, theirs, mine)
    assert (deleted.meets, deleted.theirs, bool(deleted.mine_lines)) == (True, None, True)
    assert (settings.meets, settings.mine_lines) == (True, [])
    (gone,) = find_changes(base, make("a", "b2", "c"), make("a", None, "c"))
    with translation.override("en"):
        pages = [
            render_to_string(CELL, {"cell": one, "file": FILE}) for one in (deleted, settings, gone)
        ]
    no_longer, settings_alone = (
        "It is no longer in yours",
        "You changed its settings or images alone",
    )
    assert [no_longer in page for page in pages] == [False, False, True]
    assert [settings_alone in page for page in pages] == [False, True, False]
    assert ["Delete the cell" in page for page in pages] == [True, False, False]


@pytest.fixture
def adapted(portal, school):
    """Alice's resource and Charlie's adaptation of it, with one cell changed and one added."""
    original = publish(portal, school.alice, make_project(school.alice))
    portal.force_login(school.charlie)
    portal.post(reverse("library:adapt", args=[original.pk]))
    project = Project.objects.get(owner=school.charlie)
    more = {"id": "more", "cell_type": "markdown", "metadata": {}, "source": "Un défi de plus."}
    give_notebook(project, TEXT.replace("cartes à jouer", "livres"), more)
    return original, publish(portal, school.charlie, project, authors="Charlie Test")


def test_author_merges_an_adaptation_and_publishes_it_with_its_author(portal, school, adapted):
    original, adaptation = adapted
    portal.force_login(school.alice)
    url = reverse("library:merge", args=[original.pk, adaptation.pk])
    page = portal.get(url)
    (file,) = page.context["plan"].files
    assert [cell.kind for cell in file.cells] == ["changed", "added"]
    answer = portal.post(url, {"state": page.context["plan"].state, "take": ["0:1"]})
    source = original.source
    assert answer.url == reverse("library:publish", args=[source.pk])
    source.refresh_from_db()
    cells = json.loads(read_blob(source.tree["tri.ipynb"][0]))["cells"]
    assert cells[0]["source"] == TEXT
    assert cells[-1]["source"] == "Un défi de plus."
    form = portal.get(answer.url).context["form"]
    assert "Charlie Test" in form["authors"].value()
    assert "Charlie Test" in form["notes"].value()
    edition = publish(portal, school.alice, source)  # the form that is sent names Alice alone
    assert edition.authors == ["Alice Test", "Charlie Test"]
    assert News.objects.filter(user=school.charlie, kind="merged", resource=adaptation).exists()
    assert source.versions.filter(reason="named").exists()


def test_those_who_adapted_a_resource_hear_of_its_change_after_it_is_published(
    portal, school, adapted, django_capture_on_commit_callbacks
):
    original, _adaptation = adapted
    give_notebook(original.source, "# Le tri, mieux dit")
    with django_capture_on_commit_callbacks(execute=True):
        publish(portal, school.alice, original.source)
        assert not News.objects.filter(kind="original_changed").exists()
    assert News.objects.get(kind="original_changed").user == school.charlie
    News.objects.all().delete()
    Resource.objects.filter(pk=original.pk).update(visibility="me")
    edition = original.editions.get(number=2)
    tasks.tell_adapters.call(edition.pk, [], str(school.alice.pk))
    assert not News.objects.exists()


def test_merging_something_else_than_what_was_shown_is_refused(portal, school, adapted):
    original, adaptation = adapted
    portal.force_login(school.alice)
    url = reverse("library:merge", args=[original.pk, adaptation.pk])
    state = portal.get(url).context["plan"].state
    more = {"id": "mine", "cell_type": "markdown", "metadata": {}, "source": "À moi."}
    give_notebook(original.source, TEXT, more)
    assert portal.post(url, {"state": state, "take": ["0:1"]}).status_code == 409
    state = portal.get(url).context["plan"].state
    assert (
        portal.post(
            url, {"state": state, "take": ["9:9", "x", "0:"], "how-9": "theirs"}
        ).status_code
        == 422
    )


def test_merge_that_does_not_fit_writes_nothing(portal, school, adapted, settings):
    original, adaptation = adapted
    theirs = Project.objects.get(owner=school.charlie)
    files.put_file(theirs, "z.txt", b"z" * 20_000, acting_user=school.charlie)
    publish(portal, school.charlie, theirs, authors="Charlie Test")
    portal.force_login(school.alice)
    url = reverse("library:merge", args=[original.pk, adaptation.pk])
    state = portal.get(url).context["plan"].state
    source = original.source
    settings.PROJECT_QUOTA = source.size + 10_000
    answer = portal.post(url, {"state": state, "action": "all"})
    assert answer.status_code == answer.context["error"].status
    source.refresh_from_db()
    assert source.tree == original.version.tree
    assert not Draft.objects.exclude(credits=[]).exists()


def test_page_looks_into_few_notebooks_and_leads_to_the_others(
    portal, school, adapted, monkeypatch
):
    names = ("a.ipynb", "b.ipynb")
    trees = [
        make_project(school.alice, **dict.fromkeys(names, make_notebook(text))).tree
        for text in ("Un texte.", "Un autre texte.")
    ]
    for module in (plan, changes):
        monkeypatch.setattr(module, "COMPARED", 1)
    first, later = plan.make_plan(*trees, trees[0]).files
    assert [first.later, len(first.cells), later.later, later.cells] == [False, 1, True, []]
    assert not later.whole
    (alone,) = plan.make_plan(*trees, trees[0], only="b.ipynb").files
    assert (alone.path, len(alone.cells)) == ("b.ipynb", 1)
    compared, _more = changes.compare_files(*trees)
    assert [(one.later, one.comparison is None) for one in compared] == [
        (False, False), (True, True),
    ]  # fmt: skip
    (alone,), more = changes.compare_files(*trees, only="b.ipynb")
    assert (alone.comparison is None, more) == (False, 0)


def test_changes_of_one_file_are_taken_from_its_own_page(portal, school, adapted, monkeypatch):
    original, adaptation = adapted
    portal.force_login(school.alice)
    url = reverse("library:merge", args=[original.pk, adaptation.pk])
    with monkeypatch.context() as patched:
        patched.setattr(plan, "COMPARED", 0)
        whole = portal.get(url)
        assert "?file=tri.ipynb" in whole.content.decode()
        taken = portal.post(url, {"state": whole.context["plan"].state, "take": ["0:1", "0:-1"]})
        assert taken.status_code == 422
    page = portal.get(f"{url}?file=tri.ipynb")
    assert url in page.content.decode()
    state = page.context["plan"].state
    assert portal.post(url, {"state": state, "take": ["0:1"]}).status_code == 409
    answer = portal.post(f"{url}?file=tri.ipynb", {"state": state, "take": ["0:1"]})
    assert answer.status_code == 302


def test_without_a_project_one_is_made(portal, school, adapted):
    original, adaptation = adapted
    Resource.objects.filter(pk=original.pk).update(source=None)
    portal.force_login(school.alice)
    url = reverse("library:merge", args=[original.pk, adaptation.pk])
    state = portal.get(url).context["plan"].state
    portal.post(url, {"state": state, "action": "all"})
    project = Project.objects.exclude(title="Mon tri").get(owner=school.alice)
    assert publish(portal, school.alice, project).pk == original.pk


def test_licence_may_forbid_to_take_changes_back(portal, school, adapted):
    original, adaptation = adapted
    Resource.objects.filter(pk=adaptation.pk).update(licence="CC-BY-SA-4.0")
    portal.force_login(school.alice)
    url = reverse("library:merge", args=[original.pk, adaptation.pk])
    page = portal.get(url)
    assert not page.context["verdict"].allowed
    answer = portal.post(url, {"state": page.context["plan"].state, "action": "all"})
    assert answer.status_code == 403


def test_only_authors_merge_and_only_what_they_may_read(portal, school, adapted):
    original, adaptation = adapted
    url = reverse("library:merge", args=[original.pk, adaptation.pk])
    for name, status in (("bob", 404), ("charlie", 403), ("inspector", 403), ("admin", 403)):
        portal.force_login(getattr(school, name))
        assert portal.get(url).status_code == status, name
    Resource.objects.filter(pk=adaptation.pk).update(visibility="me")
    portal.force_login(school.alice)
    assert portal.get(url).status_code == 404
    assert (
        list(portal.get(reverse("library:adaptations", args=[original.pk])).context["adaptations"])
        == []
    )
