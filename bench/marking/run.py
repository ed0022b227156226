"""Marking a class: copies a minute beside `nbgrader autograde`, and every score compared.

    python bench/marking/run.py --copies 35

The same course and the same copies in the same run, one after the other. Ours is the whole way: from copies
that wait in the database (SQLite, in a temporary folder) to answers, events and proposed marks, with as many
copies at once as there are processors. nbgrader comes twice: as it is (one copy after the other), and as one
process for each processor, each with its share of the copies. Prints a table; ends with 1 when a score differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

Scores = dict[tuple[str, str], float | None]
Notebook = dict[str, Any]


def mark_ours(author: Notebook, copies: dict[str, Notebook]) -> tuple[float, Scores]:
    """Seconds from the first waiting copy to the last written mark, and the scores."""
    from candyce.assignments import access, actions
    from candyce.assignments.models import Copy
    from candyce.compute.sandbox.runner import get_runner
    from candyce.grading.actions import marking
    from candyce.grading.models import Answer, Sheet
    from candyce.projects.actions import create_project
    from candyce.projects.blobs import do_store_blob
    from candyce.projects.models import Project

    teacher, pupils, class_ = make_school(list(copies))
    project = create_project(
        acting_user=teacher, title="TP", files={"tp.ipynb": json.dumps(author).encode()}
    )
    assignment = actions.give(acting_user=teacher, classes=[class_], title="TP", project=project)
    marking._plan = lambda _ids: None  # noqa: SLF001 - the clock starts when all wait
    for name, notebook in copies.items():
        given = access.get_assignment(pupils[name], assignment.pk)
        copy = actions.open_copy(given, acting_user=pupils[name])
        data = json.dumps(notebook).encode()
        tree = {"tp.ipynb": [do_store_blob(data).sha256, len(data), 0]}
        Project.objects.filter(pk=copy.project_id).update(tree=tree)
        copy = access.get_copy(pupils[name], copy.pk)
        actions.hand_in(copy, acting_user=pupils[name])
    get_runner().get_snapshot()  # made once for an installation
    start = time.perf_counter()
    counts = marking.mark_waiting(assignment)
    spent = time.perf_counter() - start
    assert counts == {"done": len(copies)}, counts
    assert Sheet.objects.filter(state="done").count() == Copy.objects.count()
    found = Answer.objects.values_list("sheet__copy__pupil__username", "grade_id", "auto_points")
    return spent, {
        (name, grade_id): None if points is None else float(points)
        for name, grade_id, points in found
    }


def make_school(names: list[str]) -> tuple[Any, dict[str, Any], Any]:
    from candyce.accounts.models import AcademicSession, Class, Enrolment, Organisation, Role, User

    place = Organisation.objects.create(name="Bench", identifier="0000000Z")
    year = AcademicSession.objects.create(
        organisation=place, title="now", start_date=date(2020, 9, 1), end_date=date(2099, 7, 1)
    )
    class_ = Class.objects.create(organisation=place, session=year, title="All")
    teacher = User.objects.create_user("teacher", None, given_name="T", family_name="T")
    Role.objects.create(user=teacher, organisation=place, name=Role.Name.TEACHER)
    Enrolment.objects.create(user=teacher, school_class=class_, role=Enrolment.Role.TEACHER)
    pupils = {}
    for name in names:
        pupils[name] = User.objects.create_user(name, None, given_name="P", family_name="P")
        Enrolment.objects.create(
            user=pupils[name], school_class=class_, role=Enrolment.Role.STUDENT
        )
    return teacher, pupils, class_


def prepare_nbgrader(folder: Path, author: Notebook, copies: dict[str, Notebook]) -> Path:
    """A course as nbgrader wants it, with the assignment generated and the copies submitted."""
    write(folder / "source" / "tp" / "tp.ipynb", author)
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"
    )
    run_nbgrader(folder, "generate_assignment", "tp")
    for name, notebook in copies.items():
        write(folder / "submitted" / name / "tp" / "tp.ipynb", notebook)
    return folder


def write(path: Path, notebook: Notebook) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))


def start_nbgrader(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    # It calls `alembic`, and its kernels `python`, by name.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def run_nbgrader(folder: Path, *arguments: str) -> None:
    code = start_nbgrader(folder, *arguments).wait()
    if code and arguments[0] != "autograde":  # which ends with 1 when a copy stops on an error
        raise SystemExit(f"nbgrader {arguments[0]} ended with {code} in {folder}")


def read_nbgrader(folder: Path) -> Scores:
    from nbgrader.api import Gradebook, MissingEntry

    found: Scores = {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions("tp"):
            notebook = submission.notebooks[0]
            for grade in notebook.grades:
                try:
                    score = None if grade.needs_manual_grade else grade.auto_score
                except MissingEntry:
                    score = None
                found[submission.student.id, grade.name] = score
    return found


def compare(ours: Scores, theirs: Scores) -> list[str]:
    return [
        f"  {name} {grade_id}: {ours.get((name, grade_id))} here, {theirs.get((name, grade_id))} there"
        for name, grade_id in sorted(ours.keys() | theirs.keys())
        if ours.get((name, grade_id), -1) != theirs.get((name, grade_id), -1)
    ]


def tell(title: str, copies: int, seconds: float, ours: float) -> None:
    rate = 60 * copies / seconds
    times = "" if title == "Candyce" else f"{seconds / ours:8.1f}"
    print(f"{title:<42}{seconds:9.1f}{rate:12.1f}{times}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--copies", type=int, default=35)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="candyce-bench-") as name:
        work = Path(name)
        os.environ |= {"CANDYCE_DATA": str(work / "data"), "CANDYCE_ENV": "demo"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "candyce.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from bench.marking.lesson import make_author, make_copies

        from candyce.exercises.release import release

        author = make_author()
        copies = make_copies(release(author), options.copies)
        cores = os.cpu_count() or 1
        print(f"{options.copies} copies, {cores} processors\n")
        print(f"{'':<42}{'seconds':>9}{'copies/min':>12}{'times':>8}")
        ours, scores = mark_ours(author, copies)
        tell("Candyce", len(copies), ours, ours)
        alone = prepare_nbgrader(work / "alone", author, copies)
        start = time.perf_counter()
        run_nbgrader(alone, "autograde", "tp")
        tell("nbgrader autograde", len(copies), time.perf_counter() - start, ours)
        names = list(copies)
        shares = [
            prepare_nbgrader(work / f"share{n}", author, {k: copies[k] for k in names[n::cores]})
            for n in range(cores)
        ]
        start = time.perf_counter()
        running = [start_nbgrader(share, "autograde", "tp") for share in shares]
        for process in running:
            process.wait()
        title = f"nbgrader autograde, {cores} at once"
        tell(title, len(copies), time.perf_counter() - start, ours)
        different = compare(scores, read_nbgrader(alone))
    print(f"\n{len(scores)} scores, {len(different)} of them different")
    print("\n".join(different))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
