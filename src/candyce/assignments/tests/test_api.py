"""The assignment bar of the editor."""

from decimal import Decimal

from django.utils import timezone

from candyce.assignments import actions
from candyce.assignments.tests.pages import HOSTILE, assert_clean, url
from candyce.projects import tokens
from candyce.projects.models import Version


def token_for(user, project):
    rights = ("read", "write", "submit")
    return {"HTTP_AUTHORIZATION": f"Bearer {tokens.issue(project.pk, user.pk, rights).encode()}"}


def test_editor_hands_in_and_takes_back(editor, classroom):
    bob, copy = classroom.people["bob"], classroom.open("bob")
    head = token_for(bob, copy.project)
    assert editor.post("/api/hand-in").status_code == 401
    assert editor.get("/api/hand-in", **head).status_code == 405
    answer = editor.post("/api/hand-in", **head)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["state"], body["can_hand_in"], body["can_take_back"]) == ("handed_in", False, True)
    assert editor.post("/api/hand-in", **head).json()["state"] == "handed_in"
    assert Version.objects.filter(project=copy.project).count() == 1
    body = editor.post("/api/take-back", **head).json()
    assert (body["state"], body["handed_in_at"]) == ("working", None)
    classroom.assignment.closes_at = timezone.now()
    classroom.assignment.save()
    answer = editor.post("/api/hand-in", **head)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "window_closed")
    alice = token_for(classroom.people["alice"], copy.project)
    assert editor.post("/api/hand-in", **alice).status_code == 403
    zoe = token_for(classroom.people["zoe"], copy.project)
    assert editor.post("/api/hand-in", **zoe).status_code in {403, 404}


def test_editor_learns_the_assignment(editor, classroom):
    bob, alice, copy = classroom.people["bob"], classroom.people["alice"], classroom.open("bob")
    classroom.assignment.instructions = HOSTILE
    classroom.assignment.save()
    actions.set_mark(copy, Decimal("12.5"), acting_user=alice)
    actions.set_appraisal(copy, "**Bien**", acting_user=alice)
    head = token_for(bob, copy.project)
    body = editor.get("/api/project", **head).json()
    work = body["assignment"]
    assert set(work) == {
        "board_url", "due_at", "frozen", "late", "late_rule", "group", "message_url", "news", "show_url",
        "id", "title", "instructions_html", "class_name", "opens_at", "closes_at", "state",
        "handed_in_at", "can_hand_in", "can_take_back", "mark", "mark_max", "appraisal_html",
        "pupil_name",
    }  # fmt: skip
    assert_clean(work["instructions_html"])
    assert (work["mark"], work["appraisal_html"]) == (None, "")
    assert (work["class_name"], work["mark_max"], work["pupil_name"]) == ("2B", "20", "Bob Test")
    assert body["back_url"] == f"http://localhost:8000{url('copy', copy.pk)}"
    assert body["read_only_reason"] is None
    body = editor.get("/api/project", **token_for(alice, copy.project)).json()
    assert body["assignment"]["mark"] == "12,5"
    assert body["back_url"] == f"http://localhost:8000{url('mark', copy.pk)}"
    actions.return_copies([copy], acting_user=alice)
    body = editor.get("/api/project", **head).json()
    assert body["assignment"]["mark"] == "12,5"
    assert "<strong>Bien</strong>" in body["assignment"]["appraisal_html"]
    assert body["read_only_reason"]["code"] == "read_only"
