"""The administrator's day: people, classes, passwords, cards."""

from __future__ import annotations

import re

import pytest

from candyce.accounts import queries_admin
from candyce.accounts.models import AuditEntry, Class, Enrolment, Role, User
from candyce.accounts.passwords import make_one_time_password
from candyce.accounts.signals import enrolment_changed
from candyce.accounts.usernames import make_usernames
from candyce.conftest import make_user


@pytest.fixture
def admin(browse_as, school):
    return browse_as(school.admin)


@pytest.fixture
def heard():
    """What ``enrolment_changed`` announced."""
    calls = []

    def listen(user_ids, class_ids, **_rest):
        calls.append((user_ids, class_ids))

    enrolment_changed.connect(listen)
    yield calls
    enrolment_changed.disconnect(listen)


def person_form(school, **changes):
    return {
        "given_name": "Élodie",
        "family_name": "De La Tour",
        "organisation": school.organisation.pk,
        "role": "student",
        **changes,
    }


def test_new_person_gets_a_username_and_no_password(admin, school):
    response = admin.post("/admin/people/new/", person_form(school))
    person = User.objects.get(username="elodie.de-la-tour")
    assert response.url == f"/admin/people/{person.pk}/"
    assert not person.has_usable_password()
    assert person.roles.get().name == "student"
    entry = AuditEntry.objects.get(object_id=str(person.pk))
    assert (entry.verb, entry.actor) == ("created", school.admin)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"given_name": ""}, "given_name"),
        ({"given_name": "=cmd()"}, "given_name"),
        ({"family_name": "A\u202eB"}, "family_name"),
        ({"family_name": "<script>"}, "family_name"),
        ({"family_name": "x" * 101}, "family_name"),
        ({"email": "nope"}, "email"),
        ({"identifier": "=1+1"}, "identifier"),
        ({"username": "bob"}, "username"),
        ({"username": "BOB "}, "username"),
        ({"username": "é"}, "username"),
        ({"username": "a b"}, "username"),
        ({"role": "king"}, "role"),
        ({"organisation": "00000000-0000-0000-0000-000000000000"}, "organisation"),
    ],
)
def test_new_person_is_refused(admin, school, changes, field):
    count = User.objects.count()
    response = admin.post("/admin/people/new/", person_form(school, **changes))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert User.objects.count() == count


def test_person_is_edited_and_found_by_the_new_name(admin, school):
    form = {"given_name": "Robert", "family_name": "Œuvré", "username": "", "email": "r@x.example"}
    admin.post(f"/admin/people/{school.bob.pk}/edit/", form)
    school.bob.refresh_from_db()
    assert (school.bob.given_name, school.bob.username) == ("Robert", "bob")
    for text in ("oeuvre", "ROBERT ŒUV", "œuvré rob"):
        assert list(queries_admin.search_people(school.admin, text=text)) == [school.bob]


def test_search_filters(school):
    def find(**filters):
        found = queries_admin.search_people(school.admin, **filters)
        return [person.username for person in found]

    assert find(role="student") == ["bob", "chloe"]
    assert find(class_=school.school_class) == ["alice", "bob", "chloe"]
    assert find(text="b", role="student") == ["bob"]
    assert find(text="%") == []
    assert find(text="_ob") == []
    assert find(text="\x00") == find()
    User.objects.filter(pk=school.bob.pk).update(is_active=False)
    assert find(state="inactive") == ["bob"]
    assert "bob" not in find(state="never")
    assert "charlie" not in find()


@pytest.mark.parametrize(
    "query", ["page=99999", "page=x", "class=x", "role=king", "q=%00", "state=x"]
)
def test_odd_addresses_of_the_list_are_harmless(admin, query):
    assert admin.get(f"/admin/people/?{query}").status_code == 200


