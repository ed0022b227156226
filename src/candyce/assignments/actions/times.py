"""Other times for some pupils, lasting extra time, and taking nothing off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import Enrolment, User
from candyce.assignments import access
from candyce.assignments.actions.announce import announce_access
from candyce.assignments.models import Accommodation, Assignment, Copy, PupilTimes
from candyce.assignments.signals import announce_lateness, announce_window
from candyce.assignments.times import OwnTimes
from candyce.lib.errors import BadRequest, Forbidden

EXTRA_MINUTES = 14 * 24 * 60
EXTRA_PERCENT = 200


NOTHING = OwnTimes()


def set_pupil_times(
    assignment: Assignment, pupils: Iterable[User], own: OwnTimes, *, acting_user: User
) -> None:
    """Give these pupils times of their own in one assignment; :data:`NOTHING`: those of the class again.

    Raises :class:`BadRequest` with the fields that are wrong, :class:`Forbidden` for a pupil whose work in the
    assignment the person does not follow.
    """
    chosen = {pupil.pk: pupil for pupil in pupils}
    _check_own(assignment, own)
    if not set(chosen) <= _get_followed(acting_user, assignment):
        raise Forbidden
    with transaction.atomic():
        rows = PupilTimes.objects.filter(assignment=assignment, pupil__in=list(chosen))
        if own == NOTHING:
            rows.delete()
        else:
            for pupil in chosen.values():
                PupilTimes.objects.update_or_create(
                    assignment=assignment,
                    pupil=pupil,
                    defaults={**asdict(own), "set_by": acting_user},
                )
        verb = "times_cleared" if own == NOTHING else "times_set"
        # The journal says whose times were changed, not how: that is for their teachers.
        do_audit(verb, assignment, acting_user=acting_user, pupils=[str(pk) for pk in chosen])
        announce_window(assignment, chosen)
        announce_access(Copy.objects.filter(access.owned_by(chosen), assignment=assignment))


def _get_followed(user: User, assignment: Assignment) -> set[UUID]:
    """Pupils of the classes that the person follows, and those whose copies are."""
    enrolled = Enrolment.objects.filter(
        school_class__in=access.followed_classes(user, assignment), role=Enrolment.Role.STUDENT
    ).values_list("user_id", flat=True)
    copies = access.copies_followed_by(user).filter(assignment=assignment, group=None)
    return {*enrolled, *copies.values_list("pupil_id", flat=True)}


def _check_own(assignment: Assignment, own: OwnTimes) -> None:
    fields: dict[str, str] = {}
    opens = own.opens_at or assignment.opens_at
    if opens and own.closes_at and own.closes_at <= opens:
        fields["closes_at"] = _("The closing time must come after the opening time.")
    if opens and own.due_at and own.due_at <= opens:
        fields["due_at"] = _("The time to hand in must come after the opening time.")
    elif own.due_at and own.closes_at and own.due_at > own.closes_at:
        fields["due_at"] = _("The time to hand in must not come after the closing time.")
    if not (0 <= own.extra_minutes <= EXTRA_MINUTES):
        fields["extra_minutes"] = _("From 0 to %(limit)s minutes.") % {"limit": EXTRA_MINUTES}
    if own.extra_percent is not None and not (0 <= own.extra_percent <= EXTRA_PERCENT):
        fields["extra_percent"] = _("From 0 to %(limit)s per cent.") % {"limit": EXTRA_PERCENT}
    if own.outside and own.outside not in Assignment.Outside.values:
        fields["outside"] = _("Choose one of these.")
    if fields:
        raise BadRequest(fields=fields)


def set_accommodation(pupils: Iterable[User], percent: int, *, acting_user: User) -> None:
    """Lasting extra time for these pupils, in all timed work; 0: no more. For who teaches each of them.

    Raises :class:`BadRequest` or :class:`Forbidden`.
    """
    chosen = [pupil.pk for pupil in pupils]
    if not (0 <= percent <= EXTRA_PERCENT):
        text = _("From 0 to %(limit)s per cent.") % {"limit": EXTRA_PERCENT}
        raise BadRequest(fields={"percent": text})
    if not set(chosen) <= set(access.taught_pupils(acting_user).values_list("pk", flat=True)):
        raise Forbidden(_("Only the teachers of a pupil say that extra time lasts."))
    with transaction.atomic():
        for pk in chosen:
            if percent:
                Accommodation.objects.update_or_create(
                    pupil_id=pk, defaults={"extra_percent": percent, "set_by": acting_user}
                )
            else:
                Accommodation.objects.filter(pupil=pk).delete()
            pupil = User.objects.get(pk=pk)
            do_audit("accommodation_set", pupil, acting_user=acting_user)
        _announce_everywhere(chosen)


def _announce_everywhere(pupil_ids: list[UUID]) -> None:
    """What is under way in these pupils' classes, and their copies."""
    under_way = Assignment.objects.filter(
        Q(closes_at__isnull=False) | Q(due_at__isnull=False),
        classes__enrolments__user__in=pupil_ids,
        classes__enrolments__role=Enrolment.Role.STUDENT,
        archived_at=None,
        deleted_at=None,
        accommodated=True,
    )
    for assignment in under_way.distinct():
        announce_window(assignment, pupil_ids)
    announce_access(Copy.objects.filter(access.owned_by(pupil_ids)))


def lift_lateness(copy: Copy, lifted: bool, *, acting_user: User) -> None:
    """Take nothing off for being late, or again what the rule says."""
    access.check_copy(acting_user, copy, "mark")
    with transaction.atomic():
        Copy.objects.filter(pk=copy.pk).update(
            late_lifted_at=timezone.now() if lifted else None,
            late_lifted_by=acting_user if lifted else None,
        )
        verb = "lateness_lifted" if lifted else "lateness_counted"
        do_audit(verb, copy, acting_user=acting_user)
        announce_lateness(copy, acting_user)
