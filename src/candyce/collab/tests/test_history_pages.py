"""The pages of the history: who may see them, what they show, what they do."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone

from candyce.accounts.models import AuditEntry
from candyce.collab import store
from candyce.collab.actions import replace_text
from candyce.collab.history import list_moments
from candyce.collab.history.timeline import list_entries
from candyce.collab.models import DocumentUpdate, HistoryChunk, KeptState, LiveDocument
from candyce.collab.queries import get_notebook, get_text
from candyce.collab.tests.conftest import make_project
from candyce.collab.tests.test_store import type_into
from candyce.collab.tests.writing import Writer
from candyce.projects.actions import cut_version
from candyce.projects.models import Member, Project, Version

pytestmark = pytest.mark.django_db
PATH = "lesson.ipynb"
READING = ("history", "moment", "compare", "play", "frames")


def url(name, project, **query):
    address = reverse(f"collab:{name}", args=[project.pk])
    return (
        address + "?" + "&".join(f"{key}={value}" for key, value in {"path": PATH, **query}.items())
    )


@pytest.fixture
def document(project) -> LiveDocument:
    """Bob's project: Bob types twice, Chloé once in between."""
    document = store.open_document(project.pk, PATH)
    for author, text in (
        (project.owner_id, "un "),
        (uuid.uuid4(), "deux "),
        (project.owner_id, "trois "),
    ):
        type_into(document.pk, text)
        DocumentUpdate.objects.filter(document=document, author_id=None, seq__gt=1).update(
            author_id=author
        )
    return document


def as_(portal, user):
    portal.force_login(user)
    return portal


def test_the_timeline_says_who_did_what(portal, school, project, document):
    html = as_(portal, school.bob).get(url("history", project)).content.decode()
    assert html.count('class="moment moment-run') == 2
    assert "Bob Test" in html
    assert "Cell 1 changed" in html or "Cellule 1 modifiée" in html


@pytest.mark.parametrize("path", ["", "none.ipynb", "../lesson.ipynb", "lesson.ipynb/", "%00"])
def test_a_file_that_is_not_there_is_a_404(portal, school, project, document, path):
    address = reverse("collab:history", args=[project.pk]) + f"?path={path}"
    status = as_(portal, school.bob).get(address).status_code
    assert status == (200 if path == "" else 404)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "0",
        "5",
        "-1",
        "1.5",
        "x",
        "²",
        "9" * 30,
        "17f2cd33-4c7d-44ac-82fd-773335f2278f",
        "now'--",
    ],
)
def test_a_moment_that_is_not_there_is_a_404(portal, school, project, document, key):
    browser = as_(portal, school.bob)
    assert browser.get(url("moment", project, m=key)).status_code == 404
    assert browser.get(url("compare", project, m=key)).status_code == 404
    assert browser.get(url("compare", project, m="2", **{"with": key or "x"})).status_code == 404
    for verb in ("restore", "fork", "name"):
        data = {"path": PATH, "m": key, "name": "n"}
        assert browser.post(url(verb, project), data).status_code == 404


def test_a_moment_is_shown_as_it_was_with_its_neighbours(portal, school, project, document):
    html = as_(portal, school.bob).get(url("moment", project, m=2)).content.decode()
    assert "un # Été" in html.replace("<h1>", "# ") or "un" in html
    assert "deux" not in html
    assert 'rel="prev"' in html
    assert 'rel="next"' in html


def test_comparing_names_the_words_that_changed(portal, school, project, document):
    html = (
        as_(portal, school.bob)
        .get(url("compare", project, m=2, **{"with": "now"}))
        .content.decode()
    )
    assert "<ins>trois deux </ins>" in html
    html = (
        as_(portal, school.bob)
        .get(url("compare", project, m=3, **{"with": "before"}))
        .content.decode()
    )
    assert "<ins>deux </ins>" in html
    html = as_(portal, school.bob).get(url("compare", project, m=4)).content.decode()
    assert "notice-success" in html


