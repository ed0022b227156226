"""Cards, the first page's weight, the preview and the page of executions."""

from __future__ import annotations

import random
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candyce.compute.kernels import Kernel
from candyce.lib.markdown import Room
from candyce.library.models import Execution, Resource
from candyce.library.trust import draw, queries
from candyce.library.trust.preview import FIRST, make_preview
from candyce.library.trust.tests.conftest import code, notebook, store, text
from candyce.projects import pictures

PICTURES = 9  # three rows of three: what a screen shows before it is scrolled, and those just below


def say(seed: int, count: int) -> str:
    """Words that no compression finds again elsewhere on the page."""
    chance = random.Random(seed * 100 + count)
    letters = "etaisnrulodcmpvq"
    return " ".join("".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(count))


def make_many(publish, count: int) -> None:
    """One that is published, and its like: what a page costs depends on their number alone."""
    first = publish(notebook("1"))
    Resource.objects.bulk_create(
        Resource(
            slug=f"r{n}", version=first.version, title=say(n, 5), abstract=say(n, 40),
            discipline="nsi", levels=["premiere"], duration=55, rating=4.2, rating_count=3, execution="passed",
            recommendation={"by": "Académie de Paris"}, picture={"digest": f"{n:064x}", "description": "La suite"},
        )
        for n in range(count)
    )  # fmt: skip


def test_a_page_of_thirty_cards_asks_as_often_as_one_of_three(
    school, publish, portal, django_assert_num_queries
):
    portal.force_login(school.alice)
    asked = []
    for count in (3, 27):
        Resource.objects.exclude(slug="suites").delete()
        make_many(publish, count)
        portal.get("/library/")  # what is kept between requests is kept
        with CaptureQueriesContext(connection) as queries:
            page = portal.get("/library/").content.decode()
        asked.append(len(queries))
    assert "Académie de Paris" in page
    assert asked[0] == asked[1]


def test_the_first_page_weighs_less_than_a_hundred_kilobytes(school, publish, portal):
    make_many(publish, 30)
    portal.force_login(school.alice)
    page = portal.get("/library/").content
    html = page.decode()
    built = Path(settings.ROOT) / "var/build/portal"
    if not built.is_dir():
        pytest.skip("the portal's look is not built")
    assets = [(built / name).read_bytes() for name in ("portal.css", "portal.js")]
    # Every script waits, and nothing comes from elsewhere.
    scripts = re.findall(r"<script\b[^>]*>", html)
    assert scripts
    assert all(" defer" in tag or 'type="application/' in tag for tag in scripts)
    assert re.findall(r'(?:src|href)="https?://(?!localhost|testserver)', html) == []
    pictures = re.findall(r"<img\b[^>]*thumbnails[^>]*>", html)
    assert pictures
    assert all('loading="lazy"' in tag and ' alt="' in tag and " width=" in tag for tag in pictures)
    parts = [len(brotli.compress(part, quality=5)) for part in (page, *assets)]
    assert sum(parts) + PICTURES * draw.BYTES < 100_000, parts


def test_the_preview_folds_what_is_long_and_names_its_parts():
    cells = [
        text("# Les suites & les <i>limites</i>"),
        text("## Un\n### Détail"),
        text("## Deux & `<trois>`"),
        *["1"] * (FIRST + 20),
    ]
    preview = make_preview(notebook(*cells))
    assert [(one.anchor, one.text, one.depth) for one in preview.contents] == [
        ("part-2", "Un", 1), ("part-3", "Détail", 2), ("part-4", "Deux & <trois>", 1),
    ]  # fmt: skip
    assert '<h3 id="part-1">' in preview.head
    assert "<h1" not in preview.head
    assert (preview.folded, preview.tail.count("cell-code")) == (23, 23)
    short = make_preview(notebook("1"))
    assert (short.folded, short.tail) == (0, "")


def test_the_preview_shows_the_pictures_among_the_files(db):
    tree = store(cours__img__un_png=b"PNG", grand_png=b"x", dessin_svg=b"<svg/>", notes_csv=b"1")
    tree = {name.replace("_png", ".png").replace("_svg", ".svg"): one for name, one in tree.items()}
    tree["grand.png"][1] = 3 * 2**20
    source = (
        "# Titre\n\n![un](img/un.png) ![deux](../dessin.svg) <img src='./img/un.png' alt='trois'>\n\n"
        "![non](../grand.png) ![non](../notes.csv) ![non](https://ailleurs.example/img/un.png)\n\n"
        "`![code](img/un.png)`"
    )
    page = str(make_preview(notebook(text(source)), tree, "cours/a.ipynb").head)
    assert page.count('src="data:image/png;base64,UE5H"') == 2
    assert page.count('src="data:image/svg+xml;base64,PHN2Zy8+"') == 1
    assert page.count(" src=") == 3
    assert "<code>![code](img/un.png)</code>" in page
    many = make_preview(
        notebook(*[text("![un](img/un.png)")] * (pictures.PICTURES + 5)), tree, "cours/a.ipynb"
    )
    assert (many.head + many.tail).count(" src=") == pictures.PICTURES


