"""Marking a class: an exercise of three kinds, points by keyboard, comments from the bank, what the pupil reads.

The guides' pictures of marking are made here.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from candyce.grading.tests.notebooks import make_cell, nbgrader, to_bytes
from e2e.conftest import NewPerson, Site, take_picture
from e2e.crowd import _run
from e2e.giving import give_notebook
from e2e.looks import Watch, get_overflow, get_violations

TITLE = "Aires de figures simples"
CHOICE = "## L'unité\n\nDans le système international, une aire se mesure en\n\n- [{}] m\n- [{}] m²\n- [{}] m³"
CELLS = [
    make_cell("markdown", "titre", "# Aires de figures simples"),
    make_cell(
        "markdown",
        "aire-texte",
        "## Aire d'un triangle\n\nÉcrivez la fonction `aire(base, hauteur)`, qui donne l'aire d'un triangle.",
    ),
    make_cell(
        "code",
        "aire",
        "def aire(base, hauteur):\n    ### BEGIN SOLUTION\n    return base * hauteur / 2\n    ### END SOLUTION",
        nbgrader=nbgrader("aire", "solution"),
    ),
    make_cell(
        "code",
        "aire-tests",
        "assert aire(4, 3) == 6\nassert aire(1, 1) == 0.5\n### BEGIN HIDDEN TESTS\nassert aire(0, 17) == 0\n"
        "### END HIDDEN TESTS",
        nbgrader=nbgrader("aire-tests", "tests", 4),
    ),
    make_cell(
        "markdown",
        "pourquoi-texte",
        "## Pourquoi la moitié ?\n\nExpliquez en deux phrases d'où vient la formule.",
    ),
    make_cell(
        "markdown",
        "pourquoi",
        "Deux triangles égaux forment un rectangle.",
        nbgrader=nbgrader("pourquoi", "manual", 4),
        candyce={
            "rubric": [
                {"id": "idee", "label": "L'idée des deux triangles", "points": 3},
                {"id": "mots", "label": "Le vocabulaire", "points": 1},
            ]
        },
    ),
    make_cell(
        "markdown",
        "unite",
        CHOICE.format(" ", "x", " "),
        nbgrader=nbgrader("unite", "manual", 2),
        candyce={"question": {"kind": "choice", "key": {}}},
    ),
]

# Pupils of the class answer and hand in, in the site's own settings.
_ANSWER = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "candyce.settings"
import django
django.setup()
from candyce.accounts.models import User
from candyce.assignments import actions
from candyce.projects.blobs import read_blob
from candyce.projects.files import save_file
code, choice = sys.argv[1], sys.argv[3]
functions = [
    "def aire(base, hauteur):\\n    return base * hauteur / 2",
    "def aire(base, hauteur):\\n    return base * hauteur",
    "def aire(b, h):\\n    moitie = h / 2\\n    return b * moitie",
    "def aire(base, hauteur)\\n    return base * hauteur / 2",
]
texts = [
    "On coupe un rectangle en deux par la diagonale : on obtient deux triangles **égaux**.",
    "C'est la formule du cours.",
    "Un triangle, c'est la moitié d'un rectangle de même base et de même hauteur.",
    "",
    "Parce qu'il y a deux triangles dans un rectangle.",
]
pupils = User.objects.filter(enrolments__school_class__assignments__code=code, enrolments__role="student")
found = []
for number, pupil in enumerate(pupils.order_by("family_name", "given_name")[:int(sys.argv[2])]):
    copy = actions.join(code, acting_user=pupil)
    project = copy.project
    notebook = json.loads(read_blob(project.tree[project.main_path][0]))
    ticks = [" ", " ", " "]
    ticks[(1, 1, 0, 1, 2)[number % 5]] = "x"
    said = {"aire": functions[number % 4], "pourquoi": texts[number % 5], "unite": choice.format(*ticks)}
    for cell in notebook["cells"]:
        cell["source"] = said.get(cell["id"], cell["source"])
    save_file(project, project.main_path, json.dumps(notebook).encode(), acting_user=pupil)
    actions.hand_in(copy, acting_user=pupil)
    found.append([pupil.username, pupil.full_name, str(copy.pk)])
print(json.dumps(found))
"""


def current(page: Page) -> Locator:
    return page.locator("[data-answer][aria-current]")


