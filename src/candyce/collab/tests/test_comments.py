"""Comments: the server's word in the live document, and what waits for the return in rows alone."""

from __future__ import annotations

import json

import pytest
from pycrdt import Map

from candyce.collab import actions as documents
from candyce.collab import store
from candyce.collab.comments import actions, shared
from candyce.collab.comments.access import get_voice
from candyce.collab.comments.guard import get_map
from candyce.collab.models import CommentThread, LiveDocument
from candyce.collab.replica import Replica, load_doc
from candyce.collab.tests.conftest import NOTEBOOK, make_token
from candyce.lib.errors import Forbidden
from candyce.projects.actions import set_member

pytestmark = pytest.mark.django_db


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
