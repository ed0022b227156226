"""The way through the house: a teacher gives a notebook, a pupil works and hands in, the mark comes back.

The guides' pictures are made here: ``CANDYCE_DOC_PICTURES=1 ./candyce test --only e2e``.
"""

from __future__ import annotations

import io
import re
import zipfile

import nbformat
from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, Site, take_picture
from e2e.looks import get_overflow
from e2e.notebook import (
    add_cell_below,
    find_text,
    get_cells,
    run_active_cell,
    wait_for_notebook,
    wait_until_saved,
)

TITLE = "Chute libre : séance 1"
LESSON = "chute-avec-frottements"


def give(teacher: Page) -> str:
    """The teacher finds the lesson and gives it to the class 2de 1; returns the code."""
    teacher.goto("/library/")
    take_picture(teacher, "bibliotheque")
    teacher.get_by_label("Rechercher").fill("parachute")
    teacher.get_by_role("button", name="Rechercher").click()
    teacher.get_by_role("link", name=re.compile("Chute avec frottements")).first.click()
    take_picture(teacher, "ressource")
    teacher.get_by_role("link", name="Donner à une classe").click()
    teacher.get_by_label("Titre").fill(TITLE)
    teacher.get_by_label("2de 1").check()
    teacher.get_by_label("Consignes").fill(
        "Faites les parties **1 et 2**, puis rendez votre copie."
    )
    take_picture(teacher, "donner", full=True)
    teacher.get_by_role("button", name="Donner", exact=True).click()
    code = teacher.locator(".code-big").inner_text()
    take_picture(teacher, "code")
    teacher.get_by_role("link", name="Projeter le code").click()
    take_picture(teacher, "projection")
    teacher.go_back()
    return re.sub(r"\s", "", code)


def join(pupil: Page, code: str) -> None:
    """The pupil types the code, forgiving of case and space, and is in her notebook."""
    pupil.goto("/c/")
    take_picture(pupil, "entrer-le-code")
    pupil.locator("main input[name=code]").fill(f"{code[:3].lower()} {code[3:].lower()}")
    pupil.locator("main form button[type=submit]").first.click(no_wait_after=True)
    wait_for_notebook(pupil)
    expect(pupil.locator(".cy-bar")).to_contain_text(TITLE)


def test_from_the_library_to_the_returned_mark(site: Site, new_person: NewPerson) -> None:
    teacher = new_person("nadia.benali")
    take_picture(teacher, "accueil-professeur")
    code = give(teacher)

    pupil = new_person("ines.moreau")
    join(pupil, code)
    take_picture(pupil, "editeur")
    cell = add_cell_below(pupil, "vitesse = 9.81 * 2\nprint('v =', vitesse, 'm/s')")
    run_active_cell(pupil)
    expect(cell.locator(".jp-OutputArea-output")).to_contain_text("v = 19.62 m/s", timeout=60_000)
    wait_until_saved(pupil)
    cell.scroll_into_view_if_needed()
    take_picture(pupil, "editeur-execution")

    # The teacher looks in while the pupil works, and writes a word.
    teacher.get_by_role("link", name="Suivre la classe").click()
    row = teacher.get_by_role("row", name=re.compile("MOREAU"))
    expect(row).to_contain_text("En cours")
    row.get_by_role("link", name=re.compile("Ouvrir")).click()
    wait_for_notebook(teacher)
    find_text(teacher, "vitesse = 9.81 * 2")
    expect(pupil.locator(".cy-teacher")).to_contain_text("Nadia Benali", timeout=20_000)
    add_cell_below(teacher, "# Bien. Et avec l'air ?")
    find_text(pupil, "Et avec l'air")
    take_picture(pupil, "professeur-dans-la-copie")
    wait_until_saved(teacher)

    # Hand in, think again, take back, hand in.
    pupil.locator(".cy-bar").get_by_role("button", name="Rendre", exact=True).click()
    pupil.locator(".jp-Dialog").get_by_role("button", name="Rendre").click()
    expect(pupil.locator(".cy-bar")).to_contain_text("Rendu", timeout=20_000)
    take_picture(pupil, "rendu")
    pupil.locator(".cy-bar").get_by_role("button", name="Reprendre").click()
    pupil.locator(".jp-Dialog").get_by_role("button", name="Reprendre").click()
    expect(
        pupil.locator(".cy-bar").get_by_role("button", name="Rendre", exact=True)
    ).to_be_visible()
    pupil.locator(".cy-back").click()
    take_picture(pupil, "eleve-devoir")
    pupil.once("dialog", lambda dialog: dialog.accept())
    pupil.get_by_role("button", name="Rendre ma copie").click()
    expect(pupil.locator(".badge-done").first).to_be_visible()
    copy = pupil.url

    # Mark and return.
    teacher.locator(".cy-back").click()
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name=TITLE).first.click()
    row = teacher.get_by_role("row", name=re.compile("MOREAU"))
    expect(row).to_contain_text("Rendue")
    row.get_by_role("link", name=re.compile("Corriger")).click()
    expect(teacher.locator(".notebook")).to_contain_text("v = 19.62 m/s")
    teacher.locator("#id_mark").fill("16,5")
    teacher.locator("#id_appraisal").fill("Très bien : le calcul est **juste**.")
    take_picture(teacher, "correction")
    teacher.get_by_role("button", name="Enregistrer et restituer").click()
    expect(teacher.get_by_role("status").first).to_contain_text("Inès Moreau")

    pupil.goto(copy)
    expect(pupil.locator(".mark")).to_contain_text("16,5")
    expect(pupil.locator("main")).to_contain_text("le calcul est juste")
    take_picture(pupil, "note")
    pupil.get_by_role("link", name="Lire mon carnet").click()
    wait_for_notebook(pupil)
    expect(pupil.locator(".cy-bar")).to_contain_text("16,5")

    check_download(teacher)