def test_restoring_is_an_edit_that_can_be_undone(portal, school, project, document):
    browser = as_(portal, school.bob)
    before = get_notebook(project, PATH)
    assert browser.post(url("restore", project), {"path": PATH, "m": 2}).status_code == 302
    assert get_notebook(project, PATH)["cells"][0]["source"] == "un # Été 😀"
    project.refresh_from_db()
    row = DocumentUpdate.objects.get(document=document, seq=5)
    assert row.author_id == school.bob.pk
    assert AuditEntry.objects.get(verb="moment_restored").data == {"path": PATH, "seq": 2}
    browser.post(url("restore", project), {"path": PATH, "m": 4})
    assert get_notebook(project, PATH) == before
    assert len(list_moments(document)) == 6


def test_a_deleted_cell_comes_back_with_its_id(portal, school, project, document):
    writer = Writer(document, school.bob.pk, Random(1))
    del writer.cells[1]
    writer.exchange()
    as_(portal, school.bob).post(url("restore", project), {"path": PATH, "m": 4})
    assert [cell["id"] for cell in get_notebook(project, PATH)["cells"]] == ["titre", "calcul"]


def test_forking_makes_a_project_with_the_file_as_it_was(portal, school, project, document):
    answer = as_(portal, school.bob).post(url("fork", project), {"path": PATH, "m": 2})
    made = Project.objects.exclude(pk=project.pk).get()
    assert answer.url == reverse("projects:detail", args=[made.pk])
    assert made.owner == school.bob
    source = portal.get(reverse("projects:export", args=[made.pk]) + f"?path={PATH}").content
    assert json.loads(source)["cells"][0]["source"] == "un # Été 😀"
    assert get_notebook(project, PATH)["cells"][0]["source"].startswith("trois")


def test_a_name_is_given_shown_and_taken_away(portal, school, project, document):
    browser = as_(portal, school.bob)
    browser.post(url("name", project), {"path": PATH, "m": 2, "name": "  <b>Avant</b>\n l’exposé "})
    kept = KeptState.objects.get()
    assert (kept.name, kept.seq, kept.user) == ("<b>Avant</b> l’exposé", 2, school.bob)
    html = browser.get(url("history", project)).content.decode()
    assert "&lt;b&gt;Avant&lt;/b&gt; l’exposé" in html
    for bad in ("", "  \t", "x" * 81):
        answer = browser.post(url("name", project), {"path": PATH, "m": 2, "name": bad})
        assert answer.status_code == 422
    browser.post(url("unname", project), {"path": PATH, "kept": kept.pk})
    assert not KeptState.objects.exists()
    for junk in ("", "x", "0", kept.pk):
        assert browser.post(url("unname", project), {"path": PATH, "kept": junk}).status_code == 404


def test_hand_ins_stand_out_and_can_be_seen(portal, school, project, document):
    version = cut_version(project, Version.Reason.HANDED_IN, acting_user=school.bob)
    type_into(document.pk, "quatre ")
    browser = as_(portal, school.bob)
    assert "moment-handed_in moment-out" in browser.get(url("history", project)).content.decode()
    html = browser.get(url("moment", project, m=version.pk)).content.decode()
    assert "trois deux un" in html
    assert "quatre" not in html
    html = browser.get(url("compare", project, m=version.pk)).content.decode()
    assert "<ins>quatre </ins>" in html
    other = cut_version(make_project(school.bob), Version.Reason.HANDED_IN, acting_user=None)
    assert browser.get(url("moment", project, m=other.pk)).status_code == 404


