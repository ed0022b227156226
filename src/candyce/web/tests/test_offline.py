"""What the portal gives to a browser that is to work without a network, and to whom."""

from __future__ import annotations

import json

import pytest

from candyce.projects import actions
from candyce.projects.notebooks import make_notebook, write_notebook


@pytest.fixture
def projects(school):
    def make(owner, title):
        files = {f"{title}.ipynb": write_notebook(make_notebook(title))}
        return actions.create_project(acting_user=owner, title=title, files=files)

    return make(school.bob, "Tri"), make(school.chloe, "Secret")


def read_keys(portal, *known):
    query = "&".join(f"id={pk}" for pk in known)
    return portal.get(f"/offline/keys.json?{query}").json()


def test_nobody_gets_no_key(portal, projects):
    answer = portal.get(f"/offline/keys.json?id={projects[0].pk}")
    assert answer.json() == {"person": None, "days": 7}
    assert answer.headers["Cache-Control"] == "no-store"


def test_opened_project_can_be_opened_again_and_only_by_its_reader(portal, school, projects):
    mine, hers = projects
    portal.force_login(school.bob)
    assert read_keys(portal)["projects"] == []
    portal.get(f"/projects/{mine.pk}/open/")
    answer = read_keys(portal, hers.pk, "nonsense")
    assert answer["person"] == str(school.bob.pk)
    assert [entry["id"] for entry in answer["projects"]] == [str(mine.pk)]
    entry = answer["projects"][0]
    assert entry["title"] == "Tri"
    assert len(entry["key"]) == 43
    assert "token" not in entry["address"]


def test_visit_from_another_origin_is_not_remembered(portal, school, projects):
    portal.force_login(school.bob)
    portal.get(f"/projects/{projects[0].pk}/open/", headers={"Sec-Fetch-Site": "cross-site"})
    assert read_keys(portal)["projects"] == []


def test_key_is_of_one_person_in_one_project(portal, school, projects):
    actions.set_member(projects[0], school.chloe, {"read"}, acting_user=school.bob)
    keys = set()
    for person in (school.bob, school.chloe):
        portal.force_login(person)
        found = read_keys(portal, *(project.pk for project in projects))["projects"]
        keys |= {entry["key"] for entry in found}
    assert len(keys) == 3


def test_access_that_was_lost_loses_the_key(portal, school, projects):
    actions.set_member(projects[1], school.bob, {"read"}, acting_user=school.chloe)
    portal.force_login(school.bob)
    assert len(read_keys(portal, projects[1].pk)["projects"]) == 1
    actions.set_member(projects[1], school.bob, (), acting_user=school.chloe)
    assert read_keys(portal, projects[1].pk)["projects"] == []


def test_school_that_switches_it_off_gives_nothing(portal, school, projects, settings):
    settings.CANDYCE_OFFLINE_DAYS = 0
    portal.force_login(school.bob)
    portal.get(f"/projects/{projects[0].pk}/open/")
    answer = read_keys(portal, projects[0].pk)
    assert answer["days"] == 0
    assert answer["projects"] == []
    assert b'"days": 0' in portal.get("/sw.js").content


def test_page_for_no_network_is_nobodys(portal, school):
    portal.force_login(school.bob)
    page = portal.get("/offline/?lang=en")
    assert b"Without a network" in page.content
    assert school.bob.full_name.encode() not in page.content
    assert b'data-person=""' in page.content
    assert "Sans réseau" in portal.get("/offline/?lang=fr").content.decode()


def test_worker_is_a_script_that_names_its_shell(portal, db):
    answer = portal.get("/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    shell = json.loads(answer.content.split(b"=", 1)[1].split(b";\n", 1)[0])
    assert set(shell["pages"]) == {"fr", "en"}
    assert any(name.endswith(".css") for name in shell["files"])


def test_signing_out_empties_the_browsers_storage(portal, school):
    portal.force_login(school.bob)
    assert portal.post("/sign-out/").headers["Clear-Site-Data"] == '"storage"'
