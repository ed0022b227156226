"""Who may see what of the library, as one table: people x resources, in every way of seeing.

Rows are said once (:data:`MAY_SEE`). Each way of seeing is a column: a function of a browser, a person and the
library that gives the slugs which that person is shown there. A column is added with ``@column("name")``.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from candyce.accounts.models import Role, User
from candyce.conftest import School, make_user
from candyce.lib.origins import get_host
from candyce.library.editions import do_make_edition
from candyce.library.models import Collection, Resource, Thumbnail
from candyce.projects.blobs import do_store_blob
from candyce.projects.models import Project

ALL = {"own", "ours", "teachers", "all", "exercise", "gone"}
OPEN = {"all", "exercise"}
AT_SCHOOL = OPEN | {"teachers", "ours"}
MAY_SEE = {
    "nobody": OPEN,  # without an account
    "pupil": OPEN,
    "colleague": AT_SCHOOL,
    "administrator": AT_SCHOOL,
    "inspector": AT_SCHOOL,
    "elsewhere": OPEN | {"teachers"},
    "coauthor": ALL,
    "author": ALL,
}
# What those who do not teach never see of the exercise, and those who do see.
SECRET = "jardinsecret"


@dataclass
class Shelf:
    school: School
    people: dict[str, User | None]
    resources: dict[str, Resource] = field(default_factory=dict)


Column = Callable[[Client, "User | None", Shelf], set[str]]
COLUMNS: dict[str, Column] = {}
NEEDS_ACCOUNT: set[str] = set()


def column(name: str, *, needs_account: bool = False) -> Callable[[Column], Column]:
    def add(function: Column) -> Column:
        COLUMNS[name] = function
        if needs_account:
            NEEDS_ACCOUNT.add(name)
        return function

    return add


def make_tree() -> dict[str, Any]:
    """A notebook with an exercise, its solution and its tests."""
    exercise = {
        "schema_version": 3,
        "grade": False,
        "solution": True,
        "locked": False,
        "task": False,
        "grade_id": "a",
    }
    tests = {
        "schema_version": 3,
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "grade_id": "b",
        "points": 1,
    }
    cells = [
        ("a", f"x = 1\n### BEGIN SOLUTION\n{SECRET} = 2\n### END SOLUTION", exercise),
        ("b", f"assert x\n### BEGIN HIDDEN TESTS\nassert {SECRET}\n### END HIDDEN TESTS", tests),
    ]  # fmt: skip
    notebook = {
        "cells": [
            {"cell_type": "code", "id": one, "metadata": {"nbgrader": meta}, "source": source,
             "outputs": [], "execution_count": None}
            for one, source, meta in cells
        ],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    blob = do_store_blob(json.dumps(notebook).encode())
    return {"exo.ipynb": [blob.sha256, blob.size, 0]}


def publish(shelf: Shelf, slug: str, visibility: str, tree: dict[str, Any], **values: Any) -> None:
    author = shelf.people["author"]
    fields = {
        "title": f"Serpentin {slug}", "abstract": "Une leçon.", "discipline": "nsi",
        "levels": ["premiere"], "keywords": [f"mot{slug}"], "duration": 55, "authors": ["Alice"],
        "owner": author, "establishment": shelf.school.organisation, "visibility": visibility, **values,
    }  # fmt: skip
    resource = do_make_edition(slug, fields, tree, acting_user=author).resource
    resource.co_authors.add(shelf.people["coauthor"])
    shelf.resources[slug] = resource


@pytest.fixture
def shelf(school: School) -> Shelf:
    """Six resources by the same author at the same school, seen by eight people."""
    make = make_user
    people: dict[str, User | None] = {
        "nobody": None,
        "pupil": school.bob,
        "colleague": make("colleague", Role.Name.TEACHER, school.organisation),
        "administrator": school.admin,
        "inspector": school.inspector,
        "elsewhere": school.charlie,
        "coauthor": make("coauthor", Role.Name.TEACHER, school.charlie.roles.get().organisation),
        "author": school.alice,
    }
    shelf = Shelf(school, people)
    for slug, visibility in (
        ("own", "me"),
        ("ours", "establishment"),
        ("teachers", "teachers"),
        ("all", "everyone"),
    ):
        publish(shelf, slug, visibility, {})
    publish(shelf, "exercise", "everyone", make_tree())
    publish(shelf, "gone", "everyone", {}, withdrawn_at=timezone.now())
    return shelf


def find_slugs(text: str) -> set[str]:
    """Those of the resources whose pages ``text`` links to."""
    return set(re.findall(r"/library/([\w-]+)/", text)) & ALL


@column("page")
def see_pages(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {slug for slug in ALL if client.get(f"/library/{slug}/").status_code == 200}


@column("editions")
def see_editions(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {slug for slug in ALL if client.get(f"/library/{slug}/history/").status_code == 200}


@column("citation")
def see_citations(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {slug for slug in ALL if client.get(f"/library/{slug}/cite/").status_code == 200}


@column("reviews", needs_account=True)
def see_reviews(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {slug for slug in ALL if client.get(f"/library/{slug}/reviews/").status_code == 200}


@column("report", needs_account=True)
def see_reports(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {slug for slug in ALL if client.get(f"/library/{slug}/report/").status_code == 200}


@column("keep", needs_account=True)
def see_kept(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    """Pupils keep nothing: they are told so of what they may read, and nothing of the rest."""
    answers = {slug: client.post(f"/library/{slug}/keep/").status_code for slug in ALL}
    return {slug for slug, status in answers.items() if status != 404 and user is not None}


@column("adaptations")
def see_adaptations(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    """All the others were made of one that everybody reads."""
    Resource.objects.exclude(pk="all").update(adapted_from="all")
    derived = client.get("/library/all/").context["peers"]["derived"]
    Resource.objects.update(adapted_from=None)
    return {"all", *(one.slug for one in derived)}


@column("list")
def see_list(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {one.slug for one in client.get("/library/").context["resources"]}


@column("search")
def see_search(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {one.slug for one in client.get("/library/?q=serpentins").context["resources"]}


@column("search with a misprint")
def see_misprint(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {one.slug for one in client.get("/library/?q=serpetnin+").context["resources"]}


@column("search for a word of one resource")
def see_words(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    found = set()
    for slug in ("own", "gone", "ours"):
        page = client.get(f"/library/?q=mot{slug}+")
        found |= {one.slug for one in page.context["resources"]} & {slug}
    return found | (see_search(client, user, shelf) - {"own", "gone", "ours"})


@column("search without an index")
def see_plainly(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    from candyce.library.finding import keeping

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "get_index", lambda: None)
        return {one.slug for one in client.get("/library/?q=serpentin").context["resources"]}


@column("counts")
def see_counts(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    context = client.get("/library/?q=serpentin").context
    [discipline] = [one for one in context["facets"] if one.name == "discipline"]
    [choice] = discipline.choices
    shown = {one.slug for one in context["resources"]}
    assert choice.count == context["results"].total == len(shown)
    return shown


@column("feed")
def see_feed(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    """The feed of a search that is kept; without an account, that of any search. Feed readers have no session."""
    from candyce.library.finding import saved

    address = "/library/feed/?q=serpentin"
    if user is not None:
        search = saved.save_search(acting_user=user, name="Tout", query="q=serpentin")
        address = f"/library/searches/feeds/{search.feed}/"
    return find_slugs(
        Client(HTTP_HOST=get_host(settings.CANDYCE_PORTAL_URL)).get(address).content.decode()
    )


@column("executions")
def see_executions(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    found = {
        slug: client.get(f"/library/{slug}/executions/").status_code for slug in shelf.resources
    }
    return {slug for slug, status in found.items() if status == 200}


@column("thumbnails")
def see_thumbnails(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    seen = set()
    for slug, resource in shelf.resources.items():
        Thumbnail.objects.get_or_create(
            resource=resource, version=resource.version, digest=f"digest-{slug}", image=b"RIFF"
        )
        if client.get(f"/library/thumbnails/digest-{slug}.webp").status_code == 200:
            seen.add(slug)
    return seen


@column("interface")
def see_interface(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    data = client.get("/api/library/?q=serpentin").json()
    assert data["total"] == len(data["resources"])
    return {one["id"] for one in data["resources"]}


@column("interface, one by one")
def see_in_interface(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {slug for slug in ALL if client.get(f"/api/library/{slug}/").status_code == 200}


@column("export")
def see_exports(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    return {slug for slug in ALL if client.get(f"/library/{slug}/export/zip/").status_code == 200}


@column("project", needs_account=True)
def see_projects(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    """What a reader's editor opens: one of the resource's two projects, each with the solution or without."""
    seen = set()
    for slug, resource in shelf.resources.items():
        behind = [one.project_id for one in (resource.version, resource.released) if one]
        if any(client.get(f"/projects/{pk}/").status_code == 200 for pk in behind):
            seen.add(slug)
    return seen


@column("adapt", needs_account=True)
def see_adapted(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    """Those of which there is a project then: an answer alone may be the way to the sign-in page."""
    for slug in ALL:
        client.post(f"/library/{slug}/adapt/")
    forks = Project.objects.filter(kind=Project.Kind.PROJECT).exclude(forked_from=None)
    taken = set(forks.values_list("forked_from", flat=True))
    return {
        slug for slug, one in shelf.resources.items() if {one.version_id, one.released_id} & taken
    }


@column("collection")
def see_collected(client: Client, user: User | None, shelf: Shelf) -> set[str]:
    """Somebody shares a collection of all six: each reader finds in it what is for them, counted."""
    collection, _new = Collection.objects.get_or_create(
        slug="serpentins", defaults={"title": "Serpentins", "visibility": "everyone"}
    )
    for position, resource in enumerate(shelf.resources.values()):
        collection.items.get_or_create(resource=resource, defaults={"position": position})
    shown = client.get("/library/collections/serpentins/").context["shown"]
    return {item.resource_id for item in shown.items}


@pytest.mark.parametrize("person", MAY_SEE)
def test_each_way_of_seeing_shows_what_the_person_may_see(shelf, portal, person):
    user = shelf.people[person]
    if user is not None:
        portal.force_login(user)
    seen = {name: see(portal, user, shelf) for name, see in COLUMNS.items()}
    expected = dict.fromkeys(COLUMNS, MAY_SEE[person])
    if user is None:
        expected |= {name: set() for name in NEEDS_ACCOUNT}
    assert seen == expected


def test_what_was_unpublished_is_not_read_in_the_history_of_the_next_edition(shelf, portal):
    """An author takes back what should not have been shown, mends it, and publishes again."""
    publish(shelf, "gone", "everyone", {}, withdrawn_at=None)
    portal.force_login(shelf.school.bob)
    assert portal.get("/library/gone/history/").context["choices"] == [2]
    assert portal.get("/library/gone/history/?from=1&to=2").status_code == 404
    portal.force_login(shelf.people["coauthor"])
    assert portal.get("/library/gone/history/").context["choices"] == [2, 1]


def test_what_an_edition_says_of_itself_is_for_those_who_read_it(shelf, portal):
    """The notes of what was unpublished, and of what was for oneself; who published is for colleagues."""
    for slug in ("gone", "own"):
        publish(shelf, slug, "everyone", {}, withdrawn_at=None)
        for number, notes in ((1, "Prénoms retirés"), (2, "Une figure de plus")):
            shelf.resources[slug].editions.filter(number=number).update(notes=notes)
    name = shelf.people["author"].full_name
    for person, user in shelf.people.items():
        portal.logout()
        if user is not None:
            portal.force_login(user)
        for slug in ("gone", "own"):
            history = portal.get(f"/library/{slug}/history/").content.decode()
            for html in (history, portal.get(f"/library/{slug}/").content.decode()):
                assert "Une figure de plus" in html
                assert ("Prénoms retirés" in html) == (person in {"author", "coauthor"}), person
            assert (name in history) == (person not in {"nobody", "pupil"}), person


def read_exports(client: Client) -> str:
    """All that is in the exercise's archives, page and notebook."""
    found = ""
    for form in ("html/", "ipynb/", "ipynb/?path=exo.ipynb"):
        answer = client.get(f"/library/exercise/export/{form}")
        assert answer.status_code == 200
        found += answer.content.decode()
    for form in ("zip", "myst"):
        data = b"".join(client.get(f"/library/exercise/export/{form}/"))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found += "".join(archive.read(name).decode() for name in archive.namelist())
    return found


