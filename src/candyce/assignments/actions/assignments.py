"""Giving work to classes, changing it, putting it away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields, replace
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.accounts.access import check_teacher, taught_classes
from candyce.accounts.audit import do_audit
from candyce.accounts.models import Class, User
from candyce.assignments import codes
from candyce.assignments.actions.announce import announce_access
from candyce.assignments.actions.groups import do_draw, do_set_groups
from candyce.assignments.groups import LARGEST, SMALLEST
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.signals import announce_window
from candyce.assignments.timing import TimeRules, find_problems, get_rules, set_rules
from candyce.lib.errors import BadRequest
from candyce.library.advice.actions import record_use_of_version
from candyce.library.models import Use
from candyce.projects.actions import check_title, cut_version
from candyce.projects.models import Project, Version
from candyce.projects.release import do_release

MARK_MAX = Decimal(20)
GROUP_SIZE = 3
EDITED = (
    "title", "instructions", "opens_at", "due_at", "closes_at", "mark_max", "group_mode", "group_size",
    *(one.name for one in fields(TimeRules)),
)  # fmt: skip
USUAL = TimeRules()


def give(
    *,
    acting_user: User,
    classes: Iterable[Class],
    title: str,
    version: Version | None = None,
    project: Project | None = None,
    instructions: str = "",
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    due_at: datetime | None = None,
    rules: TimeRules = USUAL,
    mark_max: Decimal = MARK_MAX,
    group_mode: str = "",
    group_size: int = GROUP_SIZE,
) -> Assignment:
    """Hand a version (or the project as it is now) to classes that the person teaches.

    Where it holds exercises, pupils get the version released from it. The caller has fetched ``version``
    or ``project`` through ``sources.get_source``. Raises
    :class:`BadRequest` with the fields that are wrong, :class:`Forbidden` for who does not teach.
    """
    check_teacher(acting_user)
    chosen = _check(
        acting_user,
        classes=classes,
        title=title,
        times=(opens_at, due_at, closes_at),
        rules=rules,
        mark_max=mark_max,
        group_mode=group_mode,
        group_size=group_size,
    )
    with transaction.atomic():
        if version is None:
            if project is None:
                raise BadRequest
            version = cut_version(project, Version.Reason.GIVEN, acting_user=acting_user)
        assignment = _do_create(
            version=version,
            released=do_release(version, acting_user=acting_user),
            author=acting_user,
            title=check_title(title),
            instructions=instructions.strip(),
            opens_at=opens_at,
            due_at=due_at,
            closes_at=closes_at,
            mark_max=mark_max,
            **asdict(rules),
            group_mode=group_mode,
            group_size=group_size,
        )
        assignment.classes.set(chosen)
        if group_mode == Assignment.GroupMode.DRAWN:
            do_draw(assignment, chosen)
        do_audit(
            "assignment_given",
            assignment,
            acting_user=acting_user,
            classes=[str(item.pk) for item in chosen],
        )
        announce_window(assignment)
    record_use_of_version(acting_user, version, Use.Verb.GIVEN)
    return assignment


def duplicate(
    assignment: Assignment,
    *,
    acting_user: User,
    classes: Iterable[Class],
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    due_at: datetime | None = None,
) -> Assignment:
    """Give the same work again, to other classes or another year; it gets a code of its own.

    Rules for late work that need a due time stay only when there is one.
    """
    rules = get_rules(assignment)
    if due_at is None:
        rules = replace(rules, late_rule=Assignment.LateRule.ACCEPT)
    return give(
        acting_user=acting_user,
        classes=classes,
        title=assignment.title,
        version=assignment.version,
        instructions=assignment.instructions,
        opens_at=opens_at,
        closes_at=closes_at,
        due_at=due_at,
        rules=rules,
        mark_max=assignment.mark_max,
        group_mode=assignment.group_mode,
        group_size=assignment.group_size,
    )


def edit_assignment(
    assignment: Assignment,
    *,
    acting_user: User,
    classes: Iterable[Class],
    title: str,
    instructions: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
    mark_max: Decimal,
    due_at: datetime | None = None,
    rules: TimeRules | None = None,
    group_mode: str | None = None,
    group_size: int | None = None,
) -> Assignment:
    """Change what may still change; the files given stay what they were.

    Without ``group_mode`` and ``group_size`` groups stay as they are, without ``rules`` these.
    """
    rules = get_rules(assignment) if rules is None else rules
    group_mode = assignment.group_mode if group_mode is None else group_mode
    group_size = assignment.group_size if group_size is None else group_size
    kept = list(assignment.classes.all())
    chosen = _check(
        acting_user,
        classes=classes,
        title=title,
        times=(opens_at, due_at, closes_at),
        rules=rules,
        mark_max=mark_max,
        group_mode=group_mode,
        group_size=group_size,
        kept=kept,
    )
    if Copy.objects.filter(assignment=assignment, mark__gt=mark_max).exists():
        raise BadRequest(
            fields={"mark_max": _("A higher mark has already been given. Change that mark first.")}
        )
    with transaction.atomic():
        assignment.title = check_title(title)
        assignment.instructions = instructions.strip()
        assignment.opens_at, assignment.closes_at = opens_at, closes_at
        assignment.due_at = due_at
        set_rules(assignment, rules)
        assignment.mark_max = mark_max
        do_set_groups(assignment, chosen, group_mode, group_size)
        # Only what the form holds: a colleague may freeze the class while this one types.
        assignment.save(update_fields=EDITED)
        assignment.classes.set(chosen)
        do_audit("assignment_edited", assignment, acting_user=acting_user)
        announce_window(assignment)
        announce_access(Copy.objects.filter(assignment=assignment))
    return assignment


def delete_assignment(assignment: Assignment, *, acting_user: User) -> None:
    """Take the assignment from everyone; the author can undo it."""
    _do_stamp(assignment, "deleted_at", timezone.now(), "assignment_deleted", acting_user)


def restore_assignment(assignment: Assignment, *, acting_user: User) -> None:
    """Undo :func:`delete_assignment`: copies, states and marks are as before."""
    with transaction.atomic():
        _do_stamp(assignment, "deleted_at", None, "assignment_restored", acting_user)
        announce_window(assignment)


def archive(assignment: Assignment, *, acting_user: User) -> None:
    """Put finished work away: it closes, and leaves the lists of what is going on."""
    _do_stamp(assignment, "archived_at", timezone.now(), "assignment_archived", acting_user)


def unarchive(assignment: Assignment, *, acting_user: User) -> None:
    _do_stamp(assignment, "archived_at", None, "assignment_unarchived", acting_user)


def freeze(assignment: Assignment, *, acting_user: User) -> None:
    """Eyes up: no pupil writes in any copy until :func:`unfreeze`; handing in stays possible."""
    _do_stamp(assignment, "frozen_at", timezone.now(), "assignment_frozen", acting_user)


def unfreeze(assignment: Assignment, *, acting_user: User) -> None:
    _do_stamp(assignment, "frozen_at", None, "assignment_unfrozen", acting_user)


def _do_stamp(
    assignment: Assignment, field: str, value: datetime | None, verb: str, acting_user: User
) -> None:
    with transaction.atomic():
        setattr(assignment, field, value)
        assignment.save(update_fields=[field])
        do_audit(verb, assignment, acting_user=acting_user)
        announce_access(Copy.objects.filter(assignment=assignment))


def _do_create(**fields: object) -> Assignment:
    """The row, under a code that no other assignment ever had."""
    for _try in range(20):
        try:
            with transaction.atomic():
                return Assignment.objects.create(code=codes.make_code(), **fields)
        except IntegrityError:
            continue
    raise RuntimeError("no free code found")


def _check(
    user: User,
    *,
    classes: Iterable[Class],
    title: str,
    times: tuple[datetime | None, datetime | None, datetime | None],
    rules: TimeRules,
    mark_max: Decimal,
    group_mode: str,
    group_size: int,
    kept: Iterable[Class] = (),
) -> list[Class]:
    """The classes, if everything is valid; ``kept`` may stay although one no longer teaches them."""
    chosen = list(classes)
    allowed = {item.pk for item in taught_classes(user)} | {item.pk for item in kept}
    fields: dict[str, str] = {}
    if not chosen:
        fields["classes"] = _("Choose at least one class.")
    elif any(item.pk not in allowed for item in chosen):
        fields["classes"] = _("You can only give work to classes that you teach.")
    try:
        check_title(title)
    except BadRequest as error:
        fields |= error.fields
    fields |= find_problems(*times, rules, mark_max)
    if not (0 < mark_max <= 1000):
        fields["mark_max"] = _("Choose a number between 1 and 1000.")
    if group_mode not in Assignment.GroupMode.values:
        fields["group_mode"] = _("Choose one of the ways to work.")
    if not (SMALLEST <= group_size <= LARGEST):
        fields["group_size"] = _("Groups have 2 to 5 pupils.")
    if fields:
        raise BadRequest(fields=fields)
    return chosen
