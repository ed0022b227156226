"""Import of a file: what it would change, what it changes, and what it refuses."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from candyce.accounts.importer.apply import PlanChanged, do_import, make_draft
from candyce.accounts.importer.plan import make_plan
from candyce.accounts.importer.table import FileRefused, decode, defuse, read_table
from candyce.accounts.models import (
    AuditEntry,
    Class,
    Enrolment,
    ImportDraft,
    Organisation,
    Role,
    User,
)
from candyce.accounts.signals import enrolment_changed
from candyce.conftest import make_user

HEAD = "nom;prénom;rôle;classe;courriel;numéro;identifiant\n"


@pytest.fixture
def plan(school):
    """What the text would do in Alice's school."""

    def make(text: str, *, move_pupils: bool = True):
        return make_plan(
            school.session, read_table(text), move_pupils=move_pupils, acting_user=school.admin
        )

    return make


@pytest.fixture
def run(school):
    """Look at the text and confirm it."""

    def do(text: str):
        draft, plan = make_draft(
            school.session, text, file_name="t.csv", move_pupils=True, acting_user=school.admin
        )
        assert plan.problems == []
        return do_import(draft, acting_user=school.admin)[0]

    return do


def kinds(plan) -> list[list[str]]:
    return [person.kinds for person in plan.people]


def problems(plan) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in plan.problems]


def test_new_people_and_classes(run, school):
    done = run(
        HEAD
        + "MOREAU;Inès;élève;2de 1;;1001;\n"
        + "Nguyen;Théo;;2de 1;;;\n"
        + "Benali;Nadia;professeur;2de 1|2B;nadia@x.example;;n.benali\n"
    )
    assert done.counts == {
        "new": 3,
        "changed": 0,
        "enrolled": 3,
        "moved": 0,
        "unchanged": 0,
        "classes": 1,
    }
    ines = User.objects.get(username="ines.moreau")
    assert (ines.family_name, ines.identifier, ines.search_text) == (
        "Moreau",
        "1001",
        "moreau ines ines.moreau",
    )
    assert ines.must_change_password
    assert not ines.has_usable_password()
    assert [enrolment.school_class.title for enrolment in ines.enrolments.all()] == ["2de 1"]
    nadia = User.objects.get(username="n.benali")
    assert {one.school_class.title for one in nadia.enrolments.filter(role="teacher")} == {
        "2de 1",
        "2B",
    }
    assert Class.objects.get(title="2de 1").session == school.session
    assert AuditEntry.objects.filter(verb="imported", actor=school.admin).count() == 4


def test_same_file_again_changes_nothing(run, plan):
    text = HEAD + "Moreau;Inès;élève;2de 1;a@x.example;1001;\nBenali;Nadia;prof;2de 1;;;\n"
    run(text)
    again = plan(text)
    assert again.is_empty
    assert kinds(again) == [["unchanged"], ["unchanged"]]


def test_pupil_moves_or_is_added(run, plan, school):
    text = HEAD + "Test;Bob;élève;2C;;;\n"
    assert kinds(plan(text)) == [["moved"]]
    assert kinds(plan(text, move_pupils=False)) == [["enrolled"]]
    run(text)
    assert [one.school_class.title for one in school.bob.enrolments.all()] == ["2C"]


def test_teacher_never_leaves_a_class_by_import(run, school):
    run(HEAD + "Test;Alice;professeur;2C;;;\n")
    titles = {one.school_class.title for one in school.alice.enrolments.all()}
    assert titles == {"2B", "2C"}


def test_people_not_in_the_file_and_empty_cells_change_nothing(run, school):
    User.objects.filter(pk=school.bob.pk).update(email="bob@x.example", identifier="7")
    run("nom;prénom;classe;courriel;numéro\nTest;Bob;;;\nAutre;Zoé;2B;;\n")
    school.bob.refresh_from_db()
    assert (school.bob.email, school.bob.identifier) == ("bob@x.example", "7")
    assert school.bob.enrolments.count() == 1
    assert school.chloe.enrolments.count() == 1


