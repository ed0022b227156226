"""A teacher finds a lesson as she types, in spite of a misprint, narrows it down, keeps the search and reads its feed;
a visitor without an account finds and reads what everyone may read."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, Site, take_picture
from e2e.looks import Watch, get_overflow, get_violations


def get_titles(page: Page) -> list[str]:
    return page.locator("#found .cards h3").all_inner_texts()


def test_a_teacher_finds_keeps_and_follows_a_search(site: Site, new_person: NewPerson) -> None:
    page = new_person("nadia.benali")
    ears = Watch({urlsplit(site.portal).netloc, urlsplit(site.editor).netloc})
    ears.listen(page)
    page.goto("/library/")
    field = page.get_by_role("searchbox")
    # The keyboard alone, with a misprint: results come without a button.
    field.focus()
    page.keyboard.type("probabiltés")
    expect(page.locator("#found")).to_contain_text("Voici ce qui a été trouvé pour")
    expect(page.locator("#found .cards")).to_contain_text("Simuler le hasard")
    expect(page).to_have_url(re.compile(r"\?q=probabilt%C3%A9s$"))
    expect(field).to_be_focused()
    expect(page.locator("[data-search-said]")).to_contain_text("ressource")
    before = len(get_titles(page))
    choice = page.locator("input[value=mathematiques]")
    choice.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("discipline=mathematiques"))
    expect(page.locator(".chips")).to_contain_text("Mathématiques")
    expect(page.locator("input[value=mathematiques]")).to_be_focused()
    assert 0 < len(get_titles(page)) < before
    assert get_violations(page) == []
    take_picture(page, "bibliotheque-recherche")
    # What is in the address is shown again; Back leads here from a resource.
    titles = get_titles(page)
    page.reload()
    assert get_titles(page) == titles
    page.get_by_role("link", name=re.compile("Simuler le hasard")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Simuler le hasard")
    page.go_back()
    assert get_titles(page) == titles

    page.get_by_text("Garder cette recherche").click()
    page.get_by_label("Nom de la recherche").fill("Probabilités en maths")
    page.get_by_role("button", name="Garder", exact=True).click()
    expect(page.get_by_role("heading", name="Probabilités en maths")).to_be_visible()
    assert get_violations(page) == []
    take_picture(page, "bibliotheque-recherches")
    feed = page.get_by_label("Adresse de son flux").input_value()
    visitor = new_person(width=360, height=720, dark=True)
    answer = visitor.request.get(feed)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "Simuler le hasard" in answer.text()

    # A visitor on a phone: filters are folded, what everyone may read is found and read.
    visitor.goto("/library/")
    expect(visitor.locator("input[value=mathematiques]")).to_be_hidden()
    visitor.get_by_role("searchbox").fill("graphe")
    expect(visitor.locator("#found .cards")).to_contain_text("Parcours de graphes")
    visitor.get_by_text("Filtres", exact=True).click()
    visitor.locator("input[name=discipline][value=nsi]").check()
    expect(visitor).to_have_url(re.compile("q=graphe&discipline=nsi"))
    expect(visitor.locator("input[name=discipline][value=nsi]")).to_be_visible()  # stays unfolded
    assert get_violations(visitor) == []
    assert get_overflow(visitor) == 0
    take_picture(visitor, "bibliotheque-telephone")
    visitor.get_by_role("link", name=re.compile("Parcours de graphes")).first.click()
    expect(visitor.get_by_role("link", name="Connectez-vous pour l’essayer")).to_be_visible()
    assert get_violations(visitor) == []
    assert ears.problems == []
