"""A pupil does an exercise: fields, Check and what it says, a hint, a raised hand, on a screen and on a phone.

The pupil's guide has its pictures of « Faire un exercice » from here.
"""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from candyce.grading.tests.notebooks import make_cell, nbgrader, to_bytes
from e2e.conftest import NewPerson, Site, take_picture
from e2e.crowd import _run
from e2e.giving import give_notebook
from e2e.looks import get_overflow, get_violations
from e2e.notebook import wait_for_notebook, wait_until_saved

TITLE = "Moyennes et mesures"
SECRET = "Que se passe-t-il quand on **divise** la somme par le nombre de valeurs ?"


def make_closed(name: str, kind: str, source: str, **question: object) -> dict:
    ours = {"question": {"kind": kind, "key": {}, **question}}
    return make_cell("markdown", name, source, nbgrader=nbgrader(name, "manual", 2), candyce=ours)


CELLS = [
    make_cell("markdown", "titre", "# Moyennes et mesures\n\nRépondez aux questions dans l'ordre."),
    make_cell("code", "donnees", "notes = [12, 15, 9]", nbgrader=nbgrader("donnees", "readonly")),
    make_cell("markdown", "t1", "## La moyenne\n\nÉcrivez `moyenne(liste)`, qui donne la moyenne."),
    make_cell(
        "code",
        "moyenne",
        "def moyenne(liste):\n    ### BEGIN SOLUTION\n    return sum(liste) / len(liste)\n    ### END SOLUTION",
        nbgrader=nbgrader("moyenne", "solution"),
        candyce={"hint": {"text": SECRET, "cost": 1}, "difficulty": 2},
    ),
    make_cell(
        "code",
        "moyenne-tests",
        "assert moyenne([4, 6]) == 5\nassert moyenne(notes) == 12\n"
        "### BEGIN HIDDEN TESTS\nassert moyenne([7]) == 7\n### END HIDDEN TESTS",
        nbgrader=nbgrader("moyenne-tests", "tests", 4),
    ),
    make_closed(
        "unite",
        "choice",
        "## L'unité\n\nUne vitesse se mesure en\n\n- [ ] m\n- [x] $m/s$\n- [ ] `m²`",
    ),
    make_closed("g", "number", "## La pesanteur\n\nQue vaut $g$ ?\n\n**Réponse :** 9,81 m/s²"),
    make_closed(
        "villes",
        "matching",
        "## Les régions\n\nOù est-ce ?\n\n- Brest → Bretagne\n- Colmar → Alsace",
    ),
    make_closed("mesures", "file", "## Vos mesures\n\n**Fichier :** ", accept=[".csv"]),
]

