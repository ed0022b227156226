"""A teacher keeps lessons, makes a sequence of them and shares it; a colleague gives it whole to a class.

The guide's pictures of a sequence and of giving it are made here.
"""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, take_picture
from e2e.looks import get_overflow, get_violations

TITLE = "Données et images en seconde"
CSV = "interroger-un-fichier-csv"
PICTURES = "photographie-numerique-pixels-filtres"


def keep_and_make(teacher: Page) -> None:
    """One click keeps; the dialog makes the sequence with its first lesson, and takes the second."""
    teacher.goto(f"/library/{CSV}/")
    bookmark = teacher.get_by_role("button", name="Garder", exact=True)
    expect(bookmark).to_have_attribute("aria-pressed", "false")
    bookmark.click()
    expect(bookmark).to_have_attribute("aria-pressed", "true")
    teacher.get_by_role("link", name="Ajouter à une collection").click()
    dialog = teacher.get_by_role("dialog")
    dialog.get_by_label("Dans une nouvelle, nommée").fill(TITLE)
    dialog.get_by_role("button", name="Enregistrer").click()
    expect(dialog.get_by_role("checkbox", name=TITLE)).to_be_checked()
    teacher.goto(f"/library/{PICTURES}/keep/collections/")
    teacher.get_by_role("checkbox", name=TITLE).check()
    teacher.get_by_role("button", name="Enregistrer").click()


def arrange_and_share(teacher: Page) -> str:
    """By keyboard alone, then for all teachers; returns the address."""
    teacher.goto("/library/collections/")
    expect(teacher.get_by_role("link", name="Gardées")).to_be_visible()
    teacher.get_by_role("link", name=TITLE).click()
    steps = teacher.locator(".step h3")
    expect(steps.first).to_contain_text("fichier CSV")
    teacher.get_by_role("button", name=re.compile("^Monter : Photo")).focus()
    teacher.keyboard.press("Enter")
    expect(steps.first).to_contain_text("Photographie")
    expect(teacher.locator("[data-order-told]")).to_have_text(re.compile("Place 1 sur 2"))
    # At the top, up leads nowhere: the focus stands on what leads back.
    expect(teacher.get_by_role("button", name=re.compile("^Descendre : Photo"))).to_be_focused()
    teacher.get_by_text("Écrire une note").first.click()
    note = "Deux heures en salle informatique ; chacun apporte une photo."
    teacher.get_by_label("Note").first.fill(note)
    teacher.get_by_role("button", name="Enregistrer la note").first.click()
    expect(teacher.get_by_text(note).first).to_be_visible()
    teacher.get_by_role("link", name="Nom et partage").click()
    teacher.get_by_label("Tous les professeurs").check()
    assert get_violations(teacher) == []
    teacher.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(steps.first).to_contain_text("Photographie")
    assert get_violations(teacher) == []
    take_picture(teacher, "sequence")
    return teacher.url.split("#")[0]


def look_small_and_dark(page: Page) -> None:
    """The page on a phone at night, then as it was."""
    page.set_viewport_size({"width": 360, "height": 820})
    page.emulate_media(color_scheme="dark")
    assert get_violations(page) == []
    assert get_overflow(page) == 0
    page.set_viewport_size({"width": 1280, "height": 820})
    page.emulate_media(color_scheme="light")


def copy_and_give(colleague: Page, address: str) -> None:
    colleague.goto(address)
    colleague.get_by_role("button", name="Copier dans les miennes").click()
    expect(colleague.get_by_text("Copiée de")).to_be_visible()
    look_small_and_dark(colleague)
    colleague.get_by_role("link", name="Donner toute la séquence").click()
    colleague.get_by_label("2de 1").check()
    colleague.get_by_label("Ouverture de la première étape").fill("2026-01-05T08:00")
    colleague.get_by_label("Une étape à chacun de ces jours").check()
    colleague.get_by_label("lundi").check()
    colleague.get_by_label("jeudi").check()
    colleague.get_by_label("Jours pour rendre").fill("")
    colleague.get_by_role("button", name="Proposer les dates").click()
    opens = colleague.get_by_label(re.compile("^Ouverture \\("))
    expect(opens.nth(1)).to_have_value("2026-01-08T08:00")
    expect(colleague.get_by_label("2de 1")).to_be_checked()
    take_picture(colleague, "donner-sequence", full=True)
    look_small_and_dark(colleague)
    colleague.get_by_role("button", name="Donner la séquence").dblclick()
    expect(colleague.locator(".step h3")).to_have_count(2)
    assert get_violations(colleague) == []


def test_sequence_is_made_shared_copied_and_given_whole(new_person: NewPerson) -> None:
    teacher = new_person("nadia.benali")
    keep_and_make(teacher)
    address = arrange_and_share(teacher)
    copy_and_give(new_person("marc.lefevre"), address)
    pupil = new_person("ines.moreau", width=360)
    pupil.goto("/my-work/")
    cards = pupil.get_by_role("listitem").filter(has_text=TITLE)
    expect(cards).to_have_count(2)
    expect(cards.filter(has_text="étape 1 sur 2")).to_contain_text("Photographie")
    expect(cards.filter(has_text="étape 2 sur 2")).to_contain_text("fichier CSV")
    assert get_violations(pupil) == []
