"""A teacher comments on a passage of a pupil's copy; the pupil reads it once it is returned, and answers.

The guides' pictures of comments are made here.
"""

from __future__ import annotations

import re

import nbformat
from playwright.sync_api import Locator, Page, expect

from e2e.conftest import NewPerson, take_picture
from e2e.giving import give_notebook
from e2e.looks import get_overflow, get_violations
from e2e.notebook import get_cells, wait_for_notebook, wait_until_saved

ANSWER = {
    "nbgrader": {
        "schema_version": 3, "grade": True, "solution": True, "locked": False, "task": False,
        "grade_id": "pourquoi", "points": 4,
    },
    "candyce": {"title": "Pourquoi la vitesse augmente"},
}  # fmt: skip
NOTEBOOK = nbformat.v4.new_notebook(
    cells=[
        nbformat.v4.new_markdown_cell(
            "# La chute libre\n\nExpliquez pourquoi la vitesse augmente.", id="titre"
        ),
        nbformat.v4.new_code_cell("g = 9.81\nvitesse = g + t", id="calcul"),
        nbformat.v4.new_markdown_cell("", id="texte", metadata=ANSWER),
    ]
)
LISTEN = """() => {
  window.said = [];
  const live = document.querySelector('.cy-bar > [aria-live]') ?? document.querySelector('.cy-bar [aria-live]');
  new MutationObserver(() => window.said.push(live.textContent)).observe(live, {childList: true, characterData: true});
}"""
COMMENT = "La vitesse est proportionnelle au temps : relisez la formule."


def type_comment(page: Page, words: str) -> None:
    field = page.get_by_label("Votre commentaire", exact=True)
    expect(field).to_be_focused()
    page.keyboard.insert_text(words)


def get_cards(page: Page) -> Locator:
    return page.locator(".cy-comment-card")