_ADD = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "candyce.settings"
import django
django.setup()
from candyce.accounts.models import User
from candyce.assignments.models import Copy
from candyce.projects.files import save_file
copy = Copy.objects.get(assignment__code=sys.argv[1], pupil__username=sys.argv[2])
save_file(copy.project, "mesures.csv", b"t;v\\n0;1\\n", acting_user=copy.pupil)
print("null")
"""


def open_copy(pupil: Page, code: str) -> None:
    pupil.goto(f"/c/{code}/", wait_until="commit")
    button = pupil.get_by_role("button", name=re.compile("Commencer|Ouvrir|Continuer|Open|Start"))
    expect(pupil.locator(".jp-Notebook .jp-Cell").first.or_(button.first)).to_be_visible(
        timeout=60_000
    )
    if button.first.is_visible():
        button.first.click(no_wait_after=True)
    wait_for_notebook(pupil)


def question(page: Page, title: str) -> Locator:
    """The end of a question: its buttons and what its check says."""
    return page.get_by_role("group", name=title, exact=True).and_(page.locator(".cy-question"))


def write_answer(page: Page, code: str) -> None:
    page.locator(".jp-CodeCell .cm-content", has_text="def moyenne").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)


def check(page: Page, title: str, verdict: str) -> Locator:
    foot = question(page, title)
    foot.get_by_role("button", name="Vérifier").click()
    expect(foot.locator(".cy-verdict")).to_have_text(verdict, timeout=60_000)
    return foot


def see_stuck(teacher: Page, name: str) -> None:
    """The class live, by questions: the failing mark leads into the copy, at the question."""
    board = re.sub(r"(/assignments/[0-9a-f-]{36}/).*", r"\1board/", teacher.url)
    teacher.goto(board)
    row = teacher.get_by_role("row").filter(has=teacher.get_by_role("rowheader", name=name))
    mark = row.get_by_role("link", name="NameError")
    expect(mark).to_be_visible(timeout=20_000)
    assert get_violations(teacher) == []
    take_picture(teacher, "classe-par-question")
    mark.click(no_wait_after=True)
    wait_for_notebook(teacher)
    expect(teacher.locator(".jp-Cell.jp-mod-active")).to_contain_text("def moyenne", timeout=20_000)
    expect(teacher.locator(".jp-Cell.jp-mod-active")).to_be_in_viewport()
    teacher.goto(board)


def test_a_pupil_does_an_exercise(site: Site, new_person: NewPerson) -> None:
    teacher = new_person("nadia.benali", width=1280, height=800)
    code = give_notebook(teacher, TITLE, to_bytes(CELLS))
    pupil = new_person("ines.moreau", height=900)
    open_copy(pupil, code)
    progress = pupil.locator(".cy-progress-button")
    expect(progress).to_have_accessible_name("Questions : 0 sur 5")

    # Check says what happened in words, with the line at fault; then what was expected and what came.
    check(pupil, "La moyenne", "Votre réponse n’est pas encore écrite.")
    write_answer(pupil, "def moyenne(liste):\n    return sum(liste) / len(lsite)")
    foot = check(pupil, "La moyenne", "Aucun test n’est encore réussi.")
    expect(foot).to_contain_text("Python ne connaît pas le nom « lsite ».")
    expect(foot).to_contain_text("Un nom proche existe : « liste ».")
    expect(foot.locator(".cy-line").first).to_contain_text("Ligne 2")
    foot.scroll_into_view_if_needed()
    take_picture(pupil, "exercice-erreur")
    see_stuck(teacher, "Inès Moreau")
    write_answer(pupil, "def moyenne(liste):\n    return sum(liste) / 3")
    expect(foot.locator(".cy-verdict")).to_contain_text("a changé depuis")
    check(pupil, "La moyenne", "1 test réussi sur 2.")
    expect(foot).to_contain_text("moyenne([4, 6]) devrait donner 5, mais donne 3.33")
    write_answer(pupil, "def moyenne(liste):\n    return sum(liste) / len(liste)")
    check(pupil, "La moyenne", "Les 2 tests visibles sont réussis.")
    expect(progress).to_have_accessible_name("Questions : 1 sur 5")

    # A deleted test comes back; a hint says its cost and is paid once; a hand goes up and down.
    pupil.locator(".jp-CodeCell", has_text="assert moyenne").locator(".jp-InputPrompt").click()
    pupil.keyboard.press("d")
    pupil.keyboard.press("d")
    expect(pupil.locator(".jp-CodeCell", has_text="assert moyenne")).to_have_count(1)
    foot.get_by_role("button", name="Indice (−1 point)").click()
    expect(pupil.locator(".jp-Dialog")).to_contain_text("coûte 1 point")
    pupil.locator(".jp-Dialog").get_by_role("button", name="Voir l’indice").click()
    expect(foot.locator(".cy-hint")).to_contain_text("divise la somme")
    ask = foot.get_by_role("button", name=re.compile("besoin d’aide|Main levée"))
    ask.click()
    expect(ask).to_have_attribute("aria-pressed", "true")
    foot.scroll_into_view_if_needed()
    take_picture(pupil, "exercice-indice")

    # Closed questions are fields: by keyboard, written into the Markdown, undone like the rest.
    _run(site, _ADD, code, "ines.moreau")
    answer_closed(pupil)
    progress.click()
    expect(pupil.locator(".cy-progress-list [data-standing=answered]")).to_have_count(4)
    assert get_violations(pupil) == []
    take_picture(pupil, "exercice-progression")
    pupil.locator("#cy-progress").get_by_role("button", name="Baisser la main").click()
    expect(ask).to_have_attribute("aria-pressed", "false")
    pupil.get_by_role("button", name=re.compile("Aller à la question 1")).click()
    expect(pupil.locator(".jp-Cell.jp-mod-active")).to_contain_text("def moyenne")
    wait_until_saved(pupil)
    assert_fits_a_phone(new_person, code)


def answer_closed(pupil: Page) -> None:
    unit = pupil.get_by_role("radio", name="m", exact=True)
    unit.focus()
    pupil.keyboard.press("ArrowDown")
    expect(pupil.get_by_role("radio").nth(1)).to_be_checked()
    pupil.keyboard.press("Control+z")
    expect(pupil.get_by_role("radio").nth(1)).not_to_be_checked()
    pupil.get_by_role("radio").nth(1).check()
    check(pupil, "L'unité", "Réponse notée. Vous pouvez la changer jusqu’à ce que vous rendiez.")
    number = pupil.get_by_label("Votre réponse (un nombre)")
    number.fill("beaucoup")
    number.press("Tab")
    expect(pupil.locator(".cy-form-note", has_text="un nombre")).to_be_visible()
    number.fill("")
    number.press_sequentially("9,8 m/s²")
    expect(number).to_have_value("9,8 m/s²")
    pupil.get_by_label("Brest va avec").select_option("Bretagne")
    pupil.get_by_label("Colmar va avec").select_option("Alsace")
    take_picture(pupil, "exercice-repondre")
    file = pupil.get_by_label("Fichier à rendre")
    file.focus()
    expect(file.locator("option", has_text="mesures.csv")).to_have_count(1)
    file.select_option("mesures.csv")


def assert_fits_a_phone(new_person: NewPerson, code: str) -> None:
    """The same copy elsewhere: checks and answers are there, in English, in the dark, on 360 pixels."""
    phone = new_person("ines.moreau", width=360, height=760, dark=True, language="en")
    open_copy(phone, code)
    button = phone.locator(".cy-progress-button")
    expect(button).to_have_accessible_name("Questions: 5 of 5")
    button.click()
    expect(phone.locator("#cy-progress")).to_contain_text("Tests passed")
    assert get_overflow(phone) <= 0
    assert get_violations(phone) == []
    take_picture(phone, "exercice-telephone")
    phone.get_by_role("button", name=re.compile("Go to question 4")).click()
    expect(phone.get_by_label("Brest goes with")).to_have_value("Bretagne")
    expect(question(phone, "Les régions")).to_contain_text("2 points")
    take_picture(phone, "exercice-telephone-question")
    assert get_overflow(phone) <= 0
    assert get_violations(phone) == []