def test_lists_ask_the_same_number_of_questions_for_one_and_thirty(
    browse_as, school, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = browse_as(school.admin)
    paths = [
        "/admin/",
        "/admin/people/",
        "/admin/people/export.csv",
        "/admin/classes/",
        f"/admin/classes/{school.school_class.pk}/?q=test",
        f"/admin/classes/{school.school_class.pk}/cards/",
    ]

    def count():
        numbers = []
        for path in paths:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(path).status_code == 200
            numbers.append(len(captured))
        return numbers

    count()
    few = count()
    for number in range(30):
        pupil = make_user(f"pupil{number}", Role.Name.STUDENT, school.organisation)
        Enrolment.objects.create(user=pupil, school_class=school.school_class, role="student")
        make_user(f"free{number}", Role.Name.STUDENT, school.organisation)
        Class.objects.create(
            organisation=school.organisation, session=school.session, title=f"C{number}"
        )
    assert count() == few


def test_deactivated_person_is_out_at_once(admin, browse_as, school, heard):
    bob = browse_as(school.bob)
    assert bob.get("/preferences/").status_code == 200
    admin.post(f"/admin/people/{school.bob.pk}/active/")
    assert bob.get("/preferences/").url.startswith("/sign-in/")
    school.bob.refresh_from_db()
    assert school.bob.signed_out_at is not None
    admin.post(f"/admin/people/{school.bob.pk}/active/", {"active": "1"})
    school.bob.refresh_from_db()
    assert school.bob.is_active


def test_deactivation_is_announced(admin, school, heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"/admin/people/{school.bob.pk}/active/")
    assert heard == [([school.bob.pk], [school.school_class.pk])]


def test_administrator_cannot_lock_themself_out(admin, school):
    assert admin.post(f"/admin/people/{school.admin.pk}/active/").status_code == 403
    Role.objects.create(user=school.admin, organisation=school.organisation, name="teacher")
    role = school.admin.roles.get(name="administrator")
    path = f"/admin/people/{school.admin.pk}/roles/{role.pk}/remove/"
    assert admin.post(path).status_code == 403
    assert admin.get("/admin/").status_code == 200


def test_password_reset_shows_it_once_and_ends_sessions(admin, browse_as, browser, school):
    bob = browse_as(school.bob)
    response = admin.post(f"/admin/people/{school.bob.pk}/password/")
    password = response.context["password"]
    assert password in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert password not in admin.get(f"/admin/people/{school.bob.pk}/").content.decode()
    assert bob.get("/preferences/").url.startswith("/sign-in/")
    browser.post("/sign-in/", {"username": "bob", "password": password})
    assert browser.get("/").url.startswith("/preferences/password/")
    assert password not in str(list(AuditEntry.objects.values()))


def test_one_time_passwords_are_readable_and_all_different():
    made = {make_one_time_password() for _time in range(500)}
    assert len(made) == 500
    assert all(re.fullmatch(r"[a-v]{6}-[a-v]{6}-[2-9]{3}", password) for password in made)


def test_usernames_of_homonyms(db):
    User.objects.create_user("ines.moreau", given_name="Inès", family_name="Moreau")
    User.objects.create_user("ines.moreau3", given_name="Inès", family_name="Moreau")
    names = [
        ("Inès", "Moreau"),
        ("INES", "MOREAU"),
        ("Jean-Paul", "d'Œuf"),
        ("李", "雷"),
        ("李", "雷"),
    ]
    assert make_usernames(names) == [
        "ines.moreau4",
        "ines.moreau2",
        "jean-paul.doeuf",
        "person",
        "person2",
    ]
    assert all(len(name) <= 60 for name in make_usernames([("A" * 100, "B" * 100)]))


def test_class_is_made_filled_emptied_and_deleted(
    admin, school, heard, django_capture_on_commit_callbacks
):
    form = {"title": "1re NSI", "session": school.session.pk, "level": "premiere"}
    path = admin.post("/admin/classes/new/", form).url
    class_ = Class.objects.get(title="1re NSI")
    assert admin.post("/admin/classes/new/", form).status_code == 422
    found = admin.get(path, {"q": "bo"}).context["found"]
    assert [one["person"] for one in found] == [school.bob]
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"{path}people/", {"person": school.bob.pk, "role": "student"})
        admin.post(f"{path}people/", {"person": school.bob.pk, "role": "student"})
    enrolment = Enrolment.objects.get(school_class=class_)
    assert enrolment.role == "student"
    assert admin.post(f"{path}delete/").status_code == 409
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"{path}people/{enrolment.pk}/remove/")
    assert heard == [([school.bob.pk], [class_.pk])] * 2
    assert admin.post(f"{path}delete/").url == "/admin/classes/"
    assert not Class.objects.filter(pk=class_.pk).exists()


