"""What happens to somebody's work while the times, or somebody else, go on."""

from __future__ import annotations

from decimal import Decimal

from candyce.assignments import access, actions
from candyce.assignments.tests.pages import url
from candyce.assignments.tests.test_times import set_times
from candyce.projects import tokens


def test_handing_in_what_was_given_back_succeeds_although_it_is_out_of_sight_then(
    classroom, as_, editor
):
    copy = classroom.open("bob")
    actions.hand_in(copy, acting_user=classroom.people["bob"])
    set_times(classroom, opens=-6, closes=-5, outside="hidden")
    alice, bob = classroom.people["alice"], classroom.people["bob"]
    for through_editor in (True, False):
        actions.reopen(access.get_copy(alice, copy.pk), acting_user=alice)
        if through_editor:
            token = tokens.issue(copy.project_id, bob.pk, ("read", "write", "submit")).encode()
            answer = editor.post("/api/hand-in", HTTP_AUTHORIZATION=f"Bearer {token}")
            assert (answer.status_code, answer.json()["state"]) == (200, "handed_in")
            assert not answer.json()["can_take_back"]
        else:
            answer = as_("bob").post(url("hand_in", copy.pk))
            assert (answer.status_code, answer.url) == (302, url("mine"))
        copy.refresh_from_db()
        assert copy.state == copy.State.HANDED_IN
        assert as_("bob").get(url("copy", copy.pk)).status_code == 404


def test_editing_leaves_alone_what_a_colleague_does_meanwhile(classroom):
    alice = classroom.people["alice"]
    typed = access.get_assignment(alice, classroom.assignment.pk)
    actions.freeze(access.get_assignment(alice, typed.pk), acting_user=alice)
    actions.edit_assignment(
        typed,
        acting_user=alice,
        classes=list(typed.classes.all()),
        title="Autre titre",
        instructions="",
        opens_at=None,
        closes_at=None,
        mark_max=Decimal(20),
    )
    typed.refresh_from_db()
    assert (typed.title, typed.frozen_at is None) == ("Autre titre", False)
