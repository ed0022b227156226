"""A test with an end: one pupil has a third more time, another's time is over while writing.

The guides' picture of the page of times is made here.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import nbformat
from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, take_picture
from e2e.giving import import_notebook
from e2e.looks import get_overflow, get_violations
from e2e.notebook import get_cells, wait_for_notebook, wait_until_saved

TITLE = "Contrôle : suites"
NOTEBOOK = nbformat.v4.new_notebook(
    cells=[
        nbformat.v4.new_markdown_cell("# Suites", id="titre"),
        nbformat.v4.new_code_cell("", id="a"),
    ]
)


def at(**later: float) -> str:
    """A moment of the school, as `datetime-local` wants it."""
    moment = datetime.now(ZoneInfo("Europe/Paris")) + timedelta(**later)
    return moment.strftime("%Y-%m-%dT%H:%M")


def give(teacher: Page) -> str:
    import_notebook(teacher, TITLE, nbformat.writes(NOTEBOOK).encode())
    teacher.get_by_role("link", name="Donner à une classe").first.click()
    teacher.get_by_label("Titre").fill(TITLE)
    teacher.get_by_label("2de 1").check()
    teacher.get_by_label("Ouverture", exact=True).fill(at(hours=-3))
    teacher.get_by_label("À rendre avant").fill(at(hours=3))
    teacher.get_by_label("Fermeture", exact=True).fill(at(days=3))
    teacher.get_by_text("Retards, visibilité, temps majoré").click()
    teacher.get_by_label("Copies en retard").select_option("points")
    teacher.get_by_label("Retrait").fill("2")
    teacher.get_by_label("Au plus", exact=True).fill("6")
    take_picture(teacher, "donner-temps", full=True)
    assert get_violations(teacher) == []
    teacher.get_by_role("button", name="Donner", exact=True).click()
    return re.sub(r"\s", "", teacher.locator(".code-big").inner_text())


def test_times_of_one_pupil_are_not_those_of_another(new_person: NewPerson) -> None:
    teacher = new_person("marc.lefevre", height=900)
    code = give(teacher)
    bilal = new_person("bilal.simon", width=900)
    bilal.goto(f"/c/{code}/", wait_until="commit")
    wait_for_notebook(bilal)
    expect(bilal.locator(".cy-time")).to_have_text(re.compile(r"Reste 2 h 5\d min|Reste 3 h"))
    get_cells(bilal).nth(1).locator(".cm-content").click()
    bilal.keyboard.insert_text("u = 1")
    wait_until_saved(bilal)

    # Inès has a third more time; Bilal's time is over a minute ago, while his notebook is open.
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name=TITLE).first.click()
    teacher.get_by_role("link", name="Temps", exact=True).click()
    times = teacher.url
    teacher.get_by_role("row", name=re.compile("MOREAU In")).get_by_role("checkbox").check()
    teacher.get_by_label("Temps majoré, en pourcentage").fill("33")
    teacher.get_by_role("button", name="Donner ces temps").click()
    ines_row = teacher.get_by_role("row", name=re.compile("MOREAU In"))
    expect(ines_row).to_contain_text("(33 %)")
    teacher.get_by_role("row", name=re.compile("SIMON Bilal")).get_by_role("checkbox").check()
    teacher.get_by_text("Des dates différentes").click()
    teacher.get_by_label("Fermeture", exact=True).fill(at(minutes=-1))
    teacher.get_by_role("button", name="Donner ces temps").click()
    expect(bilal.get_by_text("Le devoir est fermé.").first).to_be_visible(timeout=15_000)
    expect(get_cells(bilal).nth(1)).to_contain_text("u = 1")
    assert get_violations(teacher) == []
    assert get_overflow(teacher) == 0
    take_picture(teacher, "temps")

    ines = new_person("ines.moreau", width=360)
    ines.goto("/my-work/")
    card = ines.get_by_role("listitem").filter(has_text=TITLE)
    expect(card.locator(".countdown")).to_have_text(re.compile(r"il reste (4|5)\sh"))
    take_picture(ines, "temps-eleve-360")
    bilal.goto("/my-work/")
    bilal.get_by_role("link", name=TITLE).click()
    expect(bilal.get_by_text("Tout ce que vous avez écrit est conservé")).to_be_visible()
    assert get_violations(bilal) == []

    # Invisible: gone for him, whose time is over; there for her, who still has time.
    teacher.goto(times.replace("times/", "edit/"))
    teacher.get_by_label("Avant l’ouverture et après la fermeture").select_option("hidden")
    teacher.get_by_role("button", name="Enregistrer").click()
    expect(teacher.get_by_role("heading", level=1)).to_have_text(re.compile("Contrôle"))
    bilal.goto("/my-work/")
    expect(bilal.get_by_role("heading", level=1)).to_be_visible()
    expect(bilal.get_by_text(TITLE)).to_have_count(0)
    ines.reload()
    expect(ines.get_by_role("link", name=TITLE).first).to_be_visible()
