"""The page of one resource: the notebooks that a reader looks at there."""

from __future__ import annotations

import re

import pytest

from candyce.library.editions import do_make_edition
from candyce.library.tests.test_visibility import SECRET, make_tree
from candyce.library.trust.tests.conftest import VALUES, notebook, store, text


@pytest.fixture
def resource(school):
    """A lesson of two notebooks and a table."""
    tree = store(
        cours_ipynb=notebook(text("La leçon")),
        suite__à_voir_ipynb=notebook(text("Ce qui suit")),
        notes_csv=b"a;b\n",
    )
    values = {**VALUES, "owner": school.alice, "visibility": "everyone"}
    return do_make_edition("suites", values, tree, acting_user=school.alice).resource


def find_links(html: str) -> list[tuple[str, bool]]:
    """Addresses of the notebooks among the files, and whether they are those shown."""
    found = re.findall(r'<a href="(\?path=[^"]*)"( aria-current="page")?>', html)
    return [(address, bool(current)) for address, current in found]


def test_a_visitor_looks_at_each_notebook_of_a_resource(resource, portal):
    page = portal.get("/library/suites/").content.decode()
    assert "La leçon" in page
    assert "Ce qui suit" not in page
    links = find_links(page)
    assert links == [
        ("?path=cours.ipynb#preview", True),
        ("?path=suite%2F%C3%A0_voir.ipynb#preview", False),
    ]

    page = portal.get(f"/library/suites/{links[1][0]}").content.decode()

    assert "Ce qui suit" in page
    assert "La leçon" not in page
    assert [current for _address, current in find_links(page)] == [False, True]


@pytest.mark.parametrize("path", ["notes.csv", "absent.ipynb", "../cours.ipynb", "suite/", "<b>"])
def test_what_is_no_notebook_of_the_resource_is_not_found(resource, portal, path):
    assert portal.get("/library/suites/", {"path": path}).status_code == 404


def test_the_notebook_chosen_is_tried_in_the_editor(school, resource, portal):
    portal.force_login(school.bob)
    page = portal.get("/library/suites/?path=suite/à_voir.ipynb").content.decode()
    assert f"/projects/{resource.version.project_id}/open/?path=suite%2F%C3%A0_voir.ipynb" in page


def test_a_single_notebook_needs_no_choice(school, portal):
    do_make_edition(
        "une",
        {**VALUES, "owner": school.alice},
        store(cours_ipynb=notebook("1")),
        acting_user=school.alice,
    )
    assert find_links(portal.get("/library/une/").content.decode()) == []


def test_the_other_notebooks_have_no_solution_for_those_who_do_not_teach(school, portal):
    tree = {**store(a_ipynb=notebook(text("Début"))), **make_tree()}
    do_make_edition("exercise", {**VALUES, "owner": school.alice}, tree, acting_user=school.alice)
    for user, told in ((None, False), (school.bob, False), (school.charlie, True)):
        portal.logout()
        if user is not None:
            portal.force_login(user)
        answer = portal.get("/library/exercise/?path=exo.ipynb")
        assert answer.status_code == 200
        assert (SECRET in answer.content.decode()) is told


def test_downloads_are_of_the_notebook_that_was_chosen(resource, portal):
    plain = portal.get("/library/suites/").content.decode()
    assert 'href="/library/suites/export/ipynb/"' in plain
    page = portal.get("/library/suites/?path=suite/à_voir.ipynb").content.decode()
    addresses = re.findall(r'href="/library/suites/export/(\w+)/(\?[^"]*)?"', page)
    asked = "?path=suite%2F%C3%A0_voir.ipynb"
    assert dict(addresses) == {"zip": "", "ipynb": asked, "html": asked, "pdf": asked, "myst": ""}

    got = portal.get(f"/library/suites/export/ipynb/{asked}")

    assert "Ce qui suit" in got.content.decode()
    assert got["Content-Disposition"].endswith("%C3%A0_voir.ipynb")
