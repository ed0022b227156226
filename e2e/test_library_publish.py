"""A teacher adapts a resource, mends what the checks find and publishes; a colleague makes it better and gives it back.

The guide's pictures of publishing and of taking changes back are made here.
"""

from __future__ import annotations

import re
from typing import Any

import nbformat
from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, take_picture
from e2e.looks import get_overflow, get_violations

TEXT = "# Compter les lettres\n\nOn compte les lettres d’un texte, puis on compare les fréquences dans deux langues."
CODE = "from collections import Counter\nCounter('bibliotheque').most_common(2)"
CHALLENGE = "## Un défi\n\nQuelle est la lettre la plus fréquente de votre prénom ?"


def write(*cells: tuple[str, str, str]) -> bytes:
    make: dict[str, Any] = {"md": nbformat.v4.new_markdown_cell, "py": nbformat.v4.new_code_cell}
    notebook = nbformat.v4.new_notebook(
        cells=[make[kind](text, id=key) for kind, key, text in cells]
    )
    return nbformat.writes(notebook).encode()


def put_notebook(page: Page, data: bytes) -> None:
    """Replace the notebook of the project whose page is shown."""
    name = page.locator("table th[scope=row] a").filter(has_text=".ipynb").first.inner_text()
    page.set_input_files(
        "#id_files", {"name": name, "mimeType": "application/json", "buffer": data}
    )
    page.get_by_label("Remplacer les fichiers de même nom").check()
    page.locator("form:has(#id_files) button[type=submit]").click()
    page.wait_for_load_state()


def adapt(page: Page, resource: str) -> str:
    """In one click; gives the address of the project."""
    page.goto(resource)
    page.get_by_role("button", name="Adapter").click()
    page.wait_for_url(re.compile("/projects/"))
    return page.url


def wait_for_checks(page: Page) -> None:
    """Whether it could be run here or not: nothing is waited for any more."""
    expect(page.locator(".publish-checks")).to_contain_text(
        re.compile("Tout fonctionne|Non essayé"), timeout=180_000
    )


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publier", exact=True).click()


def test_a_resource_goes_out_comes_back_better_and_is_unpublished(new_person: NewPerson) -> None:
    nadia = new_person("nadia.benali")
    nadia.goto("/library/")
    shipped = nadia.locator(".cards h3 a").first.get_attribute("href") or ""
    project = adapt(nadia, shipped)
    put_notebook(nadia, write(("md", "texte", f"{TEXT}\n\n![](lettres.png)"), ("py", "code", CODE)))

    # The form is filled already; what is missing is said, and what is typed stays.
    nadia.get_by_role("link", name="Publier", exact=True).click()
    expect(nadia.get_by_label("Titre")).to_have_value("Compter les lettres")
    nadia.get_by_label("Résumé").fill(
        "Compter les lettres d’un texte et comparer deux langues avec Python."
    )
    nadia.get_by_label("Seconde").check()
    expect(nadia.locator("[data-draft-status]")).to_have_text("Ce que vous avez écrit est gardé.")
    wait_for_checks(nadia)
    take_picture(nadia, "publier-dans-la-bibliotheque")
    assert get_violations(nadia) == []
    publish(nadia)
    expect(nadia.get_by_role("alert")).to_contain_text("Rien n’est encore publié")
    finding = nadia.locator(".finding").first
    expect(finding).to_contain_text("texte de remplacement")
    assert "cell=texte" in (finding.get_by_role("link").get_attribute("href") or "")

    nadia.goto(project)
    put_notebook(nadia, write(("md", "texte", TEXT), ("py", "code", CODE)))
    nadia.get_by_role("link", name="Publier", exact=True).click()
    expect(nadia.get_by_label("Résumé")).to_have_value(re.compile("comparer deux langues"))
    wait_for_checks(nadia)
    # With the keyboard alone.
    nadia.get_by_role("button", name="Publier", exact=True).focus()
    nadia.keyboard.press("Enter")
    expect(nadia.get_by_role("status").first).to_contain_text("est dans la bibliothèque")
    resource = nadia.url
    nadia.goto(f"{resource}executions/")
    expect(nadia.get_by_role("heading", level=1)).to_have_text("Ce qui marchait hier marche demain")
    assert get_violations(nadia) == []

    # A colleague, on a phone, in the dark.
    marc = new_person("marc.lefevre", width=360, dark=True)
    theirs = adapt(marc, resource)
    better = TEXT.replace("deux langues", "trois langues")
    put_notebook(
        marc, write(("md", "texte", better), ("py", "code", CODE), ("md", "defi", CHALLENGE))
    )
    marc.goto(theirs)
    marc.get_by_role("link", name="Publier", exact=True).click()
    assert get_overflow(marc) == 0
    assert get_violations(marc) == []
    marc.get_by_label("Titre").fill("Compter les lettres, avec un défi")
    wait_for_checks(marc)
    publish(marc)
    expect(marc.get_by_role("status").first).to_contain_text("est dans la bibliothèque")

    take_back(nadia, resource)
    unpublish(nadia)
    assert (marc.goto(resource) or marc).status == 404  # type: ignore[union-attr]


def take_back(author: Page, resource: str) -> None:
    """The author hears of the adaptation, takes the challenge and leaves the rest, and publishes."""
    author.goto("/")
    heard = author.get_by_text("a publié une adaptation de « Compter les lettres »").first
    expect(heard).to_be_visible()
    author.goto(resource)
    author.get_by_role("link", name="1 adaptation").first.click()
    author.get_by_role("link", name=re.compile("Comparer")).click()
    change = author.get_by_role("group", name=re.compile("Cellule 1 "))
    expect(change).to_contain_text("trois langues")
    take_picture(author, "reprendre-une-adaptation")
    assert get_violations(author) == []
    change.get_by_role("checkbox").focus()
    author.keyboard.press("Space")
    author.get_by_role("button", name="Reprendre ce qui est coché").click()
    expect(author.get_by_label("Noms des auteurs")).to_have_value(re.compile("Marc Lefèvre"))
    author.get_by_role("link", name="Voir ce qui change, cellule par cellule").click()
    expect(author.locator(".diff")).to_contain_text("Un défi")
    expect(author.locator(".diff-line")).not_to_contain_text(["trois langues"])
    author.go_back()
    wait_for_checks(author)
    publish(author)
    expect(author.get_by_role("status").first).to_contain_text("L’édition 2")
    expect(author.locator("main")).to_contain_text("Marc Lefèvre")


def unpublish(author: Page) -> None:
    author.goto("/library/mine/")
    row = author.locator(".mine-row").filter(has_text="Compter les lettres").first
    expect(row).to_contain_text("édition 2")
    assert get_violations(author) == []
    row.get_by_role("link", name="Description et lecteurs").click()
    author.get_by_role("button", name="Dépublier").click()
    expect(author.locator(".mine-row").first).to_contain_text("dépubliée")
