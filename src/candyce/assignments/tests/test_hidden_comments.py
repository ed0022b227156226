"""Comments on a copy that wait until it is returned."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.db.models import QuerySet
from django.urls import reverse

from candyce.assignments import access, actions
from candyce.collab import rights, store
from candyce.collab.comments import actions as comments
from candyce.collab.comments import hiding
from candyce.collab.comments.access import get_voice
from candyce.collab.comments.guard import get_map
from candyce.collab.models import CommentMessage, CommentThread, LiveDocument
from candyce.collab.replica import load_doc
from candyce.lib.errors import BadRequest
from candyce.projects import files, tokens

SECRET = "Relisez-la-consigne"
SCOPES = ("read", "comment", "write", "submit", "manage")


@pytest.fixture
def copy(classroom):
    return classroom.open("bob")


@pytest.fixture
def path(copy):
    return next(name for name in copy.project.tree if name.endswith(".ipynb"))


@pytest.fixture
def thread(classroom, copy, path):
    """Alice's, in Bob's copy."""
    voice = get_voice(classroom.people["alice"], copy.project)
    return comments.start(path, acting=voice, cell="a1", text=SECRET, quote=SECRET, hidden=True)


@pytest.fixture
def call(copy, editor):
    """The editor's API as a person whose token says as much as can be."""

    def call_as(user, address, **body):
        token = tokens.issue(copy.project_id, user.pk, SCOPES).encode()
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        if not body:
            return editor.get(address, **headers)
        return editor.generic("POST", address, json.dumps(body), "application/json", **headers)

    return call_as


def test_the_marking_page_of_work_without_questions_shows_them_to_the_teacher_alone(
    classroom, thread, copy, portal
):
    page = reverse("assignments:mark", args=[copy.pk])
    portal.force_login(classroom.people["alice"])
    assert SECRET in portal.get(page).content.decode()
    portal.force_login(classroom.people["bob"])
    answer = portal.get(page)
    assert answer.status_code in {403, 404}
    assert SECRET not in answer.content.decode()


def read_log(copy):
    return store.load(LiveDocument.objects.get(project=copy.project).pk).updates


def test_who_leads_chooses_and_their_choice_is_proposed_again(classroom, copy, path):
    alice, bob = (get_voice(classroom.people[name], copy.project) for name in ("alice", "bob"))
    assert (hiding.may_hide(alice), hiding.hides_at_first(alice)) == (True, True)
    assert not hiding.may_hide(bob)
    with pytest.raises(BadRequest):
        comments.start(path, acting=bob, cell="a1", text="?", hidden=True)
    comments.start(path, acting=alice, cell="a1", text="Vu", hidden=False)
    other = classroom.open("chloe")
    assert not hiding.hides_at_first(get_voice(classroom.people["alice"], other.project))


def test_what_waits_is_in_two_rows_and_nowhere_else(thread, copy):
    """In no update, snapshot, file, notice or audit entry: nothing else could leak it."""
    actions.hand_in(copy, acting_user=copy.pupil)  # files and versions are written
    found = {
        model.__name__
        for model in apps.get_models()
        for row in model._default_manager.values()
        if SECRET in str(row)
        or any(SECRET.encode() in bytes(v) for v in row.values() if is_bytes(v))
    }
    assert found == {CommentThread.__name__, CommentMessage.__name__}
    assert get_map(load_doc(read_log(copy))).to_py() in ({}, None)


def is_bytes(value):
    return isinstance(value, bytes | memoryview)


def test_the_pupil_finds_nothing_until_the_return(thread, copy, classroom, call, as_):
    alice, bob = classroom.people["alice"], classroom.people["bob"]
    message, path = thread.messages.get(), thread.document.path
    about = f"/api/comments?path={path}"
    assert list(call(alice, about).json()["hidden"]) == [str(thread.pk)]
    assert call(bob, about).json() == {
        "hidden": {}, "may_comment": True, "manages": False, "may_hide": False, "hide": False,
    }  # fmt: skip
    for address in ("reply", "resolve", "show"):
        answer = call(bob, f"/api/comments/{thread.pk}/{address}", text="?", resolved=True)
        assert answer.status_code == 404, address
    assert call(bob, f"/api/comments/messages/{message.pk}", text="?").status_code == 404
    for address in ("/api/project", "/api/tree", "/api/notices", f"/api/contents/{path}"):
        assert SECRET not in call(bob, address).content.decode(), address
    pages = [
        reverse("assignments:copy", args=[copy.pk]),
        reverse("assignments:mine"),
        reverse("collab:history", args=[copy.project_id]) + f"?path={path}",
    ]
    for page in pages:
        answer = as_("bob").get(page)
        assert answer.status_code == 200
        assert SECRET not in answer.content.decode(), page
    grants = [rights.grant(tokens.issue(copy.project_id, one.pk, SCOPES)) for one in (alice, bob)]
    assert [one.hidden is None for one in grants] == [False, True]


