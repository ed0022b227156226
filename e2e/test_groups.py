"""Two pupils make a group, write in one copy, one hands it in; one mark is both theirs.

The guides' pictures of groups are made here.
"""

from __future__ import annotations

import re

import nbformat
from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, take_picture
from e2e.giving import import_notebook
from e2e.looks import get_overflow, get_violations
from e2e.notebook import find_text, get_cells, wait_for_notebook, wait_until_saved

NOTEBOOK = nbformat.v4.new_notebook(
    cells=[
        nbformat.v4.new_markdown_cell("# Enquête\n\nMenez l'enquête à deux.", id="titre"),
        nbformat.v4.new_code_cell("", id="un"),
        nbformat.v4.new_code_cell("", id="deux"),
    ]
)


def give_in_groups(teacher: Page) -> str:
    """Give the notebook to 2de 1, in groups that pupils make; returns the code."""
    import_notebook(teacher, "Enquête", nbformat.writes(NOTEBOOK).encode())
    teacher.get_by_role("link", name="Donner à une classe").first.click()
    teacher.get_by_label("Titre").fill("Enquête à plusieurs")
    teacher.get_by_label("2de 1").check()
    teacher.get_by_label("Seul ou en groupe").select_option(
        label="En groupes que les élèves forment"
    )
    teacher.get_by_role("button", name="Donner", exact=True).click()
    return re.sub(r"\s", "", teacher.locator(".code-big").inner_text())


def open_notebook(page: Page) -> None:
    page.get_by_role("button", name="Ouvrir notre carnet").click(no_wait_after=True)


def test_two_pupils_share_a_copy_and_its_mark(new_person: NewPerson) -> None:
    teacher = new_person("marc.lefevre")
    code = give_in_groups(teacher)
    ines, bilal = new_person("ines.moreau"), new_person("bilal.simon")

    # She makes a group, he joins it, and each finds the other there.
    ines.goto(f"/c/{code}/")
    ines.get_by_label("Son nom").fill("Les Boussoles")
    ines.get_by_role("button", name="Former le groupe").click()
    expect(ines.locator("main")).to_contain_text("Personne d’autre n’est encore")
    bilal.goto(f"/c/{code}/")
    bilal.get_by_role("button", name="Rejoindre Les Boussoles").click()
    expect(bilal.locator("main")).to_contain_text("Inès Moreau")
    assert get_violations(bilal) == []
    take_picture(bilal, "mon-groupe")

    # One copy, in two pages.
    open_notebook(bilal)
    ines.reload()
    ines.goto(f"/c/{code}/", wait_until="commit")
    for page in (bilal, ines):
        wait_for_notebook(page)
        expect(page.locator(".cy-subtitle")).to_contain_text("Les Boussoles")
    for place, page, text in ((1, ines, "indices = 3"), (2, bilal, "suspects = 5")):
        get_cells(page).nth(place).locator(".cm-content").click()
        page.keyboard.type(text)
    find_text(ines, "suspects = 5")
    find_text(bilal, "indices = 3")
    for page in (bilal, ines):
        wait_until_saved(page)

    # He hands in for both: her page says so.
    bilal.locator(".cy-bar").get_by_role("button", name="Rendre", exact=True).click()
    dialog = bilal.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Les Boussoles")
    dialog.get_by_role("button", name="Rendre").click()
    expect(ines.locator(".cy-bar")).to_contain_text("Rendu", timeout=20_000)
    expect(ines.locator("body")).to_contain_text("Bilal Simon a rendu la copie")

    # The teacher sees the groups, and each one's part; marks once.
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name="Enquête à plusieurs").first.click()
    teacher.get_by_role("link", name="Groupes", exact=True).click()
    expect(teacher.get_by_role("heading", name="Les Boussoles")).to_be_visible()
    take_picture(teacher, "groupes")
    assert get_violations(teacher) == []
    teacher.set_viewport_size({"width": 360, "height": 740})
    assert get_overflow(teacher) == 0
    teacher.set_viewport_size({"width": 1280, "height": 820})
    teacher.get_by_role("link", name="La copie Les Boussoles").click()
    part = teacher.get_by_role("region", name="La part de chacun")
    for name in ("Inès Moreau", "Bilal Simon"):
        row = part.get_by_role("row", name=re.compile(name))
        expect(row.get_by_role("cell").first).to_have_text(re.compile(r"^[1-9]"))
    assert get_violations(teacher) == []
    take_picture(teacher, "part-de-chacun")
    teacher.locator("#id_mark").fill("15")
    teacher.get_by_role("button", name="Enregistrer et restituer").click()
    expect(teacher.get_by_role("status").first).to_contain_text("Inès Moreau")

    for page in (ines, bilal):
        page.goto("/my-marks/")
        expect(page.get_by_role("row", name=re.compile("Enquête à plusieurs"))).to_contain_text(
            "15"
        )
