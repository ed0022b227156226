"""The editor as a pupil meets it: loops that do not end, files, a network that goes, a window that closes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, Site, take_picture
from e2e.looks import get_overflow, get_violations
from e2e.notebook import (
    add_cell_below,
    find_text,
    get_cells,
    run_active_cell,
    wait_for_notebook,
    wait_until_saved,
)

# A violation of stock JupyterLab's own toolbar, on narrow screens: its toolkit's <jp-button> has no role.
STOCK = 'aria-allowed-attr: jp-button[title="'


def open_new_project(page: Page, title: str) -> str:
    """A new project, its notebook open in the editor; returns the project's address on the portal."""
    page.goto("/projects/new/")
    page.locator("main input[name=title]").fill(title)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/projects/[0-9a-f-]{36}/|/edit/"))
    if "/edit/" not in page.url:
        page.get_by_role("link", name=re.compile("^(Ouvrir|Open)")).first.click()
    wait_for_notebook(page)
    found = re.search(r"project=([0-9a-f-]{36})", page.url)
    assert found is not None
    return f"/projects/{found[1]}/"


def run(page: Page, code: str, expected: str) -> None:
    """Type the code in a new cell, run it, and wait for what it says."""
    cell = add_cell_below(page, code)
    run_active_cell(page)
    expect(cell.locator(".jp-Cell-outputArea")).to_contain_text(expected, timeout=60_000)


def test_endless_loop_is_interrupted_and_nothing_is_lost(new_person: NewPerson) -> None:
    pupil = new_person("bilal.simon")
    open_new_project(pupil, "Boucles")
    run(pupil, "x = 41\nprint('avant', x)", "avant 41")
    cell = add_cell_below(pupil, "while True:\n    pass")
    run_active_cell(pupil)
    pupil.wait_for_timeout(1500)
    pupil.locator(".jp-NotebookPanel-toolbar [data-command='notebook:interrupt-kernel'], "
                  "[data-jp-item-name='interrupt'] button, [data-jp-item-name='interrupt']").first.click()  # fmt: skip
    expect(cell.locator(".jp-Cell-outputArea")).to_contain_text("KeyboardInterrupt", timeout=20_000)
    run(pupil, "print('après', x + 1)", "après 42")
    wait_until_saved(pupil)


def test_memory_bomb_costs_a_restart_never_the_text(new_person: NewPerson) -> None:
    pupil = new_person("bilal.simon")
    open_new_project(pupil, "Mémoire")
    add_cell_below(pupil, "texte = 'mon travail'")
    add_cell_below(pupil, "grand = [0]\nwhile True: grand = grand + grand")
    run_active_cell(pupil)
    pupil.wait_for_timeout(12_000)
    for dialog in pupil.locator(".jp-Dialog .jp-Dialog-button.jp-mod-accept").all():
        dialog.click()
    run(pupil, "print('encore', 6 * 7)", "encore 42")
    find_text(pupil, "mon travail")
    wait_until_saved(pupil)


def test_files_of_the_project_are_read_written_and_imported(new_person: NewPerson) -> None:
    pupil = new_person("bilal.simon")
    project = open_new_project(pupil, "Fichiers")
    run(
        pupil,
        "open('outils.py', 'w').write('def double(n): return 2 * n')\nprint('écrit')",
        "écrit",
    )
    run(pupil, "import outils\nprint(outils.double(21))", "42")
    run(pupil, "open('mesures.csv', 'w').write('a;b')\nprint(open('mesures.csv').read())", "a;b")
    wait_until_saved(pupil)
    pupil.wait_for_timeout(1500)
    pupil.goto(project)
    expect(pupil.locator("main")).to_contain_text("outils.py")
    expect(pupil.locator("main")).to_contain_text("mesures.csv")


def test_input_asks_and_pygal_draws(new_person: NewPerson) -> None:
    pupil = new_person("bilal.simon")
    open_new_project(pupil, "Dialogue")
    cell = add_cell_below(pupil, "nom = input('Ton nom ? ')\nprint('Bonjour', nom)")
    run_active_cell(pupil)
    box = pupil.locator(".jp-Stdin-input")
    box.wait_for(timeout=60_000)
    box.fill("Inès")
    box.press("Enter")
    expect(cell.locator(".jp-Cell-outputArea")).to_contain_text("Bonjour Inès")
    code = "import pygal\nfrom IPython.display import SVG\nb = pygal.Bar(js=())\nb.add('a', [1, 2])\nSVG(b.render())"
    cell = add_cell_below(pupil, code)
    run_active_cell(pupil)
    cell.locator(".jp-Cell-outputArea").locator("svg, img").first.wait_for(timeout=60_000)


