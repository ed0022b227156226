"""Signing in and out: Bob and his password, and those who guess it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as live_settings
from django.urls import reverse
from django.utils import timezone

from candyce.accounts import throttle
from candyce.accounts.models import SignInAttempt, User

URL = "/sign-in/"
RIGHT = {"username": "bob", "password": "secret-of-a-test"}
WRONG = {"username": "bob", "password": "guess"}


def test_sign_in_opens_the_home_page(browser, school):
    response = browser.post(URL, RIGHT)
    assert (response.status_code, response.url) == (302, "/")
    assert browser.session["_auth_user_id"] == str(school.bob.pk)


@pytest.mark.parametrize("typed", ["BOB", "  bob ", "Bob", "ｂｏｂ"])
def test_username_is_read_as_people_type_it(browser, school, typed):
    assert browser.post(URL, {**RIGHT, "username": typed}).status_code == 302


@pytest.mark.parametrize(
    "typed",
    [
        WRONG,
        {"username": "nobody", "password": "secret-of-a-test"},
        {"username": "b\x00b", "password": "x"},
        {"username": "bob", "password": "secret-of-a-test "},
        {"username": "bob'--", "password": "x"},
    ],
)
def test_wrong_sign_in_says_the_same_for_all(browser, school, typed):
    response = browser.post(URL, typed)
    assert response.status_code == 422
    assert "_auth_user_id" not in browser.session
    if "\x00" not in typed["username"]:
        assert "do not go together" in response.content.decode()


def test_inactive_person_is_refused_like_a_wrong_password(browser, school):
    User.objects.filter(pk=school.bob.pk).update(is_active=False)
    response = browser.post(URL, RIGHT)
    assert response.status_code == 422
    assert "do not go together" in response.content.decode()


def test_guessing_is_stopped_and_says_when_to_try_again(browser, school):
    for _try in range(throttle.SAME_PERSON_AND_ADDRESS):
        assert browser.post(URL, WRONG).status_code == 422
    response = browser.post(URL, RIGHT)
    assert response.status_code == 429
    assert "You can try again at" in response.content.decode()
    assert 0 < int(response.headers["Retry-After"]) <= 15 * 60
    assert "_auth_user_id" not in browser.session


def test_guessing_from_one_address_does_not_lock_the_person_out_elsewhere(new_browser, school):
    for _try in range(throttle.SAME_PERSON_AND_ADDRESS + 1):
        new_browser(REMOTE_ADDR="198.51.100.7").post(URL, WRONG)
    assert new_browser(REMOTE_ADDR="203.0.113.9").post(URL, RIGHT).status_code == 302


def test_guessing_one_person_from_many_addresses_is_stopped(new_browser, school):
    for number in range(throttle.SAME_PERSON):
        new_browser(REMOTE_ADDR=f"198.51.100.{number}").post(URL, WRONG)
    assert new_browser(REMOTE_ADDR="203.0.113.9").post(URL, RIGHT).status_code == 429


def test_guessing_many_persons_from_one_address_is_stopped(browser, school):
    hashed = throttle.hash_username
    SignInAttempt.objects.bulk_create(
        SignInAttempt(username=hashed(f"person{number}"), address="127.0.0.1")
        for number in range(throttle.SAME_ADDRESS)
    )
    assert browser.post(URL, RIGHT).status_code == 429


def test_waiting_opens_again(browser, school):
    for _try in range(throttle.SAME_PERSON_AND_ADDRESS):
        browser.post(URL, WRONG)
    SignInAttempt.objects.update(at=timezone.now() - throttle.WINDOW - timedelta(seconds=1))
    assert browser.post(URL, RIGHT).status_code == 302


def test_right_password_forgets_the_misses_of_that_person_only(browser, school):
    browser.post(URL, WRONG)
    browser.post(URL, {**WRONG, "username": "chloe"})
    browser.post(URL, RIGHT)
    left = SignInAttempt.objects.values_list("username", flat=True)
    assert list(left) == [throttle.hash_username("chloe")]


def test_attempts_keep_no_name_and_no_longer_than_an_hour(browser, school):
    browser.post(URL, {"username": "my-password-typed-here", "password": "x"})
    assert "my-password" not in SignInAttempt.objects.get().username
    SignInAttempt.objects.update(at=timezone.now() - throttle.KEPT - timedelta(seconds=1))
    browser.post(URL, WRONG)
    assert SignInAttempt.objects.count() == 1


@pytest.mark.parametrize(
    "wanted",
    ["/c/ABC234/", "/projects/?page=2", "/c/ABC234/?from=mail", "/library/algorithmes-de-tri/"],
)
def test_next_leads_on_to_own_pages(browser, school, wanted):
    page = browser.get(URL, {"next": wanted}).content.decode()
    assert f'name="next" value="{wanted}"' in page
    assert browser.post(URL, {**RIGHT, "next": wanted}).url == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\n//evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "/sign-in/?next=/",
        "/" + "a" * 3000,
        "https:///evil.example",
        "http://127.0.0.1:8000/edit/",
    ],
)
def test_next_never_leaves_the_portal(browser, school, wanted):
    assert browser.post(URL, {**RIGHT, "next": wanted}).url == "/"
    assert browser.get(URL, {"next": wanted}).url == "/"


def test_session_key_planted_before_is_worth_nothing_after(browser, new_browser, school):
    session = browser.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    browser.cookies[live_settings.SESSION_COOKIE_NAME] = planted
    browser.post(URL, RIGHT)
    assert browser.cookies[live_settings.SESSION_COOKIE_NAME].value != planted
    thief = new_browser()
    thief.cookies[live_settings.SESSION_COOKIE_NAME] = planted
    assert thief.get(reverse("accounts:preferences")).url.startswith("/sign-in/")


def test_signing_in_as_another_person_keeps_nothing_of_the_first(browser, school):
    browser.post(URL, RIGHT)
    session = browser.session
    session["draft"] = "of Bob"
    session.save()
    browser.post(URL, {**RIGHT, "username": "chloe"})
    assert browser.session["_auth_user_id"] == str(school.chloe.pk)
    assert "draft" not in browser.session


def test_sign_out_is_a_post_and_ends_the_editors_tokens(browse_as, school):
    bob = browse_as(school.bob)
    assert bob.get("/sign-out/").status_code == 405
    before = timezone.now()
    assert bob.post("/sign-out/").url == "/sign-in/"
    school.bob.refresh_from_db()
    assert school.bob.signed_out_at >= before
    assert "_auth_user_id" not in bob.session


def test_sign_in_form_and_sign_out_need_the_sites_own_form(new_browser, school):
    stranger = new_browser(enforce_csrf_checks=True)
    assert stranger.post(URL, RIGHT).status_code == 403
    assert stranger.post("/sign-out/").status_code == 403
    assert stranger.post("/sign-in/demo/", {"username": "bob"}).status_code == 403


def test_one_time_password_opens_only_the_page_where_it_is_replaced(browser, school):
    User.objects.filter(pk=school.bob.pk).update(must_change_password=True)
    assert browser.post(URL, {**RIGHT, "next": "/c/ABC234/"}).url == "/c/ABC234/"
    for path in ("/", "/preferences/", "/?page=2"):
        assert browser.get(path).url.startswith("/preferences/password/?next=%2F")
    assert browser.post("/preferences/", {"theme": "dark"}).url == "/preferences/password/?"
    chosen = {"new": "trois mots choisis", "again": "trois mots choisis", "next": "/c/ABC234/"}
    assert browser.post("/preferences/password/", chosen).url == "/c/ABC234/"
    school.bob.refresh_from_db()
    assert school.bob.must_change_password is False
    assert browser.get("/preferences/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"current": "wrong", "new": "a good long one", "again": "a good long one"}, "current"),
        ({"current": "secret-of-a-test", "new": "short", "again": "short"}, "new"),
        ({"current": "secret-of-a-test", "new": "12345678901", "again": "12345678901"}, "new"),
        ({"current": "secret-of-a-test", "new": "password", "again": "password"}, "new"),
        (
            {"current": "secret-of-a-test", "new": "secret-of-a-test", "again": "secret-of-a-test"},
            "new",
        ),
        (
            {"current": "secret-of-a-test", "new": "a good long one", "again": "another one"},
            "again",
        ),
        ({"new": "a good long one", "again": "a good long one"}, "current"),
    ],
)
def test_password_change_refuses(browse_as, school, typed, field):
    response = browse_as(school.bob).post("/preferences/password/", typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_password_change_ends_the_other_sessions(browse_as, school):
    here, elsewhere = browse_as(school.bob), browse_as(school.bob)
    new = "a good long one"
    here.post("/preferences/password/", {"current": "secret-of-a-test", "new": new, "again": new})
    assert here.get("/preferences/").status_code == 200
    assert elsewhere.get("/preferences/").url.startswith("/sign-in/")
    school.bob.refresh_from_db()
    assert school.bob.signed_out_at is not None


def test_preferences_follow_the_person(browse_as, browser, school):
    bob = browse_as(school.bob)
    assert bob.post("/preferences/", {"language": "en", "theme": "dark"}).status_code == 302
    school.bob.refresh_from_db()
    assert (school.bob.language, school.bob.theme) == ("en", "dark")
    browser.post(URL, RIGHT)
    page = browser.get("/preferences/", HTTP_ACCEPT_LANGUAGE="fr")
    assert page.headers["Content-Language"] == "en"
    assert 'data-theme="dark"' in page.content.decode()


def test_preferences_refuse_unknown_values(browse_as, school):
    bob = browse_as(school.bob)
    assert bob.post("/preferences/", {"language": "xx", "theme": "<b>"}).status_code == 422
    school.bob.refresh_from_db()
    assert (school.bob.language, school.bob.theme) == ("", "")


def test_visitor_switches_language_and_theme(browser, db):
    response = browser.post("/preferences/display/", {"language": "fr", "next": "/sign-in/"})
    assert response.status_code == 302
    assert browser.get(URL).headers["Content-Language"] == "fr"
    browser.post("/preferences/display/", {"theme": "dark"})
    assert 'data-theme="dark"' in browser.get(URL).content.decode()
    browser.post("/preferences/display/", {"language": "", "theme": ""})
    page = browser.get(URL)
    assert page.headers["Content-Language"] == "en"
    assert "data-theme" not in page.content.decode()


def test_visitors_leave_no_session_behind(browser, db):
    browser.get(URL)
    browser.post("/preferences/display/", {"language": "fr", "theme": "dark"})
    assert live_settings.SESSION_COOKIE_NAME not in browser.cookies
