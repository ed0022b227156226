"""The pages on a project's files: what each shows, who may change what, what is refused and why."""

from __future__ import annotations

import pytest
from django.conf import settings as site_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from candyce.projects import actions, uploads
from candyce.projects.blobs import read_blob
from candyce.projects.files import save_file
from candyce.projects.models import Project
from candyce.projects.notebooks import make_notebook, write_notebook
from candyce.projects.preview import COLUMNS_SHOWN, ROWS_SHOWN, TEXT_SHOWN, make_preview

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\x0f\x04\x00\x09\xfb\x03\xfd\xe3U\xf2\x9c\x00\x00\x00\x00IEND\xaeB`\x82"
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def project(school) -> Project:
    contents = {
        "Tri.ipynb": write_notebook(make_notebook("Tri")),
        "data/été.csv": b"mois;pluie\njanvier;51\n",
        "photo.png": PNG,
        "notes.md": b"# Notes\n\n<script>alert(1)</script>",
    }
    project = actions.create_project(acting_user=school.alice, title="Tri", files=contents)
    actions.set_member(project, school.bob, {"write"}, acting_user=school.alice)
    actions.set_member(project, school.chloe, {"read"}, acting_user=school.alice)
    return project


def url(name: str, project: Project, path: str | None = None) -> str:
    address = reverse(f"projects:{name}", args=[project.pk])
    return address if path is None else f"{address}?path={path}"


def send(name: str, data: bytes = b"new") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def get_content(project: Project, path: str) -> bytes:
    project.refresh_from_db()
    return read_blob(project.tree[path][0])


def said(portal, project: Project) -> str:
    return portal.get(url("detail", project)).content.decode()


# -- showing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("data/été.csv", '<th scope="col">pluie</th>'),
        ("photo.png", '<img src="/projects/'),
        ("notes.md", "<h1>Notes</h1>"),
        ("Tri.ipynb", "projects/"),
    ],
)
def test_a_reader_sees_a_file_and_no_way_to_change_it(portal, school, project, path, shown):
    portal.force_login(school.chloe)
    page = portal.get(url("file", project, path)).content.decode()
    assert shown in page
    assert "alert(1)" not in page
    assert url("replace", project) not in page
    assert url("delete_file", project) not in page
    assert "multipart" not in said(portal, project)


def test_the_list_leads_to_every_file(portal, school, project):
    portal.force_login(school.bob)
    page = said(portal, project)
    for path in ("data/%C3%A9t%C3%A9.csv", "photo.png", "notes.md"):
        for name in ("file", "open", "export", "replace"):
            assert f"{url(name, project)}?path={path.replace('/', '%2F')}" in page


def test_an_image_is_for_img_only(portal, school, project):
    save_file(project, "dessin.svg", SVG, acting_user=school.alice)
    portal.force_login(school.chloe)
    for path, mimetype in (("photo.png", "image/png"), ("dessin.svg", "image/svg+xml")):
        answer = portal.get(url("image", project, path))
        assert answer.headers["Content-Type"] == mimetype
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert portal.get(url("image", project, "notes.md")).status_code == 404


@pytest.mark.parametrize("name", ["file", "image", "replace", "delete_file"])
@pytest.mark.parametrize("path", ["none.png", "../photo.png", "", "data/", "data"])
def test_files_that_are_not_there(portal, school, project, name, path):
    portal.force_login(school.bob)
    ask = portal.post if name == "delete_file" else portal.get
    assert ask(url(name, project, path)).status_code == 404


@pytest.mark.parametrize("name", ["file", "image", "replace", "delete_file", "upload"])
def test_others_cannot_tell_the_file_from_nothing(portal, school, project, name):
    portal.force_login(school.charlie)
    ask = portal.get if name in {"file", "image"} else portal.post
    assert ask(url(name, project, "photo.png")).status_code == 404


def test_what_is_shown_is_bounded():
    rows = "a,b\n" * (ROWS_SHOWN + 5)
    table = make_preview("a.csv", rows.encode())
    assert (table.kind, len(table.rows), table.whole) == ("table", ROWS_SHOWN, False)
    wide = make_preview("a.csv", (",".join("abc" * 20) + "\n1").encode())
    assert (len(wide.head), wide.whole) == (COLUMNS_SHOWN, False)
    long = make_preview("a.md", b"# a\n" * TEXT_SHOWN)
    assert (long.kind, len(long.text), long.whole) == ("text", TEXT_SHOWN, False)


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("a.csv", b"", "text"),
        ("a.csv", b'"never closed\n' * 20_000, "table"),
        ("a.csv", "é".encode("latin-1"), "none"),
        ("a.txt", b"\0", "none"),
        ("a.bin", b"text", "none"),
        ("a.tsv", "\ufeffa\tb\n1\t2".encode(), "table"),
    ],
)
def test_odd_files_are_shown_as_they_can_be(path, data, kind):
    assert make_preview(path, data).kind == kind


# -- changing ----------------------------------------------------------------------------------


def test_files_are_added_each_for_itself(portal, school, project):
    portal.force_login(school.bob)
    sent = [send("carte.png", PNG), send("vide.txt", b""), send("faux.ipynb", b"<html>")]
    answer = portal.post(url("upload", project), {"files": sent})
    assert answer.status_code == 302
    page = said(portal, project)
    assert "carte.png, vide.txt" in page
    assert "faux.ipynb" in page
    assert get_content(project, "carte.png") == PNG
    assert "vide.txt" in project.tree
    assert "faux.ipynb" not in project.tree


def test_a_file_of_the_same_name_is_replaced_only_when_asked(portal, school, project):
    portal.force_login(school.bob)
    portal.post(url("upload", project), {"files": [send("photo.png")]})
    assert get_content(project, "photo.png") == PNG
    portal.post(url("upload", project), {"files": [send("photo.png")], "replace": "on"})
    assert get_content(project, "photo.png") == b"new"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("C:\\Users\\ada\\mes données.csv", "mes données.csv"),
        ("con.txt", "_con.txt"),
        ('a<b>"c".txt', "a_b__c_.txt"),
    ],
)
def test_names_are_kept_as_near_as_possible(school, project, name, path):
    upload = send("x.txt")
    upload._name = name
    outcome = uploads.upload_files(project, [upload], acting_user=school.bob, replace=False)
    assert outcome.added == [path]


def test_too_much_is_refused_with_its_limit(portal, school, project, settings):
    settings.FILE_LIMIT = site_settings.MEGABYTE
    portal.force_login(school.bob)
    sent = [send("gros.bin", b"x" * (site_settings.MEGABYTE + 1)), send("petit.bin")]
    portal.post(url("upload", project), {"files": sent})
    assert "1 Mo" in said(portal, project).replace("\xa0", " ")
    project.refresh_from_db()
    assert "gros.bin" not in project.tree
    assert "petit.bin" in project.tree
    many = [send(f"{n}.txt") for n in range(uploads.FILES_AT_ONCE + 1)]
    portal.post(url("upload", project), {"files": many})
    project.refresh_from_db()
    assert "0.txt" not in project.tree


def test_replacing_keeps_the_name_and_says_what_is_wrong(portal, school, project, settings):
    portal.force_login(school.bob)
    address = url("replace", project, "data/été.csv")
    assert portal.get(address).status_code == 200
    assert portal.post(address, {"file": send("autre.csv", b"a;b")}).status_code == 302
    assert get_content(project, "data/été.csv") == b"a;b"
    assert portal.post(address).status_code == 422
    settings.FILE_LIMIT = 2
    answer = portal.post(address, {"file": send("autre.csv", b"abc")})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode() or "errorlist" in answer.content.decode()
    assert get_content(project, "data/été.csv") == b"a;b"


def test_deleting_a_file(portal, school, project):
    portal.force_login(school.bob)
    assert portal.post(url("delete_file", project, "photo.png")).status_code == 302
    project.refresh_from_db()
    assert "photo.png" not in project.tree


@pytest.mark.parametrize("name", ["upload", "replace", "delete_file"])
def test_readers_change_nothing(portal, school, project, name):
    portal.force_login(school.chloe)
    answer = portal.post(
        url(name, project, "photo.png"), {"files": send("a.txt"), "file": send("b")}
    )
    assert answer.status_code == 403
    assert get_content(project, "photo.png") == PNG
    assert "a.txt" not in project.tree
