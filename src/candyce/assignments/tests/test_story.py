"""The way through the house over HTTP, and what each person meets on these pages."""

import io
import json
import re
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from candyce.accounts.models import Class, Enrolment
from candyce.assignments import actions
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.tests.conftest import enrol
from candyce.conftest import make_user
from candyce.projects import tokens
from candyce.projects.models import Project, Version

HOSTILE = (
    "# Consigne\n\n**Attention** <script>alert(1)</script> <img src=x onerror=alert(2)>"
    " [lien](javascript:alert(3)) <a href='data:text/html,x' onclick='alert(4)'>x</a>"
    " <style>body{display:none}</style><iframe src='https://evil.example'></iframe>"
)


@pytest.fixture
def as_(portal, classroom):
    """A browser in which this person has signed in."""

    def sign_in(name):
        portal.logout()
        if name != "nobody":
            portal.force_login(classroom.people[name])
        return portal

    return sign_in


def url(name, *args):
    return reverse(f"assignments:{name}", args=args)


def assert_clean(html):
    assert not re.search(
        r"<script(?![^>]*src=)|href=.javascript:|\son[a-z]+=|\sstyle=|<style|<iframe|<img>", html
    )


def test_the_whole_story(as_, classroom):  # noqa: PLR0915  (a story is told at one go)
    alice = as_("alice")
    page = alice.get(f"{url('give')}?project={classroom.project.pk}")
    assert page.status_code == 200
    assert "Les triangles" in page.content.decode()
    closes = timezone.localtime(timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    answer = alice.post(
        f"{url('give')}?project={classroom.project.pk}",
        {
            "title": "Triangles en 2B",
            "classes": [classroom.school.school_class.pk],
            "instructions": HOSTILE,
            "closes_at": closes.strftime("%Y-%m-%dT%H:%M"),
            "mark_max": "20",
        },
    )
    work = Assignment.objects.get(title="Triangles en 2B")
    assert answer.url == url("share", work.pk)
    assert work.closes_at == closes
    shared = alice.get(answer.url).content.decode()
    assert f"{work.code[:3]} {work.code[3:]}" in shared
    assert f"http://localhost:8000/c/{work.code}/" in shared
    assert 'src="data:image/svg+xml' in shared
    assert_clean(alice.get(url("project_code", work.pk)).content.decode())

    bob = as_("bob")
    assert "Triangles en 2B" in bob.get(url("mine")).content.decode()
    answer = bob.get(url("join"), {"code": f" {work.code[:3].lower()} {work.code[3:]}"})
    assert answer.url == url("join", work.code)
    answer = bob.get(answer.url)
    copy = Copy.objects.get(assignment=work)
    assert answer.url == reverse("projects:open", args=[copy.project_id])
    page = bob.get(url("copy", copy.pk)).content.decode()
    assert "<strong>Attention</strong>" in page
    assert "<h3>Consigne</h3>" in page
    assert_clean(page)
    assert bob.post(url("hand_in", copy.pk)).url == url("copy", copy.pk)
    copy.refresh_from_db()
    assert copy.state == Copy.State.HANDED_IN
    bob.post(url("take_back", copy.pk))
    copy.refresh_from_db()
    assert copy.state == Copy.State.WORKING
    bob.post(url("hand_in", copy.pk))

    alice = as_("alice")
    page = alice.get(url("detail", work.pk)).content.decode()
    assert "TEST Bob" in page
    page = alice.get(url("mark", copy.pk)).content.decode()
    assert "Les triangles" in page  # the notebook itself
    answer = alice.post(
        url("mark", copy.pk), {"mark": "12,5", "appraisal": HOSTILE, "then": "save"}
    )
    assert answer.url == url("mark", copy.pk)
    copy.refresh_from_db()
    assert copy.mark == Decimal("12.50")
    assert "12,5" in alice.get(url("mark", copy.pk)).content.decode()

    hidden = as_("bob").get(url("copy", copy.pk)).content.decode()
    assert "12,5" not in hidden
    alice = as_("alice")
    assert alice.get(url("return_all", work.pk)).status_code == 200
    alice.post(url("return_all", work.pk))
    bob = as_("bob")
    page = bob.get(url("copy", copy.pk)).content.decode()
    assert "12,5" in page
    assert "Attention" in page
    assert_clean(page)
    assert "12,5" in bob.get(url("mine")).content.decode()
    assert "12,5" in bob.get("/").content.decode()
    bob.post(url("take_back", copy.pk))
    copy.refresh_from_db()
    assert copy.state == Copy.State.RETURNED


ALLOWED, MISSING, REFUSED, SIGN_IN = 200, 404, 403, 302
PEOPLE = (
    "alice",
    "dan",
    "fay",
    "charlie",
    "bob",
    "chloe",
    "eric",
    "zoe",
    "remi",
    "admin",
    "inspector",
    "nobody",
)


def _row(**known):
    return {name: known.get(name, MISSING) for name in PEOPLE} | {"nobody": SIGN_IN}


PUPILS_REFUSED = {"bob": REFUSED, "chloe": REFUSED, "eric": REFUSED}
FOLLOW = _row(alice=ALLOWED, dan=ALLOWED, fay=ALLOWED, **PUPILS_REFUSED)
OWN = _row(alice=ALLOWED, dan=REFUSED, fay=REFUSED, **PUPILS_REFUSED)
# Bob's copy, in 2B.
MARKING = _row(alice=ALLOWED, dan=ALLOWED, bob=REFUSED)
PAGES = {
    "detail": FOLLOW,
    "rows": FOLLOW,
    "share": FOLLOW,
    "project_code": FOLLOW,
    "return_all": FOLLOW,
    "download": FOLLOW,
    "edit": OWN,
    "mark": MARKING,
    # Teachers are sent on to the marking page.
    "copy": _row(bob=ALLOWED, alice=SIGN_IN, dan=SIGN_IN),
}


@pytest.mark.parametrize("page", PAGES)
def test_pages_by_role(as_, classroom, page):
    copy = classroom.open("bob")
    pk = copy.pk if page in {"mark", "copy"} else classroom.assignment.pk
    found = {name: as_(name).get(url(page, pk)).status_code for name in PEOPLE}
    assert found == PAGES[page]


DEEDS = {
    "archive": OWN,
    "unarchive": OWN,
    "delete": OWN,
    "restore": _row(),
    "hand_in": _row(bob=ALLOWED, alice=ALLOWED, dan=ALLOWED),
    "take_back": _row(bob=ALLOWED, alice=ALLOWED, dan=ALLOWED),
    "reopen": _row(alice=REFUSED, dan=REFUSED, bob=REFUSED),
    "return_one": MARKING,
    "return_all": FOLLOW,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_deeds_by_role(as_, classroom, deed, db):
    """ALLOWED here means answered by a page; what a refusal on that page changes is looked at below."""
    copies = {"hand_in", "take_back", "reopen", "return_one"}
    for name in PEOPLE:
        Assignment.objects.update(deleted_at=None, archived_at=None)
        copy = classroom.open("bob")
        Copy.objects.filter(pk=copy.pk).update(state="working")
        answer = as_(name).post(url(deed, copy.pk if deed in copies else classroom.assignment.pk))
        expected = DEEDS[deed][name]
        if expected == ALLOWED:
            assert answer.status_code == 302, name
            assert "sign-in" not in answer.url, name
        elif name == "nobody":
            assert "sign-in" in answer.url
        else:
            assert answer.status_code == expected, name
        copy.refresh_from_db()
        if deed == "hand_in":
            assert copy.state == ("handed_in" if name == "bob" else "working"), name


def test_giving_needs_a_teacher_and_something_to_give(as_, classroom):
    project = f"?project={classroom.project.pk}"
    expected = dict.fromkeys(PEOPLE, REFUSED) | {
        "alice": ALLOWED,
        "dan": MISSING,
        "fay": MISSING,
        "charlie": MISSING,
        "nobody": SIGN_IN,
    }
    found = {name: as_(name).get(url("give") + project).status_code for name in PEOPLE}
    assert found == expected
    assert as_("dan").get(url("give")).status_code == 200
    copy = classroom.open("bob")
    assert as_("alice").get(f"{url('give')}?project={copy.project_id}").status_code == 404
    for odd in ("resource=%00", "project=%00", "version=x", "assignment=' OR 1=1"):
        assert as_("alice").get(f"{url('give')}?{odd}").status_code == 404


def test_errors_of_the_form_stand_at_their_fields(as_, classroom):
    form = {
        "title": "",
        "opens_at": "2027-01-02T10:00",
        "closes_at": "2027-01-01T10:00",
        "mark_max": "zéro",
    }
    answer = as_("alice").post(f"{url('give')}?project={classroom.project.pk}", form)
    assert answer.status_code == 200
    errors = answer.context["form"].errors
    assert set(errors) == {"title", "classes", "mark_max"}
    form |= {"title": "Titre", "mark_max": "20", "classes": [classroom.second.pk]}
    answer = as_("alice").post(f"{url('give')}?project={classroom.project.pk}", form)
    assert set(answer.context["form"].errors) == {"closes_at"}
    form["classes"] = [classroom.other.pk]
    answer = as_("alice").post(f"{url('give')}?project={classroom.project.pk}", form)
    assert "classes" in answer.context["form"].errors
    assert Assignment.objects.count() == 1


def test_editing_deleting_and_undoing(as_, classroom):
    alice, work = as_("alice"), classroom.assignment
    page = alice.get(url("edit", work.pk))
    assert page.context["form"].initial["title"] == "Les triangles"
    answer = alice.post(
        url("edit", work.pk),
        {
            "title": "Autre titre",
            "classes": [classroom.school.school_class.pk, classroom.second.pk],
            "mark_max": "10",
        },
    )
    assert answer.url == url("detail", work.pk)
    answer = alice.post(url("delete", work.pk))
    page = alice.get(answer.url).content.decode()
    assert "Autre titre" in page
    assert url("restore", work.pk) in page
    assert alice.get(url("detail", work.pk)).status_code == 404
    assert url("restore", work.pk) in alice.get(url("list") + "?show=deleted").content.decode()
    # Another's deleted assignment stays unknown, here too.
    assert "Autre titre" not in as_("dan").get(answer.url).content.decode()
    as_("alice").post(url("restore", work.pk))
    assert as_("dan").get(url("detail", work.pk)).status_code == 200


def test_join_page_speaks_kindly(as_, classroom):
    code = classroom.assignment.code
    answer = as_("nobody").get(url("join", code))
    assert answer.status_code == 302
    assert f"next=/c/{code}/" in answer.url
    assert as_("bob").get(url("join")).status_code == 200
    answer = as_("bob").get(url("join", "PASUNC"))
    assert answer.status_code == 404
    assert 'role="alert"' in answer.content.decode()
    assert "Les triangles" not in as_("zoe").get(url("join", code)).content.decode()
    assert as_("dan").get(url("join", code)).url == url("detail", classroom.assignment.pk)
    zoe = as_("zoe")
    statuses = [zoe.get(url("join", "CCCCCC")).status_code for _ in range(11)]
    assert statuses[-1] == 429
    assert zoe.get(url("join"), {"code": "x" * 5000}).status_code in {404, 429}
    classroom.assignment.closes_at = timezone.now()
    classroom.assignment.save()
    assert as_("bob").get(url("join", code)).status_code == 403
    copy = classroom.copy_of("remi")
    assert not Copy.objects.filter(pupil=classroom.people["bob"]).exists()
    assert copy.pupil == classroom.people["remi"]


def test_started_work_stays_readable_after_the_closing(as_, classroom):
    copy = classroom.open("bob")
    classroom.assignment.closes_at = timezone.now()
    classroom.assignment.save()
    assert as_("bob").get(url("join", classroom.assignment.code)).url == url("copy", copy.pk)
    page = as_("bob").get(url("copy", copy.pk)).content.decode()
    assert url("hand_in", copy.pk) not in page
    as_("bob").post(url("hand_in", copy.pk))
    copy.refresh_from_db()
    assert copy.state == Copy.State.WORKING


def test_rows_filter_and_sort_without_javascript(as_, classroom):
    classroom.open("chloe")
    copy = classroom.open("eric")
    actions.hand_in(copy, acting_user=classroom.people["eric"])

    def names(person="alice", **query):
        rows = as_(person).get(url("rows", classroom.assignment.pk), query).context["rows"]
        return [row.pupil.username for row in rows]

    assert names() == ["bob", "chloe", "eric", "remi"]
    assert names("dan") == ["bob", "chloe"]
    assert names("fay") == ["eric"]
    assert names(state="working") == ["chloe", "remi"]
    assert names(state="not_started") == ["bob"]
    assert names(class_=str(classroom.second.pk)) == ["eric"]
    assert names(q="CHLO") == ["chloe"]
    assert names(sort="state") == ["bob", "chloe", "remi", "eric"]
    assert names(sort="activity")[-1] == "bob"
    assert names(sort="nonsense", state="'; --") == ["bob", "chloe", "eric", "remi"]
    counts = as_("alice").get(url("detail", classroom.assignment.pk)).context["counts"]
    assert (counts.pupils, counts.not_started, counts.working, counts.handed_in) == (3, 1, 1, 1)


@pytest.mark.parametrize("mark", ["12,5", "12.5", " 12,50 "])
def test_mark_is_written_as_people_write_it(as_, classroom, mark):
    copy = classroom.open("bob")
    as_("alice").post(url("mark", copy.pk), {"mark": mark, "appraisal": "", "then": "save"})
    copy.refresh_from_db()
    assert copy.mark == Decimal("12.5")


@pytest.mark.parametrize("mark", ["20,01", "-1", "NaN", "inf", "1e9", "douze", "12,345", "१२,5x"])
def test_impossible_mark_is_refused_at_its_field(as_, classroom, mark):
    copy = classroom.open("bob")
    answer = as_("alice").post(
        url("mark", copy.pk), {"mark": mark, "appraisal": "Bien", "then": "return"}
    )
    assert answer.status_code == 200
    assert "mark" in answer.context["form"].errors
    copy.refresh_from_db()
    assert (copy.mark, copy.appraisal, copy.state) == (None, "", "working")


def test_marking_walks_from_copy_to_copy(as_, classroom):
    copies = [classroom.open(name) for name in ("bob", "chloe", "eric")]
    alice = as_("alice")
    near = alice.get(url("mark", copies[1].pk)).context["neighbours"]
    assert (near.previous, near.next, near.position, near.total) == (copies[0], copies[2], 2, 4)
    answer = alice.post(url("mark", copies[0].pk), {"mark": "", "then": "next"})
    assert answer.url == url("mark", copies[1].pk)
    assert as_("dan").get(url("mark", copies[1].pk)).context["neighbours"].next is None


def test_zip_holds_every_copy_under_a_safe_name(as_, classroom):
    school_class = classroom.school.school_class
    odd = {
        "odd1": ("../../etc", "passwd\u0007"),
        "odd2": ("Müller-O'Neil", "Zoé <b>"),
        "odd3": ("李", "明"),
        "odd4": ("Test", "Bob"),
        "odd5": ("CON", ""),
    }
    for username, (family, given) in odd.items():
        user = make_user(username, "student", classroom.school.organisation)
        user.family_name, user.given_name = family, given
        user.save()
        enrol(user, school_class)
        classroom.people[username] = user
        classroom.open(username)
    copy = classroom.open("bob")
    Project.objects.filter(pk=copy.project_id).update(
        tree={path: entry for path, entry in copy.project.tree.items() if path.endswith(".ipynb")}
    )
    answer = as_("alice").get(url("download", classroom.assignment.pk))
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="les-triangles.zip"'
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    names = archive.namelist()
    assert len(names) == len(set(names))
    assert sum(name.endswith(".ipynb") for name in names) == 7
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]+)?(\.ipynb)?", name) for name in names)
    assert {
        "MULLER-O-NEIL_Zoe-b/mesures.csv",
        "odd3/odd3.ipynb",
        "TEST_Remi/TEST_Remi.ipynb",
    } <= set(names)
    assert "ETC_passwd/ETC_passwd.ipynb" in names
    alone = [name for name in names if "/" not in name]
    assert len(alone) == 1
    assert json.loads(archive.read(alone[0]))["cells"][0]["source"] == "# Les triangles"


