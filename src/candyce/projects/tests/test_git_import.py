"""Importing from git repositories, real ones behind real servers on the loopback."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading

import pytest
from django.urls import reverse

from candyce.exercises.tests.notebooks import SQUARE
from candyce.lib import bounded_process, git_fetch
from candyce.lib.errors import CandyceError
from candyce.lib.tests.loopback import make_answer, say, serve
from candyce.projects.blobs import read_blob
from candyce.projects.exchange import git
from candyce.projects.models import Project
from candyce.projects.notebooks import make_notebook, write_notebook
from candyce.projects.tests.repositories import make_repository, serve_repositories

LESSON = write_notebook(make_notebook("Le Web"))
COURSE = {
    "README.md": b"# Cours",
    "seconde/web/lecon.ipynb": LESSON,
    "seconde/web/data/été.csv": b"a;b\r\n1;2\r\n",
    "seconde/photo/tp.ipynb": LESSON,
}


@pytest.fixture
def here(monkeypatch):
    """The reading process's work done in this one, which is quicker."""

    def run(module, request, *, folder, seconds):
        return json.loads(json.dumps(git_fetch.work(request)))

    monkeypatch.setattr(bounded_process, "run", run)


@pytest.fixture
def hosted(tmp_path, settings, here):
    """Call with files: the address of a repository ``cours`` that holds them."""
    open_servers = []

    def host(files, branches=(), **options):
        root = tmp_path / f"git{len(open_servers)}"
        root.mkdir()
        make_repository(root / "cours.git", files)
        for branch, more in branches:
            make_repository(root / "cours.git", more, branch=branch)
        manager = serve_repositories(root, **options)
        address = manager.__enter__()
        open_servers.append(manager)
        settings.CANDYCE_OUTGOING_HOSTS = [address.removeprefix("http://")]
        return f"{address}/cours.git"

    yield host
    for manager in open_servers:
        manager.__exit__(None, None, None)


def take(address, path="", ref="", *, user):
    return git.take(git.read_link(address, ref, path), acting_user=user)


def refused(address, path="", ref="", *, user):
    with pytest.raises(CandyceError) as caught:
        take(address, path, ref, user=user)
    assert Project.objects.count() == 0
    assert "%(" not in str(caught.value)
    return caught.value.code


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_a_folder_comes_from_gits_own_server_and_only_what_is_in_it(hosted, school, tmp_path):
    noise = bytes(range(256)) * 4000
    address = hosted(COURSE | {"videos/film.bin": noise}, git=True)
    subprocess.run(
        ["git", "-C", tmp_path / "git0/cours.git", "config", "uploadpack.allowFilter", "true"],
        check=True,
    )

    (project,) = take(address, "seconde/web", user=school.alice).projects

    assert (project.title, project.owner) == ("web", school.alice)
    assert sorted(project.tree) == ["data/été.csv", "lecon.ipynb"]
    assert read_blob(project.tree["lecon.ipynb"][0]) == LESSON
    assert read_blob(project.tree["data/été.csv"][0]) == b"a;b\r\n1;2\r\n"


def test_a_server_that_cannot_filter_sends_all_and_the_folder_is_taken(hosted, school):
    address = hosted(COURSE)

    (project,) = take(address, "seconde/photo", user=school.alice).projects

    assert sorted(project.tree) == ["tp.ipynb"]


def test_the_reading_goes_on_in_a_process_of_its_own(tmp_path, settings, school):
    (tmp_path / "git").mkdir()
    make_repository(tmp_path / "git/cours.git", COURSE)
    with serve_repositories(tmp_path / "git") as address:
        settings.CANDYCE_OUTGOING_HOSTS = [address.removeprefix("http://")]
        (project,) = take(f"{address}/cours.git", user=school.alice).projects

    assert project.title == "cours"
    assert len(project.tree) == 4


def test_looking_lists_the_folders_with_notebooks(hosted):
    listing = git.look(git.read_link(hosted(COURSE)))

    assert [(one.path, one.notebooks) for one in listing.choices] == [
        ("", 2),
        ("seconde/photo", 1),
        ("seconde/web", 1),
    ]
    assert listing.link.ref == "main"


def test_a_link_to_a_file_offers_the_file_or_its_folder(hosted, school):
    link = git.read_link(hosted(COURSE), path="seconde/web/lecon.ipynb")

    assert [(one.path, one.file) for one in git.look(link).choices] == [
        ("seconde/web/lecon.ipynb", True),
        ("seconde/web", False),
    ]
    (project,) = git.take(link, acting_user=school.alice).projects
    assert (project.title, sorted(project.tree)) == ("lecon", ["lecon.ipynb"])


def test_a_branch_is_chosen_by_name_and_may_hold_a_slash(hosted, school):
    address = hosted(COURSE, [("ma/branche", {"x/autre.ipynb": LESSON})])

    (project,) = take(address, "x", "ma/branche", user=school.alice).projects

    assert sorted(project.tree) == ["autre.ipynb"]
    assert refused_after(address, school, ref="nope") == "git_ref"


def refused_after(address, school, **options):
    with pytest.raises(CandyceError) as caught:
        take(address, user=school.alice, **options)
    return caught.value.code


def test_links_submodules_and_lfs_pointers_are_left_out_and_named(hosted, school):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    files = COURSE | {
        "lien.ipynb": (0o120000, b"/etc/passwd"),
        "module": (0o160000, b"1" * 40),
        "gros.csv": pointer,
    }

    taken = take(hosted(files), user=school.alice)

    assert sorted(taken.projects[0].tree) == sorted(COURSE)
    assert [note.split(": ")[-1].split(".")[0] for note in taken.notes] == [
        "lien",
        "module",
        "gros",
    ]


