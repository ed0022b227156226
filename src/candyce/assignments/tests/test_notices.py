"""A teacher tells pupils something while they work: who may, who reads it, who has read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from candyce.accounts.models import AuditEntry, Class, Enrolment
from candyce.assignments import actions as assignments
from candyce.assignments.models import Notice, NoticeReading
from candyce.assignments.notices import access, actions, queries
from candyce.assignments.notices.questions import get_given
from candyce.assignments.tests.conftest import enrol
from candyce.assignments.tests.exercises import SECRETS, make_exercises_world
from candyce.assignments.tests.pages import HOSTILE, assert_clean, url
from candyce.assignments.tests.test_api import token_for
from candyce.lib.errors import BadRequest, Forbidden, NotFound, TooMany
from candyce.projects.signals import access_changed


def send(classroom, who="alice", *, text="Regardez le tableau.", to=(), classes=(), question=None):
    return actions.send_notice(
        classroom.fetch(who),
        acting_user=classroom.people[who],
        text=text,
        pupils=[classroom.people[name] for name in to],
        classes=classes,
        question=question,
    )


def read(classroom, name):
    """The texts that a pupil finds in their copy, newest first."""
    user, copy = classroom.people[name], classroom.copy_of(name)
    return [one.notice.text for one in queries.get_received(user, copy)]


def all_classes(classroom):
    return list(Class.objects.filter(assignments=classroom.assignment))


def test_a_message_reaches_those_it_was_sent_to_and_nobody_else(classroom):
    for name in ("bob", "chloe", "eric"):
        classroom.open(name)
    send(classroom, text="À toi, Bob", to=["bob"])
    send(classroom, text="À 2B", classes=[classroom.school.school_class])
    send(classroom, text="À tous", classes=all_classes(classroom))
    assert read(classroom, "bob") == ["À tous", "À 2B", "À toi, Bob"]
    assert read(classroom, "chloe") == ["À tous", "À 2B"]
    assert read(classroom, "eric") == ["À tous"]


def test_who_joins_a_class_later_reads_what_it_was_told(classroom):
    send(classroom, text="À 2B", classes=[classroom.school.school_class])
    enrol(classroom.people["zoe"], classroom.school.school_class)
    classroom.open("zoe")
    assert read(classroom, "zoe") == ["À 2B"]
    Enrolment.objects.filter(user=classroom.people["zoe"]).delete()
    assert read(classroom, "zoe") == []


def test_a_class_that_lost_the_work_hears_nothing_of_it(classroom):
    classroom.open("eric")
    send(classroom, text="À 2C", classes=[classroom.second])
    enrol(classroom.people["eric"], classroom.school.school_class)
    assert read(classroom, "eric") == ["À 2C"]
    classroom.assignment.classes.remove(classroom.second)
    assert read(classroom, "eric") == []


@pytest.mark.parametrize(
    ("who", "to", "classes"),
    [
        ("alice", ["zoe"], ""),  # not given to her class
        ("alice", ["remi"], ""),  # has left
        ("alice", [], "other"),
        ("dan", ["eric"], ""),  # in 2C, which he does not teach
        ("dan", [], "second"),
        ("fay", ["bob"], ""),
        ("alice", ["dan"], ""),
        ("alice", [], ""),
    ],
)
def test_one_writes_only_to_pupils_whose_work_one_follows(classroom, who, to, classes):
    chosen = [getattr(classroom, classes)] if classes else []
    with pytest.raises(BadRequest) as refused:
        send(classroom, who, to=to, classes=chosen)
    assert set(refused.value.fields) == {"to"}
    assert not Notice.objects.exists()


def test_pupils_and_strangers_send_nothing(classroom):
    with pytest.raises(Forbidden):
        send(classroom, "bob", to=["chloe"])
    with pytest.raises(NotFound):
        send(classroom, "charlie", to=["bob"])


@pytest.mark.parametrize("text", ["", "  \n", "a\0b", "x" * (actions.TEXT_LIMIT + 1)])
def test_a_text_is_neither_empty_nor_endless(classroom, text):
    with pytest.raises(BadRequest) as refused:
        send(classroom, text=text, to=["bob"])
    assert set(refused.value.fields) == {"text"}


def test_a_button_pressed_twice_sends_once(classroom):
    first = send(classroom, to=["bob"])
    assert send(classroom, to=["bob"]) == first
    assert send(classroom, to=["bob", "chloe"]) != first
    Notice.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
    assert send(classroom, to=["bob"]) != first


def test_a_flood_is_stopped_for_one_sender_not_for_the_others(classroom):
    for number in range(actions.AT_ONCE):
        send(classroom, text=f"{number}", to=["bob"])
    with pytest.raises(TooMany):
        send(classroom, text="encore", to=["bob"])
    send(classroom, "dan", text="moi", to=["bob"])
    Notice.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    send(classroom, text="encore", to=["bob"])


def test_an_assignment_holds_so_many_notices(classroom, monkeypatch):
    monkeypatch.setattr(actions, "ALL_TOGETHER", 1)
    send(classroom, text="un", to=["bob"])
    with pytest.raises(TooMany):
        send(classroom, "dan", text="deux", to=["bob"])


def test_sending_and_withdrawing_are_written_down(classroom):
    notice = send(classroom, to=["bob"])
    actions.withdraw_notice(notice, acting_user=classroom.people["alice"])
    entries = AuditEntry.objects.filter(object_id=str(notice.pk)).order_by("pk")
    assert [entry.verb for entry in entries] == ["notice_sent", "notice_withdrawn"]
    assert entries[0].data["pupils"] == [str(classroom.people["bob"].pk)]
    assert "tableau" not in str(entries[0].data)


# -- withdrawing and reading ------------------------------------------------------------------------


def test_a_withdrawn_notice_is_read_by_nobody(classroom):
    classroom.open("bob")
    notice = send(classroom, to=["bob"])
    alice = classroom.people["alice"]
    actions.withdraw_notice(access.get_notice(alice, notice.pk), acting_user=alice)
    assert read(classroom, "bob") == []
    with pytest.raises(Forbidden):
        access.get_notice(alice, notice.pk)


@pytest.mark.parametrize(
    ("who", "error"),
    [("alice", None), ("dan", None), ("fay", NotFound), ("bob", NotFound), ("charlie", NotFound)],
)
def test_who_sent_it_or_gave_the_work_withdraws(classroom, who, error):
    notice = send(classroom, "dan", to=["bob"])
    if error is None:
        assert access.get_notice(classroom.people[who], notice.pk) == notice
    else:
        with pytest.raises(error):
            access.get_notice(classroom.people[who], notice.pk)


def test_a_colleague_of_the_class_reads_but_does_not_withdraw(classroom):
    notice = send(classroom, to=["bob"])
    dan = classroom.people["dan"]
    assert [one.notice for one in queries.get_sent(dan, classroom.fetch("dan"))] == [notice]
    with pytest.raises(Forbidden):
        access.get_notice(dan, notice.pk)
    assert queries.get_sent(classroom.people["fay"], classroom.fetch("fay")) == []


def test_the_teacher_sees_who_has_read_it(classroom):
    for name in ("bob", "chloe", "eric"):
        classroom.open(name)
    notice = send(classroom, classes=all_classes(classroom))
    for name in ("bob", "eric"):
        user = classroom.people[name]
        actions.mark_read(classroom.copy_of(name), [notice.pk], acting_user=user)
        actions.mark_read(classroom.copy_of(name), [notice.pk], acting_user=user)  # twice is once
    [sent] = queries.get_sent(classroom.people["alice"], classroom.fetch("alice"))
    assert (sent.read, sent.unread, sent.total) == (("Bob Test", "Eric Test"), ("Chloe Test",), 3)
    # Fay sees her own class only.
    [sent] = queries.get_sent(classroom.people["fay"], classroom.fetch("fay"))
    assert (sent.read, sent.unread) == (("Eric Test",), ())


def test_nobody_says_for_another_that_something_is_read(classroom):
    bob, chloe = classroom.open("bob"), classroom.open("chloe")
    notice = send(classroom, to=["bob"])
    actions.mark_read(chloe, [notice.pk], acting_user=classroom.people["chloe"])
    for name in ("alice", "chloe"):
        with pytest.raises(Forbidden):
            actions.mark_read(bob, [notice.pk], acting_user=classroom.people[name])
    assert not NoticeReading.objects.exists()


def test_the_list_takes_as_many_queries_for_one_as_for_many(
    classroom, django_assert_num_queries, django_assert_max_num_queries
):
    send(classroom, text="0", classes=all_classes(classroom))
    assignment, alice = classroom.fetch("alice"), classroom.people["alice"]
    with django_assert_max_num_queries(12) as counted:
        queries.get_sent(alice, assignment)
    for number in range(1, 6):
        send(classroom, text=f"{number}", to=["bob", "eric"])
    with django_assert_num_queries(len(counted)):
        queries.get_sent(alice, assignment)


# -- news for open pages ----------------------------------------------------------------------------


def test_open_copies_of_those_concerned_hear_at_once(classroom, django_capture_on_commit_callbacks):
    for name in ("bob", "chloe", "eric"):
        classroom.open(name)
    told = set()

    def hear(sender, project_ids, **_rest):
        told.update(project_ids)

    def news():
        return [classroom.copy_of(name).news for name in ("bob", "chloe", "eric")]

    access_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            notice = send(classroom, to=["bob"])
        assert told == {classroom.copy_of("bob").project_id}
        assert news() == [1, 0, 0]
        with django_capture_on_commit_callbacks(execute=True):
            send(classroom, classes=[classroom.second])
        assert news() == [1, 0, 1]
        with django_capture_on_commit_callbacks(execute=True):
            actions.withdraw_notice(notice, acting_user=classroom.people["alice"])
        assert news() == [2, 0, 1]
    finally:
        access_changed.disconnect(hear)
    projects = {classroom.copy_of(name).project_id: name for name in ("bob", "chloe", "eric")}
    found = {projects[pk]: number for pk, number in queries.get_news(list(projects)).items()}
    assert found == {"bob": 2, "eric": 1}


# -- the editor's API -------------------------------------------------------------------------------


def test_the_page_of_a_copy_reads_its_notices_and_says_what_was_read(editor, classroom):
    copy = classroom.open("bob")
    other = send(classroom, text="Pour Chloé", to=["chloe"])
    notice = send(classroom, text="**Relisez** la consigne", to=["bob"])
    head = token_for(classroom.people["bob"], copy.project)
    body = editor.get("/api/notices", **head).json()
    [shown] = body["notices"]
    assert body["mine"] is True
    assert (shown["id"], shown["author"], shown["kind"]) == (
        str(notice.pk),
        "Alice Test",
        "message",
    )
    assert "<strong>Relisez</strong>" in shown["html"]
    assert (shown["seen_at"], shown["question"]) == (None, None)
    ids = [str(notice.pk), str(other.pk)]
    body = editor.post("/api/notices/seen", {"ids": ids}, "application/json", **head).json()
    assert body["notices"][0]["seen_at"]
    assert list(NoticeReading.objects.values_list("notice", flat=True)) == [notice.pk]
    info = editor.get("/api/project", **head).json()
    assert info["assignment"]["news"] == 1


def test_a_teacher_looking_in_sees_what_the_pupil_was_sent(editor, classroom):
    copy = classroom.open("bob")
    notice = send(classroom, to=["bob"])
    send(classroom, text="Pour Chloé", to=["chloe"])
    for name in ("alice", "dan"):
        head = token_for(classroom.people[name], copy.project)
        body = editor.get("/api/notices", **head).json()
        assert (body["mine"], [one["id"] for one in body["notices"]]) == (False, [str(notice.pk)])
        ids = {"ids": [str(notice.pk)]}
        answer = editor.post("/api/notices/seen", ids, "application/json", **head)
        assert answer.status_code == 403
    for name in ("fay", "chloe", "charlie"):
        head = token_for(classroom.people[name], copy.project)
        assert editor.get("/api/notices", **head).status_code in {403, 404}
    assert editor.get("/api/notices").status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"ids": "x"}, {"ids": ["x"]}, {"ids": [1]}, {"ids": [None] * 200}]
)
def test_a_malformed_reading_is_refused(editor, classroom, body):
    head = token_for(classroom.people["bob"], classroom.open("bob").project)
    answer = editor.post("/api/notices/seen", body, "application/json", **head)
    assert answer.status_code == 422


def test_a_project_that_is_no_copy_has_no_notices(editor, classroom):
    head = token_for(classroom.people["alice"], classroom.project)
    assert editor.get("/api/notices", **head).status_code == 404


def test_hostile_markdown_is_made_safe(editor, classroom):
    copy = classroom.open("bob")
    send(classroom, text=HOSTILE, to=["bob"])
    head = token_for(classroom.people["bob"], copy.project)
    [shown] = editor.get("/api/notices", **head).json()["notices"]
    assert_clean(shown["html"])
    assert "Attention" in shown["html"]


# -- hints ------------------------------------------------------------------------------------------


@pytest.fixture
def exercises(classroom, tmp_path):
    world = make_exercises_world(classroom, tmp_path)
    classroom.assignment = world.assignment
    return world


def test_a_hint_is_for_a_question_that_pupils_were_given(editor, classroom, exercises):
    given = get_given(exercises.assignment)
    assert [one.number for one in given] == list(range(1, len(given) + 1))
    assert not any(secret in one.title for one in given for secret in SECRETS)
    first = given[0]
    notice = send(classroom, text="Pensez à `return`.", to=["bob"], question=first)
    assert (notice.kind, notice.path, notice.question_id) == ("hint", "exo.ipynb", first.id)
    head = token_for(classroom.people["bob"], exercises.copy.project)
    [shown] = editor.get("/api/notices", **head).json()["notices"]
    assert shown["question"] == {
        "path": "exo.ipynb",
        "id": first.id,
        "cell_id": first.cell_id,
        "title": first.title,
    }
    unknown = type(first)("autre.ipynb", first.id, "", "", 1)
    with pytest.raises(BadRequest) as refused:
        send(classroom, to=["bob"], question=unknown)
    assert set(refused.value.fields) == {"question"}


def test_a_new_copy_finds_what_was_said_before_it_was_opened(editor, classroom):
    send(classroom, text="Avant", classes=all_classes(classroom))
    copy = classroom.open("bob")
    head = token_for(classroom.people["bob"], copy.project)
    assert [one["html"] for one in editor.get("/api/notices", **head).json()["notices"]]


def test_a_deleted_assignment_says_nothing_more(editor, classroom):
    copy = classroom.open("bob")
    send(classroom, to=["bob"])
    assignments.delete_assignment(classroom.fetch("alice"), acting_user=classroom.people["alice"])
    head = token_for(classroom.people["bob"], copy.project)
    assert editor.get("/api/notices", **head).status_code in {403, 404}


# -- the teacher's page and dialog, the pupil's page ------------------------------------------------


def test_the_teacher_writes_to_the_pupils_that_the_address_names(as_, classroom):
    bob, chloe = classroom.people["bob"], classroom.people["chloe"]
    for name in ("bob", "chloe"):
        classroom.open(name)
    page = url("notices", classroom.assignment.pk)
    browser = as_("alice")
    answer = browser.get(f"{page}?pupil={bob.pk}&pupil=x&pupil={classroom.people['zoe'].pk}")
    assert answer.context["form"].initial["pupil"] == [str(bob.pk)]
    assert answer.context["form"].initial["to"] == "chosen"
    data = {"to": "chosen", "pupil": [str(bob.pk)], "text": "Relisez **tout**", "question": ""}
    html = browser.post(page, data, follow=True).content.decode()
    assert "<strong>tout</strong>" in html
    assert read(classroom, "bob") == ["Relisez **tout**"]
    assert read(classroom, "chloe") == []
    html = as_("bob").get(url("copy", classroom.copy_of("bob").pk)).content.decode()
    assert "<strong>tout</strong>" in html
    [notice] = Notice.objects.all()
    as_("bob").post(url("notices_read", classroom.copy_of("bob").pk), {"id": [str(notice.pk), "x"]})
    assert list(NoticeReading.objects.values_list("pupil", flat=True)) == [bob.pk]
    rows = as_("alice").get(url("notices_sent", classroom.assignment.pk))
    assert rows.context["sent"][0].read == ("Bob Test",)
    data = {"to": "all", "text": "À tous", "pupil": [str(bob.pk)], "question": ""}
    as_("alice").post(page, data)
    assert read(classroom, "chloe") == ["À tous"]
    assert str(chloe.pk) not in html


def test_a_dialog_receives_its_part_with_what_is_wrong(as_, classroom):
    page = url("notices", classroom.assignment.pk)
    part = {"headers": {"X-Requested-With": "fetch"}}
    answer = as_("alice").get(page, **part)
    assert "<html" not in answer.content.decode()
    for data in ({"to": "chosen", "text": "Bonjour"}, {"to": "all", "text": " "}, {"to": "x"}):
        assert as_("alice").post(page, data, **part).status_code == 422
    answer = as_("alice").post(page, {"to": "all", "text": "Bonjour"}, **part)
    assert (answer.status_code, answer.context["told"] != "") == (200, True)
    assert Notice.objects.count() == 1


@pytest.mark.parametrize(("name", "status"), [("bob", 403), ("charlie", 404), ("nobody", 302)])
def test_the_pages_are_for_who_follows_the_work(as_, classroom, name, status):
    notice = send(classroom, to=["bob"])
    pk = classroom.assignment.pk
    for page in ("notices", "notices_sent"):
        assert as_(name).get(url(page, pk)).status_code == status
    answer = as_(name).post(url("notices", pk), {"to": "all", "text": "Moi"})
    assert answer.status_code == status
    answer = as_(name).post(url("notice_withdraw", notice.pk))
    assert answer.status_code == (302 if name == "nobody" else 404)
    assert Notice.objects.filter(withdrawn_at=None).count() == 1


def test_the_sender_withdraws_on_the_page(as_, classroom):
    notice = send(classroom, to=["bob"])
    assert as_("alice").post(url("notice_withdraw", notice.pk)).status_code == 302
    notice.refresh_from_db()
    assert notice.withdrawn_at
    assert as_("alice").post(url("notice_withdraw", notice.pk)).status_code == 403


def test_a_hint_is_sent_from_the_page(as_, classroom, exercises):
    given = get_given(exercises.assignment)[0]
    page = url("notices", exercises.assignment.pk)
    as_("alice").post(page, {"to": "all", "text": "Pensez-y", "question": given.key})
    [notice] = Notice.objects.all()
    assert (notice.kind, notice.question_id) == ("hint", given.id)


def test_a_board_that_hides_names_offers_nothing_that_shows_them(as_, classroom):
    board, link = url("board", classroom.assignment.pk), url("notices", classroom.assignment.pk)
    assert link in as_("alice").get(board).content.decode()
    hidden = as_("alice").get(f"{board}?names=hidden").content.decode()
    assert hidden.count(link) == 2
    assert f'href="{link}?names=hidden"' in hidden
    assert (
        '<input type="hidden" name="names" value="hidden">' in hidden.split(f'action="{link}"')[1]
    )
    for address in (link, url("notices_sent", classroom.assignment.pk)):
        page = as_("alice").get(f"{address}?names=hidden").content.decode()
        for pupil in ("bob", "chloe"):
            assert classroom.people[pupil].full_name not in page
            assert classroom.people[pupil].sort_name not in page
