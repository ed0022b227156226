"""The editor's API: role x method, the contents model, and what happens to bad input."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from candyce.projects import access, actions, describe
from candyce.projects.files import save_file
from candyce.projects.models import Project
from candyce.projects.notebooks import make_notebook
from candyce.projects.tests.projects import make_sorting_project


@pytest.fixture
def project(school) -> Project:
    return make_sorting_project(school)


READS = [
    ("GET", "project", None),
    ("GET", "tree", None),
    ("GET", "files/", None),
    ("GET", "files/Tri.ipynb", None),
    ("GET", "raw/data/%C3%A9t%C3%A9.csv", None),
    ("POST", "token", None),
]
WRITES = [
    ("PUT", "files/new.txt", {"type": "file", "format": "text", "content": "x"}),
    ("PUT", "files/folder", {"type": "directory"}),
    (
        "PUT",
        "files/Tri.ipynb",
        {"type": "notebook", "format": "json", "content": make_notebook("2")},
    ),
    ("POST", "files/", {"type": "notebook"}),
    ("POST", "files/data", {"copy_from": "Tri.ipynb"}),
    ("PATCH", "files/Tri.ipynb", {"path": "data/Tri 2.ipynb"}),
    ("DELETE", "files/data", None),
]


def status_of(page, call):
    method, path, body = call
    response = page.client.generic(
        method,
        f"/api/{path}",
        "" if body is None else json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {page.token}"},
    )
    error = {} if response.status_code < 400 else json.loads(response.content)["error"]
    return response.status_code, error.get("code")


@pytest.mark.parametrize("call", READS)
def test_every_member_may_read(open_page, school, project, call):
    for person in (school.alice, school.bob, school.chloe):
        assert status_of(open_page(person, project), call) == (200, None)


@pytest.mark.parametrize("call", WRITES)
def test_who_has_the_right_may_write_and_others_are_told(open_page, school, project, call):
    everything = ("read", "comment", "write", "submit")
    assert status_of(open_page(school.chloe, project, everything), call) == (403, "read_only")
    assert status_of(open_page(school.alice, project, ("read",)), call)[0] == 403
    project.refresh_from_db()
    assert sorted(project.tree) == ["Tri.ipynb", "data/été.csv", "image.png"]
    assert status_of(open_page(school.bob, project), call)[0] in {200, 201, 204}


@pytest.mark.parametrize("call", [*READS, *WRITES])
def test_strangers_and_the_deleted_get_nothing(open_page, school, project, call):
    everything = ("read", "comment", "write", "submit")
    for person in (school.charlie, school.admin, school.inspector):
        assert status_of(open_page(person, project, everything), call) == (404, "not_found")
    page = open_page(school.bob, project)
    actions.set_member(project, school.bob, (), acting_user=school.alice)
    assert status_of(page, call) == (404, "not_found")
    page = open_page(school.alice, project)
    actions.delete(project, acting_user=school.alice)
    assert status_of(page, call) == (404, "project_deleted")
    school.alice.is_active = False
    school.alice.save()
    assert status_of(page, call) == (401, "session_ended")


@pytest.mark.parametrize("call", [*READS, *WRITES])
def test_without_a_token_there_is_nothing(editor, project, call):
    method, path, _body = call
    for header in ({}, {"Authorization": "Basic x"}, {"Authorization": "Bearer"}):
        response = editor.generic(method, f"/api/{path}", headers=header)
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "token_invalid"


def test_the_api_is_not_on_the_portal_and_takes_no_cookie(portal, editor, school, project):
    portal.force_login(school.alice)
    assert portal.get("/api/project").status_code == 404
    editor.force_login(school.alice)
    assert editor.get("/api/project").status_code == 401


def test_methods_that_do_not_exist_are_refused(open_page, school, project):
    page = open_page(school.alice, project)
    for method, path in (("DELETE", "project"), ("GET", "token"), ("TRACE", "files/a")):
        assert page.call(method, path)[0] == 405


# --- the project ---------------------------------------------------------------------------------


def test_project_says_who_where_and_what(open_page, school, project, settings):
    status, answer = open_page(school.bob, project).call("GET", "project")
    assert status == 200
    assert answer["id"] == str(project.pk)
    assert answer["kind"] == "project"
    assert answer["user"]["initials"] == "BT"
    assert answer["scopes"] == ["read", "write"]
    assert answer["read_only_reason"] is None
    assert answer["assignment"] is None
    assert answer["quota"] == {"used": project.size, "limit": settings.PROJECT_QUOTA}
    assert answer["files"] == ["Tri.ipynb", "data/été.csv", "image.png"]
    assert answer["back_url"].startswith(settings.CANDYCE_PORTAL_URL)
    assert answer["reconnect_url"].startswith(settings.CANDYCE_PORTAL_URL)


def test_a_reader_is_told_why_in_their_language(open_page, school, project):
    page = open_page(school.chloe, project)
    reason = page.call("GET", "project", **{"Accept-Language": "en"})[1]["read_only_reason"]
    assert reason["code"] == "read_only"
    assert "copy" in reason["message"]


def test_the_projects_room_adds_its_part(open_page, school, project, monkeypatch):
    monkeypatch.setitem(
        describe._describers, "project", lambda user, project, request: {"back_url": "elsewhere"}
    )
    assert open_page(school.alice, project).call("GET", "project")[1]["back_url"] == "elsewhere"


# --- files ---------------------------------------------------------------------------------------


def test_a_directory_lists_models_without_content(open_page, school, project):
    _status, model = open_page(school.chloe, project).call("GET", "files/")
    assert model["type"] == "directory"
    assert [(m["name"], m["type"], m["content"]) for m in model["content"]] == [
        ("data", "directory", None),
        ("Tri.ipynb", "notebook", None),
        ("image.png", "file", None),
    ]
    assert {m["writable"] for m in model["content"]} == {False}


def test_files_come_as_text_or_base64_with_their_hash(open_page, school, project):
    page = open_page(school.alice, project)
    _status, text = page.call("GET", "files/data/%C3%A9t%C3%A9.csv")
    assert (text["format"], text["content"]) == ("text", "a;b\n1;é\n")
    assert text["hash"] == hashlib.sha256("a;b\n1;é\n".encode()).hexdigest()
    _status, image = page.call("GET", "files/image.png")
    assert base64.b64decode(image["content"]) == b"\x89PNG\xff"
    assert (image["format"], image["mimetype"]) == ("base64", "image/png")
    assert page.call("GET", "files/image.png?content=0")[1]["content"] is None
    assert page.call("GET", "files/image.png?format=text")[0] == 422
    assert page.call("GET", "files/image.png?format=exe")[0] == 422


def test_raw_is_an_attachment_that_nothing_may_interpret(editor, open_page, school, project):
    save_file(project, "page.html", b"<script>alert(1)</script>", acting_user=school.alice)
    token = open_page(school.alice, project).token
    response = editor.get("/api/raw/page.html", headers={"Authorization": f"Bearer {token}"})
    assert response.content == b"<script>alert(1)</script>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"


def test_put_and_get_round_trip(open_page, school, project):
    page = open_page(school.bob, project)
    data = bytes(range(256))
    body = {"type": "file", "format": "base64", "content": base64.b64encode(data).decode()}
    status, model = page.call("PUT", "files/new%20folder/a%23b%25.bin", body)
    assert (status, model["path"], model["content"]) == (201, "new folder/a#b%.bin", None)
    _status, read = page.call("GET", "files/new%20folder/a%23b%25.bin?format=base64")
    assert base64.b64decode(read["content"]) == data
    assert page.call("PUT", "files/new%20folder/a%23b%25.bin", body)[0] == 200


def test_a_folder_can_be_made_twice_and_stays_when_emptied(open_page, school, project):
    page = open_page(school.bob, project)
    assert page.call("PUT", "files/empty", {"type": "directory"})[0] == 201
    assert page.call("PUT", "files/empty", {"type": "directory"})[0] == 200
    assert page.call("DELETE", "files/data/%C3%A9t%C3%A9.csv")[0] == 204
    names = [m["name"] for m in page.call("GET", "files/")[1]["content"]]
    assert names == ["data", "empty", "Tri.ipynb", "image.png"]


def test_new_files_get_free_names(open_page, school, project):
    page = open_page(school.bob, project)
    english = {"Accept-Language": "en"}
    made = [page.call("POST", "files/", {"type": "notebook"}, **english)[1]["path"] for _ in "12"]
    assert made == ["Untitled notebook.ipynb", "Untitled notebook (2).ipynb"]
    assert (
        page.call("POST", "files/data", {"ext": "py"}, **english)[1]["path"] == "data/Untitled.py"
    )
    copied = page.call("POST", "files/", {"copy_from": "Tri.ipynb"})[1]["path"]
    assert copied == "Tri (2).ipynb"
    assert page.call("POST", "files/nowhere", {"type": "file"})[0] == 404


def test_rename_moves_folders_and_refuses_what_is_there(open_page, school, project):
    page = open_page(school.bob, project)
    assert page.call("PATCH", "files/data", {"path": "données/x"})[0] == 200
    assert page.call("GET", "files/donn%C3%A9es/x/%C3%A9t%C3%A9.csv")[0] == 200
    assert page.code("PATCH", "files/Tri.ipynb", {"path": "image.png"}) == (409, "exists")
    assert page.code("PATCH", "files/Tri.ipynb", {"path": "Image.PNG"}) == (409, "exists")
    assert page.code("PATCH", "files/gone", {"path": "x"}) == (404, "not_found")
    assert page.call("PATCH", "files/donn%C3%A9es", {"path": "données/y"})[0] == 422
    assert page.call("PATCH", "files/Tri.ipynb", {"path": "tri.ipynb"})[0] == 200


def test_a_save_based_on_an_old_hash_is_a_conflict(open_page, school, project):
    page = open_page(school.bob, project)
    old = project.tree["image.png"][0]
    body = {"type": "file", "format": "text", "content": "1"}
    assert page.call("PUT", "files/image.png", body, **{"If-Match": f'"{old}"'})[0] == 200
    status, answer = page.call("PUT", "files/image.png", body, **{"If-Match": f'"{old}"'})
    assert (status, answer["error"]["code"]) == (409, "conflict")


# --- limits and bad input ------------------------------------------------------------------------


def text_body(content):
    return {"type": "file", "format": "text", "content": content}


def test_twenty_megabytes_of_output_are_stored(open_page, school, project):
    notebook = make_notebook("Big")
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 20_000_000}
    notebook["cells"][1]["outputs"] = [output]
    body = {"type": "notebook", "format": "json", "content": notebook}
    status, model = open_page(school.bob, project).call("PUT", "files/big.ipynb", body)
    assert (status, model["size"] > 20_000_000) == (201, True)


def test_a_file_over_the_limit_is_refused(open_page, school, project, settings):
    settings.FILE_LIMIT = 1000
    page = open_page(school.bob, project)
    assert page.code("PUT", "files/big.txt", text_body("x" * 1001)) == (413, "too_large")
    assert page.code("PUT", "files/ok.txt", text_body("x" * 1000)) == (201, None)


def test_a_body_over_the_limit_is_refused_unread(open_page, school, project, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    page = open_page(school.bob, project)
    assert page.code("PUT", "files/a.txt", text_body("x" * 2000)) == (413, "too_large")


def test_a_full_project_refuses_more_but_lets_one_shrink_it(open_page, school, project, settings):
    page = open_page(school.bob, project)
    assert page.call("PUT", "files/a.txt", text_body("x" * 5000))[0] == 201
    settings.PROJECT_QUOTA = 3000
    assert page.code("PUT", "files/b.txt", text_body("x")) == (507, "quota_full")
    assert page.code("POST", "files/data", {"copy_from": "a.txt"}) == (507, "quota_full")
    assert page.code("PUT", "files/a.txt", text_body("x" * 4000)) == (200, None)
    assert page.code("DELETE", "files/a.txt") == (204, None)
    assert page.code("PUT", "files/b.txt", text_body("x")) == (201, None)


def test_a_full_project_refuses_a_live_save_too(
    open_page, school, project, live_documents, settings
):
    live_documents.contents[project.pk, "Tri.ipynb"] = make_notebook("Before")
    settings.PROJECT_QUOTA = project.size
    body = {"type": "notebook", "format": "json", "content": make_notebook("x" * 5000)}
    assert open_page(school.bob, project).code("PUT", "files/Tri.ipynb", body) == (
        507,
        "quota_full",
    )


BAD = [
    ("PUT", "files/a.txt", b""),
    ("PUT", "files/a.txt", b"{"),
    ("PUT", "files/a.txt", b"[]"),
    ("PUT", "files/a.txt", b"\xff\xfe"),
    ("PUT", "files/a.txt", b"[" * 100_000),
    ("PUT", "files/a.txt", b'{"format": "base64", "content": "*"}'),
    ("PUT", "files/a.txt", b'{"format": "text", "content": 3}'),
    ("PUT", "files/a.txt", b'{"format": "json", "content": true}'),
    ("PUT", "files/", b'{"type": "directory"}'),
    ("PUT", "files/Tri.ipynb", b'{"format": "json", "content": {}}'),
    ("PUT", "files/Tri.ipynb", b'{"format": "json", "content": {"cells": 3, "nbformat": 4}}'),
    ("PUT", "files/Tri.ipynb", b'{"format": "json", "content": {"cells": [3], "nbformat": 4}}'),
    ("PUT", "files/data", b'{"format": "text", "content": ""}'),
    ("PUT", "files/Tri.ipynb/x", b'{"format": "text", "content": ""}'),
    ("PUT", "files/..%2Fx", b'{"format": "text", "content": ""}'),
    ("PUT", "files/a%00b", b'{"format": "text", "content": ""}'),
    ("PUT", "files/con.txt", b'{"format": "text", "content": ""}'),
    ("PUT", "files/" + "x" * 300, b'{"format": "text", "content": ""}'),
    ("POST", "files/", b'{"type": "device"}'),
    ("POST", "files/", b'{"ext": 3}'),
    ("POST", "files/", b'{"ext": "/../x"}'),
    ("POST", "files/", b'{"copy_from": 3}'),
    ("POST", "files/", b'{"copy_from": "../x"}'),
    ("POST", "files/", b'{"copy_from": "data"}'),
    ("PATCH", "files/Tri.ipynb", b"{}"),
    ("PATCH", "files/Tri.ipynb", b'{"path": ""}'),
    ("PATCH", "files/Tri.ipynb", b'{"path": "/x"}'),
    ("PATCH", "files/Tri.ipynb", b'{"path": "a/../../x"}'),
    ("PATCH", "files/Tri.ipynb", b'{"path": ["x"]}'),
    ("PATCH", "files/Tri.ipynb", b'{"path": "\\ud800"}'),
    ("PATCH", "files/", b'{"path": "x"}'),
    ("DELETE", "files/", b""),
    ("DELETE", "files/nothing", b""),
    ("GET", "files/nothing", b""),
    ("GET", "files/%2Fetc%2Fpasswd", b""),
    ("GET", "raw/data", b""),
    ("GET", "raw/..%2F..%2Fsecret-key", b""),
]


@pytest.mark.parametrize("call", BAD, ids=lambda call: f"{call[0]} {call[1][:30]} {call[2][:40]!r}")
def test_bad_input_is_a_typed_error_and_changes_nothing(open_page, school, project, call):
    method, path, body = call
    status, answer = open_page(school.bob, project).call(method, path, body)
    assert status in {404, 409, 413, 422}
    assert set(answer["error"]) == {"code", "message", "fields"}
    assert answer["error"]["message"]
    before = project.tree
    project.refresh_from_db()
    assert project.tree == before


def test_odd_but_honest_names_work(open_page, school, project):
    from urllib.parse import quote

    page = open_page(school.bob, project)
    for name in ("été 😀 n°1 (2).txt", "数学.txt", "a'b&c=d+e;f.txt", "%41.txt", ".cache", "ע.txt"):
        assert page.call("PUT", f"files/{quote(name)}", text_body("x"))[0] == 201
        assert page.call("GET", f"files/{quote(name)}")[1]["name"] == name


def test_decomposed_accents_are_the_same_file(open_page, school, project):
    page = open_page(school.bob, project)
    page.call("PUT", "files/e%CC%81.txt", text_body("x"))
    assert page.call("GET", "files/%C3%A9.txt")[1]["content"] == "x"


def test_writes_are_announced_after_the_commit(
    open_page, school, project, announced, django_capture_on_commit_callbacks
):
    page = open_page(school.bob, project)
    with django_capture_on_commit_callbacks(execute=True):
        page.call("PUT", "files/a.txt", text_body("x"))
        assert not announced["tree_changed"]
    assert announced["tree_changed"] == [
        {"project_id": project.pk, "paths": ["a.txt"], "source": "http"}
    ]


def test_access_has_one_definition(school, project):
    for person in (school.alice, school.bob, school.chloe, school.charlie, school.admin):
        listed = access.visible_to(person).filter(pk=project.pk).exists()
        assert listed == (access.READ in access.get_rights(person, project))
