"""What a file would change, compared with the database. Nothing is written here."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from candyce.accounts import access
from candyce.accounts.importer.entries import Entry, Key, Problem, read_entries
from candyce.accounts.importer.table import Table
from candyce.accounts.models import AcademicSession, Class, Enrolment, Role, User
from candyce.accounts.usernames import find_taken, make_usernames
from candyce.lib.text import fold


@dataclass
class PersonPlan:
    """What happens to one person. ``user`` is None for a new one until it is made.

    ``changes`` are ``(field, before, after)``; ``enters`` are titles of classes; ``leaves`` enrolments that end.
    """

    entry: Entry
    user: User | None
    is_new: bool = False
    username: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    enters: list[str] = field(default_factory=list)
    leaves: list[Enrolment] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """``new``, ``changed``, ``moved``, ``enrolled``, or only ``unchanged``."""
        kinds = ["new"] if self.is_new else []
        if self.changes:
            kinds.append("changed")
        if self.leaves:
            kinds.append("moved")
        elif self.enters:
            kinds.append("enrolled")
        return kinds or ["unchanged"]


@dataclass
class Plan:
    """All that a file would do in a school year."""

    session: AcademicSession
    people: list[PersonPlan] = field(default_factory=list)
    new_classes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(kind for person in self.people for kind in person.kinds)
        kinds = ("new", "changed", "enrolled", "moved", "unchanged")
        return {**{kind: found[kind] for kind in kinds}, "classes": len(self.new_classes)}

    @property
    def is_empty(self) -> bool:
        return not self.new_classes and all(one.kinds == ["unchanged"] for one in self.people)

    @property
    def digest(self) -> str:
        """The same for the same changes to the same state of the database."""
        content = [
            str(self.session.pk),
            self.new_classes,
            [
                [
                    str(one.user.pk) if one.user else "",
                    one.username,
                    one.entry.given_name,
                    one.entry.family_name,
                    one.entry.email,
                    one.entry.identifier,
                    one.entry.role,
                    one.changes,
                    one.enters,
                    sorted(enrolment.pk for enrolment in one.leaves),
                ]
                for one in self.people
            ],
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass
class _Known:
    """The organisation's people and classes, by what a file can name them with."""

    people: dict[str, User]
    by_identifier: dict[str, list[User]]
    by_name: dict[Key, list[User]]
    roles: dict[object, set[str]]
    manageable: set[object]
    enrolments: dict[object, list[Enrolment]]
    classes: dict[str, Class]


def make_plan(
    session: AcademicSession, table: Table, *, move_pupils: bool, acting_user: User
) -> Plan:
    """Compare the table with the organisation of ``session`` as ``acting_user`` may change it."""
    entries, problems, remarks = read_entries(table)
    known = _load(session, acting_user)
    plan = Plan(session, problems=problems, remarks=remarks, ignored=table.ignored)
    for entry in entries:
        person = _match(table, known, entry, plan.problems)
        if person is not None:
            plan.people.append(person)
    _refuse_doubles(table, plan)
    _name_new_people(table, plan)
    for person in plan.people:
        _compare(table, known, person, plan.problems)
        _place(table, known, person, plan, move_pupils=move_pupils)
    plan.problems.sort(key=lambda problem: problem.line)
    return plan


def _load(session: AcademicSession, acting_user: User) -> _Known:
    organisation = session.organisation_id
    roles: dict[object, set[str]] = defaultdict(set)
    for user_id, name in Role.objects.filter(organisation=organisation).values_list("user", "name"):
        roles[user_id].add(name)
    here = Role.objects.filter(organisation=organisation).values("user")
    users = list(User.objects.filter(pk__in=here))
    known = _Known({}, defaultdict(list), defaultdict(list), roles, set(), defaultdict(list), {})
    known.manageable = set(
        access.manageable_people(acting_user).filter(pk__in=here).values_list("pk", flat=True)
    )
    for user in users:
        known.people[user.username] = user
        if user.identifier:
            known.by_identifier[user.identifier].append(user)
        for role in roles[user.pk]:
            known.by_name[role, fold(user.family_name), fold(user.given_name)].append(user)
    for enrolment in Enrolment.objects.filter(school_class__session=session).select_related(
        "school_class"
    ):
        known.enrolments[enrolment.user_id].append(enrolment)
    known.classes = {fold(class_.title): class_ for class_ in Class.objects.filter(session=session)}
    return known


