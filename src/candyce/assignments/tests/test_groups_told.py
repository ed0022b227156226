"""What a group is told, and what others learn of it: messages, the editor, the board, the marks."""

from __future__ import annotations

from decimal import Decimal

from candyce.assignments import access, actions, groups
from candyce.assignments.board_questions import Line, Stuck
from candyce.assignments.describe import describe_project
from candyce.assignments.notices import actions as notices
from candyce.assignments.notices.links import get_query
from candyce.assignments.notices.queries import get_received
from candyce.assignments.tests.conftest import Grouped
from candyce.assignments.tests.pages import url
from candyce.assignments.tests.test_api import token_for
from candyce.projects.signals import access_changed


def make_two(room: Grouped):
    """Bob and Chloé share a copy, the next two another one; both are open."""
    assignment = room.give("teacher")
    bob, chloe, third, fourth = room.pupils[:4]
    room.put(assignment, [bob, chloe], [third, fourth])
    return assignment, room.open(bob, assignment), room.open(third, assignment)


def send(room: Grouped, assignment, text, **to):
    alice = room.room.school.alice
    return notices.send_notice(room.see(alice, assignment), acting_user=alice, text=text, **to)


def read(room: Grouped, user, copy) -> list[str]:
    return [one.notice.text for one in get_received(user, access.get_copy(user, copy.pk))]


def test_a_message_wakes_the_copy_of_every_member(grouped, django_capture_on_commit_callbacks):
    assignment, copy, other = make_two(grouped)
    bob, chloe, third = grouped.pupils[:3]
    told: set = set()

    def hear(sender, project_ids, **kwargs):
        told.update(project_ids)

    access_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            send(grouped, assignment, "À Chloé", pupils=[chloe])  # Bob opened the copy first
        assert told == {copy.project_id}
        with django_capture_on_commit_callbacks(execute=True):
            send(grouped, assignment, "À 2B", classes=[grouped.room.school.school_class])
        assert told == {copy.project_id, other.project_id}
    finally:
        access_changed.disconnect(hear)
    for one in (copy, other):
        one.refresh_from_db()
    assert (copy.news, other.news) == (2, 1)
    assert read(grouped, bob, copy) == ["À 2B"]
    assert read(grouped, chloe, copy) == ["À 2B", "À Chloé"]
    assert read(grouped, third, other) == ["À 2B"]
    assert read(grouped, grouped.room.school.alice, copy) == ["À 2B", "À Chloé"]


def test_who_left_the_group_is_told_nothing_more_of_its_copy(grouped, editor):
    assignment, copy, _other = make_two(grouped)
    bob, chloe = grouped.pupils[:2]
    token = token_for(chloe, copy.project)
    assert editor.get("/api/notices", **token).status_code == 200
    grouped.arrange(assignment, {chloe.pk: None})
    send(grouped, assignment, "À Bob", pupils=[bob])
    assert editor.get("/api/notices", **token).status_code in {403, 404}
    assert editor.post("/api/hand-in", **token).status_code in {403, 404}
    assert editor.get("/api/notices", **token_for(bob, copy.project)).json()["mine"]


def test_the_editor_names_the_group_and_writes_to_all_of_it(grouped, rf):
    _assignment, copy, _other = make_two(grouped)
    bob, chloe = grouped.pupils[:2]
    seen = describe_project(bob, copy.project, rf.get("/"))["assignment"]
    told = {"name": "Groupe 1", "members": ["Bob Test", "Chloe Test"], "handed_in_by": None}
    assert seen["group"] == told
    assert seen["message_url"] is None
    seen = describe_project(grouped.room.school.alice, copy.project, rf.get("/"))["assignment"]
    assert seen["message_url"].endswith(f"?pupil={bob.pk}&pupil={chloe.pk}")
    actions.hand_in(copy, acting_user=chloe)
    for user, name in ((bob, "Chloe Test"), (chloe, None)):
        seen = describe_project(user, copy.project, rf.get("/"))["assignment"]
        assert seen["group"] == told | {"handed_in_by": name}
    alone = grouped.give("")
    mine = grouped.open(bob, alone)
    assert describe_project(bob, mine.project, rf.get("/"))["assignment"]["group"] is None


def test_the_teacher_writes_to_a_group_from_its_page(grouped, as_):
    assignment, copy, _other = make_two(grouped)
    query = get_query(grouped.pupils[:2])
    link = f"{url('notices', assignment.pk)}?{query.replace('&', '&amp;')}"
    for address in (url("groups", assignment.pk), url("mark", copy.pk)):
        assert link in as_("alice").get(address).content.decode()
    form = as_("alice").get(f"{url('notices', assignment.pk)}?{query}").content.decode()
    assert form.count(" checked") == 3  # "some pupils", and the two


def test_a_group_on_the_board_has_its_name_and_its_members_count(grouped, as_):
    assignment, _copy, _other = make_two(grouped)
    group = groups.find_group(assignment, grouped.pupils[0])
    group.name = "Les <i>Pythons</i>"
    group.save()
    board = url("board", assignment.pk)
    seen = as_("alice").get(board).content.decode()
    assert "Les &lt;i&gt;Pythons" in seen
    assert "Bob Test, Chloe Test" in seen
    hidden = as_("alice").get(board, {"names": "hidden"}).content.decode()
    assert "Pythons" not in hidden
    assert "Bob Test" not in hidden

    lines = [make_line(2), make_line(1)]
    assert Stuck(None, "NameError", tuple(lines)).pupils == 3


def make_line(members: int) -> Line:
    facts = dict.fromkeys(Line.__dataclass_fields__)
    return Line(**(facts | {"member_ids": tuple(range(members))}))


def test_a_pupil_of_another_group_finds_nothing(grouped, as_):
    assignment, copy, _other = make_two(grouped)
    actions.set_mark(copy, Decimal(13), acting_user=grouped.room.school.alice)
    stranger = as_("bob")
    stranger.force_login(grouped.pupils[2])
    project = copy.project_id
    for address in (
        url("copy", copy.pk),
        url("mark", copy.pk),
        f"/projects/{project}/",
        f"/projects/{project}/open/",
        f"/projects/{project}/history/",
        f"/projects/{project}/download/",
    ):
        assert stranger.get(address).status_code == 404, address
    for name in ("hand_in", "take_back", "notices_read", "return_one", "reopen"):
        assert stranger.post(url(name, copy.pk)).status_code in {403, 404}, name
    copy.refresh_from_db()
    assert copy.state == "working"
    for name in ("groups", "board", "detail"):
        assert stranger.get(url(name, assignment.pk)).status_code in {403, 404}, name
    page = stranger.get(url("my_group", assignment.pk), follow=True).content.decode()
    assert "Bob Test" not in page
