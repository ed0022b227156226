"""From an empty page to thirty marked, commented, returned copies: the whole life of one exercise.

A teacher writes code with hidden tests, a choice and a free text; two pupils work in their pages and twenty-eight
programs as their pages do; marking runs; the teacher marks by keyboard, and everybody reads.
"""

from __future__ import annotations

import json
import re
import urllib.request
from typing import Any

from playwright.sync_api import Locator, Page, expect
from pycrdt import Text

from candyce.grading.tests.notebooks import make_cell, to_bytes
from e2e.conftest import NewPerson, Site, take_picture
from e2e.crowd import Crowd, Pupil, join
from e2e.giving import import_notebook
from e2e.looks import Watch, get_violations
from e2e.notebook import get_cells, wait_for_notebook, wait_until_saved

TITLE = "Carrés et capitales"
START = to_bytes([make_cell("markdown", "titre", f"# {TITLE}")])
# Nothing of these reaches a pupil: the hidden tests, and the answer that the author wrote to the free text.
HIDDEN = "carre(-17) == 289"
SECRETS = (HIDDEN, "carre(-4) == 16", "return x * x", "des dispersions très différentes")
RIGHT = "def carre(x):\n    return x ** 2"
GUESSED = "def carre(x):\n    return 9 if x == 3 else 0"  # passes what is seen, not what is hidden
TEXTS = ("Deux séries de même moyenne peuvent être très dispersées.", "Elle ne dit pas tout.")
REMARK = "Essayez aussi avec un nombre négatif."
PRAISE = "Bien dit."


def write_exercise(teacher: Page, project: str) -> None:
    """Three questions from the panel, one more hidden test, more points; then looked at as a pupil."""
    teacher.goto(f"/projects/{project}/open/")
    wait_for_notebook(teacher)
    panel = teacher.locator("#cy-author")
    teacher.get_by_role("button", name="Exercice", exact=True).click()
    for kind in ("solution", "choice", "manual"):
        panel.get_by_text("Ajouter une question").click()
        panel.locator(f"[data-kind={kind}]").click()
        expect(panel.locator(".cy-author-question[aria-current]")).to_have_count(1)
    expect(panel.locator(".cy-author-question")).to_have_count(3)
    tests = get_cells(teacher).filter(has_text="BEGIN HIDDEN TESTS").last
    tests.locator(".cm-line", has_text="carre(-4)").click()
    teacher.keyboard.press("End")
    teacher.keyboard.press("Enter")
    teacher.keyboard.insert_text(f"assert {HIDDEN}")
    points = panel.get_by_label("Points", exact=True)
    points.fill("4")
    points.press("Enter")
    expect(panel.locator(".cy-author-summary")).to_have_text("Rien à signaler.")
    panel.get_by_role("button", name="Essayer le corrigé").click()
    expect(panel.locator(".cy-trial")).to_contain_text("tous les tests (4)", timeout=60_000)
    panel.get_by_role("tab", name="Vue élève").click()
    seen = panel.get_by_role("tabpanel")
    expect(seen).to_contain_text("# ÉCRIRE LE CODE ICI")
    expect(seen.get_by_role("radio", name="Rome")).to_be_disabled()
    assert [secret for secret in SECRETS if secret in seen.inner_text()] == []
    take_picture(teacher, "parcours-ecrire")
    wait_until_saved(teacher)


def give(teacher: Page, project: str) -> str:
    """To the class; returns the code."""
    teacher.goto(f"/projects/{project}/")
    teacher.get_by_role("link", name="Donner à une classe").first.click()
    teacher.get_by_label("Titre").fill(TITLE)
    teacher.get_by_label("2de 1").check()
    teacher.get_by_role("button", name="Donner", exact=True).click()
    return re.sub(r"\s", "", teacher.locator(".code-big").inner_text())


def enter(pupil: Page, code: str) -> None:
    pupil.goto(f"/c/{code}/", wait_until="commit")
    wait_for_notebook(pupil)


