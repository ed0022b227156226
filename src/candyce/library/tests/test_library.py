"""The library: what ships is loaded once, found, read without JavaScript, adapted."""

from __future__ import annotations

import json
import shutil

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candyce.library.loader import CONTENT, InvalidResource, load_content, read_resource
from candyce.library.models import Resource
from candyce.projects.models import Project, Version

SHIPPED = sorted(path.parent.name for path in CONTENT.glob("*/resource.toml"))


def get_folder(root, slug="essai", **changes):
    """A folder of content with one small notebook."""
    folder = root / slug
    folder.mkdir(parents=True)
    metadata = {
        "title": "Les élèves comptent", "abstract": "Une leçon.", "discipline": "nsi",
        "levels": ["premiere"], "keywords": ["boucle"], "objectives": ["Compter"], "duration": 55,
        "language": "fr", "licence": "CC-BY-4.0", "authors": ["Ada"], "kind": "lesson",
        "programme": "NSI", "notebook": "essai.ipynb", **changes,
    }  # fmt: skip
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in metadata.items()
    ]
    (folder / "resource.toml").write_text("\n".join(lines), encoding="utf-8")
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "Le trèfle $x^2$"}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "essai.ipynb").write_text(json.dumps(notebook))
    return folder


@pytest.mark.parametrize("slug", SHIPPED)
def test_shipped_resource_is_complete(slug):
    metadata, files = read_resource(CONTENT / slug)
    assert 50 <= len(metadata["abstract"]) <= 400
    assert metadata["objectives"]
    assert metadata["keywords"]
    assert metadata["authors"]
    assert 15 <= metadata["duration"] <= 240
    assert sum(map(len, files.values())) < 1_500_000


def test_shipped_library_covers_the_disciplines():
    resources = [read_resource(CONTENT / slug)[0] for slug in SHIPPED]
    found = {resource["discipline"] for resource in resources}
    assert len(SHIPPED) >= 30
    assert {resource["kind"] for resource in resources} == set(Resource.Kind.values)
    assert all(resource["theme"] and resource["rank"] for resource in resources)
    assert found >= {
        "nsi", "snt", "mathematiques", "physique-chimie", "svt", "histoire-geographie",
        "francais", "anglais", "ses",
    }  # fmt: skip
    assert found & {"arts", "musique"}


def test_loading_twice_changes_nothing_and_a_change_makes_a_version(db, tmp_path):
    folder = get_folder(tmp_path)
    assert load_content(tmp_path) == ["essai"]
    assert load_content(tmp_path) == []
    first = Resource.objects.get().version
    (folder / "donnees.csv").write_text("a;b")
    assert load_content(tmp_path) == ["essai"]
    second = Resource.objects.get().version
    assert second.project_id == first.project_id
    assert Version.objects.get(pk=first.pk).tree == first.tree
    assert set(second.tree) == {"essai.ipynb", "donnees.csv"}


@pytest.mark.parametrize(
    "changes", [{"discipline": "sorcery"}, {"levels": ["x"]}, {"notebook": "no"}]
)
def test_invalid_folder_is_named_and_nothing_is_loaded(db, tmp_path, changes):
    get_folder(tmp_path, **changes)
    with pytest.raises(InvalidResource, match="essai"):
        load_content(tmp_path)
    assert not Resource.objects.exists()
    assert not Project.objects.exists()


@pytest.fixture
def library(db, tmp_path):
    get_folder(tmp_path)
    get_folder(
        tmp_path, "autre", title="Un son", discipline="musique", levels=["seconde"], keywords=[]
    )
    load_content(tmp_path)
    shutil.rmtree(tmp_path / "autre")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort=title", ["Les élèves comptent", "Un son"]),
        ("q=ELEVE", ["Les élèves comptent"]),
        ("q=boucles", ["Les élèves comptent"]),
        ("sort=title&q=trefle", ["Les élèves comptent", "Un son"]),
        ("discipline=musique", ["Un son"]),
        ("level=premiere", ["Les élèves comptent"]),
        ("q=son&level=premiere", []),
        ("sort=title&discipline=sorcery", ["Les élèves comptent", "Un son"]),
        ("q=%25&x=1&sort=title", ["Les élèves comptent", "Un son"]),
        ("q=" + "a" * 9000, []),
    ],
)
def test_search_forgives_accents_and_plurals(library, portal, school, query, found):
    portal.force_login(school.alice)
    page = portal.get(f"/library/?{query}")
    assert page.status_code == 200
    assert [resource.title for resource in page.context["resources"]] == found


def test_page_shows_the_notebook_without_javascript(library, portal, school):
    portal.force_login(school.bob)
    page = portal.get("/library/essai/")
    html = page.content.decode()
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in html
    assert "Give to a class" not in html
    assert "Donner à une classe" not in html


def test_what_everyone_may_read_needs_no_account_and_adapting_it_does(library, portal):
    assert b"/library/essai/" in portal.get("/library/").content
    html = portal.get("/library/essai/").content.decode()
    assert "/sign-in/?next=/library/essai/" in html
    assert "/library/essai/adapt/" not in html
    assert portal.post("/library/essai/adapt/").status_code == 302
    assert Project.objects.filter(kind="project").count() == 0


def test_unknown_resource_is_not_found(library, portal, school):
    portal.force_login(school.alice)
    assert portal.get("/library/rien/").status_code == 404


def test_teacher_adapts_a_resource_into_a_project_of_her_own(library, portal, school):
    portal.force_login(school.alice)
    assert portal.post("/library/essai/adapt/").status_code == 302
    project = Project.objects.get(owner=school.alice)
    resource = Resource.objects.get(slug="essai")
    assert (project.kind, project.forked_from) == ("project", resource.version)
    assert set(project.tree) == set(resource.version.tree)


def test_list_asks_the_same_number_of_queries_for_two_as_for_twelve(portal, school, tmp_path):
    portal.force_login(school.alice)

    def count(folders):
        for number in folders:
            get_folder(tmp_path, f"essai-{number}")
        load_content(tmp_path)
        portal.get("/library/")  # brings the index up to date
        with CaptureQueriesContext(connection) as asked:
            assert portal.get("/library/").status_code == 200
        return len(asked)

    assert count(range(2)) == count(range(2, 12))


def test_a_folder_cannot_take_the_place_of_a_page_of_the_library(tmp_path):
    with pytest.raises(InvalidResource, match="moderation"):
        read_resource(get_folder(tmp_path, slug="moderation"))


def test_tabs_lead_to_the_pages_that_are_for_the_reader(portal, school):
    ways = {"mine", "searches", "moderation"}

    def get_shown():
        page = portal.get("/library/").content.decode()
        return {name for name in ways if f'href="/library/{name}/"' in page}

    assert get_shown() == set()
    portal.force_login(school.bob)
    assert get_shown() == {"searches"}
    portal.force_login(school.alice)
    assert get_shown() == {"mine", "searches"}
    assert portal.get("/library/mine/").status_code == 200
