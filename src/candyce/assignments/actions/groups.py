"""Making groups: drawn by lot, by the teacher, by the pupils.

Whoever changes groups holds the assignment's row, then the groups': so two pupils do not take one last place, and
nobody leaves a group at the moment when its copy is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import SystemRandom
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import Class, User
from candyce.assignments import groups
from candyce.assignments.actions.announce import announce_access
from candyce.assignments.models import Assignment, Copy, Group, Membership
from candyce.assignments.signals import announce_window
from candyce.lib.errors import BadRequest, CandyceError, Forbidden, NotFound
from candyce.lib.text import fold

NAME_LIMIT = 40  # characters
GROUPS_LIMIT = 500  # in an assignment


class GroupsBegun(CandyceError):
    """What would part people from a copy that somebody has opened."""

    code = "groups_begun"
    status = 409


class GroupFull(CandyceError):
    code = "group_full"
    status = 409


class NoGroup(Forbidden):
    code = "no_group"


# --- by lot -------------------------------------------------------------------------------------


def draw(assignment: Assignment, *, acting_user: User, classes: Iterable[Class]) -> list[Group]:
    """Draw the groups of these classes, anew where there are some; pupils of one class stay together.

    Raises :class:`GroupsBegun` once a pupil of these classes has opened a copy.
    """
    with transaction.atomic():
        assignment = _hold_assignment(assignment)
        made = do_draw(assignment, classes)
        do_audit("groups_drawn", assignment, acting_user=acting_user, groups=len(made))
    return made


def do_draw(assignment: Assignment, classes: Iterable[Class]) -> list[Group]:
    """In a transaction of the caller's that holds the assignment."""
    made: list[Group] = []
    for school_class in classes:
        old = assignment.groups.select_for_update(no_key=True).filter(school_class=school_class)
        if Copy.objects.filter(group__in=[group.pk for group in old]).exists():
            raise GroupsBegun(
                _("Work has begun: the groups cannot be drawn again. Move pupils one by one.")
            )
        old.delete()
        placed = set(assignment.memberships.values_list("pupil_id", flat=True))
        pupils = [one for one in groups.get_pupils(school_class) if one.pk not in placed]
        apart = groups.get_last_pairs(assignment, school_class)
        drawn = groups.split(pupils, assignment.group_size, apart=apart, chance=SystemRandom())
        for members in drawn:
            group = _do_make(assignment, school_class)
            _do_add(group, members)
            made.append(group)
    return made


def do_set_groups(
    assignment: Assignment, classes: list[Class], group_mode: str, group_size: int
) -> None:
    """Write how an assignment is done, in the caller's transaction. Raises :class:`BadRequest` once work has begun.

    Groups of classes it is no longer given to go, unless they have a copy; those made so far stay when the
    teacher or the pupils go on with them; what is drawn is drawn where it is not yet.
    """
    drawn = Assignment.GroupMode.DRAWN
    changed = group_mode != assignment.group_mode
    again = changed or group_size != assignment.group_size
    # All of the row where the mode changes: a copy that is being made at this moment is waited for, then seen.
    Assignment.objects.select_for_update(no_key=not changed).get(pk=assignment.pk)
    begun = groups.has_begun(assignment)
    if changed and begun:
        text = _(
            "Work has begun: alone or in groups cannot be changed any more."
            " Give the work again (menu “More”) to have it done in another way."
        )
        raise BadRequest(fields={"group_mode": text})
    assignment.group_mode, assignment.group_size = group_mode, group_size
    gone = assignment.groups.filter(copy=None)
    if group_mode:
        gone = gone.exclude(school_class__in=classes)
    gone.delete()
    if group_mode == drawn:
        known = set(assignment.groups.values_list("school_class_id", flat=True))
        whole = again and not begun
        do_draw(assignment, [one for one in classes if whole or one.pk not in known])


# --- by the teacher -----------------------------------------------------------------------------