def test_number_finds_a_person_whose_name_changed(run, plan, school):
    User.objects.filter(pk=school.bob.pk).update(identifier="1001")
    text = "family_name,given_name,identifier,email\nTest-Durand,Bob,1001,b@x.example\n"
    (person,) = plan(text).people
    assert person.changes == [("family_name", "Test", "Test-Durand"), ("email", "", "b@x.example")]
    run(text)
    school.bob.refresh_from_db()
    assert (school.bob.family_name, school.bob.username) == ("Test-Durand", "bob")
    assert "test-durand" in school.bob.search_text


def test_number_is_learnt_for_a_known_name(plan, school):
    (person,) = plan("nom;prénom;numéro\nTEST;bob;1001\n").people
    assert (person.user, person.changes) == (school.bob, [("identifier", "", "1001")])


def test_accents_and_capitals_are_no_change(plan, school):
    User.objects.filter(pk=school.chloe.pk).update(given_name="Chloé")
    assert plan("nom;prénom\nTEST;CHLOE\n").is_empty


def test_deactivated_person_of_the_file_is_opened_again(run, school):
    User.objects.filter(pk=school.bob.pk).update(is_active=False)
    assert run("nom;prénom\nTest;Bob\n").counts["changed"] == 1
    school.bob.refresh_from_db()
    assert school.bob.is_active


def test_homonyms(plan, school):
    first = make_user("lea.roux", Role.Name.STUDENT, school.organisation)
    second = make_user("lea.roux2", Role.Name.STUDENT, school.organisation)
    for user, identifier in ((first, "1"), (second, "2")):
        user.given_name, user.family_name, user.identifier = "Léa", "Roux", identifier
        user.save()
    Enrolment.objects.create(user=second, school_class=school.school_class, role="student")
    assert problems(plan("nom;prénom\nRoux;Léa\n")) == [(2, "nom")]
    assert plan("nom;prénom;classe\nRoux;Léa;2B\n").people[0].user == second
    assert plan("nom;prénom;numéro\nRoux;Léa;1\n").people[0].user == first
    assert plan("nom;prénom;identifiant\nRoux;Léa;lea.roux2\n").people[0].user == second
    new = plan("nom;prénom;numéro\nRoux;Léa;3\n").people[0]
    assert (new.kinds, new.username) == (["new"], "lea.roux3")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Li;Bo;;2B;;;", "Li;Bo;;2B;;;"], [(3, "nom")]),  # one pupil twice, or two: who knows
        (["Li;Bo;;2B;;;", "Li;Bo;;2C;;;"], [(3, "nom")]),
        (["Li;Bo;;2B;;1;", "Li;Bo;;2B;;2;"], []),
        (["Li;Bo;;2B;;1;", "Li;Bo;;2C;;1;"], []),
        (["Li;Bo;prof;2B;;;", "Li;Bo;prof;2C;;;"], []),
        (["Li;Bo;prof;2B;;;", "Li;Bo;;2B;;;"], []),
        (["Li;Bo;;2B;;1;", "Le;Bo;;2B;;1;"], [(3, "numéro")]),
        (["Li;Bo;;2B;;;li", "Le;Bo;;2B;;;li"], [(3, "identifiant")]),
        (["Li;Bo;;2B;a@x.fr;1;", "Li;Bo;;2C;b@x.fr;1;"], [(3, "courriel")]),
        (["Li;Bo;;2B;;1;li", "Li;Bo;;2C;;2;li"], [(3, "numéro")]),
        (["Li;Bo;;2B;;1;li", "Lo;Ba;;2C;;1;"], [(3, "numéro")]),
        (["Test;Bob;;2B;;;bob", "Test;Bob;;2B;;;"], [(3, "identifiant")]),
    ],
)
def test_doubles_inside_the_file(plan, lines, expected):
    assert problems(plan(HEAD + "\n".join(lines) + "\n")) == expected


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (";Bo;;;;;", "nom"),
        ("Li;;;;;;", "prénom"),
        ("=1+1;Bo;;;;;", "nom"),
        ("@SUM(A1);Bo;;;;;", "nom"),
        ("Li;-Bo;;;;;", "prénom"),
        ("<b>Li</b>;Bo;;;;;", "nom"),
        ("Li\u202e;Bo;;;;;", "nom"),
        ("Li\x07;Bo;;;;;", "nom"),
        ("x" * 101 + ";Bo;;;;;", "nom"),
        ("x" * 900 + ";Bo;;;;;", "nom"),
        ("Li;Bo;administrateur;;;;", "rôle"),
        ("Li;Bo;inspector;;;;", "rôle"),
        ("Li;Bo;???;;;;", "rôle"),
        ("Li;Bo;;=cmd|' /C calc'!A0;;;", "classe"),
        ("Li;Bo;;+2B;;;", "classe"),
        ("Li;Bo;;;not an address;;", "courriel"),
        ("Li;Bo;;;;=1;", "numéro"),
        ("Li;Bo;;;;;été", "identifiant"),
        ("Li;Bo;;;;;charlie", "identifiant"),  # of another school
        ("Test;Bob;professeur;;;;bob", "rôle"),
        ("Li;Bo;;;;;;too;many", ""),
    ],
)
def test_line_is_refused_with_its_number_and_column(plan, line, column):
    found = plan(HEAD + "Ok;Ok;;;;;\n\n" + line + "\n")
    assert problems(found) == [(4, column)]
    assert all(str(problem.message) for problem in found.problems)


