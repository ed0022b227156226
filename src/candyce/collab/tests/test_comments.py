"""Comments: the server's word in the live document, and what waits for the return in rows alone."""

from __future__ import annotations

import base64
import json

import pytest
from pycrdt import Map

from candyce.collab import actions as documents
from candyce.collab import store
from candyce.collab.comments import actions, shared
from candyce.collab.comments.access import find_document, get_voice
from candyce.collab.comments.guard import get_map
from candyce.collab.models import CommentThread, LiveDocument
from candyce.collab.replica import Replica, load_doc
from candyce.collab.tests.conftest import NOTEBOOK, make_project, make_token
from candyce.collab.tests.people import enter, in_database
from candyce.lib.errors import Forbidden, NotFound, TooMany
from candyce.projects import files
from candyce.projects.actions import cut_version, fork, set_member
from candyce.projects.models import Project

pytestmark = pytest.mark.django_db
GOOD = base64.b64encode(b"\x00\x05\x07\x00").decode()  # letter 7 of client 5


def read_shown(project):
    document = LiveDocument.objects.get(project=project)
    return get_map(load_doc(store.load(document.pk).updates)).to_py() or {}


@pytest.fixture
def thread(school, project):
    voice = get_voice(school.bob, project)
    return actions.start("lesson.ipynb", acting=voice, cell="calcul", text="Pourquoi ?")


def test_a_thread_stands_in_the_document_and_never_in_the_file(school, project, thread):
    [(key, shown)] = read_shown(project).items()
    assert key == str(thread.pk)
    assert (shown["cell"], shown["anchor"], shown["resolved"]) == ("calcul", None, None)
    assert [(one["by"], one["text"]) for one in shown["messages"]] == [("Bob Test", "Pourquoi ?")]
    documents.materialise(project)
    assert documents.replace_notebook(project, "lesson.ipynb", NOTEBOOK, acting_user=school.bob)
    assert list(read_shown(project)) == [str(thread.pk)]


def forge(shared_map, key):
    shared_map[key] = shared_map[key] | {"messages": []}


def delete(shared_map, key):
    del shared_map[key]


def add(shared_map, key):
    shared_map["mine"] = {"messages": [{"by": "Alice Test", "text": "20/20"}]}


def share(shared_map, key):
    shared_map[key] = Map(shared_map[key])


@pytest.mark.parametrize("deed", [forge, delete, add, share])
def test_what_a_page_writes_there_is_put_back_at_once(project, thread, deed):
    document = LiveDocument.objects.get(project=project)
    updates = store.load(document.pk).updates
    before = read_shown(project)
    server, page = Replica(updates), load_doc(updates)
    news = []
    watch = page.observe(lambda event: news.append(event.update))
    with page.transaction():
        deed(get_map(page), str(thread.pk))
    page.unobserve(watch)
    applied = server.apply(news[0])
    assert (applied.repaired, applied.meddled) == (True, True)
    page.apply_update(applied.news)
    for doc in (server.doc, page):
        assert get_map(doc).to_py() == before
        assert all(isinstance(get_map(doc)[key], dict) for key in before)
    server.close()
    assert not shared.refresh(document.pk)


def test_who_reads_only_says_nothing(school, project, thread):
    set_member(project, school.chloe, ["read"], acting_user=school.bob)
    voice = get_voice(school.chloe, project)
    with pytest.raises(Forbidden):
        actions.reply(thread, "Moi", acting=voice)
    with pytest.raises(Forbidden):
        actions.resolve(thread, resolved=True, acting=voice)


def test_the_api_begins_answers_and_deletes(school, project, editor):
    set_member(project, school.chloe, ["read", "comment"], acting_user=school.bob)

    def call(method, path, user, /, **body):
        token = make_token(project, user, "read", "comment", "write", "manage")
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        address = f"/api/comments{path}"
        return editor.generic(method, address, json.dumps(body), "application/json", **headers)

    body = {"path": "lesson.ipynb", "cell": "calcul", "text": "Ici", "quote": "1 + 1"}
    begun = call("POST", "", school.chloe, **body)
    assert begun.status_code == 200
    key, [message] = begun.json()["id"], begun.json()["thread"]["messages"]
    assert call("POST", f"/{key}/reply", school.bob, text="Merci").status_code == 200
    own = f"/messages/{message['id']}"
    assert call("POST", own, school.bob, text="Faux").status_code == 403
    assert call("POST", own, school.chloe, text="Là").json()["thread"]["messages"][0]["edited"]
    assert call("POST", f"/{key}/reply", school.alice, text="?").status_code == 404
    assert call("POST", "", school.bob, **body, hidden=True).status_code == 422
    assert call("DELETE", own, school.bob).status_code == 200  # who manages
    assert read_shown(project)[key]["messages"][0]["deleted"]
    assert CommentThread.objects.count() == 1


