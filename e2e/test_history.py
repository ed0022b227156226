"""A pupil finds a deleted cell again in the history; the teacher sees it come back and plays the copy back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, Site, take_picture
from e2e.looks import get_overflow, get_violations
from e2e.notebook import (
    add_cell_below,
    find_text,
    run_active_cell,
    wait_for_notebook,
    wait_until_saved,
)
from e2e.test_story import give, join

WORK = "trajet = 42 * 3.6  # en km/h"


def delete_active_cell(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("d")


def open_history(page: Page) -> Page:
    """The history opens in a tab of its own, from the bar."""
    with page.context.expect_page() as opened:
        page.locator(".cy-history").click()
    tab = opened.value
    tab.wait_for_load_state()
    return tab


def check_looks(page: Page) -> None:
    assert get_violations(page) == []
    assert get_overflow(page) == 0


def test_a_deleted_cell_is_found_again(site: Site, new_person: NewPerson) -> None:
    teacher = new_person("nadia.benali")
    code = give(teacher)
    pupil = new_person("ines.moreau")
    join(pupil, code)
    add_cell_below(pupil, WORK)
    run_active_cell(pupil)
    add_cell_below(pupil, "reponse = 'un corps lourd tombe plus vite ?'")
    wait_until_saved(pupil)

    # The teacher looks in; the pupil deletes the wrong cell.
    teacher.get_by_role("link", name="Suivre la classe").click()
    row = teacher.get_by_role("row", name=re.compile("MOREAU"))
    row.get_by_role("link", name=re.compile("Ouvrir")).click()
    wait_for_notebook(teacher)
    find_text(teacher, "trajet = 42")
    pupil.locator(".jp-CodeCell", has_text="trajet = 42").locator(
        ".jp-InputArea-editor"
    ).first.click()
    delete_active_cell(pupil)
    expect(pupil.locator(".jp-CodeCell", has_text="trajet = 42")).to_have_count(0)
    expect(teacher.locator(".jp-CodeCell", has_text="trajet = 42")).to_have_count(0)
    wait_until_saved(pupil)

    # The timeline says so; the playback shows when it was still there.
    tab = open_history(pupil)
    expect(tab.locator(".moment").first).to_contain_text("Inès Moreau")
    expect(tab.locator(".moment").first).to_contain_text(re.compile("ellule [0-9]+ supprimée"))
    check_looks(tab)
    take_picture(tab, "historique")
    tab.get_by_role("link", name="Rejouer").click()
    slider = tab.locator("[data-slider]")
    last = int(slider.get_attribute("max") or 0)
    expect(tab.locator("[data-play]")).to_be_visible()
    slider.press("End")
    expect(tab.locator("[data-position]")).to_have_text(str(last + 1))
    expect(tab.locator("[data-caption]")).to_contain_text("cellule supprimée")
    tab.get_by_role("link", name=re.compile("Pas en arrière")).click()
    expect(tab.locator("[data-position]")).to_have_text(str(last))
    expect(tab.locator("[data-cells]")).to_contain_text("trajet = 42")
    expect(tab.locator("[data-status]")).to_contain_text("Inès Moreau")
    check_looks(tab)
    tab.get_by_role("link", name="Voir ce moment").click()
    expect(tab.locator(".notebook")).to_contain_text("trajet = 42")
    check_looks(tab)

    # Name it, compare it with now, restore it: both open pages see it come back.
    tab.get_by_label("Nom de la version").fill("Avec mon calcul")
    tab.get_by_role("button", name="Nommer cette version").click()
    named = tab.locator(".moment-named")
    expect(named).to_contain_text("Avec mon calcul")
    named.get_by_role("link", name=re.compile("Voir")).click()
    tab.get_by_role("link", name="Comparer avec maintenant").click()
    expect(tab.locator(".diff-removed")).to_contain_text(WORK)
    check_looks(tab)
    take_picture(tab, "historique-comparer")
    tab.go_back()
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Restaurer").click()
    expect(tab.get_by_role("status").first).to_contain_text("de nouveau")
    find_text(pupil, "trajet = 42")
    find_text(teacher, "trajet = 42")

    watch_playback(teacher)


def watch_playback(teacher: Page) -> None:
    """From the marking page: how the copy came to be, by itself, then by keyboard."""
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name="Chute libre : séance 1").first.click()
    teacher.get_by_role("row", name=re.compile("MOREAU")).get_by_role(
        "link", name=re.compile("Corriger|Lire|MOREAU")
    ).first.click()
    teacher.get_by_role("link", name="Historique").click()
    expect(teacher.locator("main")).to_contain_text("Copie de Inès Moreau")
    teacher.get_by_role("link", name="Rejouer").click()
    play = teacher.locator("[data-play]")
    teacher.locator("[data-speed]").select_option("1")
    play.click()
    expect(play).to_contain_text("Pause")
    position = teacher.locator("[data-position]")
    expect(position).not_to_have_text("1")
    play.press("Enter")
    expect(play).to_contain_text("Lire")
    slider = teacher.locator("[data-slider]")
    slider.press("End")
    expect(teacher.locator("[data-cells]")).to_contain_text("trajet = 42")
    slider.press("ArrowLeft")
    expect(teacher.locator("[data-cells]")).not_to_contain_text("trajet = 42")
    teacher.get_by_role("link", name=re.compile("Pas en avant")).click()
    expect(teacher.locator(".playback-added")).to_contain_text("trajet = 42")
    check_looks(teacher)
    take_picture(teacher, "rejouer")


def test_playback_steps_by_links_without_javascript(site: Site, new_person: NewPerson) -> None:
    pupil = new_person("ines.moreau", javascript=False, width=360, height=720)
    pupil.goto("/my-work/")
    pupil.get_by_role("link", name=re.compile("Chute libre")).first.click()
    pupil.get_by_role("link", name="Historique").click()
    pupil.get_by_role("link", name="Rejouer").click()
    pupil.get_by_role("link", name=re.compile("Pas en avant")).click()
    expect(pupil.locator("[data-position]")).to_have_text("2")
    expect(pupil.locator("[data-play]")).to_be_hidden()
    pupil.get_by_role("link", name=re.compile("Pas en arrière")).click()
    expect(pupil.locator("[data-position]")).to_have_text("1")
