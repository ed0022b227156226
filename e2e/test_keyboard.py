"""The way through the house with the keyboard alone: no click, and the focus can always be seen."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from e2e.conftest import NewPerson
from e2e.notebook import wait_for_notebook

MOST_TABS = 120
FOCUS = """element => {
  const style = getComputedStyle(element);
  const around = element.closest('.card-link');
  const outer = around ? getComputedStyle(around).outlineStyle : 'none';
  return [style.outlineStyle, outer].some(outline => outline !== 'none') || style.boxShadow !== 'none';
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until ``target`` has the focus, and see that one can tell."""
    expect(target).to_be_visible()
    for _press in range(MOST_TABS):
        if target.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(target).to_be_focused()
    assert target.evaluate(FOCUS), f"nothing shows the focus of {target}"


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Reach ``target`` with Tab, then press ``key`` on it."""
    tab_to(page, target)
    page.keyboard.press(key)


def sign_in_by_keyboard(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    press(page, page.locator(f'button[name="username"][value="{username}"]'))
    page.wait_for_url(re.compile(r"(?<!/sign-in)/$"))


def give_by_keyboard(teacher: Page, title: str) -> str:
    """From the home page to a class's code."""
    press(teacher, teacher.get_by_role("link", name="Bibliothèque", exact=True))
    press(teacher, teacher.get_by_label("Rechercher"))
    teacher.keyboard.type("parachute")
    teacher.keyboard.press("Enter")
    press(teacher, teacher.get_by_role("link", name=re.compile("Chute avec frottements")).first)
    press(teacher, teacher.get_by_role("link", name="Donner à une classe"))
    tab_to(teacher, teacher.get_by_label("Titre"))
    teacher.keyboard.press("Control+a")
    teacher.keyboard.type(title)
    press(teacher, teacher.get_by_label("2de 1"), "Space")
    expect(teacher.get_by_label("2de 1")).to_be_checked()
    press(teacher, teacher.get_by_role("button", name="Donner", exact=True))
    return re.sub(r"\s", "", teacher.locator(".code-big").inner_text())


def hand_in_by_keyboard(pupil: Page, code: str) -> None:
    """The code on the home page, the editor, "Rendre" in its bar, and the dialog's answer."""
    tab_to(pupil, pupil.locator("main input[name=code]"))
    pupil.keyboard.type(code)
    pupil.keyboard.press("Enter")
    wait_for_notebook(pupil)
    bar = pupil.locator(".cy-bar")
    dialog = pupil.locator(".jp-Dialog")
    press(pupil, bar.get_by_role("button", name="Rendre", exact=True))
    expect(dialog).to_be_visible()
    pupil.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    press(pupil, bar.get_by_role("button", name="Rendre", exact=True))
    expect(dialog).to_be_visible()
    pupil.keyboard.press("Enter")
    expect(bar).to_contain_text("Rendu", timeout=20_000)


def mark_by_keyboard(teacher: Page) -> None:
    """From the code's page to the copy that has just come in, and back to the pupil."""
    press(teacher, teacher.get_by_role("link", name="Suivre la classe"))
    row = teacher.get_by_role("row", name=re.compile("MOREAU"))
    expect(row).to_contain_text("Rendue")
    press(teacher, row.get_by_role("link", name=re.compile("Corriger")))
    tab_to(teacher, teacher.locator("#id_mark"))
    teacher.keyboard.type("15")
    tab_to(teacher, teacher.locator("#id_appraisal"))
    teacher.keyboard.type("Bon travail.")
    press(teacher, teacher.get_by_role("button", name="Enregistrer et restituer"))
    expect(teacher.get_by_role("status").first).to_contain_text("Inès Moreau")


def test_the_whole_way_with_the_keyboard_alone(new_person: NewPerson) -> None:
    title = "Chute libre au clavier"
    teacher, pupil = new_person(), new_person()
    sign_in_by_keyboard(teacher, "nadia.benali")
    code = give_by_keyboard(teacher, title)
    sign_in_by_keyboard(pupil, "ines.moreau")
    hand_in_by_keyboard(pupil, code)
    mark_by_keyboard(teacher)
    pupil.goto("/")
    press(pupil, pupil.get_by_role("link", name=title).first)
    expect(pupil.locator(".mark")).to_contain_text("15")


def test_menus_open_and_close_with_the_keyboard(new_person: NewPerson) -> None:
    page = new_person()
    sign_in_by_keyboard(page, "nadia.benali")
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.goto("/")
    summary = page.locator(".account > summary")
    press(page, summary)
    expect(page.get_by_role("link", name="Préférences")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Préférences")).to_be_hidden()
    expect(summary).to_be_focused()
