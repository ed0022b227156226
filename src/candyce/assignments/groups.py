"""Groups: how big, drawn how, and what may still be changed. Reading only; the verbs stand in ``actions.groups``."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any
from uuid import UUID

from candyce.accounts.models import Class, Enrolment, User
from candyce.assignments import access
from candyce.assignments.models import Assignment, Copy, Group, Membership

SMALLEST, LARGEST = 2, 5
SHUFFLES = 40  # draws of which the one with fewest old pairs is kept

Pair = frozenset[UUID]


def get_sizes(pupils: int, size: int) -> list[int]:
    """How many pupils in each group, the larger first: as equal as can be, ``size`` at most.

    Pairs of an odd number make one group of three: nobody is left alone who need not be.
    """
    if not pupils:
        return []
    count = -(-pupils // size)
    if pupils > 1 and pupils < 2 * count:
        count -= 1
    each, more = divmod(pupils, count)
    return [each + 1] * more + [each] * (count - more)


def split(
    pupils: Sequence[User], size: int, *, apart: Iterable[Pair] = (), chance: random.Random
) -> list[list[User]]:
    """Pupils drawn into groups; of several draws, the one that brings fewest of ``apart`` together again."""
    sizes, avoided = get_sizes(len(pupils), size), set(apart)
    best: list[list[User]] = []
    fewest: int | None = None
    for _try in range(SHUFFLES if avoided else 1):
        order = list(pupils)
        chance.shuffle(order)
        drawn = _cut(order, sizes)
        again = sum(pair in avoided for group in drawn for pair in _pairs(group))
        if fewest is None or again < fewest:
            best, fewest = drawn, again
        if not fewest:
            break
    return best


def _cut(order: list[User], sizes: list[int]) -> list[list[User]]:
    groups, start = [], 0
    for size in sizes:
        groups.append(order[start : start + size])
        start += size
    return groups


def _pairs(group: Iterable[User]) -> Iterable[Pair]:
    return (frozenset((one.pk, other.pk)) for one, other in combinations(group, 2))


def get_last_pairs(assignment: Assignment, school_class: Class) -> set[Pair]:
    """Who worked together in the last assignment that this class did in groups."""
    before = (
        Group.objects.filter(school_class=school_class)
        .exclude(assignment=assignment)
        .order_by("-assignment__created_at")
        .values("assignment")[:1]
    )
    members: dict[UUID, list[UUID]] = {}
    for group_id, pupil_id in Membership.objects.filter(
        assignment__in=before, group__school_class=school_class
    ).values_list("group_id", "pupil_id"):
        members.setdefault(group_id, []).append(pupil_id)
    return {frozenset(pair) for ids in members.values() for pair in combinations(ids, 2)}


# --- who is where -------------------------------------------------------------------------------


@dataclass
class ClassGroups:
    """The groups of one class, and its pupils who are in none."""

    school_class: Class
    groups: list[Group] = field(default_factory=list)
    left_over: list[User] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        return any(has_copy(group) for group in self.groups)


def has_copy(group: Group) -> bool:
    """Whether work has begun; fetch ``copy`` ahead where there are many."""
    return hasattr(group, "copy")


def get_groups(assignment: Assignment, classes: Iterable[Class]) -> list[ClassGroups]:
    """The groups of these classes, each with members and copy at hand, in five queries."""
    found: dict[Any, ClassGroups] = {
        school_class.pk: ClassGroups(school_class) for school_class in classes
    }
    rows = assignment.groups.filter(school_class__in=found).select_related("copy")
    placed = set(assignment.memberships.values_list("pupil_id", flat=True))
    for group in rows.prefetch_related("memberships__pupil").order_by("number"):
        found[group.school_class_id].groups.append(group)
    for enrolment in _enrolments(list(found)):
        if enrolment.user_id not in placed:
            placed.add(enrolment.user_id)  # in two of the classes: asked for once
            found[enrolment.school_class_id].left_over.append(enrolment.user)
    return list(found.values())


def _enrolments(classes: Iterable[Any]) -> Iterable[Enrolment]:
    return (
        Enrolment.objects.filter(
            school_class__in=classes, role=Enrolment.Role.STUDENT, user__is_active=True
        )
        .select_related("user")
        .order_by("user__search_text")
    )


def get_pupils(school_class: Class) -> list[User]:
    return [enrolment.user for enrolment in _enrolments([school_class])]


def find_group(assignment: Assignment, pupil: User) -> Group | None:
    """The pupil's group in an assignment."""
    return Group.objects.filter(assignment=assignment, memberships__pupil=pupil).first()


def find_class(assignment: Assignment, pupil: User) -> Class | None:
    """The class of the assignment in which the pupil is: there the pupil finds the others."""
    return (
        assignment.classes.filter(enrolments__user=pupil, enrolments__role=Enrolment.Role.STUDENT)
        .order_by("title")
        .first()
    )


def is_forming(assignment: Assignment) -> bool:
    """Whether pupils may make, join and leave groups now."""
    pupils_do = assignment.group_mode == Assignment.GroupMode.PUPILS
    return pupils_do and assignment.groups_closed_at is None and not access.is_closed(assignment)


def must_choose(assignment: Assignment, pupil: User) -> bool:
    """Whether the pupil has something to do, or to wait for, before the work can be opened."""
    if not assignment.group_mode:
        return False
    group = find_group(assignment, pupil)
    return group is None or (is_forming(assignment) and not has_copy(group))


def has_begun(assignment: Assignment) -> bool:
    """Somebody has opened a copy: from then on groups are changed pupil by pupil."""
    return Copy.objects.filter(assignment=assignment).exists()
