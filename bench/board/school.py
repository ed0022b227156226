"""A class at work, in the database: an exercise or a lesson, pupils with open copies, and what they type."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any


def make_lesson(cells: int) -> bytes:
    made: list[dict[str, Any]] = []
    for number in range(cells):
        text = f"x = {number} é\n" * 150
        cell = {"cell_type": "markdown", "id": f"c{number}", "metadata": {}, "source": text}
        if number % 2:
            cell |= {"cell_type": "code", "execution_count": None, "outputs": []}
        made.append(cell)
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def make_exercise(questions: int) -> bytes:
    """So many questions to program, each with its text and its tests."""
    made: list[dict[str, Any]] = []
    flags = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    for number in range(questions):
        roles = (
            {"solution": True, "grade_id": f"q{number}"},
            {"grade": True, "locked": True, "points": 1, "grade_id": f"t{number}"},
        )
        made.append(
            {
                "cell_type": "markdown",
                "id": f"m{number}",
                "metadata": {},
                "source": f"## Exercice {number + 1}",
            }
        )
        for role, source in zip(
            roles, (f"def f{number}(x):\n    pass", f"assert f{number}(1) == 2"), strict=True
        ):
            meta = {"nbgrader": flags | role}
            made.append(
                {
                    "cell_type": "code",
                    "id": role["grade_id"],
                    "metadata": meta,
                    "source": source,
                    "outputs": [],
                    "execution_count": None,
                }
            )
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


class School:
    """A class at work: a replica a pupil, whose edits go into the log as a page's do."""

    def __init__(self, pupils: int, lesson: bytes) -> None:
        """In the database of the settings in force."""
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

    def note(self, question: int, state: str, error: str = "", *, every: int = 1) -> None:
        """Everybody's page, or that of each ``every``-th pupil, notes how a check of the question ended, at one moment."""
        from pycrdt import Map

        from candyce.collab import store

        value = {"state": state, "error": error, "at": "2026-11-21T09:00:00Z", "count": 1}

        def write(doc: Any) -> None:
            doc.get("state", type=Map)[f"check:q{question}"] = value

        some = self.pages[::every]
        store.append({pk: [store.Entry(page.edit(write), author)] for pk, author, page in some})  # type: ignore[arg-type]


def serve() -> None:
    """For a process of its own: makes a school, then notes a round for each line ``question error``.

    Prints JSON: first what the page needs, then the time at which the last pupil's change was stored.
    """
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    pupils, questions = (int(one) for one in sys.argv[1:3])
    school = School(pupils, make_exercise(questions))
    client = Client()
    client.force_login(school.teacher)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    last = f"line-{school.pages[-1][1].hex}"  # type: ignore[attr-defined]
    about = {
        "assignment": str(school.assignment.pk),
        "cookie": [cookie.key, cookie.value],
        "last": last,
    }
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        question, error = line.split()
        school.note(int(question), "failing", error)
        print(json.dumps(time.time()), flush=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "candyce.settings"
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))
    serve()
