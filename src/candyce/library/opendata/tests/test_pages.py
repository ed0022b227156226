"""What pages say to search engines, and the map of what everybody may read."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from xml.etree import ElementTree as ET

from django.utils import timezone

from candyce.library.advice.tests.conftest import make_resource
from candyce.library.models import Collection, Resource
from candyce.library.opendata import sitemap
from candyce.library.opendata.jsonld import as_script
from candyce.library.opendata.records import do_reconcile

SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
LOC = ".//{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def get_jsonld(portal, slug):
    found = SCRIPT.findall(portal.get(f"/library/{slug}/").content.decode())
    return json.loads(found[0]) if found else None


def test_a_public_page_describes_itself_as_a_learning_resource(portal, school):
    original = make_resource("original")
    make_resource(
        "boucles", title="Les </script><script>alert(1)", authors=["Ada", "<b>"], duration=90,
        objectives=["Répéter"], theme="Langages", adapted_from=original, rating=4.256,
        rating_count=4, licence="CC-BY-4.0", levels=["seconde", "premiere"],
    )  # fmt: skip
    portal.force_login(school.alice)
    data = get_jsonld(portal, "boucles")
    assert data["@type"] == "LearningResource"
    assert data["name"] == "Les </script><script>alert(1)"
    assert data["educationalLevel"] == ["Seconde", "Première"]
    assert data["timeRequired"] == "PT1H30M"
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert data["teaches"] == ["Répéter"]
    assert data["author"] == [
        {"@type": "Person", "name": "Ada"},
        {"@type": "Person", "name": "<b>"},
    ]
    assert data["isBasedOn"].endswith("/library/original/")
    assert data["aggregateRating"]["ratingValue"] == 4.26
    assert data["aggregateRating"]["ratingCount"] == 4
    assert data["datePublished"] == timezone.now().date().isoformat()
    assert "<b>" not in as_script({"name": "<b>&"})
    Resource.objects.filter(pk="original").update(visibility="me")
    assert "isBasedOn" not in get_jsonld(portal, "boucles")


def test_a_page_that_is_not_for_everybody_says_nothing_to_machines(portal, school):
    make_resource("prive", visibility="teachers")
    portal.force_login(school.alice)
    assert get_jsonld(portal, "prive") is None


def get_locations(answer) -> list[str]:
    assert answer.status_code == 200
    return [one.text for one in ET.fromstring(answer.content).iterfind(LOC)]


def test_the_sitemap_names_what_is_public_and_nothing_else(portal, db, monkeypatch):
    for slug in ("a", "b", "c"):
        make_resource(slug)
    make_resource("prive", visibility="establishment")
    make_resource("parti", withdrawn_at=timezone.now() - timedelta(days=1))
    do_reconcile()
    Collection.objects.create(slug="suite", title="Suite", visibility="everyone")
    Collection.objects.create(slug="secrete", title="Secrète", visibility="teachers")
    monkeypatch.setattr(sitemap, "PAGE", 2)
    files = get_locations(portal.get("/sitemap.xml"))
    assert files == [f"http://localhost:8000/sitemap-{number}.xml" for number in (1, 2)]
    found = [
        url for number in (1, 2) for url in get_locations(portal.get(f"/sitemap-{number}.xml"))
    ]
    assert [url.removeprefix("http://localhost:8000/library/") for url in found] == [
        "", "collections/suite/", "a/", "b/", "c/",
    ]  # fmt: skip
    assert b"<lastmod>" in portal.get("/sitemap-2.xml").content
    assert portal.get("/sitemap-3.xml").status_code == 404
    robots = portal.get("/robots.txt").content.decode()
    assert "Disallow: /library/*/export/\n" in robots
    assert "Sitemap: http://localhost:8000/sitemap.xml" in robots
