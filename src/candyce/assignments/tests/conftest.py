"""A school with an assignment under way."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser

from candyce.accounts.models import Class, Enrolment, User
from candyce.assignments import access, actions, groups
from candyce.assignments.models import Assignment, Copy, Group
from candyce.conftest import School, make_user
from candyce.projects.actions import create_project
from candyce.projects.models import Project


def make_notebook_bytes(text: str = "# Les triangles") -> bytes:
    cell = {"cell_type": "markdown", "id": "a1", "metadata": {}, "source": text}
    return json.dumps(
        {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ).encode()


@dataclass
class Classroom:
    """Alice gave a lesson to 2B and 2C. Dan teaches 2B too, Fay teaches 2C; Charlie elsewhere.

    Bob and Chloé are in 2B, Éric in 2C, Zoé in 2D (not given); Rémi was in 2B, opened, and left.
    """

    school: School
    second: Class
    other: Class
    people: dict[str, User | AnonymousUser]
    project: Project
    assignment: Assignment

    def fetch(self, name: str) -> Assignment:
        """The assignment as this person sees it."""
        return access.get_assignment(self.people[name], self.assignment.pk)

    def open(self, name: str) -> Copy:
        return actions.open_copy(self.fetch(name), acting_user=self.people[name])

    def copy_of(self, name: str) -> Copy:
        return Copy.objects.get(assignment=self.assignment, pupil=self.people[name])


def enrol(user: User, class_: Class, role: str = Enrolment.Role.STUDENT) -> None:
    Enrolment.objects.create(user=user, school_class=class_, role=role)


@pytest.fixture
def classroom(school: School) -> Classroom:
    organisation, session = school.organisation, school.session
    second = Class.objects.create(organisation=organisation, session=session, title="2C")
    other = Class.objects.create(organisation=organisation, session=session, title="2D")
    people: dict[str, User | AnonymousUser] = {
        name: getattr(school, name)
        for name in ("alice", "bob", "chloe", "charlie", "admin", "inspector")
    }
    for name, role in (
        ("dan", "teacher"),
        ("fay", "teacher"),
        ("eric", "student"),
        ("zoe", "student"),
        ("remi", "student"),
    ):
        people[name] = make_user(name, role, organisation)
    enrol(people["alice"], second, "teacher")
    enrol(people["dan"], school.school_class, "teacher")
    enrol(people["fay"], second, "teacher")
    enrol(people["eric"], second)
    enrol(people["zoe"], other)
    enrol(people["remi"], school.school_class)
    project = create_project(
        acting_user=school.alice,
        title="Les triangles",
        files={"triangles.ipynb": make_notebook_bytes(), "mesures.csv": b"a,b\n3,4\n"},
    )
    assignment = actions.give(
        acting_user=school.alice,
        classes=[school.school_class, second],
        title="Les triangles",
        project=project,
    )
    people["nobody"] = AnonymousUser()
    room = Classroom(school, second, other, people, project, assignment)
    room.open("remi")
    Enrolment.objects.filter(user=people["remi"]).delete()
    return room


@pytest.fixture
def as_(portal, classroom):
    """A browser in which this person has signed in."""

    def sign_in(name):
        portal.logout()
        if name != "nobody":
            portal.force_login(classroom.people[name])
        return portal

    return sign_in


@dataclass
class Grouped:
    """A class of eight (and Éric's class of one) whose work is given in groups of three at most."""

    room: Classroom
    pupils: list[User]

    def give(self, mode: str, size: int = 3) -> Assignment:
        made = actions.give(
            acting_user=self.room.school.alice,
            classes=[self.room.school.school_class, self.room.second],
            title="À plusieurs",
            project=self.room.project,
            group_mode=mode,
            group_size=size,
        )
        return self.see(self.room.school.alice, made)

    def see(self, user: User, assignment: Assignment) -> Assignment:
        return access.get_assignment(user, assignment.pk)

    def open(self, user: User, assignment: Assignment) -> Copy:
        made = actions.open_copy(self.see(user, assignment), acting_user=user)
        return access.get_copy(user, made.pk)

    def put(self, assignment: Assignment, *teams: list[User]) -> list[Group]:
        """The teacher makes these groups in 2B."""
        places = {one.pk: f"new-{n}" for n, team in enumerate(teams) for one in team}
        self.arrange(assignment, places)
        found = [groups.find_group(assignment, team[0]) for team in teams]
        return [group for group in found if group]

    def arrange(self, assignment: Assignment, places: dict) -> None:
        actions.arrange(
            assignment,
            places,
            acting_user=self.room.school.alice,
            school_class=self.room.school.school_class,
        )


@pytest.fixture
def grouped(classroom: Classroom) -> Grouped:
    pupils = [classroom.school.bob, classroom.school.chloe]
    for number in range(6):
        pupil = make_user(f"pupil{number}", "student", classroom.school.organisation)
        enrol(pupil, classroom.school.school_class)
        pupils.append(pupil)
    return Grouped(classroom, pupils)


def sizes_of(assignment: Assignment) -> list[int]:
    return sorted((len(group.members) for group in assignment.groups.all()), reverse=True)