def test_frames_come_in_batches_and_say_what_changed(portal, school, project, document):
    browser = as_(portal, school.bob)
    answer = browser.get(url("frames", project, **{"from": 0, "count": 3, "full": 1})).json()
    assert [frame["number"] for frame in answer["frames"]] == [0, 1, 2]
    changed = [{cell[0]: cell[2] for cell in frame["cells"]} for frame in answer["frames"]]
    assert changed[1:] == [{"titre": "edited", "calcul": ""}] * 2
    digests = {cell[1] for frame in answer["frames"] for cell in frame["cells"]}
    assert answer["html"].keys() == digests
    rest = browser.get(url("frames", project, **{"from": 3, "count": 50})).json()
    assert len(rest["frames"]) == 1
    assert len(rest["html"]) == 1  # the other cell is there already
    for junk in ({"from": "99"}, {"from": "x", "count": "0"}, {"from": "-1"}):
        assert browser.get(url("frames", project, **junk)).status_code == 200
    assert browser.get(url("play", project, i=999)).status_code == 200
    assert 'aria-disabled="true"' in browser.get(url("play", project, i=0)).content.decode()


def test_what_pupils_wrote_is_never_run(portal, school, project):
    document = store.open_document(project.pk, PATH)
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    type_into(document.pk, hostile)
    type_into(document.pk, hostile, cell=1)
    browser = as_(portal, school.bob)
    pages = [browser.get(url(name, project, m=2)).content.decode() for name in READING[:4]]
    pages += browser.get(url("frames", project, full=1, count=9)).json()["html"].values()
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_an_empty_history_says_so(portal, school, project):
    browser = as_(portal, school.bob)
    for name in ("history", "play"):
        assert 'class="empty"' in browser.get(url(name, project)).content.decode()
    assert browser.get(url("frames", project)).status_code == 404
    bare = Project.objects.create(title="Vide", owner=school.bob, tree={})
    assert browser.get(reverse("collab:history", args=[bare.pk])).status_code == 200


def test_two_thousand_entries_are_paged(
    portal, school, project, document, django_assert_max_num_queries
):
    start = timezone.now() - timedelta(days=60)
    marks = [
        {"first": 0, "last": number, "by": str(school.bob.pk), "count": 3, "more": 0,
         "start": 0, "end": 0, "did": {"edited": {"titre": 1}}, "typed": [0, 0], "cut": False}
        | {key: round((start + timedelta(minutes=20 * number)).timestamp() * 1000) for key in ("start", "end")}
        for number in range(10, 2010)
    ]  # fmt: skip
    HistoryChunk.objects.create(
        document=document, first_seq=5, last_seq=2010, first_at=start, last_at=start,
        updates=b"", marks=marks, chain=0, size=0,
    )  # fmt: skip
    assert len(list_entries(project, PATH, document)) > 2000
    with django_assert_max_num_queries(30):
        html = as_(portal, school.bob).get(url("history", project, page=7)).content.decode()
    assert html.count('<li class="moment ') == 50
    assert 'rel="next"' in html


def test_the_filter_keeps_one_person(portal, school, project, document):
    DocumentUpdate.objects.filter(seq=3).update(author_id=school.chloe.pk)
    store.compact(document.pk)
    browser = as_(portal, school.bob)
    html = browser.get(url("history", project, person=school.chloe.pk)).content.decode()
    assert html.count('<li class="moment ') == 1
    html = browser.get(url("history", project, person="nobody")).content.decode()
    assert html.count('<li class="moment ') == 3


# --- who may ---------------------------------------------------------------------------------

MEMBERS = {
    "nobody else": ((), 404),
    "reader": (("read",), 403),
    "commenter": (("read", "comment"), 200),
    "writer": (("read", "write"), 200),
    "manager": (("read", "manage"), 200),
}


@pytest.mark.parametrize("member", MEMBERS)
def test_members_read_a_projects_history_by_their_rights(portal, school, project, document, member):
    rights, expected = MEMBERS[member]
    if rights:
        Member.objects.create(project=project, user=school.chloe, rights=list(rights))
    browser = as_(portal, school.chloe)
    for name in READING:
        assert browser.get(url(name, project, m=2)).status_code == expected, name
    can_write = "write" in rights
    for verb in ("restore", "name"):
        status = browser.post(url(verb, project), {"path": PATH, "m": 2, "name": "n"}).status_code
        assert status == (302 if can_write else expected if expected != 200 else 403), verb
    status = browser.post(url("fork", project), {"path": PATH, "m": 2}).status_code
    assert status == (302 if expected == 200 else expected)