def check_download(teacher: Page) -> None:
    """All copies as a zip of notebooks, the pupil's work in it."""
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name=TITLE).first.click()
    link = teacher.locator('a[href$="/copies.zip"]').get_attribute("href")
    answer = teacher.request.get(str(link))
    archive = zipfile.ZipFile(io.BytesIO(answer.body()))
    notebooks = [name for name in archive.namelist() if name.endswith(".ipynb")]
    assert any("MOREAU" in name for name in notebooks)
    assert any(b"vitesse = 9.81 * 2" in archive.read(name) for name in notebooks)


def test_reload_and_second_tab_show_what_was_saved(site: Site, new_person: NewPerson) -> None:
    pupil = new_person("bilal.simon")
    pupil.goto("/projects/new/")
    pupil.get_by_label("Titre").fill("Mes essais")
    pupil.locator("main form button[type=submit]").first.click()
    pupil.goto("/projects/")
    pupil.get_by_role("link", name=re.compile("Mes essais")).first.click()
    pupil.get_by_role("link", name=re.compile("Ouvrir")).first.click()
    wait_for_notebook(pupil)
    add_cell_below(pupil, "mot = 'anticonstitutionnellement'")
    wait_until_saved(pupil)
    pupil.reload()
    wait_for_notebook(pupil)
    find_text(pupil, "anticonstitutionnellement")
    expect(get_cells(pupil)).to_have_count(3)
    second = pupil.context.new_page()
    second.goto(pupil.url.split("/edit/")[0].replace(site.editor, site.portal) + "/projects/")
    second.get_by_role("link", name=re.compile("Mes essais")).first.click()
    second.get_by_role("link", name=re.compile("Ouvrir")).first.click()
    wait_for_notebook(second)
    expect(get_cells(second)).to_have_count(3)


def test_following_shows_who_is_where(site: Site, new_person: NewPerson) -> None:
    teacher = new_person("helene.dubois")
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name=re.compile("population de la France")).first.click()
    teacher.get_by_label("Ordre").select_option("state")
    expect(teacher).to_have_url(re.compile("sort=state"))
    rows = teacher.locator("#pupils tbody tr")
    expect(rows.first).to_contain_text("Pas commencée")
    expect(rows.last).to_contain_text("Restituée")
    take_picture(teacher, "suivi")
    teacher.get_by_label("État").select_option("handed_in")
    expect(teacher).to_have_url(re.compile("state=handed_in"))
    expect(rows.first).to_contain_text("Rendue")
    rows.first.get_by_role("link", name=re.compile("Corriger")).click()
    expect(teacher.locator("main nav[aria-label=Copies]")).to_contain_text("sur 31")
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name=re.compile("population de la France")).first.click()
    teacher.get_by_role("link", name="Restituer les copies").click()
    take_picture(teacher, "restituer")
    teacher.get_by_role("button", name=re.compile("Restituer")).click()
    expect(teacher.get_by_role("status").first).to_contain_text("restitué")


def test_phone_in_the_dark(site: Site, new_person: NewPerson) -> None:
    pupil = new_person("ines.moreau", width=360, height=720, dark=True)
    expect(pupil.get_by_role("heading", name="J’ai un code")).to_be_visible()
    assert get_overflow(pupil) == 0
    take_picture(pupil, "telephone")
    pupil.goto("/my-work/")
    pupil.locator("main a[href*='/assignments/copies/'], main a[href*='/c/']").first.click()
    if "/edit/" not in pupil.url:
        pupil.get_by_role("link", name=re.compile("mon carnet")).click()
    wait_for_notebook(pupil)
    expect(pupil.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    assert get_overflow(pupil) == 0
    take_picture(pupil, "editeur-telephone")


def test_projects_of_ones_own(site: Site, new_person: NewPerson) -> None:
    teacher = new_person("marc.lefevre")
    teacher.goto("/projects/import/")
    notebook = nbformat.writes(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('Ohm')")])
    )
    teacher.locator("main input[type=file]").set_input_files(
        {"name": "Pont diviseur.ipynb", "mimeType": "application/json", "buffer": notebook.encode()}
    )
    teacher.locator("main form button[type=submit]").first.click()
    expect(teacher.get_by_role("heading", level=1)).to_contain_text("Pont diviseur")
    take_picture(teacher, "projet")
    teacher.get_by_role("button", name="Dupliquer").click()
    teacher.goto("/projects/")
    expect(teacher.locator(".cards > .card", has_text="Pont diviseur")).to_have_count(2)
    take_picture(teacher, "projets")
    teacher.get_by_role("link", name="Pont diviseur", exact=True).first.click()
    teacher.get_by_role("button", name="Supprimer").click()
    expect(teacher.locator(".cards > .card", has_text="Pont diviseur")).to_have_count(1)
    teacher.get_by_role("button", name="Annuler").click()
    teacher.goto("/projects/")
    expect(teacher.locator(".cards > .card", has_text="Pont diviseur")).to_have_count(2)
