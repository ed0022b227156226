"""Searches that are kept, and feeds: names, secret addresses, the owner's rights at the time of reading."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from candyce.accounts.models import User
from candyce.conftest import make_user
from candyce.lib.errors import BadRequest
from candyce.library.finding import saved
from candyce.library.finding.tests.test_finding import publish
from candyce.library.models import Resource, SavedSearch

ATOM = "{http://www.w3.org/2005/Atom}"


def read_titles(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    return [one.text for one in ET.fromstring(answer.content).iter(f"{ATOM}title")][1:]


def test_a_search_is_kept_renamed_and_deleted_by_its_owner_alone(school, portal):
    portal.force_login(school.alice)
    made = {"name": "  Les   boucles ", "query": "q=boucle&level=premiere&level=x&page=9&evil=1"}
    assert portal.post("/library/searches/save/", made).status_code == 302
    search = SavedSearch.objects.get()
    assert (search.name, search.query) == ("Les boucles", "q=boucle&level=premiere")
    page = portal.get("/library/searches/").content.decode()
    assert "/library/?q=boucle&amp;level=premiere" in page
    assert search.feed in page
    path = f"/library/searches/{search.pk}/"
    portal.post(path, {"do": "rename", "name": "Autre"})
    old = search.feed
    portal.post(path, {"do": "renew"})
    search.refresh_from_db()
    assert search.name == "Autre"
    assert portal.get(f"/library/searches/feeds/{old}/").status_code == 404
    assert portal.get(f"/library/searches/feeds/{search.feed}/").status_code == 200
    portal.force_login(school.charlie)
    for verb in ("rename", "renew", "delete"):
        assert portal.post(path, {"do": verb, "name": "Moi"}).status_code == 404
    assert search.feed not in portal.get("/library/searches/").content.decode()
    portal.force_login(school.alice)
    portal.post(path, {"do": "delete"})
    assert not SavedSearch.objects.exists()
    portal.logout()
    assert portal.get("/library/searches/").status_code == 302
    assert portal.post("/library/searches/save/", made).status_code == 302
    assert not SavedSearch.objects.exists()


def test_names_are_said_once_and_searches_are_not_without_number(school, monkeypatch):
    alice = school.alice
    first = saved.save_search(acting_user=alice, name="A", query="q=a")
    again = saved.save_search(acting_user=alice, name="A", query="q=b")
    assert (again.pk, again.feed, again.query) == (first.pk, first.feed, "q=b")
    other = saved.save_search(acting_user=alice, name="B", query="q=b")
    for name in ("", " \0 ", "x" * 101):
        with pytest.raises(BadRequest):
            saved.save_search(acting_user=alice, name=name, query="q=b")
    with pytest.raises(BadRequest):
        saved.rename_search(other, acting_user=alice, name="A")
    assert SavedSearch.objects.get(pk=other.pk).name == "B"
    monkeypatch.setattr(saved, "MOST", 2)
    with pytest.raises(BadRequest):
        saved.save_search(acting_user=alice, name="C", query="q=b")


def test_a_feed_follows_the_rights_of_its_owner(school, portal):
    publish("plan", "Un plan", visibility="teachers", abstract="A \x0b control & <b>tag</b>")
    diane = make_user("diane", "teacher", school.organisation)
    search = saved.save_search(acting_user=diane, name="Plans", query="q=plan")
    path = f"/library/searches/feeds/{search.feed}/"
    assert read_titles(portal.get(path)) == ["Un plan"]
    assert read_titles(portal.get("/library/feed/?q=plan")) == []
    diane.roles.all().delete()
    assert read_titles(portal.get(path)) == []
    Resource.objects.filter(pk="plan").update(visibility="everyone")
    diane.is_active = False
    diane.save()
    assert portal.get(path).status_code == 404
    assert portal.get("/library/searches/feeds/x/").status_code == 404


def test_the_page_of_a_search_says_where_its_feed_is(school, portal):
    publish("plan", "Un plan", visibility="everyone", theme="Analyse & nombres")
    query = "q=plan&theme=Analyse+%26+nombres"
    for address in ("", query):
        page = portal.get(f"/library/?{address}").content.decode()
        [link] = re.findall('<link rel="alternate" type="application/atom.xml"[^>]*>', page)
        feed = html.unescape(re.search('href="([^"]+)"', link)[1])
        assert feed == "/library/feed/" + (f"?{address}" if address else "")
        assert read_titles(portal.get(feed)) == ["Un plan"]


HOSTILE = [
    "a" * 10_000, "+".join(["boucle"] * 2000), "%00%00", ".*%2B%3F%5B(", '"AND+OR+NOT+title%3Aa"', "%E2%80%AE%D9%85%D8%B1",
    "'%3B+DROP+TABLE--", "<script>", "slug:*", "%F0%9F%98%80", "hidden%3Anot%3Aeveryone", "%ED%A0%80",
]  # fmt: skip


def test_whatever_is_typed_there_is_an_answer(school, portal):
    publish("plan", "Un plan <script>alert(1)</script>")
    for query in HOSTILE:
        for path in ("/library/", "/library/feed/"):
            answer = portal.get(
                f"{path}?q={query}&page=%2B1&sort=x&level=%00&package=%00&mark=nothing"
            )
            assert answer.status_code == 200, query
            assert b"<script>alert" not in answer.content
            assert b"<script>&" not in answer.content
    page = portal.get(f"/library/?q={HOSTILE[1]}")
    assert page.context["asked"].cut
    assert portal.get("/library/?q=.*").context["results"].wordless
    assert portal.get("/library/?page=99999").context["resources"] == []


def test_a_script_gets_only_what_a_search_changes(school, portal):
    publish("plan", "Un plan")
    part = portal.get("/library/?q=plan", headers={"X-Requested-With": "fetch"})
    assert b"<html" not in part.content
    assert b"/library/plan/" in part.content
    assert "X-Requested-With" in part["Vary"]


def test_the_address_of_a_feed_holds_letters_only():
    assert resolve("/library/searches/feeds/aZ-_9/").kwargs == {"secret": "aZ-_9"}
    with pytest.raises(Resolver404):  # PostgreSQL takes no NUL
        resolve("/library/searches/feeds/a\0b/")


def test_two_searches_of_a_person_are_saved_one_after_the_other(school):
    """The person's row is held before one looks whether the name is taken."""
    with CaptureQueriesContext(connection) as queries:
        saved.save_search(acting_user=school.alice, name="A", query="q=a")
    tables = [User._meta.db_table, SavedSearch._meta.db_table]
    read = [
        next(table for table in tables if f'FROM "{table}"' in one["sql"])
        for one in queries
        if one["sql"].startswith("SELECT")
    ]
    assert read[0] == tables[0]
