"""The room's pages: who sees what, and what each button does, without JavaScript."""

from __future__ import annotations

import io
import json
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from candyce.projects import access, actions, capabilities, tokens
from candyce.projects.models import Member, Project, Version
from candyce.projects.notebooks import make_notebook, write_notebook


@pytest.fixture
def project(school) -> Project:
    project = actions.create_project(acting_user=school.alice, title="Tri rapide")
    actions.set_member(project, school.bob, {"write"}, acting_user=school.alice)
    actions.set_member(project, school.chloe, {"read"}, acting_user=school.alice)
    return project


def url(name, *args):
    return reverse(f"projects:{name}", args=args)


PAGES = ["detail", "open", "reconnect", "export"]
FORMS = ["rename", "duplicate", "delete", "members"]
OWNER, WRITER, READER = "alice", "bob", "chloe"
OUTSIDE = ["charlie", "admin", "inspector"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", [OWNER, WRITER, READER])
def test_members_read_every_page(portal, school, project, person, page):
    portal.force_login(getattr(school, person))
    assert portal.get(url(page, project.pk)).status_code in {200, 302}


@pytest.mark.parametrize("page", [*PAGES, *FORMS])
@pytest.mark.parametrize("person", OUTSIDE)
def test_others_cannot_tell_the_project_from_nothing(portal, school, project, person, page):
    portal.force_login(getattr(school, person))
    send = portal.get if page in PAGES else portal.post
    assert send(url(page, project.pk)).status_code == 404


@pytest.mark.parametrize("page", [*PAGES, *FORMS, "restore"])
def test_deleted_projects_are_gone_for_all_but_the_owners_restore(portal, school, project, page):
    actions.delete(project, acting_user=school.alice)
    for person in (school.bob, school.chloe, school.charlie):
        portal.force_login(person)
        send = portal.get if page in PAGES else portal.post
        assert send(url(page, project.pk)).status_code == 404
    portal.force_login(school.alice)
    send = portal.get if page in PAGES else portal.post
    assert send(url(page, project.pk)).status_code == (302 if page == "restore" else 404)


@pytest.mark.parametrize("page", [*PAGES, *FORMS, "restore"])
def test_signed_out_people_are_sent_to_sign_in(portal, project, page):
    send = portal.get if page in PAGES else portal.post
    response = send(url(page, project.pk))
    assert response.status_code == 302
    assert urlsplit(response.url).path == reverse("accounts:sign_in")


def test_inactive_people_are_signed_out(portal, school, project):
    portal.force_login(school.alice)
    school.alice.is_active = False
    school.alice.save()
    assert portal.get(url("detail", project.pk)).status_code == 302


@pytest.mark.parametrize(
    ("action", "allowed"),
    [
        ("rename", {OWNER}),
        ("members", {OWNER}),
        ("duplicate", {OWNER, WRITER, READER}),
        ("delete", {OWNER}),
    ],
)
def test_members_act_as_far_as_their_rights_go(portal, school, project, action, allowed):
    data = {"title": "New", "username": "charlie", "right": "read"}
    for person in (READER, WRITER, OWNER):
        portal.force_login(getattr(school, person))
        status = portal.post(url(action, project.pk), data).status_code
        assert (status != 403) == (person in allowed)
        project.refresh_from_db()
        if person not in allowed:
            assert (project.title, project.deleted_at) == ("Tri rapide", None)
            assert project.members.count() == 2


def test_versions_are_for_those_who_write(portal, school, project):
    version = actions.cut_version(project, Version.Reason.GIVEN, acting_user=school.alice)
    address = url("duplicate_version", project.pk, version.pk)
    portal.force_login(school.chloe)
    assert portal.post(address).status_code == 403
    assert address not in portal.get(url("detail", project.pk)).content.decode()
    portal.force_login(school.bob)
    assert address in portal.get(url("detail", project.pk)).content.decode()
    assert portal.post(address).status_code == 302
    other = actions.create_project(acting_user=school.bob, title="Other")
    assert portal.post(url("duplicate_version", other.pk, version.pk)).status_code == 404


def test_actions_want_a_post(portal, school, project):
    portal.force_login(school.alice)
    for action in ("duplicate", "delete", "restore", "members"):
        assert portal.get(url(action, project.pk)).status_code == 405


def test_the_list_asks_as_many_questions_for_thirty_projects_as_for_one(
    portal, school, project, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    portal.force_login(school.bob)
    with CaptureQueriesContext(connection) as one:
        portal.get(url("list"))
    for number in range(29):
        more = actions.create_project(acting_user=school.alice, title=f"P{number}")
        actions.set_member(more, school.bob, {"write"}, acting_user=school.alice)
    with django_assert_num_queries(len(one.captured_queries)):
        response = portal.get(url("list"))
    assert len(response.context["page"]) == 30


def test_the_list_shows_ones_own_and_shared_projects_only(portal, school, project):
    actions.create_project(acting_user=school.charlie, title="Secret")
    actions.fork(
        actions.cut_version(project, Version.Reason.GIVEN, acting_user=school.alice),
        acting_user=school.bob,
        owner=school.bob,
        title="Copie",
        kind=Project.Kind.COPY,
    )
    portal.force_login(school.bob)
    response = portal.get(url("list"))
    assert [p.title for p in response.context["page"]] == ["Tri rapide"]


def test_search_ignores_case_and_accents(portal, school):
    for title in ("Éléphants", "Souris"):
        actions.create_project(acting_user=school.bob, title=title)
    portal.force_login(school.bob)
    response = portal.get(url("list"), {"q": "elephant"})
    assert [p.title for p in response.context["page"]] == ["Éléphants"]
    assert portal.get(url("list"), {"q": "zz\x00"}).status_code == 200


def test_create_makes_a_notebook_and_opens_it(portal, school):
    portal.force_login(school.bob)
    response = portal.post(url("create"), {"title": "Mon essai"})
    project = Project.objects.get()
    assert response.url == url("open", project.pk)
    assert (project.owner, project.main_path) == (school.bob, "Mon essai.ipynb")


def test_delete_offers_undo_and_undo_brings_it_back(portal, school, project):
    portal.force_login(school.alice)
    page = portal.post(url("delete", project.pk), follow=True).content.decode()
    assert url("restore", project.pk) in page
    assert "Tri rapide" in portal.get(url("trash")).content.decode()
    portal.post(url("restore", project.pk))
    assert [p.pk for p in portal.get(url("list")).context["page"]] == [project.pk]


def test_the_undo_of_another_is_not_shown(portal, school, project):
    actions.delete(project, acting_user=school.alice)
    portal.force_login(school.charlie)
    page = portal.get(url("list"), {"deleted": str(project.pk)}).content.decode()
    assert "Tri rapide" not in page
    assert portal.get(url("list"), {"deleted": "nonsense"}).status_code == 200


def test_the_owner_adds_and_removes_a_schoolmate(portal, school, project):
    portal.force_login(school.alice)
    portal.post(url("members", project.pk), {"username": " ADMIN ", "right": "write"})
    assert access.WRITE in access.get_rights(school.admin, project)
    portal.post(url("members", project.pk), {"remove": str(school.admin.pk)})
    assert access.get_rights(school.admin, project) == access.NO_RIGHTS


@pytest.mark.parametrize("username", ["charlie", "nobody", "alice", "x\x00y"])
def test_who_is_of_another_school_cannot_be_told_from_nobody(portal, school, project, username):
    portal.force_login(school.alice)
    data = {"username": username, "right": "read"}
    response = portal.post(url("members", project.pk), data)
    assert response.status_code == 422
    assert Member.objects.count() == 2


@pytest.mark.parametrize("who", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_removing_nobody_is_a_404(portal, school, project, who):
    portal.force_login(school.alice)
    assert portal.post(url("members", project.pk), {"remove": who}).status_code == 404


def test_titles_are_escaped(portal, school):
    portal.force_login(school.bob)
    project = actions.create_project(acting_user=school.bob, title="<script>alert(1)</script>")
    for address in (url("list"), url("detail", project.pk), url("rename", project.pk)):
        assert "<script>alert" not in portal.get(address).content.decode()


# --- the door to the editor ---------------------------------------------------------------------


def follow_token(response):
    parts = urlsplit(response.url)
    return parts, tokens.read(parse_qs(parts.fragment)["token"][0])


def test_open_sends_the_browser_to_the_editor_with_a_token(portal, school, project, settings):
    portal.force_login(school.bob)
    response = portal.get(url("open", project.pk), headers={"accept-language": "en"})
    parts, token = follow_token(response)
    assert f"{parts.scheme}://{parts.netloc}" == settings.CANDYCE_EDITOR_URL
    assert parts.path == "/edit/notebooks/index.html"
    assert parse_qs(parts.query) == {"path": ["Tri rapide.ipynb"], "project": [str(project.pk)]}
    assert parse_qs(parts.fragment)["lang"] == ["en"]
    assert (token.project_id, token.user_id) == (project.pk, school.bob.pk)
    rights = capabilities.get_capability(token.encode()).rights
    assert rights.scopes == {"read", "write"}
    assert response["Cache-Control"] == "no-store"


def test_a_reader_gets_a_token_to_read(portal, school, project):
    portal.force_login(school.chloe)
    _parts, token = follow_token(portal.get(url("open", project.pk)))
    assert capabilities.get_capability(token.encode()).rights.scopes == {"read"}


def test_open_takes_the_full_interface_and_a_file(portal, school, project):
    portal.force_login(school.alice)
    parts, _token = follow_token(portal.get(url("open", project.pk), {"app": "lab"}))
    assert parts.path == "/edit/lab/index.html"
    assert portal.get(url("open", project.pk), {"path": "../x.ipynb"}).status_code == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_origin_cannot_have_a_token_minted(portal, school, project, site):
    portal.force_login(school.alice)
    response = portal.get(url("open", project.pk), headers={"sec-fetch-site": site})
    assert response.status_code == 200
    assert "#token=" not in response.content.decode()
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_reconnecting_wants_a_click_and_revives_that_page_alone(portal, school, project):
    from candyce.projects.models import Reconnection

    portal.force_login(school.alice)
    address = url("reconnect", project.pk)
    assert portal.get(address, {"chain": "1700000000.125"}).status_code == 200
    assert not Reconnection.objects.exists()
    portal.post(address, {"chain": "1700000000.125"})
    assert Reconnection.objects.get().chain == 1700000000.125
    for chain in ("", "nan", "inf", "x", "1e999"):
        portal.post(address, {"chain": chain})
    assert Reconnection.objects.count() == 1


# --- import and export ---------------------------------------------------------------------------


def upload(portal, name, data):
    file = SimpleUploadedFile("x", data)
    file.name = name
    return portal.post(url("import"), {"file": file})


def test_import_of_a_notebook_makes_a_project_of_its_name(portal, school):
    portal.force_login(school.bob)
    upload(portal, "Ma leçon.ipynb", write_notebook(make_notebook("x")))
    project = Project.objects.get()
    assert (project.title, list(project.tree)) == ("Ma leçon", ["Ma leçon.ipynb"])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.ipynb", b""),
        ("a.ipynb", b"{"),
        ("a.ipynb", b"[]"),
        ("a.zip", b"PK nothing"),
        ("a.exe", b"MZ"),
        ("a.ipynb", b"<!doctype html>"),
    ],
)
def test_a_bad_upload_is_said_on_the_form_and_leaves_nothing(portal, school, name, data):
    portal.force_login(school.bob)
    response = upload(portal, name, data)
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not Project.objects.exists()


def test_export_has_the_project_under_one_folder_and_a_safe_name(portal, school):
    project = actions.create_project(
        acting_user=school.bob, title='É/"x\r\nSet-Cookie: a', files={"é.txt": b"1"}
    )
    portal.force_login(school.bob)
    response = portal.get(url("export", project.pk))
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert "\n" not in response["Content-Disposition"]
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert [name.split("/")[1] for name in names] == ["é.txt"]


def test_export_of_one_file_is_what_is_typed_now(portal, school, project, live_documents):
    live_documents.contents[project.pk, project.main_path] = make_notebook("Typed")
    portal.force_login(school.alice)
    response = portal.get(url("export", project.pk), {"path": project.main_path})
    assert json.loads(response.content)["cells"][0]["source"] == "# Typed"
    archive = zipfile.ZipFile(io.BytesIO(portal.get(url("export", project.pk)).content))
    assert b"# Typed" in archive.read(archive.namelist()[0])
    for path in ("nothing.txt", "../x", "/etc/passwd", "\x00"):
        status = portal.get(url("export", project.pk), {"path": path}).status_code
        assert status in {404, 422}
