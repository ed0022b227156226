"""What the pages read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from candyce.accounts.models import Class, Enrolment, User
from candyce.assignments import access
from candyce.assignments.late import Lateness, get_lateness
from candyce.assignments.models import Assignment, Copy, Group, Membership, say_people
from candyce.assignments.times import Times, get_class_times
from candyce.lib.text import fold
from candyce.projects import live
from candyce.projects.models import Project
from candyce.projects.stored import list_notebooks, read_stored_notebook

NOT_STARTED = "not_started"
STATES = (NOT_STARTED, *Copy.State.values)


# --- the teacher's view of one assignment -------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A pupil in an assignment; one who has left its classes has none.

    ``copy`` is the pupil's, or that of the pupil's ``group``; ``members`` then are all who are in it.
    """

    pupil: User
    school_class: Class | None
    copy: Copy | None
    closed: bool
    group: Group | None = None
    times: Times = field(default_factory=Times)

    @property
    def members(self) -> list[User]:
        return self.group.members if self.group else [self.pupil]

    @property
    def name(self) -> str:
        """All whose copy it is."""
        return say_people(self.members)

    @property
    def sort_name(self) -> str:
        return ", ".join(pupil.sort_name for pupil in self.members)

    @property
    def class_title(self) -> str:
        return self.school_class.title if self.school_class else ""

    @property
    def state(self) -> str:
        return self.copy.state if self.copy else NOT_STARTED

    @property
    def last_activity(self) -> datetime | None:
        return self.copy.project.updated_at if self.copy else None

    @property
    def overdue(self) -> bool:
        """The time is over and nothing was handed in."""
        unfinished = self.state in {NOT_STARTED, Copy.State.WORKING}
        return self.closed and unfinished and not (self.copy and self.copy.reopened_at)

    @property
    def lateness(self) -> Lateness | None:
        return get_lateness(self.copy, self.times) if self.copy else None


def is_returned(project: Project, *, hold: bool = False) -> bool:
    """Whether this project is a copy that was given back to its pupil.

    ``hold``: nobody returns it, or opens it again, before the end of the transaction.
    """
    copies = Copy.objects.filter(project=project)
    if hold:
        copies = copies.select_for_update()
    return Copy.State.RETURNED in copies.values_list("state", flat=True)


def get_rows(user: User, assignment: Assignment) -> list[Row]:
    """The pupils whose work the person follows, one row each, members of a group too: see :func:`gather`.

    Always five queries, ten where pupils work in groups.
    """
    enrolments = (
        Enrolment.objects.filter(
            school_class__in=access.followed_classes(user, assignment),
            role=Enrolment.Role.STUDENT,
        )
        .select_related("user", "school_class")
        .order_by("school_class__title")
    )
    groups = get_group_of(assignment)
    found = list(get_copies(user, assignment))
    copies = map_copies(found)
    owners = {pupil.pk: pupil for copy in found for pupil in copy.members}
    for copy in found:
        copy.assignment = assignment
    pupils: dict[Any, tuple[User, Class | None]] = {}
    for enrolment in enrolments:
        pupils.setdefault(enrolment.user_id, (enrolment.user, enrolment.school_class))
    for pk, pupil in owners.items():
        pupils.setdefault(pk, (pupil, None))
    times = get_class_times(assignment, pupils)
    return [
        Row(
            pupil,
            school_class,
            copies.get(pk),
            access.is_closed(assignment, times=times[pk]),
            groups.get(pk),
            times[pk],
        )
        for pk, (pupil, school_class) in pupils.items()
    ]


def map_copies(copies: Iterable[Copy]) -> dict[Any, Copy]:
    """Copies by pupil (id): a group's stands there for each member."""
    return {pupil.pk: copy for copy in copies for pupil in copy.members}


def get_group_of(assignment: Assignment) -> dict[Any, Group]:
    """The pupils' groups (by the pupil's id), members at hand; two queries, none where each works alone."""
    if not assignment.group_mode:
        return {}
    groups = assignment.groups.prefetch_related("memberships__pupil")
    return {
        membership.pupil_id: group for group in groups for membership in group.memberships.all()
    }


def gather(rows: Iterable[Row]) -> list[Row]:
    """One row for each group instead of each of its members: what is looked at and marked once."""
    found: dict[Any, Row] = {}
    for row in rows:
        key = row.group.pk if row.group else row.pupil.pk
        before = found.get(key)
        if before is None or (before.school_class is None and row.school_class is not None):
            found[key] = replace(row, pupil=row.members[0]) if row.group else row
    return list(found.values())


def filter_rows(
    rows: Iterable[Row],
    *,
    state: str = "",
    class_id: str = "",
    text: str = "",
    sort: str = "name",
) -> list[Row]:
    """The rows asked for, sorted; in each order, pupils of equal rank stand by name."""
    words = fold(text).split()
    found = [
        row
        for row in rows
        if (not state or row.state == state)
        and (not class_id or str(row.school_class and row.school_class.pk) == class_id)
        and all(word in fold(row.pupil.sort_name) for word in words)
    ]
    found.sort(key=lambda row: fold(row.pupil.sort_name))
    if sort == "class":
        found.sort(key=lambda row: fold(row.class_title))
    elif sort == "state":
        found.sort(key=lambda row: STATES.index(row.state))
    elif sort == "activity":
        found.sort(key=lambda row: -row.last_activity.timestamp() if row.last_activity else 0)
    elif sort == "mark":
        found.sort(key=lambda row: _sort_mark(row.copy))
    return found


def _sort_mark(copy: Copy | None) -> float:
    """Best first, those without a mark last."""
    return 1 if copy is None or copy.mark is None else -float(copy.mark)


