"""Writing an exercise: roles, questions and points, the trial of the solution, the pupil's view.

The pictures of « Écrire un exercice » are made here.
"""

from __future__ import annotations

import io
import json
import zipfile

import nbformat
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import NewPerson, take_picture
from e2e.giving import import_notebook
from e2e.looks import get_overflow, get_violations
from e2e.notebook import get_cells, wait_for_notebook, wait_until_saved

NOTEBOOK = nbformat.v4.new_notebook(
    cells=[
        nbformat.v4.new_markdown_cell(
            "# Statistiques\n\n## La moyenne\n\nÉcrivez une fonction `moyenne` qui renvoie la moyenne d'une liste "
            "de notes.",
            id="titre",
        ),
        nbformat.v4.new_code_cell(
            "def moyenne(notes):\n    return sum(notes) // len(notes)", id="reponse"
        ),
        nbformat.v4.new_code_cell(
            "assert moyenne([10, 20]) == 15\nassert moyenne([10, 11]) == 10.5", id="tests"
        ),
    ]
)
ROLE = "Rôle de la cellule"


def export_notebook(teacher: Page, project: str) -> dict[str, object]:
    """The notebook as the project's zip holds it, read with the teacher's cookies."""
    answer = teacher.context.request.get(f"/projects/{project}/export/")
    assert answer.ok
    with zipfile.ZipFile(io.BytesIO(answer.body())) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".ipynb"))
        return json.loads(archive.read(name))


def choose(teacher: Page, index: int, role: str) -> Locator:
    """By keyboard alone: E on a cell opens the panel at its role."""
    get_cells(teacher).nth(index).locator(".jp-InputPrompt").click()
    teacher.keyboard.press("e")
    field = teacher.locator("#cy-author").get_by_label(ROLE)
    expect(field).to_be_focused()
    field.select_option(label=role)
    return get_cells(teacher).nth(index).locator(".cy-author-badge")


def type_line(teacher: Page, index: int, line: str) -> None:
    get_cells(teacher).nth(index).locator(".cm-content").click()
    teacher.keyboard.press("Control+End")
    teacher.keyboard.press("Enter")
    teacher.keyboard.insert_text(line)


def insert(panel: Locator, kind: str) -> None:
    panel.get_by_text("Ajouter une question").click()
    panel.locator(f"[data-kind={kind}]").click()


def check_access(teacher: Page) -> None:
    """axe finds nothing, once what was just drawn has its names for screen readers."""
    for _attempt in range(20):
        if not get_violations(teacher):
            return
        teacher.wait_for_timeout(200)
    assert get_violations(teacher) == []