def test_number_of_someone_else_is_refused(plan, school):
    User.objects.filter(pk=school.chloe.pk).update(identifier="9")
    assert problems(plan("nom;prénom;numéro;identifiant\nTest;Bob;9;bob\n")) == [(2, "numéro")]


def test_account_run_elsewhere_too_is_not_changed(plan, school):
    elsewhere = Organisation.objects.get(identifier="0750002B")
    Role.objects.create(user=school.alice, organisation=elsewhere, name="teacher")
    found = plan("nom;prénom;rôle;courriel\nTest;Alice;prof;new@x.example\n")
    assert problems(found) == [(2, "")]
    assert plan("nom;prénom;rôle;classe\nTest;Alice;prof;2C\n").problems == []


def test_people_of_another_school_are_never_matched(plan, school):
    (person,) = plan("nom;prénom;rôle\nTest;Charlie;prof\n").people
    assert (person.kinds, person.username) == (["new"], "charlie.test")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tables_as_schools_export_them(encoding, delimiter, end):
    lines = ["Nom de famille;Prénom;Né(e) le;Classe", "Lefèvre;Élodie;01/02/2010;2de 1", ";;;"]
    text = end.join(lines).replace(";", delimiter) + end
    table = read_table(decode(text.encode(encoding)))
    assert [row.cells for row in table.rows] == [
        {"family_name": "Lefèvre", "given_name": "Élodie", "class": "2de 1"}
    ]
    assert table.ignored == ["Né(e) le"]


def test_excels_separator_line_and_quotes_are_understood():
    table = read_table('sep=;\nnom;prénom;classe\n"De ""La"" Tour";" Inès  Marie ";"2de;1"\n')
    assert table.rows[0].cells == {
        "family_name": 'De "La" Tour',
        "given_name": "Inès Marie",
        "class": "2de;1",
    }
    assert table.rows[0].line == 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n\n",
        b"nom;pr\xc3\xa9nom\n",
        b"first;second\na;b\n",
        b"nom;classe\nLi;2B\n",
        b"nom;nom de famille;prenom\na;b;c\n",
        b"PK\x03\x04" + b"\x00" * 100,
        b"\xd0\xcf\x11\xe0" + b"x" * 100,
        b"nom;prenom\nLi\x00;Bo\n",
        b"\x00" * 1000,
        b"\xff\xfeabc",
        b"nom;prenom\n\x81\x8d;Bo\n",
        "nom;prénom\nLi;ThÃ©o\n".encode(),
        b'nom;prenom\n"Li;Bo\n',
        b'nom;prenom\n"Li"x;Bo\n',
        b"nom;prenom\n" + b"x" * 200_000 + b";Bo\n",
        b"nom;prenom" + b";c" * 100_000 + b"\nLi;Bo\n",
        b"nom;prenom\nLi;Bo" + b";c" * 100_000 + b"\n",
        b"nom;prenom\n" + b"Li;Bo\n" * 5001,
        b"nom;prenom\n" + b"x" * (2 * 1024 * 1024),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        b'"' * 100_000,
    ],
)
def test_hostile_file_is_refused_with_a_message(content):
    with pytest.raises(FileRefused) as error:
        read_table(decode(content))
    assert str(error.value)