WRONG = [
    {"text": ""},
    {"text": "   "},
    {"text": "x" * 2001},
    {"text": "a\0b"},
    {"text": "\ud83d"},
    {"text": 5},
    {"cell": ""},
    {"cell": "<b>"},
    {"cell": "x" * 65},
    {"quote": "\udc00"},
    {"quote": "x" * 20_001},
    {"path": "../lesson.ipynb"},
    {"path": "\0.ipynb"},
    {"path": "\ud800.ipynb"},
    {"path": "lesson.txt"},
    {"path": "none.ipynb"},
    {"hidden": "yes"},
    {"hidden": True},
    {"anchor": []},
    {"anchor": {"start": "AAAA"}},
    {"anchor": {"start": "////", "end": "////"}},
    {"anchor": {"start": GOOD, "end": GOOD, "before": "x" * 41}},
    {"anchor": {"start": GOOD, "end": GOOD, "after": "\ud83d"}},
    {"anchor": {"start": GOOD, "end": GOOD + "A" * 4000}},
]


def test_what_no_page_sends_is_refused(school, project, editor):
    token = make_token(project, school.bob, "read", "comment", "write", "manage")
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    for wrong in WRONG:
        body = {"path": "lesson.ipynb", "cell": "calcul", "text": "Bon", "quote": "1"} | wrong
        answer = editor.generic(
            "POST", "/api/comments", json.dumps(body), "application/json", **headers
        )
        assert answer.status_code in {404, 422}, (wrong, answer.content)
    assert not CommentThread.objects.exists()


def test_a_token_of_another_project_or_without_the_right_does_nothing(
    school, project, editor, thread
):
    other = make_project(school.bob)
    for token, status in (
        (make_token(other, school.bob, "read", "comment", "manage"), 404),
        (make_token(project, school.bob, "read", "write"), 403),
        ("", 401),
    ):
        for path in (f"{thread.pk}/reply", f"{thread.pk}/resolve", f"{thread.pk}/show"):
            answer = editor.generic(
                "POST",
                f"/api/comments/{path}",
                json.dumps({"text": "?", "resolved": True}),
                "application/json",
                HTTP_AUTHORIZATION=f"Bearer {token}",
            )
            assert answer.status_code == status, path


def test_who_floods_is_stopped_and_what_is_full_says_so(school, project, thread, monkeypatch):
    voice = get_voice(school.bob, project)
    monkeypatch.setattr(actions, "A_MINUTE", 3)
    actions.reply(thread, "2", acting=voice)
    actions.reply(thread, "3", acting=voice)
    with pytest.raises(TooMany):
        actions.reply(thread, "4", acting=voice)
    monkeypatch.undo()
    set_member(project, school.chloe, ["read", "comment"], acting_user=school.bob)
    voice = get_voice(school.chloe, project)
    for name, least in (("MESSAGES", 3), ("TOTAL", 10)):
        monkeypatch.setattr(actions, name, least)
        with pytest.raises(actions.TooManyComments):
            actions.reply(thread, "4", acting=voice)
        monkeypatch.undo()
    monkeypatch.setattr(actions, "THREADS", 1)
    with pytest.raises(actions.TooManyComments):
        actions.start("lesson.ipynb", acting=voice, cell="titre", text="Un de trop")
    [shown] = read_shown(project).values()
    assert [message["text"] for message in shown["messages"]] == ["Pourquoi ?", "2", "3"]


def test_editing_and_resolving_and_deleting_are_paced_too(school, project, thread, monkeypatch):
    set_member(project, school.chloe, ["read", "comment"], acting_user=school.bob)
    voice = get_voice(school.chloe, project)
    message = actions.reply(thread, "Moi", acting=voice)
    monkeypatch.setattr(actions, "A_MINUTE", 4)
    for number in range(2):  # twice the same message
        actions.edit(message, f"Moi {number}", acting=voice)
    actions.resolve(thread, resolved=True, acting=voice)
    for deed in (
        lambda: actions.resolve(thread, resolved=False, acting=voice),
        lambda: actions.edit(message, "Encore", acting=voice),
        lambda: actions.reply(thread, "Encore", acting=voice),
    ):
        with pytest.raises(TooMany):
            deed()
    actions.resolve(thread, resolved=True, acting=voice)  # nothing to do
    actions.delete(message, acting=voice)
    monkeypatch.setattr(actions, "A_MINUTE", 5)
    with pytest.raises(TooMany):  # what was deleted was said
        actions.reply(thread, "Encore", acting=voice)
    actions.resolve(thread, resolved=False, acting=get_voice(school.bob, project))


