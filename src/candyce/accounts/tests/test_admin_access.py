"""Who opens which page of the administration: role x page, and the borders between schools."""

from __future__ import annotations

from datetime import date

import pytest

from candyce.accounts.models import (
    AcademicSession,
    AuditEntry,
    Class,
    Enrolment,
    ImportDraft,
    Organisation,
    Role,
    User,
)
from candyce.conftest import make_user

PEOPLE = ("visitor", "pupil", "teacher", "inspector", "stranger", "admin")
# Page, method, who reaches it as which status: visitor, pupil, teacher, inspector, another school's admin, admin.
PAGES = [
    ("/admin/", "get", (302, 403, 403, 403, 200, 200)),
    ("/admin/organisations/new/", "get", (302, 403, 403, 403, 200, 200)),
    ("/admin/organisations/{org}/", "get", (302, 403, 403, 403, 404, 200)),
    ("/admin/organisations/{org}/", "post", (302, 403, 403, 403, 404, 422)),
    ("/admin/organisations/{org}/edit/", "get", (302, 403, 403, 403, 404, 200)),
    ("/admin/organisations/{org}/edit/", "post", (302, 403, 403, 403, 404, 422)),
    ("/admin/people/", "get", (302, 403, 403, 403, 200, 200)),
    ("/admin/people/new/", "get", (302, 403, 403, 403, 200, 200)),
    ("/admin/people/export.csv", "get", (302, 403, 403, 403, 200, 200)),
    ("/admin/people/{person}/", "get", (302, 403, 403, 403, 404, 200)),
    ("/admin/people/{person}/edit/", "get", (302, 403, 403, 403, 404, 200)),
    ("/admin/people/{person}/edit/", "post", (302, 403, 403, 403, 404, 422)),
    ("/admin/people/{person}/active/", "post", (302, 403, 403, 403, 404, 302)),
    ("/admin/people/{person}/password/", "post", (302, 403, 403, 403, 404, 200)),
    ("/admin/people/{person}/roles/", "post", (302, 403, 403, 403, 404, 302)),
    ("/admin/people/{person}/roles/{role}/remove/", "post", (302, 403, 403, 403, 404, 409)),
    ("/admin/classes/", "get", (302, 403, 403, 403, 200, 200)),
    ("/admin/classes/new/", "get", (302, 403, 403, 403, 200, 200)),
    ("/admin/classes/{class}/", "get", (302, 403, 403, 403, 404, 200)),
    ("/admin/classes/{class}/edit/", "get", (302, 403, 403, 403, 404, 200)),
    ("/admin/classes/{class}/edit/", "post", (302, 403, 403, 403, 404, 422)),
    ("/admin/classes/{class}/delete/", "post", (302, 403, 403, 403, 404, 409)),
    ("/admin/classes/{class}/people/", "post", (302, 403, 403, 403, 404, 404)),
    ("/admin/classes/{class}/people/{enrolment}/remove/", "post", (302, 403, 403, 403, 404, 302)),
    ("/admin/classes/{class}/cards/", "get", (302, 403, 403, 403, 404, 200)),
    ("/admin/classes/{class}/cards/", "post", (302, 403, 403, 403, 404, 302)),
    ("/admin/import/", "get", (302, 403, 403, 403, 200, 200)),
    ("/admin/import/", "post", (302, 403, 403, 403, 200, 422)),
    ("/admin/import/template.csv", "get", (302, 403, 403, 403, 200, 200)),
    ("/admin/import/{draft}/confirm/", "post", (302, 403, 403, 403, 404, 200)),
    ("/admin/import/{draft}/discard/", "post", (302, 403, 403, 403, 302, 302)),
]


@pytest.fixture
def stranger(school) -> User:
    """The administrator of another school."""
    elsewhere = Organisation.objects.get(identifier="0750002B")
    return make_user("stranger", Role.Name.ADMINISTRATOR, elsewhere)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page[1]} {page[0]}")
@pytest.mark.parametrize("who", PEOPLE)
def test_page_by_role(new_browser, school, stranger, who, page):
    path, method, expected = page
    draft = ImportDraft.objects.create(
        user=school.admin, session=school.session, text="nom;prénom\nBo;Li\n", digest="shown"
    )
    enrolment = Enrolment.objects.get(user=school.bob)
    path = path.format(
        org=school.organisation.pk,
        person=school.bob.pk,
        role=school.bob.roles.get().pk,
        enrolment=enrolment.pk,
        draft=draft.pk,
        **{"class": school.school_class.pk},
    )
    if "confirm" in path:
        expected = (*expected[:-1], 409)  # the digest is not the plan's
    client = new_browser()
    person = {
        "pupil": school.bob,
        "teacher": school.alice,
        "inspector": school.inspector,
        "stranger": stranger,
        "admin": school.admin,
    }.get(who)
    if person is not None:
        client.force_login(person)
    audit = AuditEntry.objects.count()
    response = getattr(client, method)(path)
    assert response.status_code == expected[PEOPLE.index(who)]
    if who == "visitor":
        assert response.url.startswith("/sign-in/?next=/admin/")
    if who != "admin":
        assert AuditEntry.objects.count() == audit
        assert Enrolment.objects.filter(pk=enrolment.pk).exists()
        assert ImportDraft.objects.filter(pk=draft.pk).exists()
        assert User.objects.get(pk=school.bob.pk).must_change_password is False


