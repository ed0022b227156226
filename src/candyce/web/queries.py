"""What the home page of each role shows."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from candyce.accounts.access import administered_organisations, taught_classes
from candyce.accounts.models import Class, Enrolment, Role, User
from candyce.assignments.my_work import get_my_work
from candyce.assignments.queries import get_summaries
from candyce.library.access import visible_to as visible_resources
from candyce.library.advice.queries import get_for_you
from candyce.library.models import Resource
from candyce.library.news import get_news
from candyce.library.peers.moderation import count_waiting
from candyce.projects.access import visible_to as visible_projects
from candyce.projects.models import Project

ASSIGNMENTS = 6
PROJECTS = 5


def get_home(user: User) -> dict[str, Any]:
    """The parts of the home page, by role; a person with two roles sees both."""
    roles = set(user.roles.values_list("name", flat=True))
    home: dict[str, Any] = {"work": None, "teaching": None, "library": None, "school": None}
    home["news"] = get_news(user)
    if Role.Name.STUDENT in roles:
        home["work"] = get_my_work(user)
    if Role.Name.TEACHER in roles:
        summaries = get_summaries(user, limit=ASSIGNMENTS)
        home["teaching"] = {
            "classes": get_classes(user),
            "summaries": summaries,
            "to_mark": [summary for summary in summaries if summary.counts.handed_in],
        }
        home["for_you"] = get_for_you(user)
    if Role.Name.ADMINISTRATOR in roles:
        home["school"] = get_school(user)
    if Role.Name.INSPECTOR in roles or not roles:
        home["library"] = get_disciplines(user)
    if roles & {Role.Name.STUDENT, Role.Name.TEACHER}:
        home["projects"] = get_recent_projects(user)
    return home


def get_classes(user: User) -> QuerySet[Class]:
    """The classes one teaches, each with its number of pupils."""
    pupils = Count("enrolments", filter=Q(enrolments__role=Enrolment.Role.STUDENT))
    return (
        Class.objects.filter(pk__in=taught_classes(user).values("pk"))
        .annotate(pupils=pupils)
        .order_by("title")
    )


def get_recent_projects(user: User) -> QuerySet[Project]:
    """One's own projects, the last changed first."""
    own = visible_projects(user).filter(kind=Project.Kind.PROJECT, owner=user)
    return own.defer("tree").order_by("-updated_at")[:PROJECTS]


def get_disciplines(user: User) -> list[dict[str, Any]]:
    """The library's disciplines with how many resources each has."""
    counts = visible_resources(user).values("discipline").annotate(count=Count("pk")).order_by()
    names = dict(Resource.Discipline.choices)
    found = [
        {"key": row["discipline"], "name": names[row["discipline"]], "count": row["count"]}
        for row in counts
        if row["discipline"] in names
    ]
    return sorted(found, key=lambda row: str(row["name"]))


def get_school(user: User) -> dict[str, Any]:
    """Figures of the organisations that the person administers."""
    organisations = administered_organisations(user)
    people = dict(
        Role.objects.filter(organisation__in=organisations, user__is_active=True)
        .values_list("name")
        .annotate(Count("user", distinct=True))
    )
    return {
        "organisations": list(organisations.order_by("name")[:10]),
        "pupils": people.get(Role.Name.STUDENT, 0),
        "teachers": people.get(Role.Name.TEACHER, 0),
        "classes": Class.objects.filter(organisation__in=organisations).count(),
        "reports": count_waiting(user),
    }
