"""Times at work: who may do what when, what is not seen outside the window, and what late work costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from candyce.assignments import access, actions, my_work, queries
from candyce.assignments.models import (
    Accommodation,
    Assignment,
    Copy,
    Group,
    Membership,
    PupilTimes,
)
from candyce.assignments.tests.pages import url
from candyce.lib.errors import Forbidden
from candyce.projects import access as projects_access
from candyce.projects import tokens

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Rule = Assignment.LateRule


def set_times(classroom, opens=None, due=None, closes=None, **fields) -> Assignment:
    """Times of the class, in hours from now."""
    now = timezone.now()
    moments = {"opens_at": opens, "due_at": due, "closes_at": closes}
    values = {key: None if h is None else now + h * HOUR for key, h in moments.items()}
    Assignment.objects.filter(pk=classroom.assignment.pk).update(**values, **fields)
    classroom.assignment.refresh_from_db()
    return classroom.assignment


def give_own(classroom, name: str, **fields) -> None:
    work = classroom.assignment
    PupilTimes.objects.create(assignment=work, pupil=classroom.people[name], **fields)


def rights_of(classroom, name: str, owner: str | None = None):
    copy = Copy.objects.get(
        access.owned_by(classroom.people[owner or name]), assignment=classroom.assignment
    )
    return projects_access.get_rights(classroom.people[name], copy.project)


# --- one pupil and the others -------------------------------------------------------------------


def test_extra_time_lets_one_pupil_write_on_after_the_others(classroom):
    for name in ("bob", "chloe"):
        classroom.open(name)
    work = set_times(classroom, opens=-2, closes=-0.25)
    Accommodation.objects.create(pupil=classroom.people["chloe"], extra_percent=33)
    assert rights_of(classroom, "bob").reason == "window_closed"
    mine = rights_of(classroom, "chloe")
    assert "write" in mine.scopes
    window = work.closes_at - work.opens_at
    assert mine.until == work.closes_at + window // 100 * 33
    chloe = classroom.people["chloe"]
    actions.hand_in(access.get_copy(chloe, classroom.copy_of("chloe").pk), acting_user=chloe)


def test_a_window_of_ones_own_opens_work_to_one_pupil_alone(classroom):
    set_times(classroom, opens=24, closes=25)
    give_own(classroom, "bob", opens_at=timezone.now() - HOUR)
    assert classroom.open("bob")
    with pytest.raises(Forbidden) as refused:
        classroom.open("chloe")
    assert refused.value.code == "not_open_yet"
    [mine] = my_work.get_my_work(classroom.people["bob"]).to_do
    assert mine.open_yet
    [theirs] = my_work.get_my_work(classroom.people["chloe"]).to_do
    assert not theirs.open_yet
    assert theirs.times.opens_at == classroom.assignment.opens_at


def test_all_members_of_a_group_write_until_the_last_members_time(classroom):
    set_times(classroom, opens=-2, closes=2, group_mode="teacher")
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    group = Group.objects.create(
        assignment=classroom.assignment, number=1, school_class=classroom.school.school_class
    )
    for pupil in (bob, chloe):
        Membership.objects.create(assignment=classroom.assignment, group=group, pupil=pupil)
    classroom.open("bob")
    set_times(classroom, opens=-2, closes=-1, group_mode="teacher")
    assert rights_of(classroom, "bob").reason == "window_closed"
    give_own(classroom, "chloe", extra_minutes=120)
    assert "write" in rights_of(classroom, "bob").scopes
    rows = {
        row.pupil.username: row
        for row in queries.get_rows(classroom.people["alice"], classroom.fetch("alice"))
    }
    assert not rows["bob"].closed
    assert rows["eric"].closed


def test_where_late_work_is_refused_writing_ends_at_the_due_time(classroom):
    classroom.open("bob")
    set_times(classroom, due=-1, closes=5, late_rule=Rule.REFUSE)
    assert rights_of(classroom, "bob").reason == "window_closed"
    set_times(classroom, due=-1, closes=5, late_rule=Rule.ACCEPT)
    assert "write" in rights_of(classroom, "bob").scopes


# --- invisible ----------------------------------------------------------------------------------

OUTSIDE = {"before": (5, 6), "after": (-6, -5)}


def doors(classroom, copy) -> dict[str, str]:
    """Addresses of the portal that would tell a pupil of the work."""
    work = classroom.assignment
    return {
        "copy": url("copy", copy.pk),
        "hand in": url("hand_in", copy.pk),
        "read notices": url("notices_read", copy.pk),
        "my group": url("my_group", work.pk),
        "open": f"/projects/{copy.project_id}/open/",
        "project": f"/projects/{copy.project_id}/",
        "zip": f"/projects/{copy.project_id}/export/",
        "file": f"/projects/{copy.project_id}/file/?path=triangles.ipynb",
        "duplicate": f"/projects/{copy.project_id}/duplicate/",
        "history": f"/projects/{copy.project_id}/history/?path=triangles.ipynb",
    }


API = ("project", "tree", "files/triangles.ipynb", "files/", "raw/mesures.csv")


@pytest.mark.parametrize("when", OUTSIDE)
@pytest.mark.parametrize("handed_in", [False, True])
def test_what_is_invisible_is_not_there_by_any_door(when, handed_in, classroom, as_, editor):
    bob = classroom.people["bob"]
    copy = classroom.open("bob")
    if handed_in:
        actions.hand_in(copy, acting_user=bob)
    opens, closes = OUTSIDE[when]
    work = set_times(classroom, opens=opens, closes=closes, outside="hidden")
    token = tokens.issue(copy.project_id, bob.pk, ("read", "write", "submit", "comment")).encode()
    browser = as_("bob")
    for name, path in doors(classroom, copy).items():
        verb = browser.post if name in {"hand in", "read notices", "duplicate"} else browser.get
        assert verb(path).status_code == 404, name
    for path in API:
        answer = editor.get(f"/api/{path}", HTTP_AUTHORIZATION=f"Bearer {token}")
        assert answer.status_code in {403, 404}, path
        assert b"triangles" not in answer.content.lower(), path
    for path in ("/", "/my-work/", "/projects/", "/c/"):
        assert work.title not in browser.get(path).content.decode(), path
    answer = browser.get(url("join", work.code))
    assert (answer.status_code, work.title in answer.content.decode()) == (404, False)
    assert not my_work.get_my_work(bob)
    assert not access.given_to(bob).exists()
    assert not access.visible_to(bob).exists()
    assert not access.copies_visible_to(bob).exists()
    assert not projects_access.visible_to(bob).filter(kind="copy").exists()
    rights = rights_of(classroom, "bob")
    assert (rights.scopes, rights.reason) == (frozenset(), None)
    assert as_("alice").get(url("detail", work.pk)).status_code == 200
    assert "write" in rights_of(classroom, "alice", "bob").scopes


def test_an_invisible_code_is_told_apart_from_no_other(classroom, as_):
    work = set_times(classroom, opens=5, outside="hidden")
    browser = as_("bob")
    hidden = browser.get(url("join", work.code))
    nothing = browser.get(url("join", "ABCD-EFG" if work.code != "ABCDEFG" else "ABCDEFH"))
    assert hidden.status_code == nothing.status_code == 404
    assert str(hidden.context["error"]) == str(nothing.context["error"])


def test_what_came_back_is_seen_although_its_window_is_over(classroom, as_):
    copy = classroom.open("bob")
    set_times(classroom, opens=-6, closes=-5, outside="hidden")
    alice = classroom.people["alice"]
    actions.return_copies([access.get_copy(alice, copy.pk)], acting_user=alice)
    assert as_("bob").get(url("copy", copy.pk)).status_code == 200
    assert rights_of(classroom, "bob").reason == "read_only"
    actions.reopen(access.get_copy(alice, copy.pk), acting_user=alice)
    assert "write" in rights_of(classroom, "bob").scopes


def test_invisible_by_pupil(classroom):
    set_times(classroom, opens=5)
    give_own(classroom, "bob", outside="hidden")
    assert not access.given_to(classroom.people["bob"]).exists()
    assert access.given_to(classroom.people["chloe"]).exists()
    set_times(classroom, opens=5, outside="hidden")
    give_own(classroom, "chloe", outside="locked")
    assert access.given_to(classroom.people["chloe"]).exists()
    assert not access.given_to(classroom.people["eric"]).exists()


def test_locked_is_announced_and_not_opened(classroom, as_):
    work = set_times(classroom, opens=5)
    browser = as_("bob")
    assert work.title in browser.get("/my-work/").content.decode()
    assert browser.get(url("join", work.code)).status_code == 403
