"""Every page of the portal, for every role: accessible, narrow enough for a phone, silent."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from e2e.conftest import NewPerson, Site
from e2e.looks import Watch, crawl, get_overflow, get_violations

PEOPLE = {
    "teacher": "nadia.benali",
    "pupil": "ines.moreau",
    "inspector": "philippe.garnier",
    "administrator": "sophie.renard",
}
LOOKS = {
    "desktop": {"width": 1280},
    "phone-dark": {"width": 360, "height": 720, "dark": True},
    "english": {"width": 1280, "language": "en"},
}


def watch(site: Site) -> Watch:
    return Watch({urlsplit(site.portal).netloc, urlsplit(site.editor).netloc})


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_is_accessible_and_fits(
    site: Site, new_person: NewPerson, role: str, look: str
) -> None:
    page = new_person(PEOPLE[role], **LOOKS[look])
    ears = watch(site)
    ears.listen(page)
    problems = crawl(page, site.portal + "/")
    assert {path: found for path, found in problems.items() if found} == {}
    assert len(problems) >= 4
    assert ears.problems == []


@pytest.mark.parametrize("look", LOOKS)
def test_sign_in_and_errors_are_accessible_and_fit(
    site: Site, new_person: NewPerson, look: str
) -> None:
    page = new_person(**LOOKS[look])
    for path, status in (("/sign-in/", 200), ("/nothing-here/", 404)):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == status
        assert get_violations(page) == []
        assert get_overflow(page) == 0


def test_library_reads_without_javascript(new_person: NewPerson) -> None:
    page = new_person("nadia.benali", javascript=False)
    page.goto("/library/?q=parachutiste")
    page.get_by_role("link", name="Chute avec frottements").first.click()
    assert page.locator(".notebook img").count() > 0
    assert page.locator(".notebook math").count() > 0
