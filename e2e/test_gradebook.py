"""The gradebook: an oral typed by keyboard while a colleague types too, its skills, the CSV read again; a pupil reads it.

The guide's pictures of the gradebook and of statistics are made here.
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from e2e.conftest import NewPerson, Site, take_picture
from e2e.crowd import _run
from e2e.looks import Watch, get_overflow, get_violations

# A class of which twenty-four have done a test of five questions: points as if marked.
_MARKED = """
import json, os, random
os.environ["DJANGO_SETTINGS_MODULE"] = "candyce.settings"
import django
django.setup()
from candyce.accounts.models import Class, User
from candyce.assignments import actions
from candyce.assignments.models import Copy
from candyce.grading import actions as marking
from candyce.grading.asked import get_asked
from candyce.grading.models import Answer, Sheet
from candyce.grading.tests.notebooks import make_cell, nbgrader, to_bytes
from candyce.projects.actions import create_project
titles = ["Aire d'un triangle", "Pourquoi la moitié ?", "L'unité d'une aire", "Volume d'un cylindre", "Une boucle qui somme"]
cells = [make_cell("markdown", "titre", "# Aires et volumes")]
for number, (title, points) in enumerate(zip(titles, (4, 4, 2, 6, 4))):
    cells.append(make_cell("markdown", f"t{number}", f"## {title}"))
    cells.append(make_cell("markdown", f"q{number}", "…", nbgrader=nbgrader(f"q{number}", "manual", points)))
teacher = User.objects.get(username="nadia.benali")
school_class = Class.objects.get(title="2de 1")
project = create_project(acting_user=teacher, title="Aires et volumes", files={"aires.ipynb": to_bytes(cells)})
work = actions.give(acting_user=teacher, classes=[school_class], title="Contrôle : aires et volumes", project=project)
chance, asked = random.Random(4), get_asked(work)
pupils = User.objects.filter(enrolments__school_class=school_class, enrolments__role="student")
for pupil in pupils.order_by("family_name", "given_name")[:24]:
    copy, able = actions.join(work.code, acting_user=pupil), chance.gauss(0, 1)
    Copy.objects.filter(pk=copy.pk).update(state="handed_in")
    sheet, _new = Sheet.objects.get_or_create(copy=copy)
    for number, one in enumerate(asked):
        x = able * (1, 0.8, 0.3, 1.2, -0.6)[number] + chance.gauss(0, 0.8) + (0.9, 0, 1.2, -0.5, 0.2)[number]
        points = one.points if x > 0.5 else one.points / 2 if x > -0.3 else 0
        Answer.objects.create(
            sheet=sheet, path=one.path, grade_id=f"q{number}", question_id=one.question.id, order=number,
            kind="text", points_max=one.points, points=points,
        )
    marking.propose_mark(sheet)
print(json.dumps([str(work.pk), str(school_class.pk)]))
"""


def expect_saved(page: Page) -> None:
    expect(page.locator("[data-cells-state]")).to_have_text("Enregistré")


def test_marks_are_typed_exchanged_and_read(
    site: Site, new_person: NewPerson, tmp_path: Path
) -> None:
    work, school_class = _run(site, _MARKED)
    teacher = new_person("nadia.benali", width=1280, height=900)
    ears = Watch({site.portal.split("//")[1], site.editor.split("//")[1]})
    ears.listen(teacher)
    teacher.goto(f"/assignments/{work}/statistics/")
    expect(teacher.locator(".plot svg")).to_have_count(3)
    assert get_violations(teacher) == []
    take_picture(teacher, "statistiques")

    # A column for an oral; marks and states by keyboard alone.
    teacher.goto(f"/gradebook/{school_class}/")
    teacher.get_by_role("link", name="Ajouter une colonne").click()
    teacher.get_by_label("Titre").fill("Oral : exposé")
    teacher.get_by_label("Noté sur").fill("10")
    teacher.get_by_label("Les élèves lisent").check()
    teacher.get_by_role("button", name="Ajouter la colonne").click()
    fields = teacher.locator("input[data-column]")
    fields.first.focus()
    for typed in ("7,5", "8", "abs", "disp", "nr", "12"):
        teacher.keyboard.type(typed)
        teacher.keyboard.press("Enter")
    expect(teacher.locator("[data-cells-problem]")).to_contain_text("12")
    teacher.keyboard.press("ArrowUp")
    teacher.keyboard.type("6")
    teacher.keyboard.press("Enter")
    expect(teacher.locator("[data-cells-problem]")).to_be_hidden()
    expect(fields.nth(2)).to_have_value("Abs")
    ines = teacher.get_by_label("Inès Moreau, Oral")
    ines.fill("8,5")
    ines.press("Enter")
    expect(teacher.locator("tr[data-pupil]", has=ines).locator("[data-average]")).not_to_be_empty()
    expect_saved(teacher)
    teacher.goto(f"/gradebook/{school_class}/type/")
    assert get_violations(teacher) == []
    assert get_overflow(teacher) == 0
    take_picture(teacher, "carnet-saisie")

    # A colleague types in the same cell: told, then settled.
    colleague = new_person("marc.lefevre")
    colleague.goto(f"/gradebook/{school_class}/type/")
    places = [
        page.locator("tr[data-pupil]").nth(9).get_by_label("Oral") for page in (teacher, colleague)
    ]
    places[0].fill("9")
    places[0].press("Enter")
    expect_saved(teacher)
    places[1].fill("4")
    places[1].press("Enter")
    expect(colleague.locator("[data-cells-problem]")).to_contain_text("Nadia Benali a écrit « 9 »")
    places[1].focus()
    places[1].press("Escape")
    expect(places[1]).to_have_value("9")
    expect(colleague.locator("[data-cells-problem]")).to_be_hidden()

    # Skills, and the file out and in again.
    teacher.goto(f"/gradebook/{school_class}/columns/{work}/skills/")
    teacher.get_by_label("Socle 1.3").check()
    teacher.get_by_label("CRCN 1.3").select_option("4")
    teacher.get_by_role("button", name="Enregistrer").click()
    expect(teacher.locator("td.skill").first).to_have_text(re.compile(r"^[1-4]"))
    teacher.get_by_text("Plus", exact=True).click()
    with teacher.expect_download() as download:
        teacher.get_by_role("link", name="Télécharger le tableau (CSV)").click()
    path = tmp_path / "notes.csv"
    download.value.save_as(path)
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace(";7,5;", ";9,5;", 1), encoding="utf-8")
    teacher.goto(f"/gradebook/{school_class}/import/")
    teacher.locator("input[type=file]").set_input_files(path)
    teacher.get_by_role("button", name="Montrer les changements").click()
    expect(teacher.locator("main tbody tr")).to_have_count(1)
    assert get_violations(teacher) == []
    teacher.get_by_role("button", name="Enregistrer ces changements").click()
    expect(teacher.get_by_text("1 changement est enregistré.")).to_be_visible()

    pupil = new_person("ines.moreau", width=360, dark=True)
    pupil.goto("/my-marks/")
    expect(pupil.locator(".own-marks")).to_contain_text("Oral : exposé")
    expect(pupil.locator(".own-marks")).to_contain_text("8,5")
    assert get_violations(pupil) == []
    assert get_overflow(pupil) == 0
    # What was refused (422) and what a colleague had written (409) are the browser's own lines.
    assert [one for one in ears.problems if "422" not in one] == []