def test_who_fills_a_notebook_does_not_silence_who_leads(school, project, thread, monkeypatch):
    set_member(project, school.chloe, ["read", "comment"], acting_user=school.bob)
    leads, other = (get_voice(user, project) for user in (school.bob, school.chloe))
    actions.reply(thread, "x" * 10, acting=other)
    for name, least in (("MESSAGES", 2), ("TOTAL", 20), ("THREADS", 1)):
        monkeypatch.setattr(actions, name, least)
        deeds = [lambda voice: actions.start("lesson.ipynb", acting=voice, cell="titre", text="!")]
        if name != "THREADS":
            deeds = [lambda voice: actions.reply(thread, "!", acting=voice)]
        for deed in deeds:
            with pytest.raises(actions.TooManyComments):
                deed(other)
            deed(leads)
        monkeypatch.undo()
    monkeypatch.setattr(actions, "THREADS", 1)
    with pytest.raises(actions.TooManyComments):
        actions.start("lesson.ipynb", acting=leads, cell="titre", text="Un de trop")


def test_comments_stay_with_their_notebook_and_follow_no_fork(school, project, thread):
    """Renamed, given an older content, forked."""
    documents.rename_document(project, "lesson.ipynb", "renamed.ipynb")
    voice = get_voice(school.bob, project)
    assert find_document(voice, "renamed.ipynb").pk == thread.document_id
    emptied = {**NOTEBOOK, "cells": NOTEBOOK["cells"][:1]}
    for content in (emptied, NOTEBOOK):
        documents.replace_notebook(project, "renamed.ipynb", content, acting_user=school.bob)
        assert list(read_shown(project)) == [str(thread.pk)]
    documents.rename_document(project, "renamed.ipynb", "lesson.ipynb")
    copied = fork(
        cut_version(project, "duplicated", acting_user=school.bob),
        acting_user=school.bob,
        owner=school.bob,
        title="Copy",
        kind=project.kind,
    )
    store.open_document(copied.pk, "lesson.ipynb")
    assert read_shown(copied) == {}
    assert CommentThread.objects.count() == 1


def test_a_notebook_taken_away_and_put_back_has_its_comments_again(school, project, thread):
    """By another kind of name and back, by another kind and another name, deleted and made anew."""

    def rename(old, new):
        return files.rename_file(project, old, new, acting_user=school.bob)

    def check(path):
        document = store.open_document(project.pk, path)
        assert list(read_shown(project)) == [str(thread.pk)]
        assert [one.pk for one in document.threads.all()] == [thread.pk]

    rename("lesson.ipynb", "lesson.txt")
    store.open_document(project.pk, "lesson.txt")
    assert read_shown(project) == {}
    with pytest.raises(NotFound):
        actions.reply(thread, "?", acting=get_voice(school.bob, project))
    rename("lesson.txt", "lesson.ipynb")
    check("lesson.ipynb")
    for name in ("other.txt", "photo.png", "other.ipynb"):
        rename(next(iter(Project.objects.get(pk=project.pk).tree)), name)
    check("other.ipynb")
    files.delete_file(project, "other.ipynb", acting_user=school.bob)
    assert not LiveDocument.objects.exists()
    files.save_file(project, "other.ipynb", json.dumps(NOTEBOOK).encode(), acting_user=None)
    check("other.ipynb")
    thread.refresh_from_db()
    assert actions.reply(thread, "!", acting=get_voice(school.bob, project))


def test_a_comment_is_no_edit_in_the_history(school, project, thread, portal):
    portal.force_login(school.bob)
    actions.reply(thread, "Encore", acting=get_voice(school.bob, project))
    page = portal.get(f"/projects/{project.pk}/history/?path=lesson.ipynb").content.decode()
    assert 'class="moment moment-run' not in page
    assert "Encore" not in page
    store.compact(thread.document_id)
    assert list(read_shown(project)) == [str(thread.pk)]
    actions.resolve(thread, resolved=True, acting=get_voice(school.bob, project))
    assert read_shown(project)[str(thread.pk)]["resolved"]["by"] == "Bob Test"


async def test_a_page_that_meddles_is_set_right_and_the_others_see_none_of_it(live, school):
    project = await in_database(make_project)(school.bob)
    thread = await in_database(_begin)(school.bob, project)
    await in_database(set_member)(project, school.chloe, ["read", "write"], acting_user=school.bob)
    bob = await enter(live.client(project, school.bob))
    chloe = await enter(live.client(project, school.chloe))
    seen = []
    get_map(bob.doc).observe(lambda event: seen.append(get_map(bob.doc).to_py()))
    forged = {"messages": [{"by": "Alice Test", "text": "20/20"}]}
    get_map(chloe.doc)["forged"] = forged
    await chloe.wait_for(lambda: list(get_map(chloe.doc).to_py()) == [str(thread.pk)])
    await in_database(actions.reply)(
        thread, "Vu", acting=await in_database(get_voice)(school.bob, project)
    )
    await bob.wait_for(lambda: len(get_map(bob.doc).to_py()[str(thread.pk)]["messages"]) == 2)
    assert not any("forged" in one for one in seen)
    for client in (bob, chloe):
        await client.close()


def _begin(user, project):
    return actions.start("lesson.ipynb", acting=get_voice(user, project), cell="calcul", text="?")