def work(pupil: Page, program: str, text: str) -> None:
    """In a real page: code and its check, a radio button, a text; handed in."""
    pupil.locator(".jp-CodeCell .cm-content", has_text="def carre").first.click()
    pupil.keyboard.press("Control+a")
    pupil.keyboard.insert_text(program)
    foot = pupil.locator(".cy-question").first
    foot.get_by_role("button", name="Vérifier").click()
    expect(foot.locator(".cy-verdict")).to_contain_text("2 tests visibles", timeout=60_000)
    pupil.get_by_role("radio", name="Rome").check()
    last = get_cells(pupil).last
    last.scroll_into_view_if_needed()
    last.locator(".jp-MarkdownOutput").click()
    pupil.keyboard.press("Enter")
    expect(last.locator(".cm-content")).to_be_focused()
    pupil.keyboard.press("Control+a")
    pupil.keyboard.insert_text(text)
    pupil.keyboard.press("Control+Enter")
    expect(last.locator(".jp-MarkdownOutput")).to_contain_text(text)
    wait_until_saved(pupil)


def hand_in(pupil: Page) -> None:
    pupil.locator(".cy-bar").get_by_role("button", name="Rendre", exact=True).click()
    pupil.locator(".jp-Dialog").get_by_role("button", name="Rendre").click()
    expect(pupil.locator(".cy-bar")).to_contain_text("Rendu", timeout=20_000)


def work_as_pages_do(site: Site, pupils: list[Pupil]) -> None:
    """Over the pages' own connection and calls; every fourth only guesses, every fifth ticks nothing."""
    with Crowd(site) as crowd:
        for number, pupil in enumerate(pupils):
            client = crowd.enter(pupil)
            received = json.dumps([cell.to_py() for cell in client.cells], default=str)
            assert [secret for secret in SECRETS if secret in received] == []

            async def answer(client: Any = client, number: int = number) -> None:
                for cell in client.cells:
                    source: Text = cell["source"]
                    if "def carre" in str(source) and cell["cell_type"] == "code":
                        source.clear()
                        source += GUESSED if number % 4 == 3 else RIGHT
                    elif "- [ ] Rome" in str(source) and number % 5:
                        ticked = str(source).replace("- [ ] Rome", "- [x] Rome")
                        source.clear()
                        source += ticked
                last: Text = client.cells[len(client.cells) - 1]["source"]
                last.clear()
                last += f"Une moyenne cache les écarts, dit le numéro {number}."
                await client.wait_saved()

            crowd.run(answer())
            ask = urllib.request.Request(f"{site.editor}/api/hand-in", method="POST", data=b"")
            ask.add_header("Authorization", f"Bearer {pupil.token}")
            with urllib.request.urlopen(ask, timeout=30) as done:
                assert done.status == 200


def comment_in_copy(teacher: Page, copy: str) -> None:
    """At a cell of the copy, for the return."""
    teacher.goto(copy)
    wait_for_notebook(teacher)
    teacher.locator(".jp-CodeCell .cm-content", has_text="9 if x == 3").first.click()
    teacher.keyboard.press("Control+Alt+m")
    expect(teacher.get_by_label("Votre commentaire", exact=True)).to_be_focused()
    teacher.keyboard.insert_text(REMARK)
    expect(teacher.get_by_label("Visible par l’élève à la restitution seulement")).to_be_checked()
    teacher.keyboard.press("Control+Enter")
    expect(teacher.locator(".cy-comment-card")).to_contain_text("L’élève ne le voit pas encore")


def current(teacher: Page) -> Locator:
    return teacher.locator("[data-answer][aria-current]")


def expect_saved(teacher: Page) -> None:
    expect(current(teacher).locator("[data-saved]")).to_have_text("Enregistré")


def mark_texts(teacher: Page, assignment: str) -> None:
    """The free text of all thirty, by keyboard: points for all, the same words from the bank."""
    teacher.goto(f"{assignment}marking/3/")
    answers = teacher.locator("[data-answer]")
    expect(answers).to_have_count(30)
    for said in (*TEXTS, "dit le numéro 0.", "dit le numéro 27."):
        expect(teacher.locator(".answer-work", has_text=said)).to_have_count(1)
    keys = teacher.keyboard
    for number in range(30):
        keys.press("j")
        expect(answers.nth(number)).to_have_attribute("aria-current", re.compile("."))
        keys.press("f" if number % 3 else "1")
        expect_saved(teacher)
        if number == 0:
            keys.press("c")
            keys.insert_text(PRAISE)
            keys.press("Escape")
        else:
            keys.press("b")
            expect(teacher.get_by_role("option", name=PRAISE)).to_be_visible()
            keys.press("Enter")
            expect(teacher.get_by_role("dialog")).to_be_hidden()
        expect(current(teacher).get_by_label("Commentaire")).to_have_value(PRAISE)
        expect_saved(teacher)
    take_picture(teacher, "parcours-corriger")


