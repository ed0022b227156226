"""What the administration's pages read."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from candyce.accounts import access
from candyce.accounts.models import Class, Enrolment, Organisation, Role, User
from candyce.lib.text import fold

PAGE = 50
ADDABLE = 20


def get_organisations(user: User) -> QuerySet[Organisation]:
    """Administered organisations with their numbers of people and classes."""
    return (
        access.administered_organisations(user)
        .select_related("parent")
        .annotate(
            pupils=Count("roles", Q(roles__name=Role.Name.STUDENT), distinct=True),
            teachers=Count("roles", Q(roles__name=Role.Name.TEACHER), distinct=True),
            class_count=Count("classes", distinct=True),
        )
        .order_by("name")
    )


def get_classes(user: User) -> QuerySet[Class]:
    """Administered classes with their numbers of pupils and teachers, the latest year first."""
    return (
        Class.objects.filter(organisation__in=access.administered_organisations(user))
        .select_related("organisation", "session")
        .annotate(
            pupils=Count("enrolments", Q(enrolments__role=Enrolment.Role.STUDENT)),
            teachers=Count("enrolments", Q(enrolments__role=Enrolment.Role.TEACHER)),
        )
        .order_by("-session__start_date", "organisation__name", "title")
    )


def search_people(
    user: User, *, text: str = "", role: str = "", class_: Class | None = None, state: str = ""
) -> QuerySet[User]:
    """Administered people whose name, username or number has every word of ``text``.

    ``state`` is ``inactive``, ``never`` (never signed in) or empty (all).
    """
    organisations = access.administered_organisations(user)
    people = access.administered_people(user)
    for word in fold(text.replace("\x00", " ")).split()[:8]:
        people = people.filter(Q(search_text__contains=word) | Q(identifier__iexact=word))
    if role:
        people = people.filter(
            pk__in=Role.objects.filter(organisation__in=organisations, name=role).values("user")
        )
    if class_ is not None:
        people = people.filter(enrolments__school_class=class_)
    if state == "inactive":
        people = people.filter(is_active=False)
    elif state == "never":
        people = people.filter(is_active=True, last_login=None)
    return people.prefetch_related(
        Prefetch(
            "roles",
            Role.objects.filter(organisation__in=organisations).select_related("organisation"),
            to_attr="known_roles",
        ),
        Prefetch(
            "enrolments",
            Enrolment.objects.filter(school_class__organisation__in=organisations)
            .select_related("school_class__session")
            .order_by("school_class__title"),
            to_attr="known_enrolments",
        ),
    )


def get_person_page(user: User, person: User) -> dict[str, Any]:
    """What the page of a person shows: roles and classes in administered organisations."""
    organisations = access.administered_organisations(user)
    return {
        "person": person,
        "manageable": access.manageable_people(user).filter(pk=person.pk).exists(),
        "person_roles": person.roles.filter(organisation__in=organisations).select_related(
            "organisation"
        ),
        "enrolments": person.enrolments.filter(school_class__organisation__in=organisations)
        .select_related("school_class__session")
        .order_by("-school_class__session__start_date", "school_class__title"),
    }


def get_roll(class_: Class) -> dict[str, list[Enrolment]]:
    """Enrolments of a class: ``teachers`` and ``pupils``, in the order of names."""
    enrolments = class_.enrolments.select_related("user").order_by("user__search_text")
    roll: dict[str, list[Enrolment]] = {"teachers": [], "pupils": []}
    for enrolment in enrolments:
        key = "pupils" if enrolment.role == Enrolment.Role.STUDENT else "teachers"
        roll[key].append(enrolment)
    return roll


def find_addable(user: User, class_: Class, text: str) -> list[dict[str, Any]]:
    """People of the class's organisation who could enter it: the person and the roles they may have there."""
    if not fold(text):
        return []
    people = (
        search_people(user, text=text)
        .filter(roles__organisation=class_.organisation_id, is_active=True)
        .exclude(enrolments__school_class=class_)
        .distinct()[:ADDABLE]
    )
    allowed = set(Enrolment.Role.values)
    found = []
    for person in people:
        roles = [
            role
            for role in person.known_roles  # type: ignore[attr-defined]
            if role.organisation_id == class_.organisation_id and role.name in allowed
        ]
        if roles:
            found.append({"person": person, "roles": roles})
    return found
