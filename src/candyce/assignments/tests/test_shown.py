"""One copy on the projector: live, read-only, and without a word that says whose it is."""

from __future__ import annotations

import json

import pytest

from candyce.assignments import shown
from candyce.assignments.tests.exercises import SECRETS, make_exercises_world
from candyce.assignments.tests.pages import assert_clean, url
from candyce.collab import store
from candyce.collab.actions import replace_notebook


def type_in(classroom, name, *sources):
    """The pupil's live notebook now holds these code cells."""
    copy = classroom.copy_of(name)
    store.open_document(copy.project_id, "triangles.ipynb")
    cells = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {"author": "Bob Test"},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    notebook = {
        "cells": cells,
        "metadata": {"authors": [{"name": "Bob Test"}]},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    user = classroom.people[name]
    assert replace_notebook(copy.project, "triangles.ipynb", notebook, acting_user=user)


def address(classroom, name, page="shown"):
    copy = classroom.copy_of(name)
    return url(page, copy.assignment_id, shown.get_key(copy))


def test_nothing_on_the_page_names_the_pupil(as_, classroom):
    copy = classroom.open("bob")
    type_in(classroom, "bob", "cote = 3", "<script>alert(1)</script>")
    answer = as_("alice").get(url("show_copy", copy.pk))
    assert answer.url == address(classroom, "bob")
    texts = [answer.url]
    for page in (answer.url, address(classroom, "bob", "shown_cells")):
        got = as_("alice").get(page)
        assert got.status_code == 200
        texts += [got.content.decode(), str(got.headers)]
    bob = classroom.people["bob"]
    names = (
        "Bob", "bob", bob.username, bob.full_name, bob.initials + "<", str(bob.pk), bob.pk.hex,
        str(copy.pk), copy.pk.hex, str(copy.project_id), copy.project_id.hex,
    )  # fmt: skip
    for text in texts:
        assert [name for name in names if name in text] == []
    assert "cote" in texts[1]
    assert_clean(texts[1])


def test_what_is_typed_comes_and_what_has_not_changed_does_not(as_, classroom):
    classroom.open("bob")
    type_in(classroom, "bob", "a = 1", "", "")
    browser, page = as_("alice"), address(classroom, "bob", "shown_cells")
    first = browser.get(page).json()
    assert len(first["order"]) == len(first["cells"]) == 3
    have = ".".join([first["mark"], *(mark for mark, _html in first["cells"].values())])
    assert browser.get(page, {"have": have}).status_code == 204
    type_in(classroom, "bob", "a = 1", "", "perimetre = 12")
    news = browser.get(page, {"have": have}).json()
    [(changed, (_mark, html))] = news["cells"].items()
    assert changed == first["order"][2]
    assert "perimetre" in html
    # One cell less and one more that is as empty as the one kept.
    type_in(classroom, "bob", "", "")
    news = browser.get(page, {"have": have}).json()
    assert len(news["order"]) == 2


def test_a_cell_can_be_shown_first_and_one_goes_from_copy_to_copy(as_, classroom):
    for name in ("bob", "chloe", "eric"):
        classroom.open(name)
    type_in(classroom, "bob", "a = 1", "b = 2")
    answer = as_("alice").get(url("show_copy", classroom.copy_of("bob").pk) + "?cell=c1")
    html = as_("alice").get(answer.url).content.decode()
    assert html.count("data-here") == 1
    page, seen = "", []
    keys = sorted(shown.get_key(classroom.copy_of(one)) for one in ("bob", "chloe", "eric", "remi"))
    page = url("shown", classroom.assignment.pk, keys[0])
    while page:
        seen.append(page)
        page = as_("alice").get(page).context["next"]
    assert seen == [url("shown", classroom.assignment.pk, key) for key in keys]


@pytest.mark.parametrize(
    ("name", "status"),
    [("dan", 200), ("fay", 404), ("bob", 403), ("chloe", 403), ("charlie", 404), ("nobody", 302)],
)
def test_only_who_follows_the_pupil_shows_the_copy(as_, classroom, name, status):
    copy = classroom.open("bob")
    for page in ("shown", "shown_cells"):
        assert as_(name).get(address(classroom, "bob", page)).status_code == status
    answer = as_(name).get(url("show_copy", copy.pk))
    wanted = {200: 302, 403: 403 if name == "bob" else 404}.get(status, status)
    assert answer.status_code == wanted


def test_unknown_keys_and_copies_without_a_notebook_end_clearly(as_, classroom):
    copy = classroom.open("bob")
    assert as_("alice").get(url("shown", copy.assignment_id, "f" * 24)).status_code == 404
    copy.project.tree = {}
    copy.project.save()
    answer = as_("alice").get(address(classroom, "bob"))
    assert (answer.status_code, answer.context["cells"]) == (200, None)
    assert as_("alice").get(address(classroom, "bob", "shown_cells")).json()["order"] == []


def test_no_secret_of_an_exercise_is_shown(as_, classroom, tmp_path):
    world = make_exercises_world(classroom, tmp_path)
    page = url("shown", world.assignment.pk, shown.get_key(world.copy))
    html = as_("alice").get(page).content.decode()
    assert "zvisible" in html
    assert [secret for secret in SECRETS if secret in html] == []
    assert json.dumps(html)