def get_copies(user: User, assignment: Assignment) -> QuerySet[Copy]:
    """The copies of an assignment that the person follows, without the projects' trees."""
    return (
        access.copies_followed_by(user)
        .filter(assignment=assignment)
        .select_related("pupil", "project", "group")
        .prefetch_related(access.MEMBERS)
        .defer("project__tree")
    )


@dataclass
class Counts:
    """How far the pupils are; ``started`` includes handed in and returned."""

    pupils: int = 0
    working: int = 0
    handed_in: int = 0
    returned: int = 0

    @property
    def started(self) -> int:
        return self.working + self.handed_in + self.returned

    @property
    def not_started(self) -> int:
        return self.pupils - self.started

    @property
    def done(self) -> int:
        return self.handed_in + self.returned

    def add(self, state: str) -> None:
        self.pupils += 1
        if state != NOT_STARTED:
            setattr(self, state, getattr(self, state) + 1)


def count_rows(rows: Iterable[Row]) -> Counts:
    """Counts over pupils who are in the classes now."""
    counts = Counts()
    for row in rows:
        if row.school_class:
            counts.add(row.state)
    return counts


@dataclass(frozen=True)
class Neighbours:
    previous: Copy | None
    next: Copy | None
    position: int
    total: int


def get_neighbours(user: User, copy: Copy) -> Neighbours:
    """The copies before and after this one, in the order of the class list."""
    copies = sorted(get_copies(user, copy.assignment), key=lambda item: fold(item.sort_name))
    ids = [item.pk for item in copies]
    place = ids.index(copy.pk)
    return Neighbours(
        copies[place - 1] if place else None,
        copies[place + 1] if place + 1 < len(copies) else None,
        place + 1,
        len(copies),
    )


def get_tree(copy: Copy) -> dict[str, list]:
    """The files as handed in; of a copy still worked on, as they are now."""
    if copy.state != Copy.State.WORKING:
        version = copy.handed_in_version or copy.returned_version
        if version is not None:
            return version.tree
    live.get().materialise(copy.project)
    copy.project.refresh_from_db(fields=["tree"])
    return copy.project.tree


def get_main_notebook(tree: dict[str, list]) -> dict[str, Any] | None:
    """The notebook to show first, parsed; None when there is none that can be read."""
    notebooks = list_notebooks(tree)
    return read_stored_notebook(notebooks[0][1]) if notebooks else None


def get_main_path(tree: dict[str, list]) -> str | None:
    notebooks = sorted((path.count("/"), path) for path in tree if path.endswith(".ipynb"))
    return notebooks[0][1] if notebooks else None


# --- the teacher's view of all assignments ------------------------------------------------------


@dataclass
class Summary:
    """An assignment in a list, with its classes (those the person follows) and counts."""

    assignment: Assignment
    classes: list[str] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    closed: bool = False


def get_summaries(user: User, *, archived: bool = False, limit: int | None = None) -> list[Summary]:
    """Assignments that the person follows, newest first, those of a sequence in its order; three queries,
    four where some work in groups."""
    found = access.followed_by(user).filter(archived_at__isnull=not archived)
    given = Coalesce("sequence__given_at", "created_at")
    return summarise(user, found.order_by(given.desc(), "step").select_related("sequence")[:limit])


def summarise(user: User, found: QuerySet[Assignment]) -> list[Summary]:
    """These assignments, which the person follows, in their order."""
    assignments = list(found)
    summaries = {item.pk: Summary(item, closed=access.is_closed(item)) for item in assignments}
    pupils = _pupils_by_assignment(user, assignments, summaries)
    states = _get_states(user, assignments)
    for assignment_id, ids in pupils.items():
        for pupil_id in ids:
            summaries[assignment_id].counts.add(states.get((assignment_id, pupil_id), NOT_STARTED))
    return list(summaries.values())


def _get_states(user: User, assignments: list[Assignment]) -> dict[tuple[Any, Any], str]:
    """The copies' states by assignment and pupil (ids); a query more where some work in groups."""
    copies = access.copies_followed_by(user).filter(assignment__in=assignments)
    states = {
        (assignment_id, pupil_id): state
        for assignment_id, pupil_id, state in copies.filter(group=None).values_list(
            "assignment_id", "pupil_id", "state"
        )
    }
    if any(assignment.group_mode for assignment in assignments):
        members = Membership.objects.filter(group__copy__in=copies)
        for *key, state in members.values_list("assignment_id", "pupil_id", "group__copy__state"):
            states[key[0], key[1]] = state
    return states


def _pupils_by_assignment(
    user: User, assignments: list[Assignment], summaries: dict[Any, Summary]
) -> dict[Any, set[Any]]:
    """The pupils followed in each assignment; fills in the classes' titles on the way."""
    authored = {item.pk for item in assignments if item.author_id == user.pk}
    taught = set(
        Enrolment.objects.filter(user=user, role=Enrolment.Role.TEACHER).values_list(
            "school_class_id", flat=True
        )
    )
    pupils: dict[Any, set[Any]] = defaultdict(set)
    rows = (
        Class.objects.filter(assignments__in=assignments)
        .order_by("title")
        .values_list("assignments", "pk", "title", "enrolments__user", "enrolments__role")
    )
    for assignment_id, class_id, title, person_id, role in rows:
        if assignment_id not in summaries:
            continue
        if assignment_id not in authored and class_id not in taught:
            continue
        if title not in summaries[assignment_id].classes:
            summaries[assignment_id].classes.append(title)
        if role == Enrolment.Role.STUDENT:
            pupils[assignment_id].add(person_id)
    return pupils


def get_deleted(user: User) -> QuerySet[Assignment]:
    """The person's own deleted assignments, which can be restored."""
    return Assignment.objects.filter(author=user, deleted_at__isnull=False).order_by("-deleted_at")