def expect_saved(page: Page) -> None:
    expect(current(page).locator("[data-saved]")).to_have_text("Enregistré")


def cell_of(page: Page, name: str, question: int) -> Locator:
    return page.locator("#marks tbody tr", has_text=name).locator("td.point").nth(question - 1)


def test_a_class_is_marked_by_keyboard_and_reads_its_copies(
    site: Site, new_person: NewPerson
) -> None:
    teacher = new_person("nadia.benali", width=1440, height=900)
    ears = Watch({site.portal.split("//")[1], site.editor.split("//")[1]})
    ears.listen(teacher)
    code = give_notebook(teacher, TITLE, to_bytes(CELLS))
    pupils: list[Any] = _run(site, _ANSWER, code, "8", CHOICE)
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name=TITLE).first.click()
    assignment = teacher.url
    teacher.get_by_role("link", name="Corriger et restituer").click()

    # The automatic marking fills the table by itself.
    first = pupils[0][1].split()[0]
    expect(cell_of(teacher, first, 1)).to_have_text("4", timeout=40_000)
    expect(teacher.locator(".marks td.point[data-state=none]").first).to_be_visible()
    expect(teacher.get_by_text("en cours de correction automatique")).to_have_count(
        0, timeout=40_000
    )
    assert get_violations(teacher) == []
    assert get_overflow(teacher) == 0
    take_picture(teacher, "correction-tableau")

    # The free text, across all pupils, without touching the mouse.
    teacher.locator("#marks thead th.question a").nth(1).click()
    expect(teacher.get_by_role("heading", level=1)).to_contain_text("Pourquoi la moitié")
    keys = teacher.keyboard
    keys.press("j")
    expect(current(teacher)).to_have_count(1)
    keys.press("f")
    expect_saved(teacher)
    expect(current(teacher).get_by_label("Points")).to_have_value("4")
    keys.press("c")
    keys.insert_text("Très clair.")
    keys.press("Escape")
    expect_saved(teacher)
    keys.press("j")
    keys.press("0")
    expect_saved(teacher)
    keys.press("c")
    keys.type("Justifiez : la formule seule ne suffit pas.")  # letters that are keys elsewhere
    keys.press("Control+Enter")
    keys.press("2")  # a criterion of the third pupil's
    expect_saved(teacher)
    keys.press("1")
    expect_saved(teacher)
    expect(current(teacher).get_by_label("Points", exact=True)).to_have_value("4")
    keys.press("b")
    bank = teacher.get_by_role("dialog")
    expect(bank.get_by_role("option")).to_have_count(2)
    keys.insert_text("tres")
    expect(bank.get_by_role("option")).to_have_text(["Très clair."])
    assert get_violations(teacher) == []
    take_picture(teacher, "correction-banque")
    keys.press("Enter")
    expect(bank).to_be_hidden()
    expect_saved(teacher)
    expect(current(teacher).get_by_label("Commentaire")).to_have_value("Très clair.")
    teacher.wait_for_timeout(100)
    take_picture(teacher, "correction-question")
    assert get_violations(teacher) == []

    # A proposal is changed: by points typed, signed, kept.
    keys.press("Shift+K")
    expect(teacher.get_by_role("heading", level=1)).to_contain_text("Aire d'un triangle")
    keys.press("j")
    keys.press("j")
    expect(current(teacher).locator(".tests")).to_contain_text("Échoué")
    keys.press("p")
    keys.type("1,5")
    keys.press("Escape")
    expect_saved(teacher)
    expect(current(teacher).locator(".facts")).to_contain_text(
        "Modifiée Proposition : 0. Nadia Benali"
    )
    take_picture(teacher, "correction-tests")

    # A colleague marks the same answer: both values stand there, nothing is lost.
    colleague = new_person("marc.lefevre")
    colleague.goto(teacher.url)
    colleague.keyboard.press("j")
    colleague.keyboard.press("j")
    keys.press("p")
    keys.type("2")
    keys.press("Escape")
    expect_saved(teacher)
    colleague.keyboard.press("p")
    colleague.keyboard.type("3")
    colleague.keyboard.press("Escape")
    conflict = current(colleague).locator(".conflict")
    expect(conflict).to_contain_text("Nadia Benali a modifié la correction de cette réponse")
    expect(conflict.get_by_role("row", name="Points")).to_contain_text("2")
    expect(conflict.get_by_role("row", name="Points")).to_contain_text("3")
    assert get_violations(colleague) == []
    take_picture(colleague, "correction-conflit")
    conflict.get_by_role("button", name="Garder ce qui y est").click()
    expect(conflict).to_have_count(0)
    expect(current(colleague).get_by_label("Points")).to_have_value("2")

    # Names hidden, by a key.
    keys.press("n")
    expect(teacher.get_by_role("link", name=re.compile(r"^Élève \d+$")).first).to_be_visible()
    expect(teacher.locator("main")).not_to_contain_text(first)
    take_picture(teacher, "correction-noms-masques")
    teacher.get_by_role("button", name="Montrer les noms").click()

    # One pupil: the mark follows the points; an appraisal; returned.
    teacher.goto(f"/assignments/copies/{pupils[0][2]}/marking/")
    expect(teacher.locator("[data-copy-mark]")).to_have_text("20")
    teacher.get_by_role("textbox", name="Appréciation").fill("Excellent travail, continuez.")
    take_picture(teacher, "correction-copie")
    assert get_violations(teacher) == []
    teacher.get_by_role("button", name="Enregistrer et restituer").click()
    expect(teacher.locator(".notice-success")).to_contain_text("La copie est restituée")

    # Then some, from the table.
    teacher.goto(f"{assignment}marking/")
    expect(cell_of(teacher, pupils[1][1].split()[0], 1)).to_contain_text("2")
    teacher.get_by_role("checkbox", name=pupils[1][1]).check()
    teacher.get_by_role("button", name="Restituer les copies cochées").click()
    teacher.get_by_role("button", name="Restituer 1 copie").click()
    expect(teacher.locator(".notice-success")).to_contain_text("1 copie est restituée.")
    expect(teacher.locator(".badge-returned")).to_have_count(2)

    assert_pupil_reads(site, new_person, pupils)
    assert_fits_everywhere(new_person, assignment, pupils[2][2])
    assert ears.problems == []


