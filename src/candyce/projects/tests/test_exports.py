"""Out and in again, without loss; and the pages, which go one way."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from contextlib import suppress

import pytest
from django.urls import reverse

from candyce.exercises.tests import peer
from candyce.exercises.tests.notebooks import SQUARE
from candyce.lib import bounded_process, pdf_draw
from candyce.lib.errors import NotFound
from candyce.lib.markdown import Room
from candyce.lib.notebook_page import Cover
from candyce.projects import courses
from candyce.projects.actions import create_project, make_tree
from candyce.projects.blobs import read_blob
from candyce.projects.exchange import exports
from candyce.projects.notebooks import clean_notebook, write_notebook
from candyce.projects.tests.rich import RICH_FILES

COVER = Cover("Été : un « cours » <b>", "fr", facts=[("Auteurs", "Ada & Alan")])


@pytest.fixture
def tree(db):
    return make_tree(RICH_FILES.items())


def read_tree(tree):
    return {path: entry[0] and read_blob(entry[0]) for path, entry in tree.items()}


def test_one_notebook_goes_out_as_it_stands_under_its_own_name(tree):
    tree["dossier/été.ipynb"] = tree["notes.ipynb"]
    main = exports.export_tree(tree, COVER, "ipynb")
    assert (main.name, main.mimetype) == ("leçon é.ipynb", "application/x-ipynb+json")
    assert main.content == read_blob(tree["leçon é.ipynb"][0])
    assert exports.export_tree(tree, COVER, "ipynb", "dossier/été.ipynb").name == "été.ipynb"
    for files, path in ((tree, "notes.md"), (tree, "absent.ipynb"), ({}, "")):
        with pytest.raises(NotFound):
            exports.export_tree(files, COVER, "ipynb", path)


@pytest.mark.parametrize("format_", ["zip", "myst", "nbgrader"])
def test_a_project_comes_back_as_it_went_out(format_, tree, school):
    download = exports.export_tree(tree, COVER, format_)
    file = io.BytesIO(download.content)

    (project,) = courses.import_upload(
        file, download.name, len(download.content), acting_user=school.alice
    )

    assert read_tree(project.tree) == read_tree(tree)


def test_the_myst_export_holds_texts_and_no_notebook(tree):
    download = exports.export_tree(tree, COVER, "myst")

    with zipfile.ZipFile(io.BytesIO(download.content)) as archive:
        names = archive.namelist()
    assert not [name for name in names if name.endswith(".ipynb")]
    assert any(name.endswith("/leçon é.md") for name in names)


def test_nbgrader_itself_makes_the_pupils_version_of_our_course(school):
    square = clean_notebook(json.loads(json.dumps(SQUARE)))
    tree = make_tree([("square.ipynb", write_notebook(square)), ("data/x.csv", b"1")])
    download = exports.export_tree(tree, Cover("Carré d'un nombre", "fr"), "nbgrader")

    with zipfile.ZipFile(io.BytesIO(download.content)) as archive:
        assert sorted(name.split("/", 1)[1] for name in archive.namelist()) == [
            "nbgrader_config.py",
            "source/carre-dun-nombre/data/x.csv",
            "source/carre-dun-nombre/square.ipynb",
        ]
        root = "carre-dun-nombre-course/"
        notebook = json.loads(archive.read(f"{root}source/carre-dun-nombre/square.ipynb"))
        compile(archive.read(f"{root}nbgrader_config.py"), "config", "exec")
    peer.validate(notebook)
    released = json.dumps(peer.generate_assignment(notebook))
    assert "BEGIN SOLUTION" not in released
    assert "BEGIN HIDDEN" not in released


def test_the_page_stands_alone_and_says_what_it_is(school):
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "![a](data/é.png) $x^2$\n\n<script>alert(1)</script>"},
        {"cell_type": "markdown", "metadata": {}, "source": "![b](../../etc/x.png) ![c](https://evil.example/p.png)"},
    ]  # fmt: skip
    notebook = write_notebook(
        clean_notebook({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    tree = make_tree([("a.ipynb", notebook), ("data/é.png", b"\x89PNG")])

    page = exports.export_tree(tree, COVER, "html").content.decode()

    assert page.startswith("<!doctype html>")
    assert "<title>Été : un « cours » &lt;b&gt;</title>" in page
    assert "Ada &amp; Alan" in page
    assert 'src="data:image/png;base64,' in page
    assert "<math" in page
    for bad in ("<script", "evil.example", "<link", "url(", "@import", "/etc/"):
        assert bad not in page


def test_formulas_are_drawn_with_their_text_beside_them():
    drawn = pdf_draw.draw_formulas(
        '<p><math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mi>x</mi></math> <math><mi>y</math></p>'
    )

    assert 'alt="x"' in drawn
    assert "data:image/svg+xml" in drawn
    assert "<code>y</code>" in drawn
    assert "<math" not in drawn


def test_a_pdf_comes_out_tagged_and_fetches_nothing(tree, monkeypatch, tmp_path):
    pytest.importorskip("weasyprint", exc_type=OSError)

    def run(module, request, *, folder, seconds):
        page = folder / "page.html"
        page.write_text(
            page.read_text().replace("</main>", '<img src="file:///etc/hostname"></main>')
        )
        pdf_draw.draw(page.read_text(), folder / "page.pdf")
        return {}

    monkeypatch.setattr(bounded_process, "run", run)
    small = {"notes.ipynb": tree["notes.ipynb"]}

    data = exports.export_tree(small, COVER, "pdf").content

    assert data.startswith(b"%PDF-")
    inside = data + b"".join(_inflate(data))
    assert b"/StructTreeRoot" in inside
    assert b"pdfuaid" in inside


def _inflate(data):
    for found in re.finditer(rb"stream\n(.*?)\nendstream", data, re.DOTALL):
        with suppress(zlib.error):
            yield zlib.decompress(found[1])


def store(cells):
    """A notebook as it comes with the shipped lessons: as it is, its texts in lists of lines."""
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def test_a_text_stored_in_lines_is_read_as_a_text(school):
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Le titre\n", "\n", "![a](p.png)"]},
        {"cell_type": "code", "metadata": {}, "outputs": [], "source": ["x = 1\n", "y = 2"]},
    ]
    tree = make_tree([("a.ipynb", store(cells)), ("p.png", b"\x89PNG")])

    page = exports.export_tree(tree, COVER, "html").content.decode()

    assert "<h1>Le titre</h1>" in page
    assert "data:image/png;base64" in page
    assert "[&#x27;" not in page
    assert "['" not in page.partition("<main>")[2]


def test_a_page_has_room_for_so_many_pictures_and_no_more(school, monkeypatch):
    monkeypatch.setattr(exports, "Room", lambda: Room(10_000))
    cell = {"cell_type": "markdown", "metadata": {}, "source": "![une image](p.png)\n" * 40}
    attached = cell | {
        "source": "![jointe](attachment:q.png)\n" * 40,
        "attachments": {"q.png": {"image/png": "A" * 4000}},
    }
    files = [(f"{name}.ipynb", store([cell, attached])) for name in "abc"]
    tree = make_tree([*files, ("p.png", b"\x89PNG" * 300)])

    page = exports.export_tree(tree, COVER, "html").content.decode()

    assert page.count("data:image/png") == 6
    assert page.count('alt="une image"') == 120
    assert page.count('alt="jointe"') == 120


@pytest.mark.parametrize("form", ["html", "pdf", "myst"])
def test_what_is_too_much_to_be_converted_at_once_is_refused_before_it_is(
    school, monkeypatch, form
):
    for name in ("make_page", "to_myst", "draw_pdf"):
        monkeypatch.setattr(exports, name, lambda *_a: {} if form == "myst" else "")
    formula = {"output_type": "display_data", "metadata": {}, "data": {"text/latex": ["$x$"] * 10}}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "un " * 10},
        {"cell_type": "code", "metadata": {}, "source": "", "outputs": [formula]},
    ]
    tree = make_tree([(f"{name}.ipynb", store(cells)) for name in "abc"])
    size = sum(entry[1] for entry in tree.values())
    for limit, most in (("NOTEBOOKS", 3), ("SIZE", size), ("TEXT", 180)):
        with monkeypatch.context() as patch:
            patch.setattr(exports, limit, most)
            exports.export_tree(tree, COVER, form)
            patch.setattr(exports, limit, most - 1)
            with pytest.raises(exports.TooMuchToConvert) as refused:
                exports.export_tree(tree, COVER, form)
            assert refused.value.status == 413
            exports.export_tree(tree, COVER, "zip")


def test_without_the_library_of_letters_the_reader_is_told_what_to_do(tree, monkeypatch):
    monkeypatch.setattr(bounded_process, "run", lambda *_a, **_o: {"error": "no_pango"})

    with pytest.raises(exports.NoPdf) as caught:
        exports.export_tree(tree, COVER, "pdf")
    assert "page web" in str(caught.value) or "web page" in str(caught.value)


def test_a_project_is_downloaded_by_those_who_may_read_it(school, portal):
    project = create_project(acting_user=school.alice, title="Été", files=RICH_FILES)

    def get(format_, user):
        portal.force_login(user)
        return portal.get(reverse("projects:export_as", args=[project.pk, format_]))

    page = get("html", school.alice)
    assert page.status_code == 200
    assert page["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%89t%C3%A9.html"
    assert "sandbox" in page["Content-Security-Policy"]
    assert get("html", school.bob).status_code == 404
    assert get("docx", school.alice).status_code == 404
    assert get("ipynb", school.alice)["Content-Type"] == "application/x-ipynb+json"
    menu = portal.get(reverse("projects:detail", args=[project.pk])).content.decode()
    assert reverse("projects:export_as", args=[project.pk, "ipynb"]) in menu
    empty = create_project(acting_user=school.bob, title="x", files={"a.txt": b""})
    portal.force_login(school.bob)
    assert portal.get(reverse("projects:export_as", args=[empty.pk, "html"])).status_code == 422
    assert portal.get(reverse("projects:export_as", args=[empty.pk, "nbgrader"])).status_code == 404
