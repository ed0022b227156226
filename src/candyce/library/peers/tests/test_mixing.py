"""The page of licences: what each allows, and what a whole made of several may carry."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from candyce.library import licences
from candyce.library.licences import OFFERED, OWN, explain_mix
from candyce.library.models import Resource
from candyce.library.peers import mixing
from candyce.library.publishing.tests.publications import make_project

from .conftest import make_resource, make_tree

pytestmark = pytest.mark.django_db


def read(portal, *asked):
    answer = portal.get("/library/licences/", {"of": asked})
    assert answer.status_code == 200
    return answer, unescape(answer.content.decode())


def find_ticked(html):
    return re.findall(r'<input type="checkbox" name="of" [^>]*value="([^"]*)" checked', html)


def test_a_visitor_reads_what_each_licence_allows(portal):
    answer, html = read(portal)
    assert re.findall(r'name="of" [^>]*value="([^"]*)"', html) == list(OFFERED)
    assert all(str(licences.get_licence(one).sentence) in html for one in OFFERED)
    assert find_ticked(html) == []
    assert answer.context["answer"] is None


def test_the_page_says_what_the_whole_may_carry_and_why_not_another(portal):
    asked = ["CC-BY-4.0", "CC-BY-NC-SA-4.0"]
    answer, html = read(portal, *asked)
    assert find_ticked(html) == asked
    assert explain_mix(asked).sentence in html
    found = answer.context["answer"]
    assert [one.identifier for one in found.possible] == ["CC-BY-NC-SA-4.0"]
    assert {one.identifier for one, _why in found.others} == {*OFFERED} - {"CC-BY-NC-SA-4.0"}
    assert all(why and why in html for _one, why in found.others)


def test_what_cannot_be_mixed_is_said(portal):
    asked = ["CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"]
    answer, html = read(portal, *asked)
    assert explain_mix(asked).sentence in html
    assert answer.context["answer"].possible == []


@pytest.mark.parametrize("hostile", ["<script>x</script>", "javascript:x", "\x00", "é" * 5000, ""])
def test_a_licence_that_nobody_knows_counts_as_terms_of_its_authors(portal, hostile):
    _answer, html = read(portal, hostile, *["CC-BY-4.0"] * 50)
    assert find_ticked(html) == ["CC-BY-4.0", OWN]
    assert "<script>x" not in html


def test_an_older_licence_can_be_ticked_too(portal):
    _answer, html = read(portal, "cc by-sa 3.0-FR")
    assert find_ticked(html) == ["CC-BY-SA-3.0-FR"]


def test_a_resource_leads_there_with_its_licence_and_that_of_its_original(library, ask):
    Resource.objects.filter(pk="essai").update(licence="CC-BY-SA-3.0")
    library.resource.refresh_from_db()
    make_resource(
        "adaptee", library.people["colleague"], make_tree("# Un"),
        adapted_from=library.resource, licence="CC-BY-SA-4.0",
    )  # fmt: skip
    pages = {slug: ask("pupil", "get", f"/library/{slug}/") for slug in ("essai", "adaptee")}
    links = {
        slug: re.findall(r'href="/library/licences/\?([^"]*)"', page.content.decode())
        for slug, page in pages.items()
    }
    assert links == {
        "essai": ["of=CC-BY-SA-3.0"],
        "adaptee": ["of=CC-BY-SA-4.0&amp;of=CC-BY-SA-3.0"],
    }


def test_who_publishes_is_led_there(portal, school):
    project = make_project(school.alice)
    portal.force_login(school.alice)
    page = portal.get(reverse("library:publish", args=[project.pk])).content.decode()
    assert f'href="/library/licences/?{mixing.make_query([licences.DEFAULT])}"' in page
