"""Django's side of the harness, in a process of its own: one JSON command a line, one answer a line.

python -m tests.faults.housekeeper            answers commands
python -m tests.faults.housekeeper --tidy N   compacts and writes files at random, until killed
"""

from __future__ import annotations

import importlib
import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from django.db import Error, connection

from candyce.accounts.models import (
    AcademicSession,
    Class,
    Enrolment,
    Organisation,
    Role,
    User,
)
from candyce.assignments import access
from candyce.assignments.actions import give, open_copy
from candyce.assignments.models import Copy
from candyce.collab import actions, store
from candyce.collab.models import LiveDocument
from candyce.projects import tokens
from candyce.projects.blobs import do_store_blob, read_blob
from candyce.projects.models import Member, Project

SCOPES = ("read", "comment", "write", "submit")


def prepare(members: list[str], pupils: list[str], files: dict[str, str]) -> dict[str, Any]:
    """A project shared by ``members`` and a copy of an assignment for each of ``pupils``."""
    from datetime import date

    users = {name: _make_user(name) for name in [*members, *pupils]}
    teacher = _make_user("teacher")
    tree = {}
    for path, text in files.items():
        blob = do_store_blob(text.encode())
        tree[path] = [blob.sha256, blob.size, 0]
    shared = Project.objects.create(title="Class", owner=teacher, tree=tree)
    for name in members:
        Member.objects.create(project=shared, user=users[name], rights=["read", "write"])
    school = Organisation.objects.create(name="School", identifier="0000000Z")
    session = AcademicSession.objects.create(
        organisation=school, title="now", start_date=date(2020, 9, 1), end_date=date(2099, 7, 1)
    )
    class_ = Class.objects.create(organisation=school, session=session, title="All")
    Role.objects.create(user=teacher, organisation=school, name=Role.Name.TEACHER)
    Enrolment.objects.create(user=teacher, school_class=class_, role=Enrolment.Role.TEACHER)
    lesson = Project.objects.create(title="Lesson", owner=teacher, tree=tree)
    for name in pupils:
        Role.objects.create(user=users[name], organisation=school, name=Role.Name.STUDENT)
        Enrolment.objects.create(user=users[name], school_class=class_, role=Enrolment.Role.STUDENT)
    assignment = give(acting_user=teacher, classes=[class_], title="Homework", project=lesson)
    places = [(name, shared) for name in members]
    places += [(name, _open_copy(users[name], assignment.pk)) for name in pupils]
    return {
        "places": [
            {
                "name": name,
                "project": str(project.pk),
                "token": _issue(project, users[name]),
                "expired": _issue(project, users[name], time.time() - tokens.LIFETIME - 60),
            }
            for name, project in places
        ]
    }


def _open_copy(pupil: User, assignment_id: object) -> Project:
    return open_copy(access.get_assignment(pupil, assignment_id), acting_user=pupil).project


def _make_user(name: str) -> User:
    return User.objects.create_user(name, None, given_name=name, family_name="Test")


def _issue(project: Project, user: User, now: float | None = None) -> str:
    return tokens.issue(project.pk, user.pk, SCOPES, now=now).encode()


def read_file(project: str, path: str) -> str:
    """The file of a live document, brought up to date."""
    found = Project.objects.get(pk=project)
    actions.materialise(found)
    return read_blob(found.tree[path][0]).decode()


def read_handed_in(project: str, path: str) -> str:
    version = Copy.objects.get(project_id=project).handed_in_version
    assert version is not None
    return read_blob(version.tree[path][0]).decode()


def list_moments(project: str, path: str) -> list[list[Any]] | None:
    """``[first update, last update, time]`` of the history's moments in its order; None without one."""
    try:
        history = importlib.import_module("candyce.collab.history")
    except ModuleNotFoundError:
        return None
    document = LiveDocument.objects.get(project_id=project, path=path)
    return [
        [getattr(moment, "seq", None), str(getattr(moment, "at", ""))]
        for moment in history.list_moments(document)
    ]


COMMANDS: dict[str, Callable[..., Any]] = {
    "prepare": prepare,
    "read_file": read_file,
    "read_handed_in": read_handed_in,
    "list_moments": list_moments,
}


def serve() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = {"answer": COMMANDS[order.pop("do")](**order)}
        except Error as error:  # the database is being hurt: ask again
            connection.close()
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


def tidy(seed: int) -> None:
    """Compact and write files far more often than the server would, at random moments."""
    chance = random.Random(seed)
    while True:
        time.sleep(chance.uniform(0.02, 0.4))
        try:
            for document in LiveDocument.objects.order_by("?")[:1]:
                if chance.random() < 0.5:
                    store.compact(document.pk)
                else:
                    actions.materialise_document(document.pk)
        except (Error, OSError):
            connection.close()
            time.sleep(0.2)