@pytest.mark.parametrize("role", ["teacher", "administrator", "", "king"])
def test_pupil_cannot_be_enrolled_as_what_they_are_not(admin, school, role):
    class_ = Class.objects.create(
        organisation=school.organisation, session=school.session, title="1re"
    )
    path = f"/admin/classes/{class_.pk}/people/"
    assert admin.post(path, {"person": school.bob.pk, "role": role}).status_code == 422
    assert not class_.enrolments.exists()


def test_class_is_renamed_but_not_to_anothers_title(admin, school):
    Class.objects.create(organisation=school.organisation, session=school.session, title="2C")
    path = f"/admin/classes/{school.school_class.pk}/edit/"
    assert admin.post(path, {"title": "2C"}).status_code == 422
    assert admin.post(path, {"title": "=2+2"}).status_code == 422
    assert admin.post(path, {"title": "2 B"}).status_code == 302
    school.school_class.refresh_from_db()
    assert school.school_class.title == "2 B"


def test_taking_a_role_takes_the_classes_that_rest_on_it(admin, school):
    bob = school.bob
    added = {"organisation": school.organisation.pk, "role": "teacher"}
    admin.post(f"/admin/people/{bob.pk}/roles/", added)
    student = bob.roles.get(name="student")
    admin.post(f"/admin/people/{bob.pk}/roles/{student.pk}/remove/")
    assert [role.name for role in bob.roles.all()] == ["teacher"]
    assert not bob.enrolments.exists()


def test_cards_are_for_those_who_never_signed_in_or_are_ticked(admin, browser, school):
    browser.post("/sign-in/", {"username": "bob", "password": "secret-of-a-test"})
    path = f"/admin/classes/{school.school_class.pk}/cards/"
    page = admin.get(path).content.decode()
    assert page.count('name="pupil"') == 2
    assert re.findall(r'value="([^"]+)" checked', page) == [str(school.chloe.pk)]
    response = admin.post(path, {"pupil": [school.chloe.pk]})
    (card,) = response.context["cards"]
    html = response.content.decode()
    for text in ("Chloe Test", "chloe", card["password"], "localhost:8000"):
        assert text in html
    assert "no-store" in response.headers["Cache-Control"]
    school.chloe.refresh_from_db()
    assert school.chloe.must_change_password
    assert school.chloe.check_password(card["password"])
    assert User.objects.get(pk=school.bob.pk).check_password("secret-of-a-test")


def test_cards_never_touch_a_teacher_or_another_class(admin, school):
    path = f"/admin/classes/{school.school_class.pk}/cards/"
    ticked = [school.alice.pk, school.charlie.pk, school.admin.pk, "x", ""]
    assert admin.post(path, {"pupil": ticked}).url == path
    for person in (school.alice, school.charlie, school.admin):
        assert User.objects.get(pk=person.pk).check_password("secret-of-a-test")


def test_cards_leave_out_a_pupil_who_belongs_to_another_school_too(admin, school):
    elsewhere = school.charlie.roles.get().organisation
    Role.objects.create(user=school.bob, organisation=elsewhere, name="student")
    path = f"/admin/classes/{school.school_class.pk}/cards/"
    assert admin.get(path).context["pupils"] == [school.chloe]
    admin.post(path, {"pupil": [school.bob.pk, school.chloe.pk]})
    assert User.objects.get(pk=school.bob.pk).check_password("secret-of-a-test")
    assert not User.objects.get(pk=school.chloe.pk).check_password("secret-of-a-test")
