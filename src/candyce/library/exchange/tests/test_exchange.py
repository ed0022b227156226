"""What of a resource can be taken away, by whom, and what is then not in it."""

from __future__ import annotations

import io
import re
import threading
import zipfile

import pytest
from django.urls import reverse

from candyce.exercises.tests.notebooks import SQUARE
from candyce.lib import bounded_process
from candyce.library.editions import do_make_edition
from candyce.library.exchange.views import make_cover
from candyce.library.models import Resource
from candyce.projects.actions import make_tree
from candyce.projects.exchange import exports
from candyce.projects.notebooks import write_notebook

VALUES = {
    "title": "Le carré", "abstract": "Une leçon sur le carré.", "discipline": "nsi",
    "levels": ["premiere"], "duration": 55, "authors": ["Ada Lovelace"],
}  # fmt: skip


@pytest.fixture
def resource(school):
    tree = make_tree([("square.ipynb", write_notebook(SQUARE))])
    values = VALUES | {"owner": school.alice}
    return do_make_edition("carre", values, tree, acting_user=school.alice).resource


def take(portal, format_, user=None):
    portal.logout()
    if user:
        portal.force_login(user)
    return portal.get(reverse("library:export", args=["carre", format_]))


def read(response) -> str:
    if response["Content-Type"] != "application/zip":
        return response.content.decode()
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


@pytest.mark.parametrize("format_", ["zip", "ipynb", "myst", "html"])
def test_who_does_not_teach_gets_no_solution_in_any_form(format_, resource, school, portal):
    for user in (None, school.bob):
        text = read(take(portal, format_, user))
        assert "BEGIN SOLUTION" not in text
        assert "HIDDEN TESTS" not in text
    assert "BEGIN SOLUTION" in read(take(portal, format_, school.charlie)).replace("</span>", "")


def test_the_course_of_nbgrader_is_for_those_who_teach(resource, school, portal):
    assert take(portal, "nbgrader").status_code == 404
    assert take(portal, "nbgrader", school.bob).status_code == 404
    assert "BEGIN SOLUTION" in read(take(portal, "nbgrader", school.alice))


@pytest.mark.parametrize(
    ("visibility", "allowed"),
    [
        ("everyone", {"anonymous", "bob", "charlie", "alice"}),
        ("teachers", {"charlie", "alice"}),
        ("me", {"alice"}),
    ],
)
def test_a_form_is_for_those_who_may_read_the_resource(
    visibility, allowed, resource, school, portal
):
    Resource.objects.filter(pk=resource.pk).update(visibility=visibility)
    people = {
        "anonymous": None,
        "bob": school.bob,
        "charlie": school.charlie,
        "alice": school.alice,
    }

    got = {name for name, user in people.items() if take(portal, "html", user).status_code == 200}

    assert got == allowed


def test_the_cover_names_authors_and_licence(resource):
    cover = make_cover(resource)
    facts = dict(cover.facts)

    assert "Ada Lovelace" in facts.values()
    assert any("CC BY" in text or "Creative" in text for text in facts.values())
    assert cover.address.endswith("/library/carre/")


def test_the_page_offers_the_forms(resource, school, portal):
    portal.force_login(school.bob)
    page = portal.get(reverse("library:detail", args=["carre"])).content.decode()
    assert reverse("library:export", args=["carre", "pdf"]) in page
    assert reverse("library:export", args=["carre", "nbgrader"]) not in page
    assert portal.get(reverse("library:import")).headers["Location"] == reverse("projects:import")


def test_a_pdf_is_made_for_those_who_are_signed_in(resource, school, portal, monkeypatch):
    monkeypatch.setattr(exports, "draw_pdf", lambda _page: b"%PDF-")

    answer = take(portal, "pdf")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/library/carre/export/pdf/"
    assert take(portal, "pdf", school.bob).content == b"%PDF-"
    Resource.objects.filter(pk=resource.pk).update(visibility="me")
    assert take(portal, "pdf").status_code == 404


def test_while_documents_are_being_made_others_are_asked_to_come_back(
    resource, school, portal, monkeypatch
):
    monkeypatch.setattr(bounded_process, "PATIENCE", 0.01)
    monkeypatch.setattr(bounded_process, "_slots", threading.BoundedSemaphore(1))

    with bounded_process._slots:
        answer = take(portal, "pdf", school.bob)

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert "Deux documents" in answer.content.decode()


def test_robots_are_asked_not_to_follow_the_downloads(resource, portal):
    page = portal.get(reverse("library:detail", args=["carre"])).content.decode()

    links = re.findall(r"<a [^>]*/export/[^>]*>", page)
    assert links
    assert all('rel="nofollow"' in link for link in links)


def test_a_teacher_finds_the_way_in_among_her_resources(school, portal):
    portal.force_login(school.alice)
    page = portal.get("/library/mine/").content.decode()
    assert re.search(r'<a class="button" href="/library/import/">\s*Importer\s*</a>', page)