def assert_pupil_reads(site: Site, new_person: NewPerson, pupils: list[Any]) -> None:
    """The second pupil (points changed, a comment) reads; a third one, not returned, reads nothing."""
    username, _name, copy = pupils[1]
    pupil = sign_in_as(site, new_person, username, f"/assignments/copies/{copy}/")
    told = pupil.locator(".feedback")
    expect(told).to_contain_text("Question par question")
    expect(told.locator("li", has_text="Aire d'un triangle").first).to_contain_text("2 / 4")
    expect(told).to_contain_text("Justifiez")
    expect(told).to_contain_text("Échoué")
    expect(told).not_to_contain_text("aire(0, 17)")
    assert get_violations(pupil) == []
    take_picture(pupil, "eleve-correction", full=True)
    username, _name, copy = pupils[2]
    other = sign_in_as(site, new_person, username, f"/assignments/copies/{copy}/")
    expect(other.locator("main")).to_contain_text("Rendu")
    expect(other.locator("main")).not_to_contain_text("Très clair")
    expect(other.locator(".feedback")).to_have_count(0)


def sign_in_as(site: Site, new_person: NewPerson, username: str, path: str) -> Page:
    page = new_person(width=900)
    page.goto(f"/sign-in/?next={path}")
    page.get_by_label("Identifiant").fill(username)
    page.get_by_label("Mot de passe").fill("lycee-candyce")
    page.locator("form:has(input[type=password]) button[type=submit]").click()
    page.goto(path)
    return page


def assert_fits_everywhere(new_person: NewPerson, assignment: str, copy: str) -> None:
    """On a phone in the dark, and in English."""
    phone = new_person("nadia.benali", width=360, height=740, dark=True)
    for name, path in (
        ("tableau", f"{assignment}marking/"),
        ("question", f"{assignment}marking/2/"),
        ("copie", f"/assignments/copies/{copy}/marking/"),
    ):
        phone.goto(path)
        assert get_overflow(phone) == 0, path
        assert get_violations(phone) == []
        take_picture(phone, f"correction-{name}-360", full=True)
    english = new_person("nadia.benali", language="en")
    english.goto(f"{assignment}marking/1/")
    expect(english.locator(".tests").first).to_contain_text("Passed")
    take_picture(english, "correction-en")
