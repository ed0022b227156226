"""Copies that hurt: each ends in a clear state, and the rest of the class is marked."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from candyce.accounts.models import Enrolment
from candyce.assignments.models import Copy
from candyce.compute.sandbox import box, limits
from candyce.compute.sandbox.tests.fixtures import needs_sandbox
from candyce.conftest import make_user
from candyce.grading import actions
from candyce.grading.models import Sheet
from candyce.grading.tests import lesson
from candyce.grading.tests.attacks import NODE
from candyce.grading.tests.lesson import GOOD, code, make_copy

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sandbox]
ALL, SOME = Decimal(17), Decimal(13)  # with and without the question that was spoilt


def spoil(source: str) -> bytes:
    """A good copy whose first answer is this."""
    return lesson.as_bytes(make_copy({**GOOD, "s1": source}))


def add_cells(number: int) -> bytes:
    found = make_copy(GOOD)
    found["cells"][2:2] = [code(f"x{n}", f"total = {n}\nprint(total)") for n in range(number)]
    return lesson.as_bytes(found)


def rename_ids() -> bytes:
    found = make_copy(GOOD)
    for number, cell in enumerate(found["cells"]):
        cell["id"] = f"n{number}"
    return lesson.as_bytes(found)


def break_metadata() -> bytes:
    found = make_copy(GOOD)
    for cell, bad in zip(found["cells"], ([], "x", 3, {"nbgrader": []}), strict=False):
        cell["metadata"] = bad
    found["cells"] += [None, 7, {"cell_type": []}, {"source": {"a": 1}}]
    return lesson.as_bytes(found)


def drop_kernel() -> bytes:
    found = make_copy(GOOD)
    found["metadata"] = {}
    return lesson.as_bytes(found)


FILL = "data = b'x' * 10**7\nfor n in range(10**4):\n    open(f'f{n}', 'wb').write(data)\n"
DISK = f"{NODE}for n in range(1000):\n    fs.writeFileSync(f'/tmp/f{{n}}', 'x' * 10**6)\n"
FORK = "from js import process\ncp = process.getBuiltinModule('child_process')\nwhile True:\n    r = cp.spawn('/usr/bin/env', [])\n    if r.pid: raise SystemExit('a child')\n"
COPIES: dict[str, tuple[bytes, str, str, Decimal]] = {
    "crash": (spoil("from js import process\nprocess.abort()"), "done", "", SOME),
    "leave": (spoil("import os\nos._exit(3)"), "done", "", SOME),
    "loop": (spoil("while True:\n    pass"), "done", "", SOME),
    "output": (spoil("for _ in range(100):\n    print('x' * 10**6)"), "done", "", SOME),
    "raw-output": (spoil(f"{NODE}while True:\n    fs.writeSync(1, 'x' * 10**6)"), "done", "", SOME),
    "fork": (spoil(FORK), "done", "", SOME),
    "disk": (spoil(DISK), "done", "", SOME),
    "files": (spoil(FILL), "done", "", SOME),
    "memory": (spoil("x = [bytearray(10**8) for _ in range(10**4)]"), "done", "", SOME),
    "recursion": (spoil("def carre(x):\n    return carre(x)\n"), "done", "", SOME),
    "syntax": (spoil("def carre(x:\n"), "done", "", SOME),
    "nul": (spoil("a = 1\0"), "done", "", SOME),
    "long-cell": (spoil("x = 1\n" * 200_000), "done", "", SOME),
    "thousand": (add_cells(1000), "done", "", ALL),
    "renamed": (rename_ids(), "done", "", ALL),
    "metadata": (break_metadata(), "done", "", ALL),
    "no-kernel": (drop_kernel(), "done", "", ALL),
    "no-json": (b"{not json", "done", "unreadable", Decimal(0)),
    "deep-json": (b"[" * 200_000, "done", "unreadable", Decimal(0)),
    "list": (json.dumps([1, 2]).encode(), "done", "unreadable", Decimal(0)),
    "good": (lesson.as_bytes(make_copy(GOOD)), "done", "", ALL),
}


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(limits, "CELL_SECONDS", 3.0)
    monkeypatch.setattr(limits, "TEST_SECONDS", 2.0)
    monkeypatch.setattr(limits, "RESTARTS", 1)


@pytest.fixture
def waiting(work, school, monkeypatch):
    """A class of which each pupil handed in one of the copies, and none is marked yet."""
    monkeypatch.setattr("candyce.grading.actions.marking._plan", lambda _ids: None)
    found = {}
    for name, (data, *_rest) in COPIES.items():
        pupil = make_user(name, "student", school.organisation)
        Enrolment.objects.create(
            user=pupil, school_class=school.school_class, role=Enrolment.Role.STUDENT
        )
        found[name] = work.hand_in(pupil, data)
    return found


@needs_sandbox
def test_each_bad_copy_ends_in_a_clear_state_and_the_class_is_marked(work, waiting, quick):
    assert set(Sheet.objects.values_list("state", flat=True)) == {"queued"}
    assert actions.mark_waiting(work.assignment, workers=2) == {"done": len(COPIES)}
    ends = {}
    for name, copy in waiting.items():
        sheet = Sheet.objects.get(copy=copy)
        points = sum(a.auto_points for a in sheet.answers.all())
        ends[name] = (sheet.state, sheet.reason, points)
        assert sheet.answers.count() == 5
        assert sheet.finished_at is not None
    assert ends == {name: tuple(expected) for name, (_data, *expected) in COPIES.items()}
    assert Copy.objects.filter(assignment=work.assignment, mark=None).count() == 0


@pytest.fixture
def no_bwrap(monkeypatch):
    box.find_bwrap.cache_clear()
    monkeypatch.setattr(box.shutil, "which", lambda _name: None)
    yield
    monkeypatch.undo()
    box.find_bwrap.cache_clear()


def test_without_a_sandbox_nothing_is_run_and_it_is_said(work, school, no_bwrap):
    copy = work.hand_in(school.bob, make_copy(GOOD))
    sheet = Sheet.objects.get(copy=copy)
    assert (sheet.state, sheet.reason) == ("failed", "no_sandbox")
    assert not sheet.answers.exists()


@needs_sandbox
def test_a_copy_taken_again_while_it_is_marked_keeps_the_newer_marking(work, school, monkeypatch):
    monkeypatch.setattr("candyce.grading.actions.marking._plan", lambda _ids: None)
    copy = work.hand_in(school.bob, make_copy(GOOD))
    from candyce.grading.actions import marking

    real = marking._submit

    def submit(sheet, pool, stack):
        actions.queue_marking([work.seen_by_alice(copy)], acting_user=school.alice)
        monkeypatch.setattr(marking, "_submit", real)
        return real(sheet, pool, stack)

    monkeypatch.setattr(marking, "_submit", submit)
    counts = actions.mark_waiting(work.assignment, workers=1)
    assert counts == {"queued": 1, "done": 1}
    assert Sheet.objects.get(copy=copy).state == "done"