def test_a_resource_too_long_for_one_page_says_so_to_its_visitors(shelf, portal, monkeypatch):
    monkeypatch.setattr("candyce.projects.exchange.exports.TEXT", 10)
    page = portal.get("/library/exercise/export/html/")
    assert page.status_code == 413
    assert "tous les fichiers (zip)" in page.content.decode()


def test_a_solution_is_found_by_nobody_and_read_by_those_who_teach(shelf, portal):
    for person, user in shelf.people.items():
        portal.logout()
        if user is not None:
            portal.force_login(user)
        assert portal.get(f"/library/?q={SECRET}+").context["resources"] == [], person
        html = portal.get("/library/exercise/").content.decode()
        teaches = user is not None and user.roles.filter(name="teacher").exists()
        assert (SECRET in html) == teaches, person
        assert (SECRET in read_exports(portal)) == teaches, person
        notebook = portal.get("/library/exercise/export/ipynb/").content.decode()
        assert (SECRET in notebook) == teaches, person


def test_an_account_that_was_closed_sees_what_anybody_sees(shelf):
    from candyce.library import access

    author = shelf.people["author"]
    author.is_active = False
    author.save()
    assert set(access.visible_to(author).values_list("slug", flat=True)) == OPEN


def test_machines_take_what_everybody_may_read_and_no_solution(shelf, portal):
    from candyce.library.opendata.records import do_reconcile

    do_reconcile()
    for person, user in shelf.people.items():
        portal.logout()
        if user is not None:
            portal.force_login(user)
        for address in ("/oai/?verb=ListRecords&metadataPrefix=scolomfr", "/sitemap-1.xml"):
            text = portal.get(address).content.decode()
            assert find_slugs(text) == OPEN, (person, address)
            assert SECRET not in text
        assert SECRET not in portal.get("/api/library/exercise/").content.decode()


def test_advice_names_all_that_the_person_may_read_and_nothing_else(shelf, monkeypatch):
    from candyce.library.advice import queries as advice
    from candyce.library.models import Standing

    monkeypatch.setattr(advice, "FEW", len(ALL))
    for slug in ALL:
        near = [[other, 1.0, 1.0, 9, 9] for other in ALL - {slug}]
        Standing.objects.create(resource_id=slug, people=9, score=1.0, neighbours=near)
    for person, user in shelf.people.items():
        seer = user or AnonymousUser()
        shown = {one.resource.slug for one in advice.get_for_you(seer, count=20)}
        for slug in MAY_SEE[person]:
            detail = advice.get_detail(seer, shelf.resources[slug])
            shown |= {one.resource.slug for part in detail.values() for one in part}
        assert shown == MAY_SEE[person], person