def test_a_course_of_nbgrader_becomes_its_assignments(hosted, school):
    square = json.dumps(SQUARE).encode()
    files = {
        "nbgrader_config.py": b"c = get_config()",
        "gradebook.db": b"SQLite",
        "source/ps1/square.ipynb": square,
        "source/ps2/square.ipynb": square,
        "submitted/bob/ps1/square.ipynb": square,
    }

    projects = take(hosted(files), user=school.alice).projects

    assert [(one.title, sorted(one.tree)) for one in projects] == [
        ("ps1", ["square.ipynb"]),
        ("ps2", ["square.ipynb"]),
    ]


@pytest.mark.parametrize(
    ("files", "path", "code"),
    [
        (COURSE, "premiere", "git_path"),
        (COURSE, "README.md/x", "git_path"),
        ({"..": b"x", "a.ipynb": LESSON}, "", "git_names"),
        ({".git/config": b"x", "a.ipynb": LESSON}, "", "git_names"),
        ({"a\\..\\..\\b": b"x"}, "", "invalid_archive"),
        ({"a.ipynb": b"{"}, "", "invalid_notebook"),
    ],
)
def test_a_repository_with_bad_contents_leaves_nothing(files, path, code, hosted, school):
    assert refused(hosted(files), path, user=school.alice) == code


def test_a_folder_over_the_limits_is_refused(hosted, school, settings, monkeypatch):
    address = hosted(COURSE)
    monkeypatch.setattr(git, "FILE_COUNT_LIMIT", 3)
    assert refused(address, user=school.alice) == "git_count"
    monkeypatch.undo()
    settings.CANDYCE_OUTGOING_HOSTS = [address.split("/")[2]]
    settings.FILE_LIMIT = 200
    assert refused(address, user=school.alice) == "git_file"
    settings.FILE_LIMIT, settings.PROJECT_QUOTA = 10_000, 1000
    assert refused(address, user=school.alice) in {"git_large", "outgoing_large"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (make_answer(b"<html>a page</html>", Content_Type="text/html"), "git_not"),
        (make_answer(status="404 Not Found"), "git_missing"),
        (make_answer(status="401 No", WWW_Authenticate="Basic"), "git_private"),
        (make_answer(status="500 Broken"), "git_not"),
        (make_answer(status="302 Found", Location="https://10.0.0.1/x"), "outgoing_private"),
        (make_answer(status="302 Found", Location="https://u:p@x.org/"), "outgoing_url"),
        (make_answer(b"zzzz", Content_Type="application/x-git-upload-pack-advertisement"), "git_not"),
        (make_answer(b"001e# service=git-upload-pack\n0000", Content_Type="application/x-git-upload-pack-advertisement"), "git_not"),
        (b"", "outgoing_answer"),
    ],
)  # fmt: skip
def test_a_host_that_is_no_git_is_told_apart(answer, code, settings, here, school):
    with serve(say(answer)) as host:
        settings.CANDYCE_OUTGOING_HOSTS = [host]
        assert refused(f"http://{host}/x.git", user=school.alice) == code


def test_a_host_that_hangs_is_left(settings, here, school, monkeypatch):
    monkeypatch.setattr(git, "SECONDS", 0.2)
    stop = threading.Event()
    with serve(lambda *_: stop.wait(20)) as host:
        settings.CANDYCE_OUTGOING_HOSTS = [host]
        assert refused(f"http://{host}/x.git", user=school.alice) == "outgoing_slow"
    stop.set()


def test_an_endless_repository_is_cut(settings, here, school, monkeypatch):
    settings.PROJECT_QUOTA = 2**20

    def answer(connection: socket.socket, request: bytes) -> None:
        kind = b"application/x-git-upload-pack-advertisement"
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n")
        while True:
            connection.sendall(b"fff0" + b"x" * 65516)

    with serve(answer) as host:
        settings.CANDYCE_OUTGOING_HOSTS = [host]
        assert refused(f"http://{host}/x.git", user=school.alice) in {"outgoing_large", "git_not"}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("pas une adresse", "git_url"),
        ("http://example.org/ada/cours", "outgoing_url"),
        ("https://ada:secret@example.org/cours", "outgoing_url"),
        ("https://127.0.0.1/cours", "outgoing_private"),
        ("file:///etc", "git_url"),
    ],
)
def test_an_address_that_is_refused_says_why(address, code, here, school):
    assert refused(address, user=school.alice) == code


def test_the_pages_lead_from_an_address_to_the_project(hosted, school, portal):
    address = hosted(COURSE)
    portal.force_login(school.alice)
    page = portal.get(f"{reverse('projects:import_git')}?repo={address}")
    assert address in page.content.decode()
    assert Project.objects.count() == 0

    choice = portal.post(reverse("projects:import_git"), {"address": address})
    assert "seconde/photo" in choice.content.decode()
    fields = {"address": address, "branch": "main", "choice": "seconde/photo"}
    done = portal.post(reverse("projects:import_git"), fields)

    project = Project.objects.get()
    assert done.headers["Location"] == reverse("projects:detail", args=[project.pk])


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(school, portal, here):
    portal.force_login(school.alice)

    page = portal.post(reverse("projects:import_git"), {"address": "https://10.0.0.1/cours"})

    assert page.status_code == 422
    text = page.content.decode()
    assert "10.0.0.1" in text
    assert "réseau privé" in text


def test_pupils_import_files_and_nothing_from_the_network(school, portal):
    portal.force_login(school.bob)

    assert "from-git" not in portal.get(reverse("projects:import")).content.decode()
    assert portal.post(reverse("projects:import_git"), {"address": "x"}).status_code == 403
