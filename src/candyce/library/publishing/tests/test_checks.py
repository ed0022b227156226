"""What is looked at before publishing: each finding says what, where and how to mend it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.urls import reverse

from candyce.accounts.models import Enrolment
from candyce.conftest import make_user
from candyce.lib.outgoing import Answer
from candyce.lib.outgoing_errors import Unreachable
from candyce.library.models import Draft, Resource
from candyce.library.publishing import outside, tasks, trial
from candyce.library.publishing.checks import ADVICE, BLOCK, CONFIRM, find_all
from candyce.library.publishing.checks.links import find_links
from candyce.library.publishing.checks.markup import parse
from candyce.library.publishing.checks.personal import find_personal
from candyce.library.publishing.content import DATA_LIMIT, Content, join_data, read_content
from candyce.library.publishing.tests.publications import (
    give_notebook,
    make_project,
    settle,
    typed,
)
from candyce.projects import files


def code(source, *outputs, cell_id="k"):
    return {"cell_type": "code", "id": cell_id, "metadata": {}, "source": source, "execution_count": 1,
            "outputs": list(outputs)}  # fmt: skip


def printed(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def shown(mimetype, value):
    return {"output_type": "display_data", "metadata": {}, "data": {mimetype: value}}


def nest(value, depth=400):
    """The value within lists within lists."""
    for _time in range(depth):
        value = [value]
    return value


def find(project, user):
    project.refresh_from_db()
    return find_all(read_content(project.tree), user)


def codes(project, user):
    return {(one.code, one.level) for one in find(project, user)}


PERSONAL = [
    ("Écrire à ines.moreau@lycee-ada.fr", "email"),
    ("Appeler le 06 12 34 56 78", "phone"),
    ("Appeler le +33 6 12 34 56 78.", "phone"),
    ("NIR : 2 55 08 14 168 025 38", "nir"),
    ("INE 123456789AB", "ine"),
    ("L’élève Bob Test a rendu", "pupil"),
    ("TEST  Chloé est absente", "pupil"),
    ('File "C:\\Users\\nadia\\tri.py"', "home"),
    ("/home/nbenali/cours/tri.csv", "home"),
]
HARMLESS = [
    "prenom.nom@example.org, a@exemple.fr et git@github.com", "chiffres = '0123456789'", "06 39 98 12 34",
    "2 55 08 14 168 025 39", "/home/pyodide/tri.py", "x = 3.1415926535897", "Bob teste un programme",
    "0xDEADBEEF12 et 1234567890123",
]  # fmt: skip


@pytest.fixture
def taught(school):
    """Chloé has an accent in the register."""
    school.chloe.given_name = "Chloé"
    school.chloe.save()
    return school


def test_personal_data_are_found_in_text_results_and_files(taught):
    project = make_project(taught.alice)
    for text, kind in PERSONAL:
        give_notebook(project, f"# Un titre\n\n{text}")
        assert codes(project, taught.alice) == {(kind, CONFIRM)}, text
    give_notebook(
        project, "# Un titre", code("print(mail)", printed("a.b@lycee.fr"), cell_id="out")
    )
    (found,) = find(project, taught.alice)
    assert (found.code, found.path, found.number, found.cell_id) == ("email", "tri.ipynb", 3, "out")
    assert "a.b@lycee.fr" in found.text
    give_notebook(project, "# Un titre")
    files.save_file(project, "notes.csv", b"Bob;Test\n", acting_user=taught.alice)
    assert [(one.code, one.path, one.number) for one in find(project, taught.alice)] == [
        ("pupil", "notes.csv", 0)
    ]


def test_what_only_looks_personal_is_left_alone(taught):
    project = make_project(taught.alice)
    give_notebook(project, "# Un titre\n\n" + "\n\n".join(HARMLESS))
    assert codes(project, taught.alice) == set()
    assert (
        codes(make_project(taught.charlie, "# Bob Test"), taught.charlie) == set()
    )  # not his pupil


WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
DATA = [
    ({"lignes": [{"prénom": "Bob", "nom": "Test", "note": 12}]}, "pupil"),
    ({"Bob Test": 12}, "pupil"),
    (["vu par", {"qui": "a.b@lycee.fr"}], "email"),
    ({"nir": 255081416802538}, "nir"),
    ("/home/nbenali/cours", "home"),
    (nest("a.b@lycee.fr"), "email"),
]


def test_personal_data_are_found_in_data_that_results_hold(taught):
    project = make_project(taught.alice)
    for mimetype in ("application/json", "application/vnd.vegalite.v5+json"):
        for value, kind in DATA:
            give_notebook(project, "# Un titre", code("x", shown(mimetype, value), cell_id="out"))
            (found,) = find(project, taught.alice)
            assert (found.code, found.level, found.cell_id) == (kind, CONFIRM, "out"), value


def test_personal_data_are_found_in_the_saved_state_of_widgets(taught):
    project = make_project(taught.alice)
    for value, kind in DATA:
        state = {"abc": {"model_name": "TextModel", "state": {"value": value}}}
        widgets = {WIDGET_STATE: {"state": state, "version_major": 2}}
        give_notebook(project, "# Un titre", metadata={"widgets": widgets})
        (found,) = find(project, taught.alice)
        assert (found.code, found.level, found.path, found.number) == (
            kind,
            CONFIRM,
            "tri.ipynb",
            0,
        )
        assert "widgets" in found.mend


ODD = [None, True, 7, "x", 1e300, [], {}, [None, {"": [1.5, False]}], 10**4000, nest("x", 5_000)]


def test_results_and_metadata_of_any_shape_are_read_within_bounds(school):
    outputs = [odd for shape in ODD for odd in (shape, [shape], [{"data": shape}],
               [{"data": {"text/html": shape, "application/json": shape}}])]  # fmt: skip
    cells = [{"cell_type": "code", "id": "out", "source": "x", "outputs": one} for one in outputs]
    for odd in [*ODD, *({"widgets": shape} for shape in ODD)]:
        notebook = {"cells": cells, "metadata": odd}
        content = Content({}, {"tri.ipynb": notebook, "rien.ipynb": None}, {})
        assert list(find_personal(content, school.alice)) == []
        assert list(find_links(content)) == []
    assert len(join_data(["x" * 1000] * 2_000)) == DATA_LIMIT


RESULTS = [
    ('<p><img src="carte.png"></p>', True),
    (["<div>", "<IMG src='data:image/png;base64,AA'/>"], True),
    ('<img src="carte.png" alt="image">', True),
    ('<img src="carte.png" alt="Carte des fleuves">', False),
    ('<img src="puce.png" alt="">', False),
    ("<!-- <img src='carte.png'> --><p>&lt;img&gt;</p>", False),
    ("<script>x = '<img>'</script>", False),
    ("<img " * 200_000, False),
]


def test_images_in_results_should_have_alternative_text_too(school):
    project = make_project(school.alice)
    for value, missing in RESULTS:
        output = shown("text/html", value)
        give_notebook(project, "# Un titre", code("x", output, output, cell_id="out"))
        found = [one for one in find(project, school.alice) if one.code != "large_output"]
        places = [(one.code, one.level, one.number, one.cell_id) for one in found]
        expected = [("no_alternative_result", ADVICE, 3, "out")] if missing else []
        assert places == expected, str(value)[:100]
    settle(project)
    give_notebook(project, "# Un titre", code("x", shown("text/html", "<img src='x.png'>")))
    assert not any(one.blocks("everyone") for one in find(project, school.alice))


MARKUP = [
    ("![](carte.png)", {("no_alternative", BLOCK), ("missing_file", BLOCK)}),
    ("![carte.png](data/carte.png)", {("no_alternative", BLOCK)}),
    ("![Carte des fleuves](data/carte.png)", set()),
    ('<img src="data/carte.png" alt="">', set()),
    ('<img src="data/carte.png">', {("no_alternative", BLOCK)}),
    ("`![](rien.png)`", set()),
    ("![Une figure](attachment:rien.png)", {("missing_file", BLOCK)}),
    ("[le texte](data/texte%20deux.txt), [titre](#titre), [moi](mailto:a@example.org)", set()),
    ("[le texte](autre.txt)", {("missing_file", BLOCK)}),
    ("[le dossier](data/)", set()),
    ("![Une carte](https://example.org/carte.png)", {("image_elsewhere", ADVICE)}),
    ("[dehors](https://example.org/)", set()),
    ("[x](http://[)", set()),
]


def test_images_have_alternative_text_and_links_lead_somewhere(school):
    more = {"data/carte.png": b"png", "data/texte deux.txt": b"x"}
    project = make_project(school.alice, **more)
    for text, found in MARKUP:
        give_notebook(project, f"# Un titre\n\n{text}")
        assert codes(project, school.alice) == found, text


def test_markup_without_end_takes_no_time():
    assert parse("[" * 20_000 + "![" * 20_000).links == []


def test_network_sizes_and_exercises(school):
    project = make_project(school.alice)
    solution = code("### BEGIN SOLUTION\nx = 1\n", cell_id="s")
    give_notebook(
        project, "# Un titre", code("requests.get('https://example.org')"), solution,
        code("print(x)", printed("x" * 1_100_000), cell_id="big"),
    )  # fmt: skip
    files.save_file(project, ".ipynb_checkpoints/tri.txt", b"x", acting_user=school.alice)
    found = codes(project, school.alice)
    assert {("fetches", ADVICE), ("large_output", ADVICE), ("left_behind", ADVICE)} <= found
    assert ("exercise_region_open", BLOCK) in found
    files.save_file(project, "corrigé.py", b"x", acting_user=school.alice)
    assert ("exercise_region_open", BLOCK) in codes(project, school.alice)
    empty = make_project(school.alice)
    files.delete_file(empty, "tri.ipynb", acting_user=school.alice)
    assert codes(empty, school.alice) == {("no_notebook", BLOCK)}


def post(portal, project, **changes):
    return portal.post(
        reverse("library:publish", args=[project.pk]), typed(action="publish", **changes)
    )


def test_a_finding_that_blocks_is_mended_then_published(portal, school):
    project = make_project(school.alice, "# Un titre\n\n![](carte.png)")
    portal.force_login(school.alice)
    page = portal.get(reverse("library:publish", args=[project.pk])).content.decode()
    assert f"/projects/{project.pk}/open/?path=tri.ipynb&amp;cell=text" in page
    settle(project)
    assert post(portal, project).status_code == 422
    assert not Resource.objects.exists()
    give_notebook(project, "# Un titre")
    assert post(portal, project).status_code == 422  # other files: they are tried first
    settle(project)
    assert post(portal, project).status_code == 302


def test_data_that_look_personal_are_confirmed_one_by_one(portal, school):
    project = make_project(school.alice, "# Un titre\n\nÉcrire à qui@lycee.fr")
    portal.force_login(school.alice)
    url = reverse("library:publish", args=[project.pk])
    confirmed = portal.get(url).context["publication"].confirmation
    settle(project)
    assert post(portal, project).status_code == 422
    give_notebook(project, "# Un titre\n\nÉcrire à qui@lycee.fr et à quoi@lycee.fr")
    settle(project)
    assert post(portal, project, confirmed=confirmed).status_code == 422
    confirmed = portal.get(url).context["publication"].confirmation
    assert post(portal, project, confirmed=confirmed).status_code == 302


@pytest.mark.parametrize(
    ("result", "status"),
    [("passed", 302), ("unavailable", 302), ("too_long", 302), ("failed", 422)],
)
def test_what_fails_is_not_published_to_others(portal, school, result, status):
    project = make_project(school.alice)
    portal.force_login(school.alice)
    portal.get(reverse("library:publish", args=[project.pk]))
    settle(project, result, path="tri.ipynb", cell=1, message="NameError: x")
    page = portal.get(reverse("library:publish_checks", args=[project.pk])).content.decode()
    assert ("NameError: x" in page) == (result == "failed")
    assert post(portal, project).status_code == status
    if result == "failed":
        assert "cell=code" in page
        assert post(portal, project, visibility="me").status_code == 302


def test_nothing_is_published_to_others_while_it_is_tried(portal, school):
    project = make_project(school.alice)
    portal.force_login(school.alice)
    portal.get(reverse("library:publish", args=[project.pk]))
    assert post(portal, project).status_code == 422
    assert post(portal, project, visibility="me").status_code == 302


def test_trial_runs_the_files_and_asks_the_links(school, monkeypatch):
    text = "# Titre\n\n[a](https://a.example/x) [b](https://b.example/) [c](https://c.example/)"
    project = make_project(school.alice, text)
    draft = Draft.objects.create(project=project, user=school.alice)
    trial.plan_trial(draft, project.tree)
    ran = []
    report = SimpleNamespace(result="passed", path="", cell=None, message="", kernel="Python")
    monkeypatch.setattr(trial, "run_tree", lambda tree: ran.append(tree) or report)

    def fetch(url, **_options):
        if "a.example" in url:
            return Answer(url, 404, {}, b"")
        if "b.example" in url:
            raise Unreachable(host="b.example")
        return Answer(url, 403, {}, b"")

    monkeypatch.setattr(outside, "fetch", fetch)
    assert tasks.try_out.call(str(draft.pk)) == "passed"
    assert tasks.try_out.call(str(draft.pk)) == ""  # done once
    assert ran == [project.tree]
    draft.refresh_from_db()
    assert [(one["url"], one["why"]) for one in draft.trial["links"]] == [
        ("https://a.example/x", "404"), ("https://b.example/", "outgoing_unreachable"),
    ]  # fmt: skip
    assert draft.trial["asked"] == 3


def test_without_a_network_links_are_not_checked_and_that_is_said(school, monkeypatch):
    project = make_project(school.alice, "# Titre\n\n[a](https://a.example/x)")

    def fetch(url, **_options):
        raise Unreachable(host="a.example")

    monkeypatch.setattr(outside, "fetch", fetch)
    assert outside.ask_links(read_content(project.tree)) == {"asked": None, "links": []}


@pytest.mark.parametrize("changed", [True, False], ids=["other files", "check again"])
def test_trial_says_nothing_of_one_planned_while_it_ran(school, monkeypatch, changed):
    project = make_project(school.alice)
    draft = Draft.objects.create(project=project, user=school.alice)
    trial.plan_trial(draft, project.tree)
    ended = {"state": "done", "result": "passed"}

    def run(_draft):
        if changed:
            give_notebook(project, "# Autre")
        trial.forget_trial(draft)
        trial.plan_trial(draft, project.tree)
        return ended

    monkeypatch.setattr(tasks, "run_trial", run)
    assert tasks.try_out.call(str(draft.pk)) == ""
    draft.refresh_from_db()
    assert draft.trial["state"] == "queued"
    monkeypatch.setattr(tasks, "run_trial", lambda _draft: ended)
    assert tasks.try_out.call(str(draft.pk)) == "passed"


def test_trial_that_breaks_down_counts_as_not_tried(school, monkeypatch):
    project = make_project(school.alice)
    draft = Draft.objects.create(project=project, user=school.alice)
    trial.plan_trial(draft, project.tree)
    monkeypatch.setattr(trial, "run_tree", lambda tree: 1 / 0)
    assert tasks.try_out.call(str(draft.pk)) == "unavailable"


def test_names_of_other_classes_are_not_searched(school):
    stranger = make_user("zoe", "student", school.organisation)
    project = make_project(school.alice, "# Zoe Test")
    assert codes(project, school.alice) == set()
    Enrolment.objects.create(user=stranger, school_class=school.school_class, role="student")
    assert codes(project, school.alice) == {("pupil", CONFIRM)}
