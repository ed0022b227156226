"""The pages of groups: the teacher draws and moves, pupils make and join, a forged form does nothing."""

from __future__ import annotations

import io
import json
import re
import zipfile
from decimal import Decimal

import pytest

from candyce.assignments import actions, groups
from candyce.assignments.models import Copy
from candyce.assignments.parts import get_parts
from candyce.assignments.tests.conftest import make_notebook_bytes, sizes_of
from candyce.assignments.tests.pages import url
from candyce.collab import store
from candyce.collab.actions import replace_notebook

HOSTILE = "<script>alert(1)</script>"


def test_the_teacher_gives_in_groups_from_the_form(as_, grouped):
    room = grouped.room
    page = as_("alice")
    form = {
        "title": "À plusieurs",
        "classes": [room.school.school_class.pk],
        "mark_max": "20",
        "group_mode": "drawn",
        "group_size": "4",
    }
    address = f"/assignments/give/?project={room.project.pk}"
    for size in ("0", "1", "6", "999", "x"):
        assert page.post(address, form | {"group_size": size}).status_code == 200
    assert page.post(address, form | {"group_mode": "chess"}).status_code == 200
    assert page.post(address, form).status_code == 302
    made = room.school.alice.assignments.latest("created_at")
    assert (made.group_mode, made.group_size, sizes_of(made)) == ("drawn", 4, [4, 4])


def test_the_teacher_draws_moves_and_names(as_, grouped):
    assignment = grouped.give("teacher")
    one, two, three = grouped.pupils[:3]
    page, address = as_("alice"), f"/assignments/{assignment.pk}/groups/"
    class_id = str(grouped.room.school.school_class.pk)
    body = page.get(address).content.decode()
    assert body.count('name="to-') == len(grouped.pupils) + 1
    told = page.get(f"/assignments/{assignment.pk}/").content.decode()
    assert f"{address}" in told
    assert "9 élèves n’ont pas de groupe" in told
    assert page.post(address, {"act": "draw", "class": class_id}).status_code == 302
    assert sizes_of(assignment) == [3, 3, 2]
    moves = {f"to-{pupil.pk}": "new-A" for pupil in (one, two)}
    moves |= {
        f"was-{pupil.pk}": str(groups.find_group(assignment, pupil).pk) for pupil in (one, two)
    }
    # Read before somebody else moved: who is not moved here stays where the others put them.
    moves |= {f"to-{three.pk}": "", f"was-{three.pk}": ""}
    group = groups.find_group(assignment, three)
    moves[f"name-{group.pk}"] = HOSTILE
    assert page.post(address, {"act": "save", "class": class_id} | moves).status_code == 302
    assert groups.find_group(assignment, one) == groups.find_group(assignment, two)
    assert groups.find_group(assignment, three) == group
    body = page.get(address).content.decode()
    assert HOSTILE not in body
    assert "&lt;script&gt;alert(1)" in body


def test_a_forged_form_places_nobody(as_, grouped):
    assignment = grouped.give("teacher")
    [group] = grouped.put(assignment, grouped.pupils[:2])
    room = grouped.room
    address = f"/assignments/{assignment.pk}/groups/"
    class_id = str(room.school.school_class.pk)
    save = {"act": "save", "class": class_id}
    page = as_("alice")
    for key, value in (
        (f"to-{room.people['zoe'].pk}", str(group.pk)),
        (f"to-{room.people['eric'].pk}", str(group.pk)),
        (f"to-{grouped.pupils[3].pk}", "00000000-0000-4000-8000-000000000000"),
        (f"name-{group.pk}", "x" * 500),
    ):
        assert page.post(address, save | {key: value}).status_code == 422
    for key, value in (("to-x", str(group.pk)), (f"to-{grouped.pupils[3].pk}", "x\0")):
        assert page.post(address, save | {key: value}).status_code == 404
    assert page.post(address, {"act": "draw", "class": str(room.other.pk)}).status_code == 404
    # Fay teaches the other class only; pupils and strangers do not reach the page.
    assert as_("fay").post(address, {"act": "draw", "class": class_id}).status_code == 404
    assert as_("bob").post(address, {"act": "draw", "class": class_id}).status_code in {403, 404}
    for name in ("zoe", "charlie"):
        assert as_(name).post(address, save).status_code == 404
    assert sizes_of(assignment) == [2]


def test_a_pupil_without_a_group_is_told_what_to_do(as_, grouped):
    assignment = grouped.give("teacher")
    page = as_("bob")
    answer = page.get(f"/c/{assignment.code}/")
    assert answer.url == f"/assignments/{assignment.pk}/my-group/"
    assert page.get(answer.url).status_code == 200
    begin = page.post(f"/assignments/{assignment.pk}/my-group/open/")
    assert begin.url == answer.url
    grouped.put(assignment, [grouped.pupils[0]])
    assert "/projects/" in page.get(f"/c/{assignment.code}/").url
    copy = Copy.objects.get(assignment=assignment)
    assert page.get(answer.url).url == f"/assignments/copies/{copy.pk}/"
    for name in ("zoe", "charlie", "alice"):
        assert as_(name).get(answer.url).status_code == 404