def upload(client, school, content: bytes, **more):
    file = SimpleUploadedFile("élèves.csv", content)
    return client.post("/admin/import/", {"session": school.session.pk, "file": file, **more})


def test_import_through_the_pages(browse_as, school):
    admin = browse_as(school.admin)
    text = HEAD + "Moreau;Inès;élève;2de 1;;;\nTest;Bob;élève;2de 1;;;\n"
    shown = upload(admin, school, text.encode("cp1252"), move_pupils="on")
    assert shown.status_code == 200
    assert not User.objects.filter(family_name="Moreau").exists()
    html = shown.content.decode()
    for words in ("Nothing is written yet", "New pupil", "leaves 2B", "enters 2de 1", "Import now"):
        assert words in html
    draft = ImportDraft.objects.get()
    done = admin.post(f"/admin/import/{draft.pk}/confirm/")
    assert "The file is imported" in done.content.decode()
    assert User.objects.get(username="ines.moreau").enrolments.count() == 1
    assert not ImportDraft.objects.exists()
    assert admin.post(f"/admin/import/{draft.pk}/confirm/").status_code == 404


def test_file_with_one_error_imports_nothing(browse_as, school):
    admin = browse_as(school.admin)
    people = User.objects.count()
    text = HEAD + "Moreau;Inès;élève;2de 1;;;\n=cmd();Bo;;;;;\n"
    shown = upload(admin, school, text.encode())
    assert shown.status_code == 422
    assert "Import now" not in shown.content.decode()
    draft = ImportDraft.objects.get()
    assert admin.post(f"/admin/import/{draft.pk}/confirm/").status_code == 409
    assert (User.objects.count(), Class.objects.count()) == (people, 1)


def test_refused_file_is_explained_in_the_form(browse_as, school):
    response = upload(browse_as(school.admin), school, b"PK\x03\x04" + b"\x00" * 50)
    assert response.status_code == 422
    assert "This is a spreadsheet" in response.content.decode()
    big = upload(browse_as(school.admin), school, b"x" * (2 * 1024 * 1024 + 1))
    assert "larger than 2 MB" in big.content.decode()
    assert not ImportDraft.objects.exists()


def test_school_changed_in_between_shows_the_plan_again(browse_as, school):
    admin = browse_as(school.admin)
    text = HEAD + "Moreau;Inès;élève;2B;;;\n"
    upload(admin, school, text.encode())
    draft = ImportDraft.objects.get()
    User.objects.create_user("ines.moreau", given_name="Inès", family_name="Moreau")
    again = admin.post(f"/admin/import/{draft.pk}/confirm/")
    assert again.status_code == 409
    html = again.content.decode()
    assert "in the meantime" in html
    assert "ines.moreau2" in html
    assert not User.objects.filter(username="ines.moreau2").exists()
    assert admin.post(f"/admin/import/{draft.pk}/confirm/").status_code == 200
    assert User.objects.filter(username="ines.moreau2").exists()