def test_all_cells_of_a_preview_share_the_room_for_attached_pictures(monkeypatch):
    monkeypatch.setattr("candyce.library.trust.preview.Room", lambda: Room(10_000))
    attached = {"a.png": {"image/png": "A" * 1500}}
    cell = {**text("![jointe](attachment:a.png)\n" * 5), "attachments": attached}
    shown = make_preview(notebook(*[cell] * 20))
    html = str(shown.head + shown.tail)
    assert html.count("data:image/png") == 6
    assert html.count('alt="jointe"') == 100


def test_a_preview_ends_where_a_page_would_take_too_long_and_says_so(school, publish, portal):
    cells = ["x = 1  # " + "a" * 100_000] * 5
    preview = make_preview(notebook(*cells))
    assert (preview.head.count("cell-code"), preview.left_out) == (2, 3)
    assert make_preview(notebook("1")).left_out == 0
    resource = publish(notebook(*cells))
    portal.force_login(school.alice)
    page = portal.get(f"/library/{resource.pk}/").content.decode()
    assert "3 cellules sont de trop pour cette page" in page


HOSTILE = (
    "# <img src=x onerror=alert(1)> titre\n\n<h2 id='content' onclick=a()>x</h2><script>a</script>",
    "<h3><a href='javascript:a()'>y</a></h3>",
)


def test_hostile_headings_are_disarmed():
    preview = make_preview(notebook(*[text(one) for one in HOSTILE]))
    html = str(preview.head).lower()
    for word in ("onerror", "onclick", "<script", "javascript:", 'id="content"'):
        assert word not in html
    assert [one.text for one in preview.contents] == ["x", "y"]  # the first is the title


def test_the_page_of_executions_keeps_a_solutions_words_from_pupils(school, publish, portal):
    solution = code(
        "### BEGIN SOLUTION\nx\n### END SOLUTION",
        nbgrader={"schema_version": 3, "grade": False, "solution": True, "locked": False, "task": False, "grade_id": "s"},
    )  # fmt: skip
    resource = publish(notebook(solution))
    Execution.objects.create(
        version=resource.version, result="failed", path="cours.ipynb", cell=0, message="NameError: SOLUTION", kernel="Python 3.14",
    )  # fmt: skip
    seen = []
    for user in (school.alice, school.bob):
        portal.force_login(user)
        page = portal.get("/library/suites/executions/").content.decode()
        assert "Python 3.14" in page
        seen.append("SOLUTION" in page)
        assert ("SOLUTION" in portal.get("/library/suites/").content.decode()) is seen[-1]
    assert seen == [True, False]
    Resource.objects.filter(pk=resource.pk).update(visibility="me")
    portal.force_login(school.bob)
    assert portal.get("/library/suites/executions/").status_code == 404


def test_the_page_says_what_a_resource_is_locked_to_before_any_execution(
    publish, portal, settings, monkeypatch
):
    settings.LIBRARY_MINUTES = 0
    here = {
        "": Kernel("Python 3.14 (Pyodide 1)", "pyodide-1-a"),
        "maths": Kernel("Python 3.13 (maths)", "server-maths-b"),
    }
    monkeypatch.setattr(queries, "describe_kernel", lambda environment="": here.get(environment))
    resource = publish(notebook("1"))
    for kernel, name, lock in (
        ("python", "Python 3.14 (Pyodide 1)", ["pyodide-1-a"]),
        ("candyce-maths", "Python 3.13 (maths)", ["server-maths-b"]),
        ("candyce-absent", "candyce-absent", []),
    ):
        Resource.objects.filter(pk=resource.pk).update(kernel=kernel)
        for page in ("", "executions/"):
            html = portal.get(f"/library/suites/{page}").content.decode()
            assert f"<dd>{name}</dd>" in html
            assert re.findall(r"<dd><code>(.*?)</code></dd>", html) == lock

    Resource.objects.filter(pk=resource.pk).update(kernel="python")
    Execution.objects.create(
        version=resource.version, result="passed", kernel="Python 3.12", environment="pyodide-0-z"
    )
    page = portal.get("/library/suites/").content.decode()
    assert "<code>pyodide-0-z</code>" in page
    assert "pyodide-1-a" not in page
