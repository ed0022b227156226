"""Assessments ship for teachers: no pupil reads the questions before the test, anywhere."""

from __future__ import annotations

import pytest

from candyce.library.loader import CONTENT, InvalidResource, load_content, read_resource
from candyce.library.models import Resource
from candyce.library.opendata.records import do_reconcile
from candyce.library.tests.test_library import SHIPPED, get_folder

TEST = "snt-evaluation-sept-themes"
LESSON = "snt-web-page-lien-moteur"
SEQUENCE = f"""
title = "SNT"
abstract = "Une leçon, puis une évaluation."
discipline = "snt"
levels = ["seconde"]
kind = "sequence"
[[items]]
resource = "{LESSON}"
[[items]]
resource = "{TEST}"
note = "Une heure, vingt points."
"""


def test_shipped_assessments_are_for_those_who_teach_and_the_rest_for_everyone():
    found = {slug: read_resource(CONTENT / slug)[0] for slug in SHIPPED}
    closed = {slug for slug, one in found.items() if one["visibility"] == "teachers"}
    assert closed == {slug for slug, one in found.items() if one["kind"] == "assessment"}
    assert TEST in closed
    assert {one["visibility"] for one in found.values()} == {"teachers", "everyone"}


@pytest.fixture
def library(db, tmp_path):
    for slug in (LESSON, TEST):
        (tmp_path / slug).symlink_to(CONTENT / slug)
    folder = tmp_path / "sequences"
    folder.mkdir()
    (folder / "snt.toml").write_text(SEQUENCE, encoding="utf-8")
    assert load_content(tmp_path) == [TEST, LESSON, "snt"]
    do_reconcile()


PAGES = (
    "/library/", "/library/?q=evaluation", "/library/collections/snt/", "/api/library/",
    "/oai/?verb=ListRecords&metadataPrefix=oai_dc", "/sitemap-1.xml",
)  # fmt: skip
# For programs, whoever asks gets what everyone may read.
PUBLIC = ("/oai/", "/sitemap")


def test_pupil_finds_the_lesson_and_not_the_assessment(library, portal, school):
    for user in (None, school.bob, school.alice):
        portal.logout()
        if user is not None:
            portal.force_login(user)
        teaches = user == school.alice
        assert portal.get(f"/library/{LESSON}/").status_code == 200
        answers = [portal.get(f"{at}{TEST}/") for at in ("/library/", "/api/library/")]
        assert {one.status_code for one in answers} == {200 if teaches else 404}
        for page in PAGES:
            html = portal.get(page).content.decode()
            named = teaches and not page.startswith(PUBLIC)
            assert (TEST in html) == named, (user, page)
            assert LESSON in html or "?q=" in page, (user, page)
        assert ("vingt points" in portal.get(PAGES[2]).content.decode()) == teaches


@pytest.mark.parametrize("visibility", ["me", "establishment", "pupils", "", True, ["teachers"]])
def test_no_other_visibility_can_be_shipped(tmp_path, visibility):
    with pytest.raises(InvalidResource, match="essai: visibility"):
        read_resource(get_folder(tmp_path, visibility=visibility))


def test_visibility_follows_the_file_both_ways(db, tmp_path):
    for said in ({"visibility": "teachers"}, {}):
        folder = get_folder(tmp_path, **said)
        assert load_content(tmp_path) == ["essai"]
        resource = Resource.objects.get()
        assert resource.visibility == said.get("visibility", "everyone")
        assert resource.editions.order_by("number").last().visibility == resource.visibility
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
