"""The demonstration school: four classes of 32, three teachers, an inspector, an administrator.

Loading it twice changes nothing; what visitors changed in between is left as it is.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from candyce.accounts.demo_names import FAMILY_NAMES, GIVEN_NAMES
from candyce.accounts.models import AcademicSession, Class, Enrolment, Organisation, Role, User
from candyce.accounts.usernames import make_usernames
from candyce.lib.errors import Forbidden

# Known to all: production refuses to start beside these accounts.
PASSWORD = "lycee-candyce"  # noqa: S105
ORGANISATION = "DEMO0001"
PUPILS_A_CLASS = 32
CLASSES = (
    # key, title, level
    ("2de1", "2de 1", "seconde"),
    ("2de2", "2de 2", "seconde"),
    ("1nsi", "1re NSI", "premiere"),
    ("tle", "Tle spé maths", "terminale"),
)


@dataclass(frozen=True)
class Staff:
    """Someone of the staff: ``number`` is the stable key, ``classes`` are keys of :data:`CLASSES`."""

    number: str
    given_name: str
    family_name: str
    role: str
    classes: tuple[str, ...] = ()


STAFF = (
    Staff("DEMO-T1", "Nadia", "Benali", Role.Name.TEACHER, ("2de1", "2de2", "1nsi", "tle")),
    Staff("DEMO-T2", "Marc", "Lefèvre", Role.Name.TEACHER, ("2de1", "2de2", "tle")),
    Staff("DEMO-T3", "Hélène", "Dubois", Role.Name.TEACHER, ("2de1", "2de2", "1nsi")),
    Staff("DEMO-I1", "Philippe", "Garnier", Role.Name.INSPECTOR),
    Staff("DEMO-A1", "Sophie", "Renard", Role.Name.ADMINISTRATOR),
)
# Who stands on the sign-in page, and what they can try.
SHOWN = {
    "DEMO-T1": _("Computer science and mathematics: give a notebook, follow the class, mark"),
    "DEMO-T2": _("Physics and chemistry: find a lesson in the library"),
    "DEMO-T3": _("French, history and geography: give a text to study"),
    "DEMO-P001": _("2de 1: open the work given, hand it in, read the mark"),
    "DEMO-P002": _("2de 1: work in a class of 32"),
    "DEMO-P065": _("1re NSI: program in Python"),
    "DEMO-I1": _("Look at the library's lessons"),
    "DEMO-A1": _("People, classes, import of a file, sign-in cards"),
}


@dataclass(frozen=True)
class DemoSchool:
    """The people of the demonstration, in stable order.

    ``classes`` maps ``2de1``, ``2de2``, ``1nsi``, ``tle`` to the class; ``pupils`` maps the same keys to
    the class's pupils; ``teachers`` stand as in :data:`STAFF`: NSI and maths, physics, French and history.
    """

    organisation: Organisation
    session: AcademicSession
    classes: dict[str, Class]
    teachers: list[User]
    pupils: dict[str, list[User]]
    inspector: User
    administrator: User


@transaction.atomic
def load_demo_people() -> DemoSchool:
    """Create what is missing of the demonstration school; raises :class:`Forbidden` in production."""
    if not settings.CANDYCE_DEMO:
        raise Forbidden(_("The demonstration school does not belong in production."))
    organisation, _new = Organisation.objects.get_or_create(
        identifier=ORGANISATION,
        defaults={"name": "Lycée Sophie-Germain (démonstration)", "is_demo": True},
    )
    session, _new = AcademicSession.objects.get_or_create(
        organisation=organisation,
        title="2026-2027",
        defaults={"start_date": date(2026, 9, 1), "end_date": date(2027, 7, 3)},
    )
    classes = {
        key: _load_class(organisation, session, title, level) for key, title, level in CLASSES
    }
    people = _load_people(organisation, classes)
    return DemoSchool(
        organisation=organisation,
        session=session,
        classes=classes,
        teachers=[people[one.number] for one in STAFF if one.role == Role.Name.TEACHER],
        pupils={
            key: [people[number] for number, _names, own in _pupils() if own == key]
            for key in classes
        },
        inspector=people["DEMO-I1"],
        administrator=people["DEMO-A1"],
    )


def _load_class(
    organisation: Organisation, session: AcademicSession, title: str, level: str
) -> Class:
    return Class.objects.get_or_create(
        organisation=organisation, session=session, title=title, defaults={"level": level}
    )[0]


def _pupils() -> list[tuple[str, tuple[str, str], str]]:
    """``(number, (given name, family name), key of the class)`` of every pupil, always the same."""
    chance = random.Random(1815)  # noqa: S311 - invented names, not secrets
    families = chance.sample(FAMILY_NAMES, k=len(FAMILY_NAMES))
    families.remove("Moreau")
    given = [name for _round in range(2) for name in chance.sample(GIVEN_NAMES, k=len(GIVEN_NAMES))]
    count = PUPILS_A_CLASS * len(CLASSES)
    names = [("Inès", "Moreau")] + [
        (given[index], families[index % len(families)]) for index in range(count - 1)
    ]
    return [
        (
            f"DEMO-P{index + 1:03}",
            (first, last.replace("-", " ")),
            CLASSES[index // PUPILS_A_CLASS][0],
        )
        for index, (first, last) in enumerate(names)
    ]


def _load_people(organisation: Organisation, classes: dict[str, Class]) -> dict[str, User]:
    wanted = [
        (one.number, (one.given_name, one.family_name), one.role, one.classes) for one in STAFF
    ]
    wanted += [(number, name, Role.Name.STUDENT, (key,)) for number, name, key in _pupils()]
    there = set(
        User.objects.filter(is_demo=True, identifier__startswith="DEMO-").values_list(
            "identifier", flat=True
        )
    )
    missing = [one for one in wanted if one[0] not in there]
    if missing:
        _create(organisation, classes, missing)
    found = User.objects.filter(is_demo=True, identifier__in=[one[0] for one in wanted])
    return {user.identifier: user for user in found}


def _create(
    organisation: Organisation,
    classes: dict[str, Class],
    missing: list[tuple[str, tuple[str, str], str, tuple[str, ...]]],
) -> None:
    password = make_password(PASSWORD)  # once for all: hashing is slow on purpose
    users, roles, enrolments = [], [], []
    usernames = make_usernames([name for _number, name, _role, _classes in missing])
    for username, (number, (given, family), role, keys) in zip(usernames, missing, strict=True):
        user = User(
            username=username,
            given_name=given,
            family_name=family,
            identifier=number,
            password=password,
            is_demo=True,
        )
        user.search_text = user.make_search_text()
        users.append(user)
        roles.append(Role(user=user, organisation=organisation, name=role))
        enrolled_as = (
            Enrolment.Role.STUDENT if role == Role.Name.STUDENT else Enrolment.Role.TEACHER
        )
        enrolments += [
            Enrolment(user=user, school_class=classes[key], role=enrolled_as) for key in keys
        ]
    User.objects.bulk_create(users)
    Role.objects.bulk_create(roles)
    Enrolment.objects.bulk_create(enrolments)
