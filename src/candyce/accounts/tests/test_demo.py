"""The demonstration school, and its one-click sign-in that production must never have."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from candyce.accounts.demo import PASSWORD, SHOWN, load_demo_people
from candyce.accounts.models import AuditEntry, Class, Enrolment, Organisation, Role, User
from candyce.lib.errors import Forbidden


def test_demo_school_has_its_people(db):
    school = load_demo_people()
    assert {key: len(pupils) for key, pupils in school.pupils.items()} == {
        "2de1": 32,
        "2de2": 32,
        "1nsi": 32,
        "tle": 32,
    }
    assert [teacher.username for teacher in school.teachers] == [
        "nadia.benali",
        "marc.lefevre",
        "helene.dubois",
    ]
    assert school.pupils["2de1"][0].username == "ines.moreau"
    assert all(user.is_demo for user in User.objects.all())
    assert len({user.full_name for user in User.objects.all()}) == 128 + 5
    for teacher in school.teachers:
        assert teacher.enrolments.filter(role=Enrolment.Role.TEACHER).count() >= 3
    assert school.administrator.check_password(PASSWORD)
    assert User.objects.filter(search_text__contains="lefevre").exists()


def test_demo_school_loads_twice_without_a_change(db, django_assert_max_num_queries):
    first = load_demo_people()
    User.objects.filter(pk=first.teachers[0].pk).update(given_name="Changed")
    with django_assert_max_num_queries(16):
        second = load_demo_people()
    assert [pupil.pk for pupil in first.pupils["tle"]] == [
        pupil.pk for pupil in second.pupils["tle"]
    ]
    assert second.teachers[0].given_name == "Changed"
    assert User.objects.count() == 133
    assert Class.objects.count() == 4
    assert Organisation.objects.count() == 1


def test_demo_school_is_the_same_on_every_machine(db):
    before = [user.username for user in load_demo_people().pupils["1nsi"]]
    Enrolment.objects.all().delete()
    User.objects.all().delete()
    assert [user.username for user in load_demo_people().pupils["1nsi"]] == before


def test_demo_school_takes_no_ones_username(school):
    real = User.objects.create_user("ines.moreau", given_name="Inès", family_name="Moreau")
    assert load_demo_people().pupils["2de1"][0].username == "ines.moreau2"
    real.refresh_from_db()
    assert not real.is_demo


def test_demo_school_is_refused_in_production(db, settings):
    settings.CANDYCE_DEMO = False
    with pytest.raises(Forbidden):
        load_demo_people()
    with pytest.raises(CommandError, match="does not belong in production"):
        call_command("load_demo")
    assert User.objects.count() == 0


def test_sign_in_page_offers_each_role_in_one_click(browser, db):
    load_demo_people()
    page = browser.get("/sign-in/")
    people = page.context["people"]
    assert [person["user"].identifier for person in people] == list(SHOWN)
    assert {person["role"] for person in people} == {
        "Teacher",
        "Pupil",
        "Inspector",
        "Administrator",
    }
    assert "nothing here is private" in page.content.decode()
    for person in people:
        response = browser.post(
            "/sign-in/demo/", {"username": person["user"].username, "next": "/projects/"}
        )
        assert response.url == "/projects/"
        assert browser.session["_auth_user_id"] == str(person["user"].pk)


def test_one_click_is_for_invented_people_only(browser, school):
    load_demo_people()
    for username in ("bob", "admin", "nobody", "", "\x00"):
        assert browser.post("/sign-in/demo/", {"username": username}).status_code == 404
    assert browser.get("/sign-in/demo/").status_code == 405
    assert "_auth_user_id" not in browser.session


def test_one_click_does_not_exist_in_production(browser, db, settings):
    load_demo_people()
    settings.CANDYCE_DEMO = False
    assert browser.post("/sign-in/demo/", {"username": "ines.moreau"}).status_code == 404
    assert (
        browser.post("/sign-in/", {"username": "ines.moreau", "password": PASSWORD}).status_code
        == 422
    )
    page = browser.get("/sign-in/")
    assert page.context["people"] == []
    assert "nothing here is private" not in page.content.decode()


def test_demo_people_have_roles_in_their_school_alone(db):
    school = load_demo_people()
    assert set(Role.objects.values_list("organisation", flat=True)) == {school.organisation.pk}
    assert AuditEntry.objects.count() == 0