def test_a_comment_waits_for_the_return_stays_at_its_words_and_is_answered(
    new_person: NewPerson,
) -> None:
    teacher = new_person("marc.lefevre")
    code = give_notebook(teacher, "Chute libre", nbformat.writes(NOTEBOOK).encode())
    ines = new_person("ines.moreau")
    ines.goto(f"/c/{code}/", wait_until="commit")
    wait_for_notebook(ines)
    ines.evaluate(LISTEN)
    project = re.search(r"project=([0-9a-f-]{36})", ines.url)
    assert project is not None
    portal = teacher.context.new_page()
    teacher.goto(f"/projects/{project[1]}/open/", wait_until="commit")
    wait_for_notebook(teacher)

    # By keyboard alone: two words of the second line are selected and commented on.
    get_cells(teacher).nth(1).locator(".cm-content").click()
    teacher.keyboard.press("Control+End")
    for _ in "g + t":
        teacher.keyboard.press("Shift+ArrowLeft")
    teacher.keyboard.press("Control+Alt+m")
    type_comment(teacher, COMMENT)
    waits = teacher.get_by_label("Visible par l’élève à la restitution seulement")
    expect(waits).to_be_checked()
    take_picture(teacher, "commenter")
    assert get_violations(teacher) == []
    teacher.keyboard.press("Control+Enter")
    card = get_cards(teacher)
    expect(card).to_contain_text("L’élève ne le voit pas encore")
    expect(card.locator("blockquote")).to_have_text("g + t")
    expect(card.locator("article")).to_be_focused()
    expect(teacher.locator(".cy-passage")).to_have_count(1)

    # A cell as a whole, seen at once.
    teacher.keyboard.press("Escape")
    get_cells(teacher).nth(2).click(position={"x": 4, "y": 8})
    teacher.keyboard.press("Control+Alt+m")
    type_comment(teacher, "Bonne idée : nommez cette force.")
    waits.uncheck()
    teacher.keyboard.press("Control+Enter")
    expect(card).to_have_count(2)

    # She sees the one, not the other, and goes on working above the passage.
    button = ines.locator(".cy-comments-button")
    expect(button).to_have_attribute("aria-label", "Commentaires (1 à traiter)")
    assert "proportionnelle" not in ines.content()
    get_cells(ines).nth(1).locator(".cm-content").click()
    ines.keyboard.press("Control+Home")
    ines.keyboard.insert_text("t = 3  # secondes\n")
    wait_until_saved(ines)
    expect(get_cells(teacher).nth(1)).to_contain_text("t = 3  # secondes")
    expect(card.first.locator(".cy-comment-lost")).to_be_hidden()
    take_picture(teacher, "commentaires-professeur")

    # In the marking, beside the answer; then returned: at once both are in her open page.
    portal.goto("/assignments/")
    portal.get_by_role("link", name="Chute libre").first.click()
    row = portal.get_by_role("row", name=re.compile("Moreau"))
    copy = re.search(r"copies/([0-9a-f-]{36})", row.inner_html())
    assert copy is not None
    portal.goto(f"/assignments/copies/{copy[1]}/marking/")
    expect(portal.locator(".answer-card .remark")).to_contain_text("nommez cette force")
    portal.get_by_text("Commenter dans le carnet", exact=True).click()
    field = portal.get_by_label("Commentaire sur cette cellule")
    field.fill("Citez la loi.")
    field.press("Tab")
    portal.keyboard.press("Space")  # not to wait for the return
    portal.get_by_role("button", name="Commenter", exact=True).click()
    expect(portal.locator(".answer-card .remark")).to_have_count(2)
    expect(button).to_have_attribute("aria-label", "Commentaires (2 à traiter)")
    other = portal.locator(".remark", has_text=COMMENT)
    expect(other).to_contain_text("Montré à l’élève à la restitution")
    assert get_violations(portal) == []
    take_picture(portal, "commentaires-correction", full=True)
    portal.get_by_role("button", name="Enregistrer et restituer").click()
    expect(button).to_have_attribute("aria-label", "Commentaires (3 à traiter)")
    ines.wait_for_function(
        "said.includes('Nouveau commentaire de Marc Lefèvre, cellule 2.')", timeout=10_000
    )

    # Beside the cell she reads it, and answers without a mouse.
    marker = get_cells(ines).nth(1).get_by_role("button", name="1 commentaire sur cette cellule")
    marker.focus()
    ines.keyboard.press("Enter")
    hers = get_cards(ines).first
    expect(hers.locator("article")).to_be_focused()
    expect(hers).to_contain_text(COMMENT)
    expect(ines.locator(".cy-passage.cy-current")).to_have_count(1)
    take_picture(ines, "commentaire-eleve")
    assert get_violations(ines) == []
    hers.get_by_role("button", name="Répondre").press("Enter")
    ines.keyboard.insert_text("Ah oui : g * t !")
    ines.keyboard.press("Control+Enter")
    expect(card.first).to_contain_text("Ah oui : g * t !")
    ines.set_viewport_size({"width": 360, "height": 740})
    assert get_overflow(ines) == 0
    take_picture(ines, "commentaire-telephone")
    ines.set_viewport_size({"width": 1280, "height": 820})

    # What was commented on goes away: the comment stays, with its words. It comes back with them.
    get_cells(teacher).nth(1).locator(".cm-content").click()
    teacher.keyboard.press("Control+End")
    for _ in "g + t":
        teacher.keyboard.press("Backspace")
    lost = hers.locator(".cy-comment-lost")
    expect(lost).to_have_text("Le passage commenté a disparu.")
    expect(hers.locator("blockquote")).to_have_text("g + t")
    take_picture(ines, "commentaire-disparu")
    teacher.keyboard.insert_text("g + t")
    expect(lost).to_be_hidden()

    # Settled; the page of her copy keeps it all.
    card.first.get_by_role("button", name="Résoudre").click()
    expect(button).to_have_attribute("aria-label", "Commentaires (2 à traiter)")
    page = ines.context.new_page()
    page.goto("/my-work/")
    page.get_by_role("link", name="Chute libre").first.click()
    expect(page.locator(".remark[data-resolved]")).to_contain_text("Ah oui : g * t !")
    way = page.locator(".remark").first.get_by_role("link", name="Lire dans le carnet")
    expect(way).to_have_attribute("href", re.compile("cell=texte"))
    assert get_violations(page) == []
    take_picture(page, "commentaires-copie", full=True)