def change_one(teacher: Page, assignment: str, name: str) -> None:
    """The proposal for a program is changed; the change is kept."""
    teacher.goto(f"{assignment}marking/1/")
    card = teacher.locator(".answer-card", has=teacher.get_by_role("heading", name=name))
    expect(card.locator(".tests")).to_contain_text("Échoué")
    points = card.get_by_label("Points", exact=True)
    points.fill("1,5")
    points.press("Escape")
    expect(card.locator("[data-saved]")).to_have_text("Enregistré")
    expect(card.locator(".facts")).to_contain_text("Modifiée")


def return_all(teacher: Page, assignment: str) -> None:
    teacher.goto(f"{assignment}marking/")
    expect(teacher.locator(".marks td.point[data-state=todo]")).to_have_count(0)
    take_picture(teacher, "parcours-tableau")
    teacher.get_by_role(
        "button", name=re.compile("Restituer toutes les copies rendues")
    ).first.click()
    teacher.get_by_role("button", name="Restituer 30 copies").click()
    expect(teacher.locator(".notice-success")).to_contain_text("30 copies sont restituées")
    expect(teacher.locator(".badge-returned")).to_have_count(30)


def assert_reads(pupil: Page, mark: str, points: str) -> None:
    """Mark, points, comments and the names of hidden tests on the pupil's pages; nothing that was secret."""
    pupil.goto("/my-work/")
    pupil.get_by_role("link", name=TITLE).first.click()
    told = pupil.locator(".feedback")
    expect(told).to_contain_text(PRAISE)
    expect(told.locator("li", has_text="Carré").first).to_contain_text(points)
    expect(pupil.locator("main")).to_contain_text(mark)
    assert [secret for secret in SECRETS[:2] if secret in pupil.content()] == []
    pupil.goto("/my-marks/")
    expect(pupil.get_by_role("heading", level=1)).to_contain_text("Mes notes")
    expect(pupil.locator("main")).to_contain_text(TITLE)
    expect(pupil.locator("main")).to_contain_text(mark)


def test_an_exercise_from_the_first_line_to_thirty_returned_copies(
    site: Site, new_person: NewPerson
) -> None:
    teacher = new_person("nadia.benali", width=1440, height=900)
    ears = Watch({site.portal.split("//")[1], site.editor.split("//")[1]})
    ears.listen(teacher)
    project = import_notebook(teacher, TITLE, START)
    write_exercise(teacher, project)
    code = give(teacher, project)

    # Thirty of the class do it: two in their pages, the others as their pages do.
    ines, bilal = new_person("ines.moreau"), new_person("bilal.simon", width=900)
    for page in (ines, bilal):
        ears.listen(page)
        enter(page, code)
    others = join(site, code, 28, "ines.moreau", "bilal.simon")
    work_as_pages_do(site, others)
    work(ines, RIGHT, TEXTS[0])
    work(bilal, GUESSED, TEXTS[1])
    for page in (ines, bilal):
        assert [secret for secret in SECRETS if secret in page.content()] == []
        hand_in(page)
    copy = re.search(r"project=([0-9a-f-]{36})", bilal.url)
    assert copy is not None

    # Marked by the server meanwhile; then by the teacher, who also comments in the copy.
    comment_in_copy(teacher, f"/projects/{copy[1]}/open/")
    assert REMARK not in bilal.content()
    teacher.goto("/assignments/")
    teacher.get_by_role("link", name=TITLE).first.click()
    assignment = teacher.url
    teacher.goto(f"{assignment}marking/")
    expect(teacher.locator("#marks tbody tr td.point[data-state=full]")).not_to_have_count(0)
    expect(teacher.get_by_text("en cours de correction automatique")).to_have_count(
        0, timeout=60_000
    )
    mark_texts(teacher, assignment)
    change_one(teacher, assignment, "Bilal Simon")
    return_all(teacher, assignment)

    # They read what was said, and only that.
    expect(bilal.locator(".cy-comments-button")).to_have_attribute(
        "aria-label", "Commentaires (1 à traiter)", timeout=20_000
    )
    assert_reads(ines, "20", "4 / 4")
    assert_reads(bilal, "12", "1,5 / 4")
    bilal.go_back()
    expect(bilal.locator(".remark")).to_contain_text(REMARK)
    assert get_violations(bilal) == []
    take_picture(bilal, "parcours-lire", full=True)
    assert ears.problems == []
