"""What it costs to look at a class: the live board of N copies, one look after the other.

    python bench/board/run.py --pupils 40

The whole request through Django, session and rights included, on SQLite in a temporary folder: the first
look, looks while nobody types, looks after everybody typed. CPU time, which other work disturbs little.
Prints a table; nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src")]
HISTORY = 250  # updates in each log before anybody looks
LOOKS = 10


def make_lesson(cells: int) -> bytes:
    made: list[dict[str, Any]] = []
    for number in range(cells):
        text = f"x = {number} é\n" * 150
        cell = {"cell_type": "markdown", "id": f"c{number}", "metadata": {}, "source": text}
        if number % 2:
            cell |= {"cell_type": "code", "execution_count": None, "outputs": []}
        made.append(cell)
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


class School:
    """A class at work: a replica a pupil, whose edits go into the log as a page's do."""

    def __init__(self, pupils: int, lesson: bytes) -> None:
        from candyce.accounts.models import (
            AcademicSession,
            Class,
            Enrolment,
            Organisation,
            Role,
            User,
        )
        from candyce.assignments import access, actions
        from candyce.collab import store
        from candyce.collab.replica import Replica
        from candyce.projects.actions import create_project

        place = Organisation.objects.create(name="Bench", identifier="0000000Z")
        year = AcademicSession.objects.create(
            organisation=place, title="now", start_date=date(2020, 9, 1), end_date=date(2099, 7, 1)
        )
        class_ = Class.objects.create(organisation=place, session=year, title="All")
        self.teacher = User.objects.create_user("teacher", None, given_name="T", family_name="T")
        Role.objects.create(user=self.teacher, organisation=place, name=Role.Name.TEACHER)
        role = Enrolment.Role
        Enrolment.objects.create(user=self.teacher, school_class=class_, role=role.TEACHER)
        project = create_project(
            acting_user=self.teacher, title="Lesson", files={"lesson.ipynb": lesson}
        )
        self.assignment = actions.give(
            acting_user=self.teacher, classes=[class_], title="Lesson", project=project
        )
        self.pages: list[tuple[int, object, Replica]] = []
        for number in range(pupils):
            user = User.objects.create_user(f"pupil{number}", None, given_name="P", family_name="P")
            Enrolment.objects.create(user=user, school_class=class_, role=role.STUDENT)
            given = access.get_assignment(user, self.assignment.pk)
            copy = actions.open_copy(given, acting_user=user)
            document = store.open_document(copy.project_id, "lesson.ipynb")
            content = store.load(document.pk)
            assert content is not None
            self.pages.append((document.pk, user.pk, Replica(content.updates)))

    def type(self, text: str, times: int) -> None:
        """Everybody types ``text`` so many times."""
        from pycrdt import Array

        from candyce.collab import store

        def insert(doc: Any) -> None:
            doc.get("cells", type=Array)[5]["source"].insert(3, text)

        for _ in range(times):
            store.append(
                {pk: [store.Entry(page.edit(insert), author)] for pk, author, page in self.pages}  # type: ignore[arg-type]
            )


class Board:
    """The teacher's page: remembers what it shows, as the browser does."""

    def __init__(self, school: School) -> None:
        from django.conf import settings
        from django.test import Client

        from candyce.lib.origins import get_host

        self._client = Client(HTTP_HOST=get_host(settings.CANDYCE_PORTAL_URL))
        self._client.force_login(school.teacher)
        self._url = f"/assignments/{school.assignment.pk}/board/cards/"
        self._cards: dict[str, str] = {}
        self._marks: list[str] = []

    def look(self) -> tuple[float, int]:
        """Milliseconds of CPU, bytes of the answer."""
        have = ".".join([*self._marks, *self._cards.values()])
        start = time.process_time()
        answer = self._client.get(self._url, {"have": have})
        spent = (time.process_time() - start) * 1000
        if answer.status_code == 200:
            body = answer.json()
            self._marks = body["marks"]
            self._cards |= {card: mark for card, (mark, _html) in body["cards"].items()}
        return spent, len(answer.content)


def show(name: str, looks: list[tuple[float, int]]) -> None:
    spent, size = (median(values) for values in zip(*looks, strict=True))
    print(f"| {name:<42} | {spent:>8.1f} | {size:>8,.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pupils", type=int, default=40)
    parser.add_argument("--cells", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CANDYCE_DATA": folder, "DJANGO_SETTINGS_MODULE": "candyce.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        lesson = make_lesson(options.cells)
        school = School(options.pupils, lesson)
        school.type("a", HISTORY)
        board = Board(school)
        print(
            f"{options.pupils} copies of a lesson of {len(lesson) / 1000:.0f} kB, {HISTORY} updates each\n"
        )
        print(
            f"| {'look':<42} | {'CPU ms':>8} | {'bytes':>8} |\n|{'-' * 44}|{'-' * 9}:|{'-' * 9}:|"
        )
        show("the first", [board.look()])
        show("nobody typed since", [board.look() for _ in range(LOOKS)])
        looks = []
        for _ in range(LOOKS):
            school.type(str(len(looks)), 6)
            looks.append(board.look())
        show("all typed six times", looks)


main()
