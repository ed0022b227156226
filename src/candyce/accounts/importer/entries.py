"""From lines to people: each cell verified, lines of the same person put together."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from candyce.accounts import validation
from candyce.accounts.importer.table import LONGEST_CELL, Row, Table
from candyce.accounts.models import Role, normalise_username
from candyce.lib.text import fold

_ROLES = {
    Role.Name.STUDENT: ("", "student", "pupil", "eleve", "apprenant", "apprenante", "etudiant"),
    Role.Name.TEACHER: (
        "teacher", "professeur", "professeure", "prof", "enseignant", "enseignante",
    ),
}  # fmt: skip
ROLE_OF = {word: role for role, words in _ROLES.items() for word in words}
Key = tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    """Something of the file to correct: line, column as the file names it (may be empty), message."""

    line: int
    column: str
    message: Any


@dataclass
class Entry:
    """A person as the file has them. ``key`` tells whom: by username, number, or role and name."""

    line: int
    given_name: str
    family_name: str
    role: str
    email: str
    identifier: str
    username: str
    classes: list[str] = field(default_factory=list)

    @property
    def key(self) -> Key:
        if self.username:
            return ("username", self.username)
        if self.identifier:
            return ("identifier", self.identifier)
        return ("name", *self.name_key)

    @property
    def name_key(self) -> Key:
        return (self.role, fold(self.family_name), fold(self.given_name))


def read_entries(table: Table) -> tuple[list[Entry], list[Problem], list[Problem]]:
    """People in the order of the file, then errors, then remarks that stop nothing."""
    problems: list[Problem] = []
    remarks: list[Problem] = []
    people: dict[Key, Entry] = {}
    for row in table.rows:
        entry = _read_entry(table, row, problems)
        if entry is None:
            continue
        first = people.get(entry.key)
        if first is None:
            people[entry.key] = entry
        else:
            _merge(table, first, entry, problems, remarks)
    return list(people.values()), problems, remarks


def _read_entry(table: Table, row: Row, problems: list[Problem]) -> Entry | None:
    found: list[Problem] = []

    def read(name: str, check: Callable[[str], str]) -> str:
        text = row.cells.get(name, "")
        try:
            return check(_check_length(text))
        except ValidationError as error:
            found.append(Problem(row.line, table.headers.get(name, ""), " ".join(error.messages)))
            return ""

    entry = Entry(
        line=row.line,
        family_name=_lower_capitals(read("family_name", validation.check_name)),
        given_name=_lower_capitals(read("given_name", validation.check_name)),
        role=read("role", _check_role),
        email=read("email", validation.check_email),
        identifier=read("identifier", validation.check_identifier),
        username=read("username", lambda text: validation.check_username(normalise_username(text))),
    )
    titles: dict[str, str] = {}
    for part in row.cells.get("class", "").split(validation.CLASS_SEPARATOR):
        if title := part.strip():
            titles.setdefault(fold(title), title)
    read("class", lambda _text: "".join(map(validation.check_class_title, titles.values())))
    entry.classes = list(titles.values())
    if row.extra:
        found.append(Problem(row.line, "", _("This line has more cells than there are headers.")))
    problems += found
    return None if found else entry


def _check_length(text: str) -> str:
    if len(text) > LONGEST_CELL:
        raise ValidationError(_("This cell is too long."))
    return text


def _check_role(text: str) -> str:
    role = ROLE_OF.get(fold(text))
    if role is None:
        raise ValidationError(
            _(
                "The role is “pupil” or “teacher”. Administrators and inspectors are created by hand."
            )
        )
    return role


def _lower_capitals(name: str) -> str:
    """``MOREAU-DIALLO`` as ``Moreau-Diallo``; a name that has small letters stays as it is."""
    if len(name) < 3 or not name.isupper():
        return name
    return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), name)


def _merge(
    table: Table, first: Entry, entry: Entry, problems: list[Problem], remarks: list[Problem]
) -> None:
    """Put a further line of the same person to the first, or say why that cannot be."""
    where = {"line": first.line}
    by_name = first.key[0] == "name"
    known = {fold(title) for title in first.classes}
    fresh = [title for title in entry.classes if fold(title) not in known]
    if entry.name_key != first.name_key:
        column = table.headers.get(first.key[0], "")
        message = _("Line %(line)s has the same, for someone with another name or role.") % where
        problems.append(Problem(entry.line, column, message))
    elif entry.email and first.email and entry.email.lower() != first.email.lower():
        message = _("Line %(line)s has another address for the same person.") % where
        problems.append(Problem(entry.line, table.headers.get("email", ""), message))
    elif entry.identifier and first.identifier and entry.identifier != first.identifier:
        message = _("Line %(line)s has another number for the same person.") % where
        problems.append(Problem(entry.line, table.headers.get("identifier", ""), message))
    elif by_name and first.role == Role.Name.STUDENT:
        message = (
            _("Line %(line)s has a pupil of the same name. If they are two, give each a number.")
            % where
        )
        problems.append(Problem(entry.line, table.headers["family_name"], message))
    elif not fresh:
        message = _("Says the same as line %(line)s: passed over.") % where
        remarks.append(Problem(entry.line, "", message))
    else:
        first.classes += fresh
        first.email = first.email or entry.email
        first.identifier = first.identifier or entry.identifier
