"""A copy's life: opened, handed in, taken back, marked, returned."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.assignments import access
from candyce.assignments.actions.announce import announce_access
from candyce.assignments.actions.groups import hold_group_of
from candyce.assignments.groups import has_copy
from candyce.assignments.marks import say_mark
from candyce.assignments.models import Assignment, Copy
from candyce.assignments.signals import announce_hand_in
from candyce.assignments.times import Times, get_times
from candyce.collab.comments.actions import publish
from candyce.lib.errors import BadRequest, Conflict, Forbidden
from candyce.projects import live
from candyce.projects.actions import cut_version, fork
from candyce.projects.models import Project, Version

APPRAISAL_LIMIT = 10_000  # characters


def open_copy(assignment: Assignment, *, acting_user: User) -> Copy:
    """The pupil's or the group's copy, made at the first opening; opened twice at once it is still one.

    ``assignment`` comes from this room's guarded fetch. Raises :class:`Forbidden` with
    ``not_open_yet``, ``window_closed`` or ``no_group`` when there is no copy and none can be made now.
    """
    if not access.get_abilities(acting_user, assignment)["open_copy"]:
        raise Forbidden
    mine = Copy.objects.filter(access.owned_by(acting_user), assignment=assignment)
    copy = mine.first()
    times = get_times(assignment, acting_user)
    if not access.is_open_yet(assignment, times=times) and (
        copy is None or copy.state == Copy.State.WORKING
    ):
        raise Forbidden(
            _("This work opens on %(moment)s.") % {"moment": _say_opening(times)},
            code="not_open_yet",
        )
    if copy is not None:
        return copy
    if access.is_closed(assignment, times=times):
        raise Forbidden(
            _("The time for this work is over, and you had not started it. Speak to your teacher."),
            code="window_closed",
        )
    try:
        with transaction.atomic():
            return _do_make_copy(assignment, acting_user)
    except IntegrityError:
        # Someone (the same pupil, in another tab) was quicker: the fork is undone with the row.
        return mine.get()


def _do_make_copy(assignment: Assignment, pupil: User) -> Copy:
    group = hold_group_of(assignment, pupil) if assignment.group_mode else None
    if group is not None and has_copy(group):
        return group.copy  # another member was quicker
    project = fork(
        assignment.given_version,
        acting_user=pupil,
        owner=pupil,
        title=assignment.title,
        kind=Project.Kind.COPY,
    )
    # A teacher who tries something in a copy does not replace what the pupil obtained.
    Project.objects.filter(pk=project.pk).update(outputs=Project.Outputs.OWNER)
    copy = Copy.objects.create(assignment=assignment, pupil=pupil, group=group, project=project)
    # The row above waits for a teacher who is changing this very thing.
    if not Assignment.objects.filter(pk=assignment.pk, group_mode=assignment.group_mode).exists():
        raise Conflict
    do_audit("copy_opened", copy, acting_user=pupil)
    return copy


def hand_in(copy: Copy, *, acting_user: User) -> Copy:
    """Pin what the copy holds now and stop the pupil's writing. Handing in twice changes nothing."""
    live.get().materialise(copy.project)  # most of the work, before holding any lock
    with transaction.atomic():
        copy = _lock(copy, acting_user)
        if copy.state == Copy.State.HANDED_IN and access.is_owner(acting_user, copy):
            return copy
        access.check_copy(acting_user, copy, "hand_in")
        copy.handed_in_version = cut_version(
            copy.project, Version.Reason.HANDED_IN, acting_user=acting_user
        )
        copy.state = Copy.State.HANDED_IN
        copy.handed_in_at = timezone.now()
        copy.handed_in_by = acting_user
        copy.reopened_at = None
        copy.save()
        do_audit(
            "copy_handed_in", copy, acting_user=acting_user, version=str(copy.handed_in_version_id)
        )
        announce_hand_in(copy)
        announce_access(Copy.objects.filter(pk=copy.pk))
    return copy


def take_back(copy: Copy, *, acting_user: User) -> Copy:
    """Go on working on a copy handed in, while the window is open."""
    with transaction.atomic():
        copy = _lock(copy, acting_user)
        if copy.state == Copy.State.WORKING and access.is_owner(acting_user, copy):
            return copy
        access.check_copy(acting_user, copy, "take_back")
        copy.state = Copy.State.WORKING
        copy.handed_in_at = None
        copy.handed_in_version = None
        copy.save()
        do_audit("copy_taken_back", copy, acting_user=acting_user)
        announce_access(Copy.objects.filter(pk=copy.pk))
    return copy