def arrange(
    assignment: Assignment,
    places: Mapping[UUID, UUID | str | None],
    *,
    acting_user: User,
    school_class: Class,
    names: Mapping[UUID, str] | None = None,
) -> None:
    """Put pupils of a class (ids) where the teacher says: a group's id, a word that stands for a new group
    (the same word, the same group), or None for no group. Pupils who are not named stay.

    A copy stays with its group: who comes finds it, who goes loses it, at once. A group that is left empty and
    has no copy goes. Raises :class:`BadRequest` for a pupil or a group of another class.
    """
    names = {pk: check_name(name) for pk, name in (names or {}).items()}
    with transaction.atomic():
        assignment = _hold_assignment(assignment)
        held = {
            group.pk: group
            for group in assignment.groups.select_for_update(no_key=True).filter(
                school_class=school_class
            )
        }
        now = _get_places(assignment, school_class)
        changed = {pk: place for pk, place in places.items() if now.get(pk) != place}
        _check_places(changed, held, school_class, now)
        touched = [pk for place in [*changed.values(), *map(now.get, changed)] if (pk := place)]
        announce_access(Copy.objects.filter(group__in=[pk for pk in touched if pk in held]))
        _do_move(assignment, school_class, changed, held)
        # A copy's times are the most generous of its members': they change with who comes and goes.
        members = assignment.memberships.filter(group__in=[pk for pk in touched if pk in held])
        announce_window(assignment, {*changed, *members.values_list("pupil_id", flat=True)})
        for pk, name in names.items():
            if pk in held and held[pk].name != name:
                held[pk].name = name
                held[pk].save(update_fields=["name"])
        _do_tidy(assignment, school_class)
        if changed:
            moved = {str(pk): str(place or "") for pk, place in changed.items()}
            do_audit("groups_arranged", assignment, acting_user=acting_user, moved=moved)


def _get_places(assignment: Assignment, school_class: Class) -> dict[UUID, UUID]:
    members = assignment.memberships.filter(group__school_class=school_class)
    return dict(members.values_list("pupil_id", "group_id"))


def _check_places(
    places: Mapping[UUID, UUID | str | None],
    held: Mapping[UUID, Group],
    school_class: Class,
    now: Mapping[UUID, UUID],
) -> None:
    enrolled = {pupil.pk for pupil in groups.get_pupils(school_class)}
    for pupil_id, place in places.items():
        # One who has left the class may be taken out, not put in.
        if pupil_id not in enrolled and (place is not None or pupil_id not in now):
            raise BadRequest(_("This pupil is not in the class."))
        if isinstance(place, UUID) and place not in held:
            raise BadRequest(_("This group is not there any more: read the page again."))


def _do_move(
    assignment: Assignment,
    school_class: Class,
    changed: Mapping[UUID, UUID | str | None],
    held: Mapping[UUID, Group],
) -> None:
    made: dict[str, Group] = {}
    assignment.memberships.filter(pupil__in=changed, group__school_class=school_class).delete()
    if assignment.memberships.filter(pupil__in=[pk for pk, to in changed.items() if to]).exists():
        raise BadRequest(_("A pupil is in a group of another class."))
    for pupil_id, place in changed.items():
        if place is None:
            continue
        if isinstance(place, str) and place not in made:
            made[place] = _do_make(assignment, school_class)
        group = held[place] if isinstance(place, UUID) else made[place]
        Membership.objects.create(assignment=assignment, group=group, pupil_id=pupil_id)


def close_forming(assignment: Assignment, closed: bool, *, acting_user: User) -> None:
    """From now on pupils neither join nor leave groups by themselves; or do again."""
    with transaction.atomic():
        assignment.groups_closed_at = timezone.now() if closed else None
        assignment.save(update_fields=["groups_closed_at"])
        verb = "groups_closed" if closed else "groups_opened"
        do_audit(verb, assignment, acting_user=acting_user)


# --- by the pupils ------------------------------------------------------------------------------


def make_group(assignment: Assignment, *, acting_user: User, name: str = "") -> Group:
    """A pupil makes a group and is in it. Raises :class:`Forbidden` when groups are not to be made now."""
    name = check_name(name)
    school_class = _check_forming(assignment, acting_user)
    with transaction.atomic():
        assignment = _hold_assignment(assignment)
        _check_forming(assignment, acting_user)
        _check_free(assignment, acting_user)
        if name and any(fold(group.name) == fold(name) for group in assignment.groups.all()):
            raise BadRequest(fields={"name": _("Another group has this name.")})
        group = _do_make(assignment, school_class, name)
        _do_add(group, [acting_user])
        do_audit("group_made", group, acting_user=acting_user)
    return group


