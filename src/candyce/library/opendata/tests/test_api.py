"""The interface for programs: described truly, as the reader may see, never sent twice."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from candyce.library.advice.tests.conftest import make_resource
from candyce.library.models import PublicRecord, Resource
from candyce.library.opendata.openapi import make_document
from candyce.library.opendata.records import do_reconcile


@pytest.fixture
def library(db):
    original = make_resource(
        "original", title="La photographie", discipline="snt", levels=["seconde"]
    )
    make_resource(
        "boucles", title="Les boucles", authors=["Ada"], keywords=["for"], duration=90, rating=4.5,
        rating_count=3, recommendation={"by": "Académie", "label": "Coup de cœur"},
        licence="MIT", adapted_from=original, doi="10.1234/abc",
    )  # fmt: skip
    make_resource("prive", title="Les boucles cachées", visibility="teachers")
    Resource.objects.filter(pk="boucles").update(abstract="<b>\x1f é")
    do_reconcile()


def check(data, name: str) -> None:
    """Hold an answer to its schema in the description of the interface."""
    document = make_document()
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator(schema).validate(data)


def test_the_description_is_valid_openapi(portal, db):
    document = portal.get("/api/library/openapi.json").json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    names = {one["name"] for one in document["paths"]["/api/library/"]["get"]["parameters"]}
    assert {"q", "discipline", "level", "mark", "licence", "page", "sort"} <= names


def test_lists_and_resources_are_as_described_and_filter_as_the_page_does(library, portal):
    data = portal.get("/api/library/").json()
    check(data, "Page")
    assert (data["total"], data["pages"], data["next"], data["previous"]) == (2, 1, None, None)
    assert [one["id"] for one in portal.get("/api/library/?q=boucles").json()["resources"]] == [
        "boucles"
    ]
    found = portal.get("/api/library/?discipline=snt&level=seconde").json()
    assert [one["title"] for one in found["resources"]] == ["La photographie"]
    assert portal.get("/api/library/?q=%00&page=999&discipline=x").json()["resources"] == []
    one = portal.get("/api/library/boucles/").json()
    check(one, "Resource")
    assert one["abstract"] == "<b> é"
    assert one["licence"]["url"] == "https://opensource.org/license/mit"
    assert one["recommended"] == "Coup de cœur"
    assert one["adapted_from"].endswith("/library/original/")
    assert one["duration"] == "PT1H30M"


def test_pages_lead_to_each_other(db, portal):
    for number in range(30):
        make_resource(f"lecon-{number}")
    first = portal.get("/api/library/?sort=title&discipline=nsi").json()
    second = portal.get(first["next"].removeprefix("http://localhost:8000")).json()
    check(second, "Page")
    assert len(first["resources"]) + len(second["resources"]) == 30
    assert second["next"] is None
    assert "discipline=nsi" in second["previous"]


def test_everyone_sees_what_is_theirs_to_see(library, portal, school):
    def get_total():
        return portal.get("/api/library/?q=boucles").json()["total"]

    assert get_total() == 1
    answer = portal.get("/api/library/prive/")
    assert answer.status_code == 404
    check(answer.json(), "Error")
    portal.force_login(school.bob)
    assert get_total() == 1
    assert portal.get("/api/library/prive/").status_code == 404
    portal.force_login(school.alice)
    assert get_total() == 2
    answer = portal.get("/api/library/prive/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-cache"
    Resource.objects.filter(pk="original").update(visibility="me")
    assert portal.get("/api/library/boucles/").json()["adapted_from"] is None


def test_what_did_not_change_is_not_sent_again(library, portal):
    answer = portal.get("/api/library/boucles/")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = portal.get("/api/library/boucles/", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    # A date would go back when what it was taken from is forgotten.
    assert "Last-Modified" not in answer
    Resource.objects.filter(pk="boucles").update(title="Boucler")
    do_reconcile()
    assert portal.get("/api/library/boucles/", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 200
    assert PublicRecord.objects.get(pk="boucles").public
    assert portal.options("/api/library/").status_code == 204
    assert portal.post("/api/library/").status_code == 405


def test_people_can_read_how_to_ask(portal, db):
    html = portal.get("/api/library/documentation/").content.decode()
    assert "http://localhost:8000/oai/" in html
    assert "openapi.json" in html