def test_pupils_make_and_join_groups_on_their_page(as_, grouped):
    assignment = grouped.give("pupils", 2)
    address = f"/assignments/{assignment.pk}/my-group/"
    assert as_("bob").post(address, {"act": "make", "name": HOSTILE}).status_code == 302
    group = groups.find_group(assignment, grouped.pupils[0])
    page = as_("chloe")
    body = page.get(address).content.decode()
    assert HOSTILE not in body
    assert str(group.pk) in body
    assert page.post(address, {"act": "join", "group": "x"}).status_code == 404
    assert page.post(address, {"act": "join", "group": str(group.pk)}).status_code == 302
    assert as_("eric").post(address, {"act": "join", "group": str(group.pk)}).status_code == 404
    third = as_("chloe")
    third.force_login(grouped.pupils[2])
    assert third.post(address, {"act": "join", "group": str(group.pk)}).status_code == 409
    assert as_("chloe").post(address, {"act": "leave"}).status_code == 302
    assert as_("bob").post(f"{address}open/").status_code == 302
    assert Copy.objects.get(assignment=assignment).members == [grouped.pupils[0]]
    assert as_("chloe").post(address, {"act": "join", "group": str(group.pk)}).status_code == 409
    teacher, page = as_("alice"), f"/assignments/{assignment.pk}/groups/"
    assert teacher.post(page, {"act": "close"}).status_code == 302
    assert as_("chloe").post(address, {"act": "make"}).status_code == 403
    assert as_("alice").post(page, {"act": "open"}).status_code == 302
    assert as_("chloe").post(address, {"act": "make"}).status_code == 302


def test_one_mark_reaches_every_member_and_nobody_else(as_, grouped):
    assignment = grouped.give("teacher")
    bob, chloe, other = grouped.pupils[:3]
    grouped.put(assignment, [bob, chloe], [other])
    copy = grouped.open(bob, assignment)
    grouped.open(other, assignment)
    address = f"/assignments/copies/{copy.pk}/"
    assert as_("chloe").post(f"{address}hand-in/").status_code == 302
    assert "Chloe Test" in as_("bob").get(address).content.decode()
    alice = grouped.room.school.alice
    page = as_("alice").get(f"{address}mark/").content.decode()
    assert "Bob Test, Chloe Test" in page
    actions.set_mark(copy, Decimal("13.5"), acting_user=alice)
    for name in ("bob", "chloe"):
        assert "13.5" not in as_(name).get("/my-work/").content.decode().replace(",", ".")
    actions.return_copies([copy], acting_user=alice)
    for name in ("bob", "chloe"):
        seen = as_(name)
        assert "13.5" in seen.get(address).content.decode().replace(",", ".")
        assert "13.5" in seen.get("/my-work/").content.decode().replace(",", ".")
    stranger = as_("bob")
    stranger.force_login(other)
    assert stranger.get(address).status_code == 404
    rows = as_("alice").get(f"/assignments/{assignment.pk}/rows/").content.decode()
    assert rows.replace(",", ".").count("13.5") == 2


def test_the_download_has_one_file_for_a_group(as_, grouped):
    assignment = grouped.give("teacher")
    bob, chloe, other = grouped.pupils[:3]
    grouped.put(assignment, [bob, chloe], [other])
    for pupil in (bob, other):
        grouped.open(pupil, assignment)
    answer = as_("alice").get(f"/assignments/{assignment.pk}/copies.zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    tops = {name.split("/")[0] for name in archive.namelist()}
    assert len(tops) == 2
    assert {name.split("_", 1)[1] for name in tops} == {"TEST_TEST", "TEST"}


@pytest.mark.parametrize("hidden", [False, True])
def test_the_board_has_one_card_for_a_group(as_, grouped, hidden):
    assignment = grouped.give("teacher")
    bob, chloe = grouped.pupils[:2]
    grouped.put(assignment, [bob, chloe])
    grouped.open(chloe, assignment)
    names = "?names=hidden" if hidden else ""
    body = as_("alice").get(f"/assignments/{assignment.pk}/board/{names}").content.decode()
    assert body.count('<li id="card-') == len(grouped.pupils)  # Éric and the group for two
    assert ("Bob Test, Chloe Test" in body) is not hidden


def test_each_members_part_is_told_by_the_history(as_, grouped):
    assignment = grouped.give("teacher")
    bob, chloe = grouped.pupils[:2]
    grouped.put(assignment, [bob, chloe])
    copy = grouped.open(bob, assignment)
    document = store.open_document(copy.project_id, "triangles.ipynb")
    assert document
    for number, author in enumerate((bob, chloe, chloe, grouped.room.school.alice)):
        notebook = json.loads(make_notebook_bytes(f"Une phrase {number}"))
        assert replace_notebook(copy.project, "triangles.ipynb", notebook, acting_user=author)
    parts = {part.pupil: part for part in get_parts(copy)}
    assert set(parts) == {bob, chloe}
    assert 0 < parts[bob].changes < parts[chloe].changes
    assert parts[bob].share + parts[chloe].share == 100
    assert len(parts[chloe].cells) == 1
    page = as_("alice").get(f"/assignments/copies/{copy.pk}/mark/").content.decode()
    assert f"?person={chloe.pk}" in page
    alone = grouped.give("")
    assert get_parts(grouped.open(bob, alone)) == []


def test_ticking_a_group_writes_to_all_of_it(grouped, as_):
    assignment = grouped.give("teacher")
    one, two, three = grouped.pupils[:3]
    grouped.put(assignment, [one, two])
    grouped.open(one, assignment)
    board = as_("alice").get(url("board", assignment.pk), {"names": "hidden"}).content.decode()
    [value] = re.findall(rf'name="pupil" value="([^"]*{one.pk}[^"]*)"', board)
    form = as_("alice").get(url("notices", assignment.pk), {"pupil": value, "names": "hidden"})
    ticked = set(re.findall(r'name="pupil" value="([^"]+)"[^>]* checked', form.content.decode()))
    assert ticked == {str(one.pk), str(two.pk)}
    assert str(three.pk) in form.content.decode()
