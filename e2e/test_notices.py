"""A teacher gives one pupil a hint while the class works, and shows a copy to all without its name.

The guides' pictures of messages and of the projector are made here.
"""

from __future__ import annotations

import re

import nbformat
from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, take_picture
from e2e.giving import give_notebook
from e2e.looks import get_overflow, get_violations
from e2e.notebook import get_cells, wait_for_notebook, wait_until_saved

ANSWER = {
    "nbgrader": {
        "schema_version": 3, "grade": True, "solution": True, "locked": False, "task": False,
        "grade_id": "moyenne", "points": 2,
    },
    "candyce": {"title": "La moyenne"},
}  # fmt: skip
NOTEBOOK = nbformat.v4.new_notebook(
    cells=[
        nbformat.v4.new_markdown_cell("# Statistiques\n\nCalculez une moyenne.", id="titre"),
        nbformat.v4.new_code_cell("notes = [12, 15, 9]", id="notes"),
        nbformat.v4.new_code_cell("", id="moyenne", metadata=ANSWER),
    ]
)


def test_a_hint_reaches_one_pupil_and_a_copy_is_shown_without_its_name(
    new_person: NewPerson,
) -> None:
    teacher = new_person("marc.lefevre")
    code = give_notebook(teacher, "Statistiques", nbformat.writes(NOTEBOOK).encode())
    ines, bilal = new_person("ines.moreau"), new_person("bilal.simon", width=900)
    for page in (ines, bilal):
        page.goto(f"/c/{code}/", wait_until="commit")
    for page in (ines, bilal):
        wait_for_notebook(page)
    get_cells(ines).nth(1).locator(".cm-content").click()
    ines.keyboard.press("Control+End")

    # From the board, its names hidden: one is ticked, and the dialog names nobody either.
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name="Statistiques").first.click()
    work = teacher.url
    teacher.goto(f"{work}board/")
    tick_one(teacher)
    dialog = teacher.get_by_role("dialog", name="Envoyer un message")
    expect(dialog.get_by_label("Certains élèves")).to_be_checked()
    dialog.get_by_label("À propos de").select_option(label="1. La moyenne")
    dialog.get_by_label("Message", exact=True).fill("Additionnez avec `sum`, puis **divisez**.")
    take_picture(teacher, "envoyer-un-message")
    assert get_violations(teacher) == []
    dialog.get_by_role("button", name="Envoyer", exact=True).click()
    expect(dialog.get_by_role("status")).to_have_text("Votre message est envoyé.")
    expect(dialog).to_contain_text("Lu par 0 sur 1")

    # She sees it at once and goes on typing; nothing takes her focus.
    card = ines.locator(".cy-notice-card")
    expect(card).to_contain_text("Indice de Marc Lefèvre pour « La moyenne »")
    expect(ines.locator(".cy-bar [aria-live]")).to_contain_text("puis divisez")
    ines.keyboard.type("  # trois notes")
    wait_until_saved(ines)
    expect(get_cells(ines).nth(1)).to_contain_text("# trois notes")
    take_picture(ines, "indice-recu")
    assert get_violations(ines) == []
    card.get_by_role("button", name="Aller à la question").click()
    expect(get_cells(ines).nth(2)).to_have_class(re.compile(r"\bjp-mod-active\b"))
    ines.set_viewport_size({"width": 360, "height": 740})
    expect(card).to_be_visible()
    assert get_overflow(ines) == 0
    take_picture(ines, "indice-360")
    ines.set_viewport_size({"width": 1280, "height": 800})
    card.get_by_role("button", name="Lu", exact=True).click()
    expect(card).to_be_hidden()
    expect(dialog).to_contain_text("Lu par 1 sur 1")
    teacher.set_viewport_size({"width": 360, "height": 740})
    assert get_overflow(teacher) == 0
    take_picture(teacher, "message-360")
    teacher.set_viewport_size({"width": 1280, "height": 820})
    # It stays at its question, and is read again from the bar; the other pupil was sent nothing.
    said = ines.locator(".cy-question").get_by_role("region", name="Indice de Marc Lefèvre")
    expect(said).to_contain_text("Additionnez avec sum, puis divisez.")
    take_picture(ines, "indice-a-la-question")
    ines.locator(".cy-notices-button").click()
    expect(ines.locator("#cy-notices")).to_contain_text("Additionnez avec sum")
    ines.keyboard.press("Escape")
    expect(ines.locator("#cy-notices")).to_be_hidden()
    expect(bilal.locator(".cy-notices")).to_be_hidden()
    expect(bilal.locator(".cy-notice-card")).to_be_hidden()

    # On the projector: her copy, live, without her name.
    teacher.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    teacher.get_by_role("link", name="Montrer les noms").click()
    teacher.get_by_role("link", name="Projeter la copie de Inès Moreau").click()
    shown = teacher.locator("[data-shown-cells]")
    expect(shown).to_contain_text("# trois notes")
    get_cells(ines).nth(2).locator(".cm-content").click()
    ines.keyboard.press("Control+A")
    ines.keyboard.type("sum(notes) / len(notes)")
    expect(shown).to_contain_text("sum(notes) / len(notes)", timeout=10_000)
    html = teacher.content()
    assert [name for name in ("Inès", "Moreau", "ines.moreau") if name in html + teacher.url] == []
    assert get_violations(teacher) == []
    take_picture(teacher, "montrer-a-la-classe")
    teacher.emulate_media(color_scheme="dark")
    take_picture(teacher, "montrer-sombre")
    teacher.emulate_media(color_scheme="light")
    see_full_screen(teacher)


