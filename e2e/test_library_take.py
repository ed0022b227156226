"""What a teacher brings in and takes away, and what she is advised: no more than she wants.

The guide's pictures of importing and of suggestions are made here.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, take_picture
from e2e.looks import get_overflow, get_violations

LESSON = "/library/parcours-de-graphes-metro/"


def make_archive() -> bytes:
    """A notebook from elsewhere, with its data, the way one has it on a stick."""
    cells = [
        nbformat.v4.new_markdown_cell("# Les marées", id="titre"),
        nbformat.v4.new_code_cell("open('marees.csv').read()", id="lire"),
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("marees/tp.ipynb", nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
        archive.writestr("marees/marees.csv", "heure;hauteur\n8;3,2\n")
    return buffer.getvalue()


def bring(page: Page, name: str, data: bytes) -> None:
    page.set_input_files(
        "#id_file", {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_role("button", name="Importer le fichier").click()


def read_archive(data: bytes) -> dict[str, bytes]:
    """Contents by file name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {Path(name).name: archive.read(name) for name in archive.namelist()}


def read_cells(files: dict[str, bytes]) -> dict[str, Any]:
    """Of each notebook, whether its lines are kept as one text or several."""
    return {
        name: nbformat.reads(data.decode(), as_version=4).cells
        for name, data in files.items()
        if name.endswith(".ipynb")
    }


def test_a_lesson_comes_in_and_another_is_taken_away_and_brought_back(
    new_person: NewPerson,
) -> None:
    page = new_person("nadia.benali")
    page.goto("/projects/")
    page.get_by_role("link", name="Importer").click()
    assert get_violations(page) == []
    take_picture(page, "importer")
    # What is no notebook is said, and nothing is made of it.
    bring(page, "tp.ipynb", b"<html>Bonjour</html>")
    expect(page.get_by_role("alert")).to_be_visible()
    bring(page, "marees.zip", make_archive())
    page.wait_for_url(re.compile(r"/projects/[0-9a-f-]{36}/"))
    expect(page.get_by_role("row", name=re.compile("marees.csv"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("tp.ipynb"))).to_be_visible()

    # On a phone, by the keyboard: the archive of a lesson, which comes back whole.
    phone = new_person("nadia.benali", width=360, dark=True)
    phone.goto(LESSON)
    phone.get_by_text("Télécharger", exact=True).press("Enter")
    assert get_overflow(phone) == 0
    assert get_violations(phone) == []
    with phone.expect_download() as waiting:
        phone.get_by_role("link", name="Tous les fichiers (zip)").press("Enter")
    archive = waiting.value.path().read_bytes()
    taken = read_archive(archive)
    assert len(read_cells(taken)) == 1
    page.goto("/projects/import/")
    bring(page, "lecon.zip", archive)
    page.wait_for_url(re.compile(r"/projects/[0-9a-f-]{36}/"))
    back = read_archive(page.request.get(f"{page.url}export/zip/").body())
    assert read_cells(back) == read_cells(taken)

    # Without an account: a page of its own that asks nothing of anybody.
    visitor = new_person()
    html = visitor.request.get(f"{LESSON}export/html/")
    assert html.status == 200
    assert "<script" not in html.text()


def test_advice_says_why_and_is_silent_when_it_is_not_wanted(new_person: NewPerson) -> None:
    page = new_person("nadia.benali")
    page.goto("/library/for-you/")
    cards = page.locator("main .cards > li")
    expect(cards.first).to_be_visible()
    for number in range(cards.count()):
        expect(cards.nth(number).locator(".card-reason")).not_to_be_empty()
    assert get_violations(page) == []
    take_picture(page, "bibliotheque-pour-vous")

    page.get_by_role("link", name="Choisir ce que j’enseigne").click()
    page.get_by_label("SVT").check()
    assert get_violations(page) == []
    page.get_by_role("button", name="Enregistrer").click()
    page.goto("/library/for-you/")
    expect(page.locator("main .cards")).to_contain_text("SVT")

    page.goto("/library/preferences/")
    page.get_by_role("group", name="Suggestions").get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Enregistrer").click()
    page.goto("/library/for-you/")
    expect(page.locator("main")).to_contain_text("Vous avez désactivé")
    page.goto(LESSON)
    expect(page.get_by_role("heading", name="Souvent utilisé avec")).to_have_count(0)
    page.goto("/library/preferences/")
    expect(page.locator("main")).to_contain_text("0 ligne")