def _match(table: Table, known: _Known, entry: Entry, problems: list[Problem]) -> PersonPlan | None:
    """Find the person of the entry: by username, else number, else name."""

    def refuse(column: str, message: object) -> None:
        problems.append(Problem(entry.line, table.headers.get(column, ""), message))

    found: list[User] = []
    if entry.username:
        user = known.people.get(entry.username)
        found = [user] if user else []
    elif entry.identifier:
        found = known.by_identifier.get(entry.identifier, [])
        if not found:
            same_name = known.by_name.get(entry.name_key, [])
            found = [user for user in same_name if not user.identifier]
    else:
        found = known.by_name.get(entry.name_key, [])
        if len(found) > 1:
            found = _narrow(known, found, entry.classes) or found
    if len(found) > 1:
        refuse(
            "identifier" if entry.identifier else "family_name",
            _("Several people here match this line. Give the username of the one you mean."),
        )
        return None
    if not found:
        return PersonPlan(entry, None, is_new=True)
    if entry.role not in known.roles[found[0].pk]:
        refuse("role", _("This person has another role here. Change the role by hand."))
        return None
    return PersonPlan(entry, found[0], username=found[0].username)


def _narrow(known: _Known, users: Iterable[User], titles: list[str]) -> list[User]:
    """Of people with one name, the one who is in one of these classes already."""
    wanted = {known.classes[fold(title)].pk for title in titles if fold(title) in known.classes}
    return [
        user
        for user in users
        if wanted & {enrolment.school_class_id for enrolment in known.enrolments.get(user.pk, [])}
    ]


def _refuse_doubles(table: Table, plan: Plan) -> None:
    """Two lines, told apart in the file, that would be one person or one number after all."""
    seen: dict[tuple[str, object], int] = {}
    for person in plan.people:
        keys: list[tuple[str, object]] = []
        if person.user is not None:
            keys.append(("username", person.user.pk))
        if person.entry.identifier:
            keys.append(("identifier", person.entry.identifier))
        for column, key in keys:
            line = seen.setdefault((column, key), person.entry.line)
            if line != person.entry.line:
                message = _("Line %(line)s means the same person.") % {"line": line}
                plan.problems.append(
                    Problem(person.entry.line, table.headers.get(column, ""), message)
                )


def _name_new_people(table: Table, plan: Plan) -> None:
    new = [person for person in plan.people if person.is_new]
    chosen = {person.entry.username for person in new if person.entry.username}
    taken = find_taken(sorted(chosen))
    unnamed = [person for person in new if not person.entry.username]
    names = [(person.entry.given_name, person.entry.family_name) for person in unnamed]
    for person, username in zip(unnamed, make_usernames(names, reserved=chosen), strict=True):
        person.username = username
    for person in new:
        if person.entry.username:
            person.username = person.entry.username
            if person.username in taken:
                plan.problems.append(
                    Problem(
                        person.entry.line,
                        table.headers.get("username", ""),
                        _("This username is taken. Choose another one."),
                    )
                )


def _compare(table: Table, known: _Known, person: PersonPlan, problems: list[Problem]) -> None:
    """What the file says otherwise than the account. Empty cells and mere accents change nothing."""
    user, entry = person.user, person.entry
    if user is None:
        return
    for name in ("given_name", "family_name"):
        if fold(getattr(entry, name)) != fold(getattr(user, name)):
            person.changes.append((name, getattr(user, name), getattr(entry, name)))
    if entry.email and entry.email.lower() != user.email.lower():
        person.changes.append(("email", user.email, entry.email))
    if entry.identifier and entry.identifier != user.identifier:
        others = known.by_identifier.get(entry.identifier, [])
        if any(other.pk != user.pk for other in others):
            message = _("Someone else here has this number.")
            problems.append(Problem(entry.line, table.headers.get("identifier", ""), message))
        person.changes.append(("identifier", user.identifier, entry.identifier))
    if not user.is_active:
        person.changes.append(("is_active", "", "true"))
    if person.changes and user.pk not in known.manageable:
        message = _(
            "This account has a role in another organisation too. Only an administrator of both may change it."
        )
        problems.append(Problem(entry.line, "", message))


def _place(
    table: Table, known: _Known, person: PersonPlan, plan: Plan, *, move_pupils: bool
) -> None:
    """Which classes the person enters and leaves."""
    current = {
        enrolment.school_class_id: enrolment
        for enrolment in (known.enrolments.get(person.user.pk, []) if person.user else [])
    }
    kept = set()
    for title in person.entry.classes:
        class_ = known.classes.get(fold(title))
        if class_ is None:
            if fold(title) not in {fold(other) for other in plan.new_classes}:
                plan.new_classes.append(title)
            person.enters.append(title)
        elif class_.pk not in current:
            person.enters.append(class_.title)
        elif current[class_.pk].role != person.entry.role:
            message = _("This person is in the class with another role. Change it by hand.")
            plan.problems.append(Problem(person.entry.line, table.headers["class"], message))
        if class_ is not None:
            kept.add(class_.pk)
    if move_pupils and person.entry.role == Role.Name.STUDENT and person.entry.classes:
        person.leaves = [
            enrolment
            for class_id, enrolment in current.items()
            if class_id not in kept and enrolment.role == Enrolment.Role.STUDENT
        ]
