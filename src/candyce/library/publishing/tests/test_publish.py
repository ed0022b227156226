"""From a project to the library: one form, one resource, one edition."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from candyce.conftest import make_user
from candyce.library.models import Draft, Resource
from candyce.library.needs import derive
from candyce.library.publishing import pages
from candyce.library.publishing.suggest import suggest
from candyce.library.publishing.tests.publications import (
    give_notebook,
    make_project,
    publish,
    settle,
    typed,
)
from candyce.projects.models import Project


def test_form_comes_filled_with_what_the_notebooks_say(portal, school):
    project = make_project(school.alice)
    portal.force_login(school.alice)
    page = portal.get(reverse("library:publish", args=[project.pk]))
    form = page.context["form"]
    assert form["title"].value() == "Le tri par insertion"
    assert form["abstract"].value().startswith("On range des cartes")
    assert form["discipline"].value() == "nsi"
    assert form["levels"].value() == ["seconde"]
    assert form["language"].value() == "fr"
    assert form["packages"].value() == "matplotlib"
    assert form["authors"].value() == "Alice Test"


def test_form_and_execution_say_the_same_of_what_the_code_needs(portal, school):
    source = "import ipywidgets, requests\nimport outils"
    more = {"outils.py": b"import numpy"}
    project = make_project(school.alice, **more)
    cell = {"cell_type": "code", "id": "c", "metadata": {}, "outputs": [], "execution_count": None}
    give_notebook(project, "# Un tri", cell | {"source": source})
    portal.force_login(school.alice)
    form = portal.get(reverse("library:publish", args=[project.pk])).context["form"]
    needs = derive(project.tree)
    assert needs.packages == ("ipywidgets", "matplotlib", "numpy", "requests")
    assert form["packages"].value() == ", ".join(needs.packages)
    assert (form["offline"].value(), needs.offline) == (False, False)


def test_teacher_publishes_and_readers_find_it(portal, school):
    project = make_project(school.alice)
    resource = publish(portal, school.alice, project, levels=["premiere"], keywords="tri, boucle")
    assert (resource.owner, resource.source, resource.visibility) == (
        school.alice, project, "teachers",
    )  # fmt: skip
    assert resource.keywords == ["tri", "boucle"]
    assert set(resource.version.tree) == set(project.tree)
    assert not Draft.objects.exists()
    portal.force_login(school.charlie)
    assert portal.get(f"/library/{resource.slug}/").status_code == 200
    portal.force_login(school.bob)
    assert portal.get(f"/library/{resource.slug}/").status_code == 404


def test_publishing_twice_makes_one_resource_and_one_edition(portal, school):
    project = make_project(school.alice)
    first = publish(portal, school.alice, project)
    again = portal.post(reverse("library:publish", args=[project.pk]), typed(action="publish"))
    settle(project)
    again = portal.post(reverse("library:publish", args=[project.pk]), typed(action="publish"))
    assert again.url == f"/library/{first.slug}/"
    copy = make_project(school.alice)
    assert publish(portal, school.alice, copy).pk == first.pk
    assert Resource.objects.count() == 1
    assert first.editions.count() == 1


def test_changed_project_becomes_the_next_edition(portal, school):
    project = make_project(school.alice)
    first = publish(portal, school.alice, project)
    give_notebook(project, "# Le tri\n\nAutre texte, avec une phrase de plus pour les élèves.")
    portal.force_login(school.alice)
    page = portal.get(reverse("library:publish", args=[project.pk]))
    assert [change.path for change in page.context["publication"].changes] == ["tri.ipynb"]
    changes = portal.get(reverse("library:publish_changes", args=[project.pk])).content.decode()
    assert "Autre texte" in changes
    second = publish(portal, school.alice, project, notes="Plus clair.")
    assert second.pk == first.pk
    assert [one.notes for one in second.editions.all()] == ["Plus clair.", ""]


def test_nothing_typed_is_lost_when_something_is_missing(portal, school):
    project = make_project(school.alice)
    portal.force_login(school.alice)
    url = reverse("library:publish", args=[project.pk])
    portal.get(url)
    settle(project)
    answer = portal.post(
        url, typed(action="publish", abstract="Trop court.", title="Un titre à moi", levels=[])
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"abstract", "levels"}
    assert not Resource.objects.exists()
    form = portal.get(url).context["form"]
    assert (form["title"].value(), form["abstract"].value()) == ("Un titre à moi", "Trop court.")


def test_draft_is_kept_while_typing(portal, school):
    project = make_project(school.alice)
    portal.force_login(school.alice)
    url = reverse("library:publish", args=[project.pk])
    answer = portal.post(
        url, typed(action="save", title="En cours"), headers={"X-Requested-With": "fetch"}
    )
    assert answer.status_code == 204
    assert portal.get(url).context["form"]["title"].value() == "En cours"
    assert "En cours" not in portal.get("/library/mine/").content.decode()
    assert project.title in portal.get("/library/mine/").content.decode()


HOSTILE = [
    ("title", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("title", "Le\u202e tri\x00\x07 simple", "Le tri simple"),
    ("keywords", "a\x00b,\u2066c", ["a b", "c"]),
    ("authors", "Ada\r\n\r\nAda\nBob\x1b", ["Ada", "Bob"]),
]


@pytest.mark.parametrize(("name", "text", "kept"), HOSTILE)
def test_hostile_metadata_is_cleaned_and_never_markup(portal, school, name, text, kept):
    resource = publish(portal, school.alice, make_project(school.alice), **{name: text})
    assert getattr(resource, name) == kept
    assert "<script>alert" not in portal.get(f"/library/{resource.slug}/").content.decode()


@pytest.mark.parametrize(
    "name", ["title", "abstract", "objectives", "keywords", "authors", "notes"]
)
def test_texts_without_end_are_refused(portal, school, name):
    project = make_project(school.alice)
    portal.force_login(school.alice)
    url = reverse("library:publish", args=[project.pk])
    answer = portal.post(url, typed(action="publish", **{name: "a" * 100_000}))
    assert answer.status_code == 422
    assert name in answer.context["form"].errors


def test_establishment_of_others_cannot_be_chosen(portal, school):
    elsewhere = school.charlie.roles.get().organisation
    project = make_project(school.alice)
    portal.force_login(school.alice)
    url = reverse("library:publish", args=[project.pk])
    portal.get(url)
    settle(project)
    forged = typed(action="publish", visibility="establishment", establishment=str(elsewhere.pk))
    assert "establishment" in portal.post(url, forged).context["form"].errors
    own = publish(portal, school.alice, project, visibility="establishment")
    assert own.establishment == school.organisation


WHO = {"alice": 200, "bob": 404, "chloe": 404, "charlie": 404, "inspector": 404, "admin": 404}


@pytest.mark.parametrize(("name", "status"), WHO.items())
def test_only_its_teacher_may_publish_a_project(portal, school, name, status):
    project = make_project(school.alice)
    portal.force_login(getattr(school, name))
    for page in ("publish", "publish_checks", "publish_preview"):
        assert portal.get(reverse(f"library:{page}", args=[project.pk])).status_code == status


def test_pupils_and_inspectors_cannot_publish_what_is_theirs(portal, school):
    for person in (school.bob, school.inspector, school.admin):
        project = make_project(person)
        portal.force_login(person)
        answer = portal.post(reverse("library:publish", args=[project.pk]), typed(action="publish"))
        assert answer.status_code == 403
        assert portal.get("/library/mine/").status_code == 403
    assert not Resource.objects.exists()


SOLVED = {
    "cell_type": "code", "id": "s", "outputs": [], "execution_count": None,
    "source": "### BEGIN SOLUTION\nsecret = 42\n### END SOLUTION",
    "metadata": {"nbgrader": {"schema_version": 3, "solution": True, "grade": False, "locked": False,
                              "task": False, "grade_id": "q1"}},
}  # fmt: skip


def test_pupils_get_the_version_without_solutions(portal, school):
    project = make_project(school.alice)
    give_notebook(project, "# Un tri", SOLVED)
    resource = publish(portal, school.alice, project, visibility="everyone")
    assert resource.released is not None
    portal.force_login(school.bob)
    assert "secret" not in portal.get(f"/library/{resource.slug}/").content.decode()


def test_preview_shows_both_versions_of_exercises(portal, school, monkeypatch):
    suggested = []

    def count(*args, **options):
        suggested.append(args)
        return suggest(*args, **options)

    monkeypatch.setattr(pages, "suggest", count)
    project = make_project(school.alice)
    portal.force_login(school.alice)
    url = reverse("library:publish_preview", args=[project.pk])
    html = portal.get(url).content.decode()
    assert "Le tri par insertion" in html
    assert html.count("<h1") == 1
    assert len(suggested) == 1
    assert portal.get(url, {"as": "pupil"}).context["preview"].as_pupil is False  # no exercise
    give_notebook(project, "# Un tri", SOLVED)
    for person, as_pupil in (("teacher", False), ("pupil", True)):
        page = portal.get(url, {"as": person})
        preview = page.context["preview"]
        assert (preview.has_secrets, preview.as_pupil) == (True, as_pupil)
        assert ("secret" in page.content.decode()) is not as_pupil, person


def test_adaptation_is_linked_to_its_original(portal, school):
    original = publish(portal, school.alice, make_project(school.alice))
    portal.force_login(school.charlie)
    portal.post(reverse("library:adapt", args=[original.pk]))
    project = Project.objects.get(owner=school.charlie)
    give_notebook(project, "# Le tri, autrement\n\nUne autre leçon sur le tri des cartes à jouer.")
    form = portal.get(reverse("library:publish", args=[project.pk])).context["form"]
    assert form["authors"].value() == "Charlie Test\nAlice Test"
    adapted = publish(portal, school.charlie, project, licence="CC-BY-SA-4.0")
    assert (adapted.adapted_from, adapted.adapted_edition) == (original, original.editions.get())
    portal.force_login(school.alice)
    page = portal.get(reverse("library:adaptations", args=[original.pk]))
    assert list(page.context["adaptations"]) == [adapted]
    assert "Charlie" in portal.get("/").content.decode()


def test_licence_of_the_original_binds_its_adaptations(portal, school):
    original = publish(portal, school.alice, make_project(school.alice), licence="CC-BY-NC-SA-4.0")
    portal.force_login(school.charlie)
    portal.post(reverse("library:adapt", args=[original.pk]))
    project = Project.objects.get(owner=school.charlie)
    give_notebook(project, "# Autre")
    url = reverse("library:publish", args=[project.pk])
    portal.get(url)
    settle(project)
    answer = portal.post(url, typed(action="publish", licence="CC-BY-4.0"))
    assert "licence" in answer.context["form"].errors
    assert json.dumps(answer.context["form"].errors["licence"]).count("NC") >= 1
    assert (
        publish(portal, school.charlie, project, licence="CC-BY-NC-SA-4.0").adapted_from == original
    )


def test_licence_binds_what_a_co_author_publishes_apart_from_the_original(portal, school):
    dan = make_user("dan", "teacher", school.organisation)
    original = publish(
        portal, school.alice, make_project(school.alice), licence="CC-BY-NC-SA-4.0",
        visibility="establishment",
    )  # fmt: skip
    original.co_authors.add(dan)
    portal.force_login(dan)
    portal.post(reverse("library:adapt", args=[original.pk]))
    project = Project.objects.get(owner=dan)
    give_notebook(project, "# Autre")
    url = reverse("library:publish", args=[project.pk])
    assert "co_authors" not in portal.get(url).context["form"].fields
    settle(project)
    answer = portal.post(url, typed(action="publish", licence="CC0-1.0", target="separate"))
    assert "licence" in answer.context["form"].errors
    assert not Resource.objects.filter(owner=dan).exists()
    # What was typed makes a work of Dan's own: he names co-authors, and nobody is asked unseen.
    assert portal.get(url).context["form"]["co_authors"].value() == ""
    Draft.objects.filter(project=project).update(values={"target": "separate"})
    assert portal.get(url).context["form"]["co_authors"].value() is None
    apart = publish(portal, dan, project, licence="CC-BY-NC-SA-4.0", target="separate")
    assert (apart.owner, apart.adapted_from) == (dan, original)


def test_establishment_of_the_original_is_not_offered_for_a_resource_apart(portal, school):
    original = publish(portal, school.alice, make_project(school.alice), visibility="establishment")
    original.co_authors.add(school.charlie)
    Resource.objects.filter(pk=original.pk).update(licence="CC0-1.0")
    portal.force_login(school.charlie)
    portal.post(reverse("library:adapt", args=[original.pk]))
    project = Project.objects.get(owner=school.charlie)
    give_notebook(project, "# Autre")
    url = reverse("library:publish", args=[project.pk])
    portal.get(url)
    settle(project)
    there = {"visibility": "establishment", "establishment": str(school.organisation.pk)}
    answer = portal.post(url, typed(action="publish", target="separate", **there))
    assert "establishment" in answer.context["form"].errors