def test_failure_in_the_middle_leaves_nothing(school, monkeypatch):
    draft, _plan = make_draft(
        school.session,
        HEAD + "Moreau;Inès;élève;2de 1;;;\n",
        file_name="",
        move_pupils=True,
        acting_user=school.admin,
    )

    def fail(*_args):
        raise RuntimeError

    monkeypatch.setattr("candyce.accounts.importer.apply._write_enrolments", fail)
    with pytest.raises(RuntimeError):
        do_import(draft, acting_user=school.admin)
    assert not User.objects.filter(family_name="Moreau").exists()
    assert not Class.objects.filter(title="2de 1").exists()
    assert AuditEntry.objects.count() == 0


def test_administrator_who_lost_the_school_cannot_confirm(browse_as, school):
    admin = browse_as(school.admin)
    upload(admin, school, (HEAD + "Moreau;Inès;élève;2B;;;\n").encode())
    draft = ImportDraft.objects.get()
    elsewhere = Organisation.objects.get(identifier="0750002B")
    school.admin.roles.update(organisation=elsewhere)
    assert admin.post(f"/admin/import/{draft.pk}/confirm/").status_code == 404


def test_drafts_are_forgotten(browse_as, school):
    from datetime import timedelta

    from django.utils import timezone

    from candyce.accounts.importer.apply import KEPT, purge_drafts

    admin = browse_as(school.admin)
    upload(admin, school, (HEAD + "Moreau;Inès;élève;2B;;;\n").encode())
    draft = ImportDraft.objects.get()
    ImportDraft.objects.update(created_at=timezone.now() - KEPT - timedelta(seconds=1))
    assert admin.post(f"/admin/import/{draft.pk}/confirm/").status_code == 404
    assert purge_drafts() == 1


def test_leaving_a_class_is_announced(run, school, django_capture_on_commit_callbacks):
    heard = []

    def listen(user_ids, class_ids, **_rest):
        heard.append((user_ids, set(class_ids)))

    enrolment_changed.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        run(HEAD + "Test;Bob;élève;2C;;;\nTest;Chloe;élève;2B;;;\n")
    enrolment_changed.disconnect(listen)
    class_c = Class.objects.get(title="2C")
    assert heard == [([school.bob.pk], {school.school_class.pk, class_c.pk})]


def test_stale_draft_raises_and_not_half_imports(school):
    draft, _plan = make_draft(
        school.session,
        HEAD + "Moreau;Inès;élève;2C;;;\n",
        file_name="",
        move_pupils=True,
        acting_user=school.admin,
    )
    Class.objects.create(organisation=school.organisation, session=school.session, title="2C")
    with pytest.raises(PlanChanged):
        do_import(draft, acting_user=school.admin)


def test_template_and_export_are_read_back(browse_as, school, plan):
    admin = browse_as(school.admin)
    template = admin.get("/admin/import/template.csv")
    assert plan(decode(template.content)).problems == []
    exported = admin.get("/admin/people/export.csv?role=student")
    again = plan(decode(exported.content))
    assert again.problems == []
    assert again.is_empty
    assert len(again.people) == 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r@", " =", "\n+"])
def test_exported_cells_are_never_formulas(start):
    assert defuse(start + "1+1").startswith("'")
    assert defuse("Moreau") == "Moreau"


def test_old_dangerous_data_is_defused_in_the_export(browse_as, school):
    User.objects.filter(pk=school.bob.pk).update(family_name='=HYPERLINK("x")', email="+1@x.fr")
    content = browse_as(school.admin).get("/admin/people/export.csv?q=bob").content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_import_asks_as_many_questions_for_ten_and_forty(school):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(lines: int) -> int:
        text = HEAD + "".join(
            f"Nom{lines}n{n};Ada;élève;C{lines}n{n % 9};;{lines}n{n};\n" for n in range(lines)
        )
        draft, made = make_draft(
            school.session, text, file_name="", move_pupils=True, acting_user=school.admin
        )
        assert made.problems == []
        with CaptureQueriesContext(connection) as captured:
            do_import(draft, acting_user=school.admin)
        return len(captured)

    assert count(10) == count(40)
