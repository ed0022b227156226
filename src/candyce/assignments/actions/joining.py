"""From a code to a copy."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.accounts.models import User
from candyce.assignments import access, codes, groups
from candyce.assignments.actions.copies import open_copy
from candyce.assignments.models import Assignment, CodeGuess, Copy
from candyce.lib.errors import CandyceError, TooMany

GUESSES = 10  # wrong codes allowed to a person…
PERIOD = timedelta(minutes=10)  # …within this time


class WrongCode(CandyceError):
    code = "wrong_code"
    status = 404


def join(text: str, *, acting_user: User) -> Assignment | Copy:
    """What a typed code leads this person to: their own copy, or the assignment (which they follow, or in which
    they have no group yet).

    Raises :class:`WrongCode` with a message that says what to do, or :class:`TooMany` after
    ``GUESSES`` wrong codes.
    """
    since = timezone.now() - PERIOD
    if CodeGuess.objects.filter(user=acting_user, at__gt=since).count() >= GUESSES:
        raise TooMany(_("Too many wrong codes. Wait ten minutes, and check the code meanwhile."))
    code = codes.normalise(text)
    known = Assignment.objects.filter(code=code).first() if codes.is_code(code) else None
    if known is None:
        _do_count_guess(acting_user)
        raise _say_no_work()
    assignment = access.visible_to(acting_user).filter(pk=known.pk).first()
    if assignment is None:
        _do_count_guess(acting_user)
        if known.pk in access.get_shut(acting_user).unseen:
            raise _say_no_work()
        if known.deleted_at is not None:
            raise WrongCode(_("This code is no longer in use. Ask your teacher for a new one."))
        raise WrongCode(
            _("This work is for another class. Check the code, or tell your teacher your class.")
        )
    if not access.get_abilities(acting_user, assignment)["open_copy"]:
        return assignment
    if groups.must_choose(assignment, acting_user):
        return assignment
    return open_copy(assignment, acting_user=acting_user)


def _say_no_work() -> WrongCode:
    return WrongCode(_("There is no work under this code. Check each letter and figure."))


def _do_count_guess(user: User) -> None:
    CodeGuess.objects.filter(user=user, at__lte=timezone.now() - PERIOD).delete()
    CodeGuess.objects.create(user=user)
