"""The way back: people as the table that the import reads."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import get_language

from candyce.accounts.importer.table import COLUMNS, write_table
from candyce.accounts.models import User
from candyce.accounts.validation import CLASS_SEPARATOR

HEADERS = {
    "en": list(COLUMNS),
    "fr": ["nom", "prénom", "rôle", "classe", "courriel", "numéro", "identifiant"],
}
_ROLES_FR = {"student": "élève", "teacher": "professeur"}
# Of several roles, the one that the import can read back.
_PREFERRED = ("teacher", "student", "administrator", "inspector")
_EXAMPLES = {
    "fr": [
        ["Moreau", "Inès", "élève", "2de 1", "", "1001", ""],
        ["Nguyen", "Théo", "élève", "2de 1", "", "1002", ""],
        ["Benali", "Nadia", "professeur", "2de 1|1re NSI", "nadia.benali@lycee.example", "", ""],
    ],
    "en": [
        ["Moreau", "Inès", "pupil", "2de 1", "", "1001", ""],
        ["Nguyen", "Théo", "pupil", "2de 1", "", "1002", ""],
        ["Benali", "Nadia", "teacher", "2de 1|1re NSI", "nadia.benali@lycee.example", "", ""],
    ],
}


def _language() -> str:
    return "fr" if (get_language() or "").startswith("fr") else "en"


def get_examples() -> list[list[str]]:
    """Headers and three lines, in the reader's language."""
    return [HEADERS[_language()], *_EXAMPLES[_language()]]


def make_template() -> bytes:
    return write_table(get_examples())


def export_people(people: Iterable[User]) -> bytes:
    """One line a person, with the classes of school years not over; ``people`` carry ``known_roles`` and ``known_enrolments`` (``search_people``)."""
    french = _language() == "fr"
    rows = [HEADERS[_language()]]
    today = timezone.localdate()
    for person in people:
        roles = {role.name for role in person.known_roles}  # type: ignore[attr-defined]
        role = next((name for name in _PREFERRED if name in roles), "")
        titles = [
            enrolment.school_class.title
            for enrolment in person.known_enrolments  # type: ignore[attr-defined]
            if enrolment.school_class.session.end_date >= today
        ]
        rows.append(
            [
                person.family_name,
                person.given_name,
                _ROLES_FR.get(role, role) if french else role,
                CLASS_SEPARATOR.join(titles),
                person.email,
                person.identifier,
                person.username,
            ]
        )
    return write_table(rows)