def tick_one(teacher: Page) -> None:
    """Inès's row, found by name before the names are hidden; what is ticked stays while rows change."""
    row = teacher.get_by_role("row").filter(
        has=teacher.get_by_role("rowheader", name=re.compile("Inès Moreau"))
    )
    bar = teacher.locator("[data-board-ticked]")
    expect(bar).to_be_hidden()
    row_id = row.get_attribute("id")
    teacher.get_by_role("link", name="Masquer les noms").click()
    expect(teacher.locator("main")).not_to_contain_text("Moreau")
    teacher.locator(f"#{row_id}").get_by_role("checkbox").check()
    expect(bar.get_by_role("status")).to_have_text("1 élève coché")
    take_picture(teacher, "classe-cochee")
    assert get_violations(teacher) == []
    bar.get_by_role("button", name="Leur envoyer un message").click()
    expect(teacher.get_by_role("dialog").get_by_role("checkbox", checked=True)).to_have_count(1)
    assert "Moreau" not in teacher.locator("dialog").inner_html()


def see_full_screen(teacher: Page) -> None:
    """F fills the screen; another copy comes without leaving it; Escape ends it and then leads away."""
    shown = teacher.locator("[data-shown-cells]")
    full = "document.fullscreenElement !== null"
    teacher.keyboard.press("f")
    teacher.wait_for_function(full)
    expect(teacher.get_by_role("button", name="Quitter le plein écran")).to_be_visible()
    take_picture(teacher, "montrer-plein-ecran")
    assert get_violations(teacher) == []
    before = teacher.url
    teacher.get_by_role("link", name=re.compile("Copie (suivante|précédente)")).first.click()
    expect(shown).not_to_contain_text("# trois notes")
    assert teacher.url != before
    assert teacher.evaluate(full)
    teacher.keyboard.press("Escape")
    teacher.wait_for_function(f"!({full})")
    expect(shown).to_be_visible()
    expect(teacher.get_by_role("button", name="Plein écran", exact=False)).to_be_visible()
    teacher.wait_for_timeout(500)
    teacher.keyboard.press("Escape")
    expect(teacher.get_by_role("table")).to_be_visible()
