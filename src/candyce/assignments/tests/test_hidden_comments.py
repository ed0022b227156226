"""Comments on a copy that wait until it is returned."""

from __future__ import annotations

import json

from candyce.assignments import access, actions
from candyce.collab import store
from candyce.collab.comments import actions as comments
from candyce.collab.comments import hiding
from candyce.collab.comments.access import get_voice
from candyce.collab.comments.guard import get_map
from candyce.collab.models import LiveDocument
from candyce.collab.replica import load_doc
from candyce.projects import tokens

SECRET = "Relisez-la-consigne"


def test_a_hidden_comment_is_nowhere_for_the_pupil_until_the_return(classroom, editor):
    copy = classroom.open("bob")
    alice, bob = classroom.people["alice"], classroom.people["bob"]
    [path] = [name for name in copy.project.tree if name.endswith(".ipynb")][:1]
    teacher = get_voice(alice, copy.project)
    assert hiding.may_hide(teacher)
    assert hiding.hides_at_first(teacher)
    assert not hiding.may_hide(get_voice(bob, copy.project))
    thread = comments.start(path, acting=teacher, cell="a", text=SECRET, hidden=True)

    def ask(user):
        rights = ("read", "comment", "manage")
        token = tokens.issue(copy.project_id, user.pk, rights).encode()
        return editor.get("/api/comments", {"path": path}, HTTP_AUTHORIZATION=f"Bearer {token}")

    def reply(user):
        token = tokens.issue(copy.project_id, user.pk, ("read", "comment", "manage")).encode()
        return editor.post(
            f"/api/comments/{thread.pk}/reply",
            json.dumps({"text": "?"}),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )

    def read_log():
        content = store.load(LiveDocument.objects.get(project=copy.project).pk)
        return content.updates

    assert list(ask(alice).json()["hidden"]) == [str(thread.pk)]
    assert ask(bob).json()["hidden"] == {}
    assert reply(bob).status_code == 404
    assert not any(SECRET.encode() in update for update in read_log())
    actions.return_copies([access.get_copy(alice, copy.pk)], acting_user=alice)
    assert list(get_map(load_doc(read_log())).to_py()) == [str(thread.pk)]
    assert ask(alice).json()["hidden"] == {}
    assert not hiding.may_hide(get_voice(alice, copy.project))
    assert reply(bob).status_code == 200