def test_every_admin_page_is_in_the_table():
    from candyce.accounts.urls import urlpatterns

    named = {
        str(pattern.pattern)
        .replace("<uuid:pk>", "*")
        .replace("<int:role_pk>", "*")
        .replace("<int:enrolment_pk>", "*")
        for pattern in urlpatterns
        if str(pattern.pattern).startswith("admin/")
    }
    import re

    assert {re.sub(r"\{\w+\}", "*", path).lstrip("/") for path, *_rest in PAGES} == named


def test_lists_show_ones_own_school_only(browse_as, school, stranger):
    page = browse_as(stranger).get("/admin/people/").content.decode()
    assert "charlie" in page
    assert "bob" not in page
    assert "bob" not in browse_as(stranger).get("/admin/people/export.csv").content.decode()
    assert list(browse_as(stranger).get("/admin/classes/").context["classes"]) == []
    filtered = browse_as(stranger).get(f"/admin/people/?class={school.school_class.pk}")
    assert filtered.context["filters"]["class_"] is None


@pytest.fixture
def academy(school) -> User:
    """The administrator of the academy above Alice's school."""
    above = Organisation.objects.create(name="Académie", type="district", identifier="A01")
    school.organisation.parent = above
    school.organisation.save()
    return make_user("recteur", Role.Name.ADMINISTRATOR, above)


def test_administrator_above_reaches_the_schools_below(browse_as, school, academy):
    client = browse_as(academy)
    assert client.get(f"/admin/people/{school.bob.pk}/").status_code == 200
    assert client.get(f"/admin/classes/{school.school_class.pk}/").status_code == 200
    charlie = school.charlie
    assert client.get(f"/admin/people/{charlie.pk}/").status_code == 404


def test_school_administrator_reaches_nothing_above(browse_as, school, academy):
    client = browse_as(school.admin)
    above = Organisation.objects.get(identifier="A01")
    assert client.get(f"/admin/organisations/{above.pk}/").status_code == 404
    assert client.get(f"/admin/people/{academy.pk}/").status_code == 404


def test_account_with_a_role_elsewhere_cannot_be_taken_over(browse_as, school, academy):
    """The academy's administrator also teaches here: the school may not set their password."""
    Role.objects.create(user=academy, organisation=school.organisation, name=Role.Name.TEACHER)
    client = browse_as(school.admin)
    page = client.get(f"/admin/people/{academy.pk}/")
    assert page.status_code == 200
    assert "New password" not in page.content.decode()
    for path in ("password", "active", "edit", "roles"):
        assert client.post(f"/admin/people/{academy.pk}/{path}/").status_code == 403
    academy.refresh_from_db()
    assert academy.is_active
    assert academy.check_password("secret-of-a-test")


def test_academy_creates_a_school_below_it(browse_as, school, academy):
    client = browse_as(academy)
    above = Organisation.objects.get(identifier="A01")
    form = {"name": "Collège Neuf", "kind": "school", "identifier": "0751234Z", "parent": above.pk}
    response = client.post("/admin/organisations/new/", form)
    created = Organisation.objects.get(identifier="0751234Z")
    assert response.url == f"/admin/organisations/{created.pk}/"
    year = {"title": "2026-2027", "start_date": "2026-09-01", "end_date": "2027-07-05"}
    assert client.post(response.url, year).status_code == 302
    assert created.sessions.get().start_date == date(2026, 9, 1)
    assert client.post(response.url, year).status_code == 422
    backwards = {**year, "title": "x", "end_date": "2025-01-01"}
    assert client.post(response.url, backwards).status_code == 422
    assert client.post("/admin/organisations/new/", form).status_code == 422


def test_organisation_is_not_created_below_anothers(browse_as, school, academy, stranger):
    above = Organisation.objects.get(identifier="A01")
    form = {"name": "Faux", "kind": "school", "identifier": "0759999Z", "parent": above.pk}
    browse_as(stranger).post("/admin/organisations/new/", form)
    browse_as(school.admin).post("/admin/organisations/new/", form)
    form["parent"] = school.organisation.pk
    browse_as(academy).post("/admin/organisations/new/", form)
    assert not Organisation.objects.filter(identifier="0759999Z").exists()


def test_administrator_cannot_act_through_a_foreign_class_or_session(browse_as, school, stranger):
    elsewhere = Organisation.objects.get(identifier="0750002B")
    session = AcademicSession.objects.create(
        organisation=elsewhere, title="y", start_date=date(2026, 9, 1), end_date=date(2027, 7, 5)
    )
    client = browse_as(stranger)
    form = {"title": "Z", "session": school.session.pk}
    assert client.post("/admin/classes/new/", form).status_code == 422
    own = Class.objects.create(organisation=elsewhere, session=session, title="Own")
    path = f"/admin/classes/{own.pk}/people/"
    assert client.post(path, {"person": school.bob.pk, "role": "student"}).status_code == 404
    enrolment = Enrolment.objects.get(user=school.bob)
    assert client.post(f"{path}{enrolment.pk}/remove/").status_code == 404
    cards = client.post(f"/admin/classes/{own.pk}/cards/", {"pupil": school.bob.pk})
    assert cards.status_code == 302
    assert User.objects.get(pk=school.bob.pk).check_password("secret-of-a-test")