async def test_zip_streams_under_asgi_too(async_client, classroom_async, settings):
    settings.CANDYCE_PORTAL_URL = "http://testserver"  # the name by which this client calls
    user, pk = classroom_async
    await async_client.aforce_login(user)
    answer = await async_client.get(reverse("assignments:download", args=[pk]))
    assert answer.is_async
    data = b"".join([chunk async for chunk in answer])
    assert len(zipfile.ZipFile(io.BytesIO(data)).namelist()) == 2


@pytest.fixture
def classroom_async(transactional_db, classroom):
    return classroom.people["alice"], classroom.assignment.pk


def test_handed_in_version_is_what_the_zip_holds(as_, classroom):
    copy = classroom.open("bob")
    actions.hand_in(copy, acting_user=classroom.people["bob"])
    Project.objects.filter(pk=copy.project_id).update(tree={})
    answer = as_("dan").get(url("download", classroom.assignment.pk))
    names = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()
    assert names == ["TEST_Bob/mesures.csv", "TEST_Bob/TEST_Bob.ipynb"]


@pytest.mark.parametrize("path", ["detail", "home"])
def test_query_count_is_the_same_for_one_pupil_and_32(
    as_, classroom, django_assert_num_queries, path
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page = "/" if path == "home" else url("detail", classroom.assignment.pk)
    classroom.open("bob")
    alice = as_("alice")
    alice.get(page)
    with CaptureQueriesContext(connection) as few:
        alice.get(page)
    for number in range(32):
        user = make_user(f"pupil{number}", "student", classroom.school.organisation)
        enrol(user, classroom.second)
        classroom.people[user.username] = user
        classroom.open(user.username)
    with django_assert_num_queries(len(few.captured_queries)):
        answer = alice.get(page)
    assert "Test" in answer.content.decode() or path == "home"


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


def test_other_pupils_marks_are_nowhere(as_, classroom):
    copy = classroom.open("bob")
    actions.set_mark(copy, Decimal("3.25"), acting_user=classroom.people["alice"])
    actions.set_appraisal(copy, "À revoir ensemble", acting_user=classroom.people["alice"])
    actions.return_copies([copy], acting_user=classroom.people["alice"])
    for name in ("chloe", "eric", "zoe", "charlie", "inspector"):
        browser = as_(name)
        for page in ("/", url("mine"), url("join", classroom.assignment.code)):
            html = browser.get(page, follow=False).content.decode()
            assert "3,25" not in html
            assert "À revoir" not in html


def test_removed_pupil_finds_nothing_left(as_, classroom):
    copy = classroom.copy_of("remi")
    remi = as_("remi")
    assert "Les triangles" not in remi.get(url("mine")).content.decode()
    assert remi.get(url("copy", copy.pk)).status_code == 404
    assert remi.get(url("join", classroom.assignment.code)).status_code == 404
    assert remi.post(url("hand_in", copy.pk)).status_code == 404


@pytest.mark.parametrize("name", PEOPLE)
def test_home_says_what_to_do_next(as_, classroom, name):
    answer = as_(name).get("/")
    assert answer.status_code == (302 if name == "nobody" else 200)
    if name != "nobody":
        assert_clean(answer.content.decode())


def test_home_is_alive_when_everything_is_empty(as_, classroom):
    Copy.objects.all().delete()
    Assignment.objects.all().delete()
    Enrolment.objects.all().delete()
    Class.objects.all().delete()
    for name in ("alice", "bob", "admin", "inspector"):
        html = as_(name).get("/").content.decode()
        assert 'class="empty"' in html or name == "admin"
    for page in ("list", "mine", "give"):
        assert as_("alice").get(url(page)).status_code == 200
    assert as_("alice").get(url("list") + "?show=archived").status_code == 200


def test_both_languages(as_, classroom):
    copy = classroom.open("bob")
    for language, word in (("fr", "Rendre"), ("en", "Hand in")):
        html = as_("bob").get(url("copy", copy.pk), headers={"accept-language": language})
        assert html["Content-Language"] == language
        assert word in html.content.decode()