def test_the_return_shows_it_to_the_pupil_who_answers(thread, copy, classroom, call):
    alice, bob = classroom.people["alice"], classroom.people["bob"]
    actions.return_copies([access.get_copy(alice, copy.pk)], acting_user=alice)
    [(key, shown)] = get_map(load_doc(read_log(copy))).to_py().items()
    assert (key, shown["messages"][0]["text"]) == (str(thread.pk), SECRET)
    assert "hidden" not in shown
    assert not hiding.may_hide(get_voice(alice, copy.project))
    assert call(bob, f"/api/comments/{thread.pk}/reply", text="Merci").status_code == 200
    assert call(bob, f"/api/comments/{thread.pk}/resolve", resolved=True).status_code == 200
    [shown] = get_map(load_doc(read_log(copy))).to_py().values()
    assert [one["role"] for one in shown["messages"]] == ["teacher", "pupil"]
    assert shown["resolved"]["by"] == bob.full_name


def test_what_is_said_while_the_copy_is_returned_does_not_wait_for_ever(
    copy, classroom, path, monkeypatch
):
    alice = classroom.people["alice"]
    voice = get_voice(alice, copy.project)
    open_document = comments.access.open_document

    def open_late(*arguments):
        actions.return_copies([access.get_copy(alice, copy.pk)], acting_user=alice)
        return open_document(*arguments)

    monkeypatch.setattr(comments.access, "open_document", open_late)
    thread = comments.start(path, acting=voice, cell="a1", text=SECRET, hidden=True)
    assert not thread.hidden
    assert list(get_map(load_doc(read_log(copy))).to_py()) == [str(thread.pk)]


def test_the_copy_is_held_while_a_comment_that_may_wait_is_begun(
    copy, classroom, path, monkeypatch
):
    """The copy first, then the document: the order of the return."""
    held = []
    take_row = QuerySet.select_for_update

    def note(rows, *arguments, **options):
        held.append(rows.model.__name__)
        return take_row(rows, *arguments, **options)

    voice = get_voice(classroom.people["alice"], copy.project)
    store.open_document(copy.project_id, path)
    monkeypatch.setattr(QuerySet, "select_for_update", note)
    comments.start(path, acting=voice, cell="a1", text=SECRET, hidden=True)
    assert held[:2] == ["Copy", "LiveDocument"]


def test_the_return_shows_in_rows_only_what_it_shows_in_documents(
    thread, copy, classroom, monkeypatch
):
    """A comment in another notebook, begun in the middle of it by who held no lock."""
    other = LiveDocument.objects.create(project=copy.project, path="autre.ipynb")
    lock = comments.shared.lock

    def lock_late(document_id):
        CommentThread.objects.get_or_create(document=other, cell="a1", hidden=True)
        return lock(document_id)

    monkeypatch.setattr(comments.shared, "lock", lock_late)
    assert comments.publish(copy.project, acting_user=classroom.people["alice"]) == 1
    assert list(CommentThread.objects.filter(hidden=False)) == [thread]


def test_the_pupil_who_takes_the_notebook_away_wipes_nothing_and_learns_nothing(
    thread, copy, classroom, path, call
):
    alice, bob = classroom.people["alice"], classroom.people["bob"]
    files.rename_file(copy.project, path, "tp.txt", acting_user=bob)
    assert call(alice, f"/api/comments?path={path}").json()["hidden"] == {}
    files.rename_file(copy.project, "tp.txt", path, acting_user=bob)
    store.open_document(copy.project_id, path)
    assert get_map(load_doc(read_log(copy))).to_py() in ({}, None)
    assert list(call(alice, f"/api/comments?path={path}").json()["hidden"]) == [str(thread.pk)]
    assert call(bob, f"/api/comments?path={path}").json()["hidden"] == {}
    files.delete_file(copy.project, path, acting_user=bob)
    actions.return_copies([access.get_copy(alice, copy.pk)], acting_user=alice)
    files.make_file(copy.project, "", path, b"", acting_user=None)
    store.open_document(copy.project_id, path)
    assert list(get_map(load_doc(read_log(copy))).to_py()) == [str(thread.pk)]


def test_it_can_be_shown_earlier_and_a_copy_given_back_hides_again(thread, copy, classroom, call):
    alice = classroom.people["alice"]
    assert not call(alice, f"/api/comments/{thread.pk}/show", x=1).json()["hidden"]
    assert list(get_map(load_doc(read_log(copy))).to_py()) == [str(thread.pk)]
    actions.return_copies([access.get_copy(alice, copy.pk)], acting_user=alice)
    actions.reopen(access.get_copy(alice, copy.pk), acting_user=alice)
    assert hiding.may_hide(get_voice(alice, copy.project))


def test_nobody_else_comments(thread, copy, classroom, call):
    for name in ("chloe", "fay", "charlie", "inspector"):
        answer = call(classroom.people[name], f"/api/comments/{thread.pk}/reply", text="?")
        assert answer.status_code in {403, 404}, name
    assert (
        call(classroom.people["dan"], f"/api/comments/{thread.pk}/reply", text="Oui").status_code
        == 200
    )
