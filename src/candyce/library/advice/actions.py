"""Recording what teachers do with resources, and forgetting it."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from candyce.accounts.access import is_student, is_teacher
from candyce.accounts.models import User
from candyce.lib.errors import Forbidden
from candyce.library.access import Visitor
from candyce.library.models import Reader, Resource, Use
from candyce.projects.models import Version

logger = logging.getLogger(__name__)

OPENED_AGAIN = timedelta(hours=1)  # reloading a page is not another use


def may_be_advised(user: Visitor) -> bool:
    """Teachers alone. Whoever is a pupil anywhere is one here."""
    if not user.is_authenticated or not user.is_active:
        return False
    assert isinstance(user, User)
    return is_teacher(user) and not is_student(user)


def may_record(user: Visitor) -> bool:
    """Of these, who did not switch recommendations off."""
    if not user.is_authenticated:
        return False
    off = Reader.objects.filter(user=user, recommendations=False).exists()
    return not off and may_be_advised(user)


def check_may_be_advised(user: User) -> None:
    """Raises :class:`Forbidden`."""
    if not may_be_advised(user):
        raise Forbidden


def record_use(user: Visitor, resource: Resource, verb: str) -> None:
    """Count that ``user`` did ``verb`` (of :class:`Use.Verb`) to a resource that the caller has fetched.

    Looking at one's own resource is no use of it. Never in the way: what cannot be written is left out.
    """
    if not may_record(user):
        return
    assert isinstance(user, User)
    if verb == Use.Verb.OPENED and resource.owner_id == user.pk:
        return
    try:
        _do_count(user, resource, verb)
    except DatabaseError:
        logger.warning("A use of %s could not be written.", resource.pk, exc_info=True)


def record_use_of_version(user: Visitor, version: Version, verb: str) -> None:
    """The same for the resource of which this is a version, or from which its project was adapted."""
    projects = {version.project_id}
    if version.project.forked_from is not None:
        projects.add(version.project.forked_from.project_id)
    for resource in Resource.objects.filter(version__project__in=projects):
        record_use(user, resource, verb)


def _do_count(user: User, resource: Resource, verb: str) -> None:
    now = timezone.now()
    rows = Use.objects.filter(user=user, resource=resource, verb=verb)
    last_at = rows.values_list("last_at", flat=True).first()
    if verb == Use.Verb.OPENED and last_at is not None and last_at > now - OPENED_AGAIN:
        return
    with transaction.atomic():
        # Two requests at once: one makes the row, the other counts on; an opening counts only once.
        if last_at is None:
            _use, created = Use.objects.get_or_create(user=user, resource=resource, verb=verb)
            if created:
                return
        if verb == Use.Verb.OPENED:
            rows = rows.filter(last_at__lte=now - OPENED_AGAIN)
        rows.update(count=F("count") + 1, last_at=now)


@transaction.atomic
def set_preferences(
    *, acting_user: User, recommendations: bool, disciplines: list[str], levels: list[str]
) -> Reader:
    """What the person teaches, and whether anything is advised: switched off, their uses are deleted.

    Raises :class:`Forbidden` for who does not teach.
    """
    check_may_be_advised(acting_user)
    values = {"recommendations": recommendations, "disciplines": disciplines, "levels": levels}
    reader, _created = Reader.objects.update_or_create(user=acting_user, defaults=values)
    if not recommendations:
        Use.objects.filter(user=acting_user).delete()
    return reader


def forget_uses(*, acting_user: User) -> int:
    """Delete what was recorded of the person; gives the number of rows."""
    return Use.objects.filter(user=acting_user).delete()[0]