def test_a_teacher_writes_an_exercise(new_person: NewPerson) -> None:
    teacher = new_person("marc.lefevre", height=900)
    project = import_notebook(teacher, "Statistiques", nbformat.writes(NOTEBOOK).encode())
    teacher.goto(f"/projects/{project}/open/")
    wait_for_notebook(teacher)
    panel = teacher.locator("#cy-author")

    # An answer without tests is said at once; with tests and points it is a question.
    expect(choose(teacher, 1, "Réponse à programmer")).to_have_text("Réponse à programmer")
    expect(panel.locator(".cy-author-summary")).to_contain_text("1 problème à régler")
    expect(panel.locator(".cy-author-problems")).to_contain_text("test")
    badge = choose(teacher, 2, "Tests automatiques")
    points = panel.get_by_label("Points", exact=True)
    points.fill("beaucoup")
    points.press("Enter")
    expect(panel.get_by_role("alert")).to_have_text("Écrivez un nombre, par exemple 1,5.")
    points.fill("2,5")
    points.press("Enter")
    expect(badge).to_have_text("Tests automatiques · 2,5 points")
    expect(panel.locator(".cy-author-total")).to_have_text("Total : 2,5 points")
    expect(panel.locator(".cy-author-summary")).to_have_text("Rien à signaler.")

    # The solution fails one of its tests: the trial says which and what came.
    panel.get_by_role("button", name="Essayer le corrigé").click()
    trial = panel.locator(".cy-trial")
    expect(trial).to_contain_text("Le corrigé échoue à un test sur 2.", timeout=30_000)
    expect(trial).to_contain_text("Ligne 2")
    expect(trial).to_contain_text("moyenne([10, 11]) vaut 10")
    trial.scroll_into_view_if_needed()
    take_picture(teacher, "exercice-essai")
    get_cells(teacher).nth(1).locator(".cm-line").nth(1).click()
    teacher.keyboard.press("End")
    for _ in range(len("// len(notes)")):
        teacher.keyboard.press("Backspace")
    teacher.keyboard.insert_text("/ len(notes)")
    teacher.keyboard.press("Home")
    teacher.keyboard.press("Shift+End")
    panel.get_by_role("button", name="Marquer la sélection comme corrigé").click()
    expect(get_cells(teacher).nth(1)).to_contain_text("### BEGIN SOLUTION")
    type_line(teacher, 2, "### BEGIN HIDDEN TESTS\nassert moyenne([7]) == 7\n### END HIDDEN TESTS")
    panel.get_by_role("button", name="Essayer le corrigé").click()
    expect(trial).to_contain_text("Le corrigé passe tous les tests (3).", timeout=30_000)

    # Ready questions of other kinds; a doubled cell's id is mended by one press.
    get_cells(teacher).nth(2).locator(".jp-InputPrompt").click()
    for kind in ("choice", "number", "manual"):
        insert(panel, kind)
        expect(panel.locator(".cy-author-question[aria-current]")).to_have_count(1)
    expect(panel.locator(".cy-author-question")).to_have_count(4)
    expect(panel.locator(".cy-author-total")).to_have_text("Total : 6,5 points")
    get_cells(teacher).nth(3).click()
    teacher.keyboard.press("Escape")
    teacher.keyboard.press("c")
    teacher.keyboard.press("v")
    expect(panel.locator(".cy-author-problems")).to_contain_text("même identifiant")
    panel.get_by_role("button", name="Donner un nouvel identifiant").click()
    expect(panel.locator(".cy-author-summary")).to_have_text("Rien à signaler.")
    teacher.keyboard.press("Escape")
    check_access(teacher)
    take_picture(teacher, "exercice-questions")

    # As a pupil, at once: no solution, no hidden test, nothing ticked.
    panel.get_by_role("tab", name="Questions").click()
    teacher.keyboard.press("ArrowRight")
    preview = panel.get_by_role("tabpanel")
    expect(preview).to_contain_text("# ÉCRIRE LE CODE ICI")
    for secret in ("sum(notes) / len", "moyenne([7])", "9,81", "Deux séries"):
        expect(preview).not_to_contain_text(secret)
    expect(preview.locator("input:checked")).to_have_count(0)
    expect(preview.get_by_role("radio").first).to_be_disabled()
    expect(preview.get_by_role("textbox", name="Votre réponse")).to_be_disabled()
    preview.get_by_role("radio").first.scroll_into_view_if_needed()
    take_picture(teacher, "exercice-vue-eleve")
    check_access(teacher)

    # What is stored is nbgrader's; a cell without a role has no trace of one.
    teacher.keyboard.press("ArrowLeft")
    choose(teacher, 1, "Cellule ordinaire")
    wait_until_saved(teacher)
    cells = export_notebook(teacher, project)["cells"]
    assert isinstance(cells, list)
    assert [cells[0]["metadata"], cells[1]["metadata"]] == [{}, {}]
    assert cells[2]["metadata"] == {
        "nbgrader": {
            "grade": True,
            "grade_id": "question-1-tests",
            "locked": True,
            "points": 2.5,
            "schema_version": 3,
            "solution": False,
            "task": False,
        }
    }


def test_the_panel_fits_a_phone_in_english_and_dark(new_person: NewPerson) -> None:
    teacher = new_person("marc.lefevre", width=360, height=740, dark=True, language="en")
    project = import_notebook(teacher, "Statistiques", nbformat.writes(NOTEBOOK).encode())
    teacher.goto(f"/projects/{project}/open/")
    wait_for_notebook(teacher)
    teacher.get_by_role("button", name="Exercise", exact=True).click()
    panel = teacher.locator("#cy-author")
    panel.get_by_text("Add a question").click()
    panel.locator("[data-kind=matching]").click()
    expect(panel).to_be_hidden()  # it covered the notebook, which now shows what was added
    expect(teacher.locator(".cy-author-badge")).to_have_text("Matching · 1 point")
    teacher.locator(".cy-author-badge").focus()
    teacher.keyboard.press("Enter")
    expect(panel.get_by_label("Role of the cell")).to_be_focused()
    assert get_overflow(teacher) == 0
    check_access(teacher)
    take_picture(teacher, "exercice-telephone")
    teacher.keyboard.press("Escape")
    expect(panel).to_be_hidden()