def test_network_that_goes_and_comes_back_loses_nothing(site: Site, new_person: NewPerson) -> None:
    pupil = new_person("bilal.simon")
    project = open_new_project(pupil, "Réseau")
    add_cell_below(pupil, "a = 'en ligne'")
    wait_until_saved(pupil)
    pupil.context.set_offline(True)
    add_cell_below(pupil, "b = 'hors ligne'")
    expect(pupil.locator(".cy-save")).to_have_text(
        "Enregistré sur cet appareil seulement", timeout=30_000
    )
    take_picture(pupil, "hors-ligne")
    pupil.context.set_offline(False)
    wait_until_saved(pupil)
    other = new_person("bilal.simon")
    other.goto(f"{project}open/")
    wait_for_notebook(other)
    find_text(other, "hors ligne")
    find_text(other, "en ligne")


def test_deleted_project_is_said_and_the_work_can_be_downloaded(new_person: NewPerson) -> None:
    pupil = new_person("bilal.simon")
    project = open_new_project(pupil, "Perdu")
    add_cell_below(pupil, "c = 'précieux'")
    wait_until_saved(pupil)
    other = new_person("bilal.simon")
    other.goto("/projects/")
    other.evaluate(
        """async project => {
          const token = document.querySelector('input[name=csrfmiddlewaretoken]').value;
          const body = new URLSearchParams({csrfmiddlewaretoken: token});
          await fetch(project + 'delete/', {method: 'POST', body});
        }""",
        project,
    )
    notice = pupil.locator(".cy-notice")
    expect(notice).to_contain_text("n’existe plus", timeout=20_000)
    find_text(pupil, "précieux")
    with pupil.expect_download() as download:
        notice.get_by_role("button", name=re.compile("Télécharger")).click()
    assert "précieux" in download.value.path().read_text(encoding="utf-8")
    take_picture(pupil, "projet-supprime")


def test_handed_in_copy_is_read_only_until_taken_back(site: Site, new_person: NewPerson) -> None:
    pupil = new_person("salome.julien")
    pupil.goto("/my-work/")
    pupil.locator("main a[href*='/assignments/copies/'], main a[href*='/c/']").first.click()
    if "/edit/" not in pupil.url:
        pupil.get_by_role("link", name=re.compile("Ouvrir|Lire")).first.click()
    wait_for_notebook(pupil)
    bar = pupil.locator(".cy-bar")
    if bar.get_by_role("button", name="Reprendre").is_visible():
        bar.get_by_role("button", name="Reprendre").click()
        pupil.locator(".jp-Dialog").get_by_role("button", name="Reprendre").click()
    expect(bar.get_by_role("button", name="Rendre", exact=True)).to_be_visible()
    add_cell_below(pupil, "d = 'première idée'")
    wait_until_saved(pupil)
    bar.get_by_role("button", name="Rendre", exact=True).click()
    pupil.locator(".jp-Dialog").get_by_role("button", name="Rendre").click()
    expect(bar).to_contain_text("Rendu", timeout=20_000)
    expect(pupil.locator(".cy-save")).to_have_text("Lecture seule", timeout=20_000)
    bar.get_by_role("button", name="Reprendre").click()
    pupil.locator(".jp-Dialog").get_by_role("button", name="Reprendre").click()
    wait_until_saved(pupil)
    add_cell_below(pupil, "e = 'seconde idée'")
    wait_until_saved(pupil)
    pupil.reload()
    wait_for_notebook(pupil)
    find_text(pupil, "seconde idée")


@pytest.mark.parametrize(
    "look",
    [{}, {"dark": True}, {"language": "en"}, {"width": 360, "height": 720}],
    ids=["desktop", "dark", "english", "phone"],
)
def test_editor_is_accessible_and_fits(new_person: NewPerson, look: dict[str, object]) -> None:
    page = new_person("nadia.benali", **look)
    open_new_project(page, "Regards")
    expect(get_cells(page).first).to_be_visible()
    page.wait_for_timeout(1500)
    take_picture(page, f"editeur-{'-'.join(map(str, look.values())) or 'bureau'}")
    assert [one for one in get_violations(page) if not one.startswith(STOCK)] == []
    assert get_overflow(page) == 0
    language = "en" if look.get("language") == "en" else "fr"
    assert (page.locator("html").get_attribute("lang") or "").startswith(language)
    menu = page.locator(".lm-MenuBar-itemLabel").first
    expect(menu).to_have_text("File" if language == "en" else "Fichier")
