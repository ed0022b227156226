"""The way through the house over HTTP, and what each person meets on these pages."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from candyce.accounts.models import Class, Enrolment
from candyce.assignments import access, actions
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.tests.conftest import enrol
from candyce.assignments.tests.pages import HOSTILE, assert_clean, url
from candyce.conftest import make_user
from candyce.library.loader import load_content
from candyce.library.tests.test_library import get_folder


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


def test_what_only_teachers_read_in_the_library_is_given_to_a_class(as_, classroom, tmp_path):
    get_folder(tmp_path, kind="assessment", visibility="teachers")
    load_content(tmp_path)
    address = f"{url('give')}?resource=essai"
    assert as_("bob").get("/library/essai/").status_code == 404
    assert as_("bob").get(address).status_code in (403, 404)
    form = {"title": "Contrôle", "mark_max": "20", "classes": [classroom.school.school_class.pk]}
    assert as_("alice").post(address, form).status_code == 302
    work = Assignment.objects.get(title="Contrôle")
    assert "Contrôle" in as_("bob").get(url("mine")).content.decode()
    bob = classroom.people["bob"]
    copy = actions.open_copy(access.get_assignment(bob, work.pk), acting_user=bob)
    assert set(copy.project.tree) == {"essai.ipynb"}
    assert as_("bob").get("/library/essai/").status_code == 404


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