def reopen(copy: Copy, *, acting_user: User) -> Copy:
    """The teacher gives the copy back to work on, whatever the window says, until handed in again.

    Being late then costs nothing, unless the teacher says so: it is the teacher who asked.
    """
    with transaction.atomic():
        copy = _lock(copy, acting_user)
        access.check_copy(acting_user, copy, "reopen")
        copy.state = Copy.State.WORKING
        copy.handed_in_at = None
        copy.returned_at = None
        copy.reopened_at = copy.late_lifted_at = timezone.now()
        copy.late_lifted_by = acting_user
        copy.save()
        do_audit("copy_reopened", copy, acting_user=acting_user)
        announce_access(Copy.objects.filter(pk=copy.pk))
    return copy


def set_mark(copy: Copy, mark: Decimal | None, *, acting_user: User) -> Copy:
    """Write the mark (None takes it away); the pupil reads it once the copy is returned."""
    if mark is not None and not (0 <= mark <= copy.assignment.mark_max):
        text = _("The mark goes from 0 to %(limit)s.")
        raise BadRequest(fields={"mark": text % {"limit": say_mark(copy.assignment.mark_max)}})
    return _do_write(copy, acting_user, "mark_set", mark=mark)


def set_appraisal(copy: Copy, appraisal: str, *, acting_user: User) -> Copy:
    """Write the appraisal (Markdown); the pupil reads it once the copy is returned."""
    text = appraisal.strip()
    if len(text) > APPRAISAL_LIMIT:
        raise BadRequest(fields={"appraisal": _("This appraisal is too long.")})
    return _do_write(copy, acting_user, "appraisal_set", appraisal=text)


def _do_write(copy: Copy, acting_user: User, verb: str, **values: object) -> Copy:
    with transaction.atomic():
        copy = _lock(copy, acting_user)
        access.check_copy(acting_user, copy, "mark")
        if all(getattr(copy, name) == value for name, value in values.items()):
            return copy
        for name, value in values.items():
            setattr(copy, name, value)
        copy.marked_by = acting_user
        copy.save(update_fields=[*values, "marked_by"])
        # The journal says that a mark was written, not which: marks stay in one place.
        do_audit(verb, copy, acting_user=acting_user)
    return copy


def return_copies(copies: Iterable[Copy], *, acting_user: User) -> list[Copy]:
    """Give copies back with their marks and appraisals, and pin what each holds now.

    A copy that was never handed in can be returned too; one already returned stays as it is.
    All or none: raises :class:`Forbidden` when one of them is not the person's to return.
    """
    copies = list(copies)
    for copy in copies:
        live.get().materialise(copy.project)  # most of the work, before holding any lock
    returned = []
    with transaction.atomic():
        for given in copies:
            copy = _lock(given, acting_user)
            access.check_copy(acting_user, copy, "mark")
            if copy.state == Copy.State.RETURNED:
                continue
            copy.returned_version = cut_version(
                copy.project, Version.Reason.RETURNED, acting_user=acting_user
            )
            copy.state = Copy.State.RETURNED
            copy.returned_at = timezone.now()
            copy.reopened_at = None
            copy.save()
            do_audit("copy_returned", copy, acting_user=acting_user)
            publish(copy.project, acting_user=acting_user)  # comments that waited for this
            returned.append(copy)
        announce_access(Copy.objects.filter(pk__in=[copy.pk for copy in returned]))
    return returned


def _lock(copy: Copy, user: User) -> Copy:
    """The row as it is now, held until the end of the transaction, seen by this person.

    Raises :class:`NotFound` when the person may not see it (any more).
    """
    Copy.objects.select_for_update().filter(pk=copy.pk).first()
    return access.get_copy(user, copy.pk)


def _say_opening(times: Times) -> str:
    local = timezone.localtime(times.opens_at)
    return pgettext("opening", "%(day)s at %(time)s") % {
        "day": format_date(local, "l j F"),
        "time": format_date(local, "H:i"),
    }
