"""Every page of the portal, for every role: accessible, narrow enough for a phone, silent."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from e2e.conftest import NewPerson, Site
from e2e.looks import Look, Watch, crawl

PEOPLE = {
    "teacher": "nadia.benali",
    "pupil": "ines.moreau",
    "inspector": "philippe.garnier",
    "administrator": "sophie.renard",
}
DESKTOP, PHONE, PHONE_IN_THE_DARK = Look(1280), Look(360), Look(360, dark=True)
# The other language changes the words and their lengths, which the narrow screen is for.
LANGUAGES = {"fr": [DESKTOP, PHONE_IN_THE_DARK], "en": [PHONE]}


def watch(site: Site) -> Watch:
    return Watch({urlsplit(site.portal).netloc, urlsplit(site.editor).netloc})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_is_accessible_and_fits(
    site: Site, new_person: NewPerson, role: str, language: str
) -> None:
    looks = LANGUAGES[language]
    page = new_person(PEOPLE[role], width=looks[0].width, language=language)
    ears = watch(site)
    ears.listen(page)
    problems = crawl(page, site.portal + "/", looks)
    assert {path: found for path, found in problems.items() if found} == {}
    assert len(problems) >= 4
    assert ears.problems == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sign_in_and_errors_are_accessible_and_fit(new_person: NewPerson, language: str) -> None:
    page = new_person(language=language)
    for path, status in (("/sign-in/", 200), ("/nothing-here/", 404)):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status
        for look in (DESKTOP, PHONE, PHONE_IN_THE_DARK):
            assert look.get_problems(page) == []


def test_library_reads_without_javascript(new_person: NewPerson) -> None:
    page = new_person("nadia.benali", javascript=False)
    page.goto("/library/?q=parachutiste")
    page.get_by_role("link", name="Chute avec frottements").first.click()
    assert page.locator(".notebook img").count() > 0
    assert page.locator(".notebook math").count() > 0