def test_holding_a_room_hides_no_history_and_a_pen_gives_none(portal, school, project, document):
    Member.objects.create(project=project, user=school.chloe, rights=["read", "write"])
    Project.objects.filter(pk=project.pk).update(held_at=timezone.now())
    browser = as_(portal, school.chloe)
    assert browser.get(url("history", project)).status_code == 200
    assert browser.post(url("restore", project), {"path": PATH, "m": 2}).status_code == 403
    Member.objects.update(rights=["read"])
    Project.objects.filter(pk=project.pk).update(pen=school.chloe)
    assert browser.get(url("history", project)).status_code == 403


def test_a_resources_readers_see_no_history(portal, school, project, document):
    Project.objects.filter(pk=project.pk).update(kind=Project.Kind.RESOURCE, owner=None)
    for person in (school.alice, school.bob, school.charlie):
        for name in READING:
            status = as_(portal, person).get(url(name, project, m=2)).status_code
            assert status in {403, 404}


def test_names_are_taken_away_by_who_gave_them_or_manages(portal, school, project, document):
    as_(portal, school.bob).post(url("name", project), {"path": PATH, "m": 2, "name": "A"})
    kept = KeptState.objects.get().pk
    Member.objects.create(project=project, user=school.chloe, rights=["read", "write"])
    browser = as_(portal, school.chloe)
    assert browser.post(url("unname", project), {"path": PATH, "kept": kept}).status_code == 403
    other = make_project(school.chloe)
    store.open_document(other.pk, PATH)
    assert browser.post(url("unname", other), {"path": PATH, "kept": kept}).status_code == 404
    browser.post(url("name", project), {"path": PATH, "m": 3, "name": "B"})
    mine = KeptState.objects.get(name="B").pk
    assert browser.post(url("unname", project), {"path": PATH, "kept": mine}).status_code == 302
    browser = as_(portal, school.bob)
    assert browser.post(url("unname", project), {"path": PATH, "kept": kept}).status_code == 302


def test_strangers_and_the_signed_out_see_nothing(portal, school, project, document):
    for name in READING:
        assert portal.get(url(name, project, m=2)).status_code == 302
        assert as_(portal, school.charlie).get(url(name, project, m=2)).status_code == 404
        portal.logout()
    for verb in ("restore", "fork", "name", "unname"):
        assert as_(portal, school.charlie).post(url(verb, project), {"m": 2}).status_code == 404
        assert as_(portal, school.bob).get(url(verb, project)).status_code == 405
        portal.logout()


def test_a_text_has_a_history_too(portal, school):
    project = make_project(school.bob, {"notes.csv": b"a;b\r\n1;2\r\n"})
    document = store.open_document(project.pk, "notes.csv")
    replace_text(project, "notes.csv", "a;b\r\n1;3\r\n", acting_user=school.bob)
    query = {"path": "notes.csv"}
    browser = as_(portal, school.bob)
    html = browser.get(url("history", project, **query)).content.decode()
    assert "character" in html or "caractère" in html
    assert "1;2" in browser.get(url("moment", project, m=1, **query)).content.decode()
    html = browser.get(url("compare", project, m=1, **query)).content.decode()
    assert "<ins>3</ins>" in html
    assert "1;3" in browser.get(url("play", project, i=1, **query)).content.decode()
    browser.post(url("restore", project), query | {"m": 1})
    source = browser.get(reverse("projects:export", args=[project.pk]) + "?path=notes.csv").content
    assert source == b"a;b\r\n1;2\r\n"
    store.compact(document.pk)
    browser.post(url("restore", project), query | {"m": 2})
    assert get_text(project, "notes.csv") == "a;b\r\n1;3\r\n"
