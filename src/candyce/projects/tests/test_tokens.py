"""Tokens: forged, expired, of another project, overtaken by a change of rights, at the end of a chain."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.signing import b64_encode
from django.utils import timezone

from candyce.lib.errors import NotSignedIn
from candyce.projects import actions, capabilities, tokens
from candyce.projects.models import Project, Reconnection
from candyce.projects.tokens import SessionEnded, TokenExpired

DAY = 24 * 3600


@pytest.fixture
def project(school) -> Project:
    project = actions.create_project(acting_user=school.alice, title="Tri")
    actions.set_member(project, school.bob, {"write"}, acting_user=school.alice)
    return project


def make(user, project, *, age=0, first_age=None):
    """A token issued ``age`` seconds ago, in a chain begun ``first_age`` seconds ago."""
    now = time.time()
    token = tokens.issue(project.pk, user.pk, ("read", "write"), now=now - (first_age or age))
    return tokens.renew(token, token.scopes, now=now - age).encode()


def test_a_token_is_read_back_as_it_was_issued(school, project):
    token = tokens.issue(project.pk, school.bob.pk, ("read", "write"))
    assert tokens.read(token.encode()) == token
    assert set(token.encode()) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    )


def forgeries(school, project):
    text = tokens.issue(project.pk, school.bob.pk, ("read",)).encode()
    body, signature = text.split(".")
    payload = {"p": str(project.pk), "u": str(school.alice.pk), "s": ["write"]}
    times = {"i": time.time(), "t": time.time(), "e": time.time() + 900}
    forged = b64_encode(json.dumps(payload | times).encode()).decode()
    yield from (
        "",
        ".",
        "a",
        "a.b",
        "é.é",
        body,
        f"{body}.",
        f".{signature}",
        f"{text}x",
        text[:-1],
    )
    yield f"{forged}.{signature}"
    for other in ({"s": None}, {"e": "x"}, {"p": 3}, {"p": "x"}, {"i": None}):
        data = payload | times | other
        signed = b64_encode(json.dumps(data).encode()).decode()
        yield tokens._signer().sign(signed)
    for raw in (b"[]", b"null", b"\xff", b"3"):
        yield tokens._signer().sign(b64_encode(raw).decode())


def test_forged_tokens_open_nothing(editor, school, project):
    for text in forgeries(school, project):
        headers = {"Authorization": f"Bearer {text}".encode().decode("latin-1")}
        for method, path in (("GET", "project"), ("POST", "token")):
            response = editor.generic(method, f"/api/{path}", headers=headers)
            assert response.status_code == 401, text


def test_another_salt_is_another_seal(school, project):
    from django.core import signing

    body = tokens.issue(project.pk, school.bob.pk, ("read",)).encode().split(".")[0]
    with pytest.raises(NotSignedIn):
        tokens.read(signing.Signer(salt="other", sep=".").sign(body))


def test_an_expired_token_reads_nothing_but_can_be_renewed(school, project):
    text = make(school.bob, project, age=901)
    with pytest.raises(TokenExpired):
        capabilities.get_capability(text)
    renewed = capabilities.renew_token(text)
    assert capabilities.get_capability(renewed.encode()).user == school.bob


def test_the_token_of_one_project_is_no_use_for_another(school, project):
    other = actions.create_project(acting_user=school.bob, title="Other")
    with pytest.raises(NotSignedIn):
        capabilities.get_capability(make(school.bob, project), project_id=other.pk)


def test_rights_are_the_lesser_of_token_and_database(school, project):
    text = make(school.bob, project)
    actions.set_member(project, school.bob, {"read"}, acting_user=school.alice)
    assert capabilities.get_capability(text).rights.scopes == {"read"}
    actions.set_member(project, school.bob, {"read", "write", "submit"}, acting_user=school.alice)
    assert capabilities.get_capability(text).rights.scopes == {"read", "write"}
    assert capabilities.renew_token(text).scopes == ("read", "comment", "write", "submit")


def test_a_token_renewed_while_writing_is_withheld_writes_again_afterwards(school, project):
    project.held_at = timezone.now()
    project.save()
    text = capabilities.renew_token(make(school.bob, project)).encode()
    assert capabilities.get_capability(text).rights.scopes == {"read"}
    project.held_at = None
    project.save()
    assert capabilities.get_capability(text).rights.scopes == {"read", "write"}


def test_a_chain_of_renewals_ends_after_a_day(school, project):
    assert capabilities.renew_token(make(school.bob, project, age=DAY - 60))
    with pytest.raises(SessionEnded):
        capabilities.renew_token(make(school.bob, project, age=60, first_age=DAY + 1))


def test_signing_out_ends_every_page_at_once(school, project):
    text = make(school.bob, project)
    school.bob.signed_out_at = timezone.now()
    school.bob.save()
    with pytest.raises(SessionEnded):
        capabilities.get_capability(text)
    with pytest.raises(SessionEnded):
        capabilities.renew_token(text)
    time.sleep(0.002)
    assert capabilities.get_capability(make(school.bob, project))


def test_reconnecting_revives_the_page_that_asked_and_no_other(school, project):
    mine, other = make(school.bob, project, age=100), make(school.bob, project, age=50)
    school.bob.signed_out_at = timezone.now() - timedelta(seconds=1)
    school.bob.save()
    chain = tokens.read(mine).first_issued
    capabilities.do_reconnect(project, chain, acting_user=school.bob)
    renewed = capabilities.renew_token(mine)
    assert capabilities.get_capability(renewed.encode()).user == school.bob
    with pytest.raises(SessionEnded):
        capabilities.renew_token(other)


def test_a_reconnection_is_short_lived_and_ends_with_the_next_sign_out(school, project):
    text = make(school.bob, project, age=DAY + 100)
    chain = tokens.read(text, allow_expired=True).first_issued
    capabilities.do_reconnect(project, chain, acting_user=school.bob)
    assert capabilities.renew_token(text)
    Reconnection.objects.update(at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(SessionEnded):
        capabilities.renew_token(text)
    capabilities.do_reconnect(project, chain, acting_user=school.bob)
    school.bob.signed_out_at = timezone.now()
    school.bob.save()
    with pytest.raises(SessionEnded):
        capabilities.renew_token(text)


def test_another_person_cannot_revive_my_page(school, project):
    text = make(school.bob, project, age=DAY + 100)
    chain = tokens.read(text, allow_expired=True).first_issued
    capabilities.do_reconnect(project, chain, acting_user=school.alice)
    with pytest.raises(SessionEnded):
        capabilities.renew_token(text)


def test_the_whole_way_back_after_signing_out(portal, editor, school, project):
    """Signed out, the page is refused; its own address and a click let it go on, and again later."""
    page = make(school.bob, project, age=100)

    def ask(method, path):
        response = editor.generic(method, path, headers={"Authorization": f"Bearer {page}"})
        return response.status_code, response.json()

    reconnect_url = ask("GET", "/api/project")[1]["reconnect_url"]
    for _time in range(2):
        school.bob.signed_out_at = timezone.now()
        school.bob.save()
        assert ask("POST", "/api/token")[1]["error"]["code"] == "session_ended"
        time.sleep(0.002)
        portal.force_login(school.bob)
        parts = urlsplit(reconnect_url)
        assert portal.get(f"{parts.path}?{parts.query}").status_code == 200
        assert ask("POST", "/api/token")[0] == 401
        portal.post(parts.path, {"chain": parse_qs(parts.query)["chain"][0]})
        status, answer = ask("POST", "/api/token")
        assert status == 200
        page, reconnect_url = answer["token"], answer["reconnect_url"]
        assert ask("GET", "/api/project")[0] == 200