def join_group(assignment: Assignment, pk: UUID, *, acting_user: User) -> Group:
    """A pupil joins a group of one's class that has room and has not begun.

    Raises :class:`NotFound`, :class:`GroupFull`, :class:`GroupsBegun` or :class:`Forbidden`.
    """
    school_class = _check_forming(assignment, acting_user)
    with transaction.atomic():
        assignment = _hold_assignment(assignment)
        _check_forming(assignment, acting_user)
        group = _hold(assignment, pk)
        if group is None or group.school_class_id != school_class.pk:
            raise NotFound(_("This group is not there any more. Choose another one."))
        _check_free(assignment, acting_user)
        if groups.has_copy(group):
            raise GroupsBegun(
                _("This group has begun to work. Choose another one, or ask your teacher.")
            )
        if group.memberships.count() >= assignment.group_size:
            raise GroupFull(_("This group is full: somebody was faster. Choose another one."))
        _do_add(group, [acting_user])
        do_audit("group_joined", group, acting_user=acting_user)
    return group


def leave_group(assignment: Assignment, *, acting_user: User) -> None:
    """A pupil leaves one's group, as long as it has not begun; an empty group goes."""
    school_class = _check_forming(assignment, acting_user)
    with transaction.atomic():
        assignment = _hold_assignment(assignment)
        _check_forming(assignment, acting_user)
        found = groups.find_group(assignment, acting_user)
        group = _hold(assignment, found.pk) if found else None
        if group is None:
            return
        if groups.has_copy(group):
            raise GroupsBegun(
                _("Your group has begun to work: only your teacher can change it now.")
            )
        Membership.objects.filter(group=group, pupil=acting_user).delete()
        do_audit("group_left", group, acting_user=acting_user)
        _do_tidy(assignment, school_class)


def _check_forming(assignment: Assignment, user: User) -> Class:
    """The pupil's class, if pupils may change groups now; raises :class:`Forbidden`."""
    school_class = groups.find_class(assignment, user)
    if school_class is None:
        raise Forbidden
    if not groups.is_forming(assignment):
        raise Forbidden(_("Groups can no longer be changed here. Ask your teacher."))
    return school_class


def _check_free(assignment: Assignment, user: User) -> None:
    if groups.find_group(assignment, user) is not None:
        raise BadRequest(_("You are in a group already. Leave it first."))


# --- parts --------------------------------------------------------------------------------------


def check_name(text: str) -> str:
    """One line that shows as it is written, 40 characters at most; empty for a group known by its number.

    Raises :class:`BadRequest`.
    """
    text = text.encode("utf-8", "replace").decode()
    name = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(name) > NAME_LIMIT:
        message = _("This name is too long: %(limit)s characters at most.") % {"limit": NAME_LIMIT}
        raise BadRequest(message, fields={"name": message})
    return name


def hold_group_of(assignment: Assignment, pupil: User) -> Group:
    """The pupil's group, held with its assignment until the end of the transaction; raises :class:`NoGroup`."""
    assignment = _hold_assignment(assignment)
    found = groups.find_group(assignment, pupil)
    group = _hold(assignment, found.pk) if found else None
    if group is None or not group.memberships.filter(pupil=pupil).exists():
        raise NoGroup(_("You are in no group yet."))
    return group


def _hold_assignment(assignment: Assignment) -> Assignment:
    return Assignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)


def _hold(assignment: Assignment, pk: UUID) -> Group | None:
    return Group.objects.select_for_update(no_key=True).filter(assignment=assignment, pk=pk).first()


def _do_make(assignment: Assignment, school_class: Class, name: str = "") -> Group:
    found = assignment.groups.aggregate(last=Max("number"))
    number = (found["last"] or 0) + 1
    if assignment.groups.count() >= GROUPS_LIMIT:
        raise BadRequest(_("There are too many groups."))
    return Group.objects.create(
        assignment=assignment, school_class=school_class, number=number, name=name
    )


def _do_add(group: Group, pupils: Iterable[User]) -> None:
    Membership.objects.bulk_create(
        Membership(assignment_id=group.assignment_id, group=group, pupil=pupil) for pupil in pupils
    )


def _do_tidy(assignment: Assignment, school_class: Class) -> None:
    """Groups without members and without a copy go."""
    assignment.groups.filter(school_class=school_class, memberships=None, copy=None).delete()
